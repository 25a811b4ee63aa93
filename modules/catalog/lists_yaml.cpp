#include "modules/catalog/lists_yaml.h"

#include "base/limits.h"
#include "base/log.h"
#include "schema/yaml.h"
#include "storage/digest.h"

namespace jingwei::catalog {

namespace {

using schema::YamlFaults;
using schema::YamlMapping;
using schema::YamlNode;

constexpr std::int64_t most_days = 3'660;
constexpr std::array rhythms = {Update::realtime, Update::daily, Update::weekly, Update::monthly,
                                Update::once};

Department read_department(const YamlNode& node, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  Department department{mapping.require_text("id"), {mapping.require_text("zh"), mapping.require_text("en")}};
  mapping.finish();
  return department;
}

std::int64_t read_days(YamlMapping& mapping, std::string_view key, YamlFaults& faults) {
  const std::int64_t days = mapping.integer(key).value_or(0);
  if (days >= 0 && days <= most_days) return days;
  faults.add(mapping.node(), "catalog.bad_days",
             {{"key", std::string(key)}, {"most", std::to_string(most_days)}});
  return 0;
}

SeedResponsibility read_responsibility_of(const YamlNode& node, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  SeedResponsibility one;
  one.resource = mapping.require_text("resource");
  one.basis = mapping.require_text("basis");
  one.fields = mapping.texts("fields");
  one.owed_for_days = read_days(mapping, "owed_for_days", faults);
  if (const YamlNode* department = mapping.get("department"))
    one.department = read_department(*department, faults);
  if (const auto rhythm = mapping.text("rhythm")) {
    std::string expected;
    for (const Update known : rhythms) {
      if (name_of(known) == *rhythm) one.rhythm = known;
      expected += (expected.empty() ? "" : ", ") + std::string(name_of(known));
    }
    if (!one.rhythm)
      faults.add(*mapping.get("rhythm"), "catalog.unknown_word", {{"word", *rhythm}, {"expected", expected}});
  }
  mapping.finish();
  return one;
}

SeedDemand read_demand_of(const YamlNode& node, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  SeedDemand one;
  if (const YamlNode* department = mapping.require("department"))
    one.department = read_department(*department, faults);
  one.title = mapping.require_text("title");
  one.words = mapping.text("words").value_or("");
  one.resource = mapping.text("resource").value_or("");
  one.fields = mapping.texts("fields");
  one.purpose = mapping.require_text("purpose");
  one.legal_basis = mapping.require_text("legal_basis");
  one.asked_days_ago = read_days(mapping, "asked_days_ago", faults);
  one.wanted_in_days = read_days(mapping, "wanted_in_days", faults);
  mapping.finish();
  return one;
}

// The same entry has the same key at every start; one that was changed in the file is another entry.
std::string key_of(const std::vector<std::string>& told) {
  std::string all;
  for (const auto& part : told) all += std::to_string(part.size()) + ':' + part;
  return "seed:" + storage::sha256_hex(all).substr(0, 40);
}

Result<void> seed(const SeedResponsibility& seed, const std::string& actor, const Catalog& catalog,
                  Responsibilities& responsibilities, Instant now) {
  JW_ASSIGN(const Entry* entry, catalog.find(seed.resource));
  Responsibility one;
  one.department = seed.department;
  if (one.department.id.empty()) one.department = {entry->resource.provider_id, entry->resource.provider};
  one.resource = seed.resource;
  one.fields = seed.fields;
  one.rhythm = seed.rhythm.value_or(entry->resource.update);
  one.basis = seed.basis;
  one.origin = Origin::package;
  one.since = now - std::chrono::days{seed.owed_for_days};
  std::vector<std::string> told = {seed.department.id, seed.resource, std::string(name_of(one.rhythm)),
                                   seed.basis};
  told.insert(told.end(), seed.fields.begin(), seed.fields.end());
  const auto made = responsibilities.add(std::move(one), {actor, key_of(told), Language::zh});
  if (made) return {};
  const bool settled = made.error().message == "catalog.responsibility_taken" ||
                       made.error().message == "catalog.responsibility_not_found";
  if (!settled) return made.error();
  log::info("catalog.seed_left_out", {{"resource", seed.resource}});
  return {};
}

Result<void> seed(const SeedDemand& seed, const std::string& actor, Demands& demands, Instant now) {
  Demand demand;
  demand.department = seed.department;
  demand.title = seed.title;
  demand.words = seed.words;
  demand.resource = seed.resource;
  demand.fields = seed.fields;
  demand.purpose = seed.purpose;
  demand.legal_basis = seed.legal_basis;
  demand.origin = Origin::package;
  demand.asked_at = now - std::chrono::days{seed.asked_days_ago};
  demand.wanted_by = std::chrono::floor<std::chrono::days>(now) + std::chrono::days{seed.wanted_in_days + 1};
  const std::string key =
      key_of({seed.department.id, seed.title, seed.words, seed.resource, seed.purpose, seed.legal_basis});
  const auto made = demands.ask(std::move(demand), {actor, key, Language::zh});
  // Put in on another day, from which its own days were counted.
  if (made || made.error().message == "idempotency.mismatch") return {};
  return made.error();
}

}  // namespace

Result<SeedLists> parse_lists(std::string_view yaml, const std::string& file, const std::string& package) {
  JW_ASSIGN(const YamlNode root, schema::parse_yaml(yaml, file));
  YamlFaults faults;
  YamlMapping mapping(root, faults);
  SeedLists lists;
  lists.package = package;
  if (const YamlNode* list = mapping.get("responsibilities")) {
    for (const auto& item : list->items)
      lists.responsibilities.push_back(read_responsibility_of(item, faults));
  }
  if (const YamlNode* list = mapping.get("demands")) {
    for (const auto& item : list->items) lists.demands.push_back(read_demand_of(item, faults));
  }
  mapping.finish();
  if (!faults.empty()) return faults.to_error();
  return lists;
}

Result<std::vector<SeedLists>> read_lists(FileSystem& files, const std::string& scenarios_folder) {
  std::vector<SeedLists> all;
  JW_ASSIGN(const auto packages, files.list(scenarios_folder));
  for (const auto& package : packages) {
    const std::string path = scenarios_folder + "/" + package + "/lists.yaml";
    JW_ASSIGN(const bool present, files.exists(path));
    if (!present) continue;
    JW_ASSIGN(const std::string yaml, read_text(files, path, limits::yaml_bytes));
    JW_ASSIGN(auto lists, parse_lists(yaml, "scenarios/" + package + "/lists.yaml", package));
    all.push_back(std::move(lists));
  }
  return all;
}

Result<void> seed_lists(const std::vector<SeedLists>& lists, const Catalog& catalog, Demands& demands,
                        Responsibilities& responsibilities, Instant now) {
  for (const auto& one : lists) {
    const std::string actor = "package:" + one.package;
    for (const auto& entry : one.responsibilities) JW_TRY(seed(entry, actor, catalog, responsibilities, now));
    for (const auto& entry : one.demands) JW_TRY(seed(entry, actor, demands, now));
  }
  return {};
}

}  // namespace jingwei::catalog

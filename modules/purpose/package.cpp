#include "modules/purpose/package.h"

#include <algorithm>

#include "base/limits.h"
#include "schema/yaml.h"

namespace jingwei::purpose {

namespace {

using schema::YamlFaults;
using schema::YamlMapping;
using schema::YamlNode;

constexpr std::int64_t most_sample_days = 366;
constexpr std::int64_t most_review_days = 1'096;

catalog::Title read_title(const YamlNode* node, YamlFaults& faults) {
  catalog::Title title;
  if (node == nullptr) return title;
  YamlMapping mapping(*node, faults);
  title.zh = mapping.require_text("zh");
  title.en = mapping.require_text("en");
  mapping.finish();
  return title;
}

bool is_resource(const catalog::Catalog& catalog, const std::string& id) {
  const auto definitions = catalog.definitions();
  return std::any_of(definitions->begin(), definitions->end(),
                     [&](const catalog::Definition& one) { return one.resource.id == id; });
}

void check_resource(const catalog::Catalog& catalog, const std::string& id, const YamlNode& node,
                    YamlFaults& faults) {
  if (!is_resource(catalog, id)) faults.add(node, "purpose.no_such_resource", {{"resource", id}});
}

std::optional<Day> read_day(const YamlNode* node, YamlFaults& faults) {
  if (node == nullptr) return std::nullopt;
  const auto day = parse_iso_day(node->scalar);
  if (!day) faults.add(*node, "purpose.bad_day", {{"day", node->scalar}});
  return day;
}

Assessment read_assessment(const YamlNode& node, const std::string& purpose, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  Assessment one;
  one.purpose = purpose;
  one.necessity = mapping.require_text("necessity");
  one.risk = mapping.require_text("risk");
  one.measures = mapping.require_text("measures");
  one.approved_by = mapping.text("approved_by").value_or("");
  one.approved_on = read_day(mapping.get("approved_on"), faults);
  if (one.approved_by.empty() != !one.approved_on) faults.add(node, "purpose.half_approved", {});
  mapping.finish();
  return one;
}

void read_purpose(const YamlNode& node, const catalog::Catalog& catalog, Package& package,
                  YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  Purpose one;
  one.origin = catalog::Origin::package;
  one.id = mapping.require_text("id");
  if (!is_purpose_id(one.id)) faults.add(node, "purpose.bad_id", {{"id", one.id}});
  one.title = read_title(mapping.require("title"), faults);
  one.basis = read_title(mapping.require("legal_basis"), faults);
  one.resources = mapping.texts("resources");
  for (const auto& resource : one.resources) check_resource(catalog, resource, node, faults);
  for (const auto& word : mapping.texts("classes")) {
    const auto personal = personal_named(word);
    if (personal) one.classes.push_back(*personal);
    if (!personal) faults.add(node, "purpose.unknown_class", {{"word", word}});
  }
  one.starts = read_day(mapping.require("start"), faults).value_or(Day{});
  one.ends = read_day(mapping.get("end"), faults);
  if (one.ends && *one.ends < one.starts) faults.add(node, "purpose.ends_before_start", {{"id", one.id}});
  one.emergency_only = mapping.boolean("emergency_only").value_or(false);
  const auto review = mapping.integer("review_within");
  if (review && (*review < 1 || *review > most_review_days))
    faults.add(node, "purpose.bad_review", {{"most", std::to_string(most_review_days)}});
  if (review) package.review_within[one.id] = *review;
  if (!one.has_end() && !review) faults.add(node, "purpose.no_end", {{"id", one.id}});
  if (const YamlNode* assessment = mapping.get("assessment"))
    package.assessments.push_back(read_assessment(*assessment, one.id, faults));
  mapping.finish();
  for (const auto& other : package.purposes) {
    if (other.id == one.id) faults.add(node, "purpose.doubled", {{"id", one.id}});
  }
  // By what it says, a change of the package is known.
  for (const auto* part : {&one.title.zh, &one.title.en, &one.basis.zh, &one.basis.en})
    one.declared += *part + '\x1f';
  one.declared += joined(one.resources) + '\x1f' + joined(one.classes) + '\x1f' + to_iso(one.starts) +
                  '\x1f' + (one.ends ? to_iso(*one.ends) : "") + '\x1f' + (one.emergency_only ? "e" : "");
  if (review) one.declared += '\x1f' + std::to_string(*review);
  package.purposes.push_back(std::move(one));
}

void read_kept(const YamlNode& node, const catalog::Catalog& catalog, Package& package, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  const std::string resource = mapping.require_text("resource");
  check_resource(catalog, resource, node, faults);
  package.kept[resource] = {read_title(mapping.require("legal_basis"), faults), "package:" + package.id};
  mapping.finish();
}

SampleEmergency read_sample(const YamlNode& node, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  SampleEmergency one;
  one.name = mapping.require_text("name");
  one.order_number = mapping.require_text("order");
  one.level = mapping.integer("level").value_or(1);
  one.purposes = mapping.texts("purposes");
  one.days = mapping.integer("days").value_or(30);
  if (one.level < 1 || one.level > 4 || one.days < 1 || one.days > most_sample_days || one.purposes.empty())
    faults.add(node, "purpose.bad_sample", {{"most", std::to_string(most_sample_days)}});
  mapping.finish();
  return one;
}

}  // namespace

bool is_purpose_id(std::string_view text) {
  if (text.empty() || text.size() > 48 || text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Result<Package> parse_package(std::string_view yaml, const std::string& file, const std::string& id,
                              const catalog::Catalog& catalog) {
  JW_ASSIGN(const YamlNode root, schema::parse_yaml(yaml, file));
  YamlFaults faults;
  YamlMapping mapping(root, faults);
  Package package;
  package.id = id;
  if (const YamlNode* list = mapping.require("purposes")) {
    for (const auto& item : list->items) read_purpose(item, catalog, package, faults);
  }
  if (const YamlNode* list = mapping.get("kept_by_law")) {
    for (const auto& item : list->items) read_kept(item, catalog, package, faults);
  }
  if (const YamlNode* list = mapping.get("sample_emergencies")) {
    for (const auto& item : list->items) package.samples.push_back(read_sample(item, faults));
  }
  mapping.finish();
  if (!faults.empty()) return faults.to_error();
  return package;
}

Result<std::vector<Package>> read_packages(FileSystem& files, const std::string& scenarios_folder,
                                           const catalog::Catalog& catalog) {
  std::vector<Package> all;
  std::set<std::string> seen;
  JW_ASSIGN(const auto packages, files.list(scenarios_folder));
  for (const auto& id : packages) {
    const std::string path = scenarios_folder + "/" + id + "/purposes.yaml";
    JW_ASSIGN(const bool present, files.exists(path));
    if (!present) continue;
    JW_ASSIGN(const std::string yaml, read_text(files, path, limits::yaml_bytes));
    JW_ASSIGN(Package package, parse_package(yaml, "scenarios/" + id + "/purposes.yaml", id, catalog));
    for (const auto& one : package.purposes) {
      if (!seen.insert(one.id).second)
        return Error(ErrorCode::conflict, "purpose.doubled").with("id", one.id).with("place", path);
    }
    all.push_back(std::move(package));
  }
  return all;
}

}  // namespace jingwei::purpose

// The overlap finder over the catalogue as it stands, and the exemptions people have recorded.
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/catalog/resource_life.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

constexpr std::size_t reason_length = 500;

bool missing(const std::string& text) {
  return text.empty() || text::code_points(text).size() > reason_length;
}

}  // namespace

Result<std::vector<Exemption>> read_exemptions(storage::Reader& reader) {
  std::vector<Exemption> exemptions;
  JW_TRY(reader.query(sql::all_exemptions, {}, [&](const storage::Row& row) {
    const auto text = [&](int at) { return std::string(row.text(at)); };
    exemptions.push_back(
        {text(0), text(1), text(2), text(3), text(4), text(5), text(6), from_micros(row.integer(7))});
    return true;
  }));
  return exemptions;
}

Result<std::vector<Overlap>> ResourceLife::overlaps_of(const Resource& resource) const {
  std::vector<Overlap> all;
  for (const auto& entry : catalog_.entries()) {
    if (entry.retired) continue;
    auto found = overlaps_between(resource, entry.resource);
    all.insert(all.end(), found.begin(), found.end());
  }
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto exemptions, read_exemptions(*reader));
  mark_exempted(all, exemptions);
  return all;
}

Result<std::vector<Overlap>> ResourceLife::all_overlaps() const {
  std::vector<Overlap> all;
  const EntryList entries = catalog_.entries();
  for (std::size_t a = 0; a < entries.size(); ++a) {
    for (std::size_t b = a + 1; b < entries.size(); ++b) {
      if (entries[a].retired || entries[b].retired) continue;
      // The later one asks again what the earlier one holds.
      auto found = overlaps_between(entries[b].resource, entries[a].resource);
      all.insert(all.end(), found.begin(), found.end());
    }
  }
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto exemptions, read_exemptions(*reader));
  mark_exempted(all, exemptions);
  return all;
}

Result<std::vector<Overlap>> ResourceLife::overlaps_of_package(const std::string& package) const {
  std::vector<Overlap> all;
  for (const auto& entry : catalog_.entries()) {
    if (entry.retired || entry.resource.package != package) continue;
    JW_ASSIGN(auto found, overlaps_of(entry.resource));
    std::erase_if(found, [](const Overlap& overlap) { return overlap.exemption.has_value(); });
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

Result<void> ResourceLife::exempt(Exemption exemption, const WriteRequest& request) {
  JW_ASSIGN(exemption.actor, clean_actor(request.actor));
  exemption.reason = text::squeeze(exemption.reason);
  exemption.authority = text::squeeze(exemption.authority);
  if (missing(exemption.reason)) return Error(ErrorCode::invalid, "catalog.reason_missing").at("/reason");
  if (missing(exemption.authority))
    return Error(ErrorCode::invalid, "catalog.authority_missing").at("/authority");
  auto row = idempotency_of(request.idempotency_key, exemption.actor, "exempt_overlap",
                            {exemption.resource, exemption.field, exemption.other_resource,
                             exemption.other_field, exemption.reason, exemption.authority});
  const auto committed =
      commit_once(store_, row, [&](storage::Reader&) { return decide_exemption(exemption); });
  if (!committed) return committed.error();
  return {};
}

Result<storage::Change> ResourceLife::decide_exemption(Exemption& exemption) const {
  JW_ASSIGN(const Entry* other, catalog_.find(exemption.other_resource));
  if (other->resource.field(exemption.other_field) == nullptr) {
    return Error(ErrorCode::not_found, "catalog.field_not_found")
        .with("resource", exemption.other_resource)
        .with("field", exemption.other_field)
        .at("/other_field");
  }
  JW_ASSIGN(const auto asked, versions(exemption.resource));
  const bool known = std::any_of(asked.begin(), asked.end(), [&](const Definition& definition) {
    return definition.resource.field(exemption.field) != nullptr;
  });
  if (!known) {
    return Error(ErrorCode::not_found, "catalog.field_not_found")
        .with("resource", exemption.resource)
        .with("field", exemption.field)
        .at("/field");
  }
  exemption.at = clock_.now();
  storage::Change change;
  change.writes.push_back(
      {&sql::put_exemption,
       {exemption.resource, exemption.field, exemption.other_resource, exemption.other_field,
        exemption.reason, exemption.authority, exemption.actor, to_micros(exemption.at)},
       std::nullopt});
  change.audit.push_back({exemption.actor, "overlap.exempt", exemption.resource + "." + exemption.field,
                          R"({"other":")" + exemption.other_resource + "." + exemption.other_field + "\"}"});
  return change;
}

std::string refusal_of(const Overlap& overlap, const std::string& steward, Language language) {
  std::string purposes;
  for (const auto& purpose : overlap.other->purposes) purposes += (purposes.empty() ? "" : ", ") + purpose;
  const std::vector<std::pair<std::string, std::string>> arguments = {
      {"field", overlap.field->title.in(language)},
      {"other", overlap.other->title.in(language)},
      {"other_field", overlap.other_field->title.in(language)},
      {"provider", overlap.other->provider.in(language)},
      {"sharing", render("catalog.sharing_" + std::string(name_of(overlap.other->sharing)), {}, language)},
      {"purposes", purposes.empty() ? "—" : purposes},
      {"steward", steward.empty() ? render("catalog.no_steward", {}, language) : steward},
      {"link", "/desk/#/resources/" + overlap.other->id}};
  return render("catalog.overlap_refusal", arguments, language);
}

}  // namespace jingwei::catalog

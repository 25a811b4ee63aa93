#include "modules/registry/typed.h"

#include "modules/catalog/meaning.h"
#include "modules/registry/limits.h"
#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

namespace {

// The newest of whatever stands in the file of whom a number is of.
Result<std::vector<Link>> links_of_person(storage::Reader& reader, const std::string& identifier) {
  JW_ASSIGN(const auto own, links_of_identifier(reader, identifier, limits::near_links));
  for (const auto& link : own) {
    if (link.role == Role::person && link.certainty == Certainty::certain)
      return links_of_subject(reader, link.subject, limits::typed_looked_at);
  }
  return std::vector<Link>();
}

}  // namespace

Result<TypedCount> count_typed(storage::Reader& reader, const RegistryParts& parts,
                               const Resources& resources, const catalog::Resource& resource,
                               const ingest::Record& record, const std::vector<Telling>& tellings) {
  TypedCount count;
  std::map<std::string, std::size_t> asked;  // field positions by meaning
  for (std::size_t at = 0; at < resource.fields.size(); ++at) {
    if (std::holds_alternative<storage::Null>(record.values[at]) ||
        catalog::identifies(resource, resource.fields[at]))
      continue;
    ++count.fields;
    asked.emplace(catalog::meaning_of(resource.fields[at]), at);
  }
  for (const auto& telling : tellings) {
    if (telling.role != Role::person || telling.identifier.empty()) continue;
    JW_ASSIGN(const auto links, links_of_person(reader, telling.identifier));
    for (const auto& link : links) {
      if (link.record == record.id || link.role != Role::person || link.certainty != Certainty::certain)
        continue;
      const std::string id = resources.numbered(link.resource).id;
      const auto entry = parts.catalog.find_readable(id);
      if (!entry) continue;
      const auto other = parts.ingest.find_record(id, link.record, access::Sight::whole());
      if (!other || other->known_from > record.known_from) continue;
      const auto& fields = (*entry)->resource.fields;
      for (std::size_t at = 0; at < fields.size(); ++at) {
        const auto same = asked.find(catalog::meaning_of(fields[at]));
        if (same == asked.end() || other->values[at] != record.values[same->second]) continue;
        ++count.known;
        asked.erase(same);
      }
    }
  }
  return count;
}

storage::Write add_typed(const std::string& resource, Day day, const TypedCount& count) {
  return {&sql::add_typed,
          {resource, static_cast<std::int64_t>(to_days(day)), count.fields, count.known},
          std::nullopt};
}

Result<std::map<std::string, TypedCount>> typed_since(storage::Reader& reader, Day from) {
  std::map<std::string, TypedCount> all;
  const storage::Value key = static_cast<std::int64_t>(to_days(from));
  JW_TRY(reader.query(sql::typed_since, std::span(&key, 1), [&](const storage::Row& row) {
    all[std::string(row.text(0))] = {row.integer(1), row.integer(2)};
    return true;
  }));
  return all;
}

}  // namespace jingwei::registry

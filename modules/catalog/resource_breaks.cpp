// Versions that break what stands: refused, or said to be so and told to those who use the resource.
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "modules/catalog/resource_life.h"
#include "modules/catalog/responsibility.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

constexpr std::size_t breaking_length = 500;

}  // namespace

Result<std::vector<Break>> ResourceLife::breaks_in(storage::Reader& reader,
                                                   const Definition& definition) const {
  const auto standing = catalog_.find(definition.resource.id);
  // None, a secret one, or one that takes nothing any more.
  if (!standing || (*standing)->retired || (*standing)->version >= definition.version)
    return std::vector<Break>();
  return breaks_of(reader, **standing, definition.resource);
}

Result<std::vector<Break>> ResourceLife::breaks(const Definition& definition) const {
  if (!is_open(definition.state)) return std::vector<Break>();
  JW_ASSIGN(auto reader, store_.read());
  return breaks_in(*reader, definition);
}

Result<std::vector<Dependent>> ResourceLife::dependents_in(storage::Reader& reader,
                                                           const std::string& resource) const {
  std::vector<Dependent> all;
  const std::array<storage::Value, 2> key = {resource, static_cast<std::int64_t>(limits::catalog_list)};
  JW_TRY(reader.query(sql::demands_on_resource, key, [&](const storage::Row& row) {
    all.push_back(
        {"demand:" + std::to_string(row.integer(0)), std::string(row.text(1)), std::string(row.text(2))});
    return true;
  }));
  JW_TRY(
      reader.query(sql::responsibilities_of_resource, std::span(key).first(1), [&](const storage::Row& row) {
        all.push_back({thing_of(ResponsibilityId(row.integer(0))), std::string(row.text(1)), ""});
        return true;
      }));
  if (const auto entry = catalog_.find(resource); entry.ok()) {
    for (const auto& metric : (*entry)->resource.metrics)
      all.push_back({"metric:" + metric.id, (*entry)->resource.provider_id, metric.title.zh});
  }
  if (users_) {
    JW_ASSIGN(auto users, users_(resource));
    all.insert(all.end(), std::make_move_iterator(users.begin()), std::make_move_iterator(users.end()));
  }
  return all;
}

Result<std::vector<Dependent>> ResourceLife::dependents(const std::string& resource) const {
  JW_ASSIGN(auto reader, store_.read());
  return dependents_in(*reader, resource);
}

Result<std::vector<Notice>> ResourceLife::notices() const {
  JW_ASSIGN(auto reader, store_.read());
  return read_notices(*reader);
}

Result<void> ResourceLife::check_breaks(storage::Reader& reader, Definition& definition,
                                        const StepAsked& asked) const {
  if (text::code_points(asked.breaking).size() > breaking_length)
    return Error(ErrorCode::invalid, "catalog.reason_missing").at("/breaking");
  JW_ASSIGN(const auto found, breaks_in(reader, definition));
  if (found.empty()) {
    definition.breaking.clear();
    return {};
  }
  if (!asked.breaking.empty()) definition.breaking = asked.breaking;
  if (!definition.breaking.empty()) return {};
  Error refused(ErrorCode::conflict, "catalog.breaks");
  for (const auto& one : found) {
    refused.causes.push_back(Error(ErrorCode::conflict, "catalog.break")
                                 .with("sentence", sentence_of(one, asked.request.language))
                                 .at(one.field.empty() ? "/key" : "/fields/" + one.field));
  }
  return std::move(refused)
      .with("resource", definition.resource.id)
      .with("version", std::to_string(definition.version))
      .with("count", std::to_string(found.size()));
}

Result<void> ResourceLife::tell_of_breaks(storage::Reader& reader, const Definition& definition,
                                          storage::Change& change) const {
  JW_ASSIGN(const auto users, dependents_in(reader, definition.resource.id));
  const Instant now = clock_.now();
  if (!users.empty()) {
    JW_ASSIGN(std::int64_t id, store_.allocate_ids(static_cast<std::int64_t>(users.size())));
    for (const auto& user : users) {
      Notice notice;
      notice.id = NoticeId(id++);
      notice.kind = NoticeKind::breaking;
      notice.resource = definition.resource.id;
      notice.about = user.about;
      notice.department = user.department;
      notice.title = user.title;
      notice.actor = definition.published_by;
      notice.detail = definition.breaking;
      notice.mark = definition.resource.id + ":" + std::to_string(definition.version);
      notice.at = now;
      change.writes.push_back(add_notice(notice));
    }
    change.writes.push_back(drop_old_notices(now));
  }
  JsonWriter event;
  event.begin_object();
  event.member("resource", definition.resource.id);
  event.member("version", definition.version);
  event.member("told", users.size());
  event.end_object();
  change.events.push_back({std::string(breaking_event_kind), event.take()});
  return {};
}

}  // namespace jingwei::catalog

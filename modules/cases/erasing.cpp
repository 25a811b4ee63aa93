#include "modules/cases/erasing.h"

#include "base/json.h"
#include "modules/cases/case.h"
#include "modules/cases/evidence/photos.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

constexpr std::int64_t erased_at_once = 100;

std::int64_t bound_of(std::optional<Instant> before) {
  return before ? to_micros(*before) : std::numeric_limits<std::int64_t>::max();
}

struct Going {
  CaseId id;
  std::int64_t version = 0, photos = 0;
  bool open = false, overdue = false;
  std::string state, category, assignee, department;
  RegionId place;
};

Going read_going(const storage::Row& row) {
  Going one;
  one.id = CaseId(row.integer(0));
  one.version = row.integer(1);
  one.photos = row.integer(2);
  one.open = row.integer(3) == 1;
  one.state = row.text(4);
  one.category = row.text(5);
  one.place = RegionId(row.integer(6));
  one.assignee = row.text(7);
  one.overdue = row.integer(8) == 1;
  one.department = row.text(9);
  return one;
}

// Whoever counts what is open learns that it is no more; the closed are counted by nobody.
storage::FeedEvent event_of(const Going& one, const std::string& process) {
  JsonWriter json(256);
  json.begin_object();
  json.member("case", one.id.to_string());
  json.member("process", process);
  json.member("kind", "erase");
  json.member("from", one.state);
  json.member("to", "erased");
  json.member("category", one.category);
  json.member("place", one.place.to_string());
  json.member("department", one.department);
  json.member("department_before", one.department);
  json.member("assignee", "");
  json.member("assignee_before", one.assignee);
  json.member("open", false);
  json.member("was_open", true);
  json.member("overdue", false);
  json.member("was_overdue", one.overdue);
  json.end_object();
  return {std::string(case_event_kind), json.take()};
}

}  // namespace

std::vector<CaseErasing::Version> CaseErasing::versions_of(const std::string& form) const {
  std::vector<Version> found;
  const auto all = book_.list();
  for (const auto& [process, versions] : all->versions) {
    for (const auto& [version, declared] : versions) {
      if (declared->process.form == form) found.emplace_back(process, version);
    }
  }
  return found;
}

Result<std::int64_t> CaseErasing::count(const std::string& form, std::optional<Instant> before) const {
  std::int64_t sum = 0;
  const auto versions = versions_of(form);
  if (versions.empty()) return sum;
  JW_ASSIGN(auto reader, parts_.store.read());
  for (const auto& [process, version] : versions) {
    const std::array<storage::Value, 3> key = {process, version, bound_of(before)};
    JW_ASSIGN(const auto closed, storage::query_integer(*reader, sql::count_closed_before, key));
    sum += closed.value_or(0);
    if (before) continue;
    JW_ASSIGN(const auto open,
              storage::query_integer(*reader, sql::count_under_way, std::span(key).first(2)));
    sum += open.value_or(0);
  }
  return sum;
}

Result<void> CaseErasing::take(storage::Reader& reader, const Version& version,
                               const storage::Statement& statement, std::span<const storage::Value> key,
                               Slice& slice) const {
  std::vector<Going> going;
  JW_TRY(reader.query(statement, key, [&](const storage::Row& row) {
    going.push_back(read_going(row));
    return true;
  }));
  auto& writes = slice.change.writes;
  for (const auto& one : going) {
    const storage::Value id = one.id.value;
    std::vector<std::int64_t> photos;
    if (one.photos > 0) {
      JW_TRY(reader.query(sql::photos_of_case, std::span(&id, 1), [&](const storage::Row& row) {
        photos.push_back(row.integer(0));
        return true;
      }));
    }
    writes.push_back({&sql::erase_case, {id, one.version}, 1});
    writes.push_back({&sql::erase_steps, {id}, std::nullopt});
    writes.push_back({&sql::erase_tasks, {id}, std::nullopt});
    writes.push_back({&sql::erase_conflicts, {id}, std::nullopt});
    writes.push_back({&sql::erase_matter, {id}, std::nullopt});
    for (const std::int64_t photo : photos)
      writes.push_back({&sql::drop_photo_bodies, {photo}, std::nullopt});
    if (!photos.empty())
      writes.push_back({&sql::erase_photos, {id}, static_cast<std::int64_t>(photos.size())});
    if (one.open) slice.change.events.push_back(event_of(one, version.first));
    ++slice.cases;
    slice.photos += static_cast<std::int64_t>(photos.size());
  }
  return {};
}

Result<CaseErasing::Slice> CaseErasing::next(const std::string& form, std::optional<Instant> before) const {
  Slice slice;
  slice.change.origin = storage::Origin::hub;
  JW_ASSIGN(auto reader, parts_.store.read());
  for (const auto& version : versions_of(form)) {
    const std::array<storage::Value, 4> closed = {version.first, version.second, bound_of(before),
                                                  erased_at_once};
    JW_TRY(take(*reader, version, sql::closed_before, closed, slice));
    if (slice.cases == 0 && !before) {
      const std::array<storage::Value, 3> open = {version.first, version.second, erased_at_once};
      JW_TRY(take(*reader, version, sql::under_way, open, slice));
    }
    if (slice.cases > 0) break;
  }
  return slice;
}

Result<std::vector<std::pair<std::string, std::optional<Instant>>>> CaseErasing::sealed_since(
    const std::string& form) const {
  std::vector<std::pair<std::string, std::optional<Instant>>> since;
  const auto versions = versions_of(form);
  if (versions.empty()) return since;
  JW_ASSIGN(auto reader, parts_.store.read());
  const auto moment = [](const std::optional<std::int64_t>& micros) -> std::optional<Instant> {
    if (!micros) return std::nullopt;
    return from_micros(*micros);
  };
  std::optional<Instant> oldest;
  for (const auto& [process, version] : versions) {
    const std::array<storage::Value, 2> key = {process, version};
    JW_ASSIGN(const auto opened, storage::query_integer(*reader, sql::oldest_case, key));
    if (opened && (!oldest || from_micros(*opened) < *oldest)) oldest = from_micros(*opened);
  }
  since.emplace_back(form, oldest);
  JW_ASSIGN(const auto photo, storage::query_integer(*reader, sql::oldest_photo, {}));
  since.emplace_back(Photos::sealed_table, moment(photo));
  return since;
}

}  // namespace jingwei::cases

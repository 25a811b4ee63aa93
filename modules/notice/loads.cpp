#include "modules/notice/loads.h"

#include <map>

#include "modules/notice/limits.h"
#include "modules/notice/notice_rows.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

namespace {

constexpr std::int64_t cap_most = 10'000;

}  // namespace

std::int64_t month_of(Instant at, const Zone& zone) {
  const std::chrono::year_month_day day{zone.day_of(at)};
  return static_cast<std::int64_t>(int{day.year()}) * 12 + static_cast<int>(unsigned{day.month()}) - 1;
}

Result<std::vector<CommunityLoad>> Loads::read_loads(storage::Reader& reader, std::int64_t month) const {
  const storage::Value key = month;
  std::vector<CommunityLoad> loads;
  JW_TRY(reader.query(sql::loads_of_month, std::span(&key, 1), [&](const storage::Row& row) {
    loads.push_back({RegionId(row.integer(0)), row.integer(1), row.integer(2)});
    return true;
  }));
  return loads;
}

Result<std::vector<CommunityLoad>> Loads::of_month(std::int64_t month) const {
  JW_ASSIGN(auto reader, store_.read());
  return read_loads(*reader, month);
}

Result<Caps> Loads::read_caps(storage::Reader& reader) const {
  Caps caps{limits::cap_default, limits::cap_default};
  JW_TRY(reader.query(sql::all_caps, {}, [&](const storage::Row& row) {
    (row.text(0) == "order" ? caps.orders : caps.forms) = row.integer(1);
    return true;
  }));
  return caps;
}

Result<Caps> Loads::caps() const {
  JW_ASSIGN(auto reader, store_.read());
  return read_caps(*reader);
}

Result<void> Loads::put_cap(NoticeKind kind, std::int64_t most, const std::string& actor) {
  if (most < 0 || most > cap_most)
    return Error(ErrorCode::invalid, "notice.bad_cap").with("most", std::to_string(cap_most));
  storage::Change change;
  change.writes.push_back(
      {&sql::put_cap, {std::string(name_of(kind)), most, to_micros(clock_.now()), actor}, 1});
  change.audit.push_back({actor, "notice.cap", "notice_cap:" + std::string(name_of(kind)),
                          "{\"most\":" + std::to_string(most) + "}"});
  const auto done = store_.commit(std::move(change));
  if (!done) return done.error();
  return {};
}

std::set<RegionId> Loads::communities_of(const std::vector<Recipient>& people) const {
  const auto tree = regions_.tree();
  std::set<RegionId> seen;
  std::set<RegionId> communities;
  for (const auto& person : people) {
    if (!person.region || !seen.insert(person.region).second) continue;
    region::Node node = tree->find(person.region);
    while (node != region::no_node && node != tree->root() && tree->level(node) > region::Level::community)
      node = tree->parent(node);
    if (node != region::no_node && tree->level(node) == region::Level::community)
      communities.insert(tree->id(node));
  }
  return communities;
}

Result<std::vector<FullCommunity>> Loads::full(storage::Reader& reader, NoticeKind kind,
                                               const std::set<RegionId>& communities) const {
  std::vector<FullCommunity> found;
  if (kind == NoticeKind::notice || communities.empty()) return found;
  JW_ASSIGN(const Caps caps, read_caps(reader));
  const std::int64_t most = kind == NoticeKind::order ? caps.orders : caps.forms;
  std::map<RegionId, std::int64_t> counts;
  JW_ASSIGN(const auto loads, read_loads(reader, month_of(clock_.now(), zone_)));
  for (const auto& load : loads) counts[load.region] = kind == NoticeKind::order ? load.orders : load.forms;
  for (const RegionId community : communities) {
    const std::int64_t count = counts[community];
    if (count >= most) found.push_back({community, count, most});
  }
  return found;
}

Result<void> Loads::take(storage::Reader& reader, NoticeKind kind, const std::set<RegionId>& communities,
                         storage::Change& change) const {
  if (kind == NoticeKind::notice) return {};
  JW_ASSIGN(const Caps caps, read_caps(reader));
  const bool order = kind == NoticeKind::order;
  const std::int64_t month = month_of(clock_.now(), zone_);
  for (const RegionId community : communities) {
    change.writes.push_back({order ? &sql::take_order : &sql::take_form,
                             {community.value, month, order ? caps.orders : caps.forms},
                             1});
  }
  return {};
}

Result<void> Loads::take_for(storage::Reader& reader, NoticeKind kind, RegionId region,
                             storage::Change& change) const {
  const auto communities = communities_of({{AccountId(), region, {}}});
  JW_ASSIGN(const auto spent, full(reader, kind, communities));
  if (spent.empty()) return take(reader, kind, communities, change);
  Error error = cap_reached(kind, spent, *regions_.tree());
  for (auto& cause : error.causes) cause.field = "/region";
  return std::move(error).at("/region");
}

}  // namespace jingwei::notice

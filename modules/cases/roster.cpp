#include "modules/cases/roster.h"

#include <algorithm>

#include "modules/cases/calendars.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

// Within "22:00-06:00", which goes over midnight and belongs to the day it begins on.
bool within_hours(const Duty& duty, Day day, std::chrono::microseconds time) {
  const auto on_day = [&](Day of) {
    const auto weekday = std::chrono::weekday{of}.iso_encoding();
    return duty.days.empty() || duty.days.find(static_cast<char>('0' + weekday)) != std::string::npos;
  };
  if (duty.hours.size() != 11) return on_day(day);
  const auto begin = parse_time(std::string_view(duty.hours).substr(0, 5)),
             end = parse_time(std::string_view(duty.hours).substr(6));
  if (!begin || !end) return false;
  if (*begin <= *end) return on_day(day) && time >= *begin && time < *end;
  return (on_day(day) && time >= *begin) || (on_day(day - std::chrono::days{1}) && time < *end);
}

std::string thing_of(DutyId id) {
  return "duty:" + id.to_string();
}

// What came after an ended region may have ended too, and so on.
constexpr int endings_most = 8;

void add_heirs(const region::Retired& ended, const region::Tree& tree, int depth,
               std::vector<region::Node>& heirs) {
  for (const auto& code : ended.successors) {
    if (const region::Node node = tree.find(code); node != region::no_node) {
      heirs.push_back(node);
      continue;
    }
    const auto retired = tree.retired();
    const auto next =
        std::find_if(retired.begin(), retired.end(), [&](const auto& one) { return one.code == code; });
    if (depth > 0 && next != retired.end()) add_heirs(*next, tree, depth - 1, heirs);
  }
}

}  // namespace

bool on_duty(const Duty& duty, Instant now, const Zone& zone) {
  if (now < duty.from || (duty.until && now >= *duty.until)) return false;
  if (duty.days.empty() && duty.hours.empty()) return true;
  const Day day = zone.day_of(now);
  return within_hours(duty, day, now - zone.start_of(day));
}

Result<void> Loads::load(storage::Reader& reader) {
  std::map<std::string, std::int64_t, std::less<>> open;
  JW_TRY(reader.query(sql::open_by_assignee, {}, [&](const storage::Row& row) {
    open[std::string(row.text(0))] = row.integer(1);
    return true;
  }));
  const std::lock_guard lock(mutex_);
  open_ = std::move(open);
  return {};
}

void Loads::moved(const std::string& from, const std::string& to) {
  if (from == to) return;
  const std::lock_guard lock(mutex_);
  if (!from.empty()) --open_[from];
  if (!to.empty()) ++open_[to];
}

std::int64_t Loads::of(const std::string& person) const {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(person);
  return found == open_.end() ? 0 : std::max<std::int64_t>(0, found->second);
}

std::string Loads::least(const std::vector<std::string>& people) {
  const std::lock_guard lock(mutex_);
  const auto weight = [&](const std::string& person) { return std::pair(open_[person], given_[person]); };
  const auto best = std::min_element(people.begin(), people.end(),
                                     [&](const auto& a, const auto& b) { return weight(a) < weight(b); });
  if (best == people.end()) return {};
  given_[*best] = ++turn_;
  return *best;
}

Result<void> Roster::reload() {
  auto fresh = std::make_shared<std::vector<Duty>>();
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(reader->query(sql::all_duties, {}, [&](const storage::Row& row) {
      Duty duty{DutyId(row.integer(0)),
                std::string(row.text(1)),
                RegionId(row.integer(2)),
                std::string(row.text(3)),
                std::string(row.text(4)),
                from_micros(row.integer(5)),
                std::nullopt,
                std::string(row.text(7)),
                std::string(row.text(8))};
      if (!row.is_null(6)) duty.until = from_micros(row.integer(6));
      fresh->push_back(std::move(duty));
      return true;
    }));
  }
  const std::lock_guard lock(swap_);
  duties_ = std::move(fresh);
  return {};
}

Result<void> Roster::follow(const storage::FeedEntry& event) {
  if (event.kind != duty_event_kind) return {};
  return reload();
}

std::shared_ptr<const std::vector<Duty>> Roster::duties() const {
  const std::lock_guard lock(swap_);
  return duties_;
}

std::optional<Duty> Roster::find(DutyId id) const {
  const auto all = duties();
  const auto found = std::find_if(all->begin(), all->end(), [&](const Duty& duty) { return duty.id == id; });
  if (found == all->end()) return std::nullopt;
  return *found;
}

Result<Duty> Roster::add(Duty wanted, const WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  const bool hours_read = wanted.hours.empty() || (wanted.hours.size() == 11 &&
                                                   parse_time(std::string_view(wanted.hours).substr(0, 5)) &&
                                                   parse_time(std::string_view(wanted.hours).substr(6)));
  if (!hours_read || (wanted.until && *wanted.until <= wanted.from))
    return Error(ErrorCode::invalid, "cases.bad_duty_times").at("/hours");
  auto row = catalog::idempotency_of(
      request.idempotency_key, actor, "add_duty",
      {wanted.duty, wanted.region.to_string(), wanted.department, wanted.person, wanted.days, wanted.hours,
       wanted.until ? to_rfc3339(*wanted.until) : std::string()});
  const auto decide = [&](storage::Reader&) -> Result<storage::Change> {
    JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
    wanted.id = DutyId(id);
    if (row) row->answer = wanted.id.to_string();
    storage::Change change;
    storage::Value until = storage::Null{};
    if (wanted.until) until = to_micros(*wanted.until);
    change.writes.push_back(
        {&sql::put_duty,
         {wanted.id.value, wanted.duty, wanted.region.value, wanted.department, wanted.person,
          to_micros(wanted.from), std::move(until), wanted.days, wanted.hours},
         1});
    change.events.push_back({std::string(duty_event_kind), R"({"duty":")" + wanted.id.to_string() + "\"}"});
    change.audit.push_back({actor, "duty.add", thing_of(wanted.id), "{}"});
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decide));
  JW_TRY(reload());
  if (!committed.earlier_answer) return wanted;
  const auto earlier = find(DutyId::parse(*committed.earlier_answer).value_or(DutyId()));
  if (!earlier) return Error(ErrorCode::gone, "cases.no_duty");
  return *earlier;
}

Result<void> Roster::end(DutyId id, const WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  if (!find(id)) return Error(ErrorCode::not_found, "cases.no_duty");
  auto row = catalog::idempotency_of(request.idempotency_key, actor, "end_duty", {id.to_string()});
  const auto decide = [&](storage::Reader&) -> Result<storage::Change> {
    storage::Change change;
    change.writes.push_back({&sql::end_duty, {id.value, to_micros(parts_.clock.now())}, 1});
    change.events.push_back({std::string(duty_event_kind), R"({"duty":")" + id.to_string() + "\"}"});
    change.audit.push_back({actor, "duty.end", thing_of(id), "{}"});
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decide));
  static_cast<void>(committed);
  return reload();
}

std::optional<RegionId> standing_for(RegionId region, const Case& one, const region::Tree& tree) {
  if (tree.find(region) != region::no_node) return region;
  const auto retired = tree.retired();
  const auto ended = std::find_if(retired.begin(), retired.end(),
                                  [&](const auto& entry) { return entry.id == region.value; });
  if (ended == retired.end()) return std::nullopt;
  std::vector<region::Node> heirs;
  add_heirs(*ended, tree, endings_most, heirs);
  if (one.longitude && one.latitude) {
    const region::Node at = tree.locate({*one.longitude, *one.latitude});
    for (const region::Node heir : heirs) {
      if (at != region::no_node && tree.contains(heir, at)) return tree.id(heir);
    }
  }
  const region::Node home = heirs.empty() ? tree.find(ended->parent_code) : heirs.front();
  if (home == region::no_node) return std::nullopt;
  return tree.id(home);
}

RegionId RosterGiver::above(RegionId place, region::Level level) const {
  region::Node node = tree_->find(place);
  while (node != region::no_node && tree_->level(node) > level && node != tree_->root())
    node = tree_->parent(node);
  return node == region::no_node ? place : tree_->id(node);
}

region::Level RosterGiver::level_of(RegionId region) const {
  const region::Node node = tree_->find(region);
  return node == region::no_node ? region::Level::nation : tree_->level(node);
}

std::optional<bool> RosterGiver::within(std::string_view region, std::string_view above) const {
  const auto scope = tree_->scope(above);
  const region::Node node = tree_->find(region);
  if (!scope || node == region::no_node) return std::nullopt;
  return scope->contains(node);
}

std::string RosterGiver::on_duty(const std::string& duty, RegionId region,
                                 const std::string& department) const {
  const Instant now = parts_.clock.now();
  for (region::Node node = tree_->find(region); node != region::no_node;) {
    const RegionId here = tree_->id(node);
    std::vector<std::string> people;
    for (const auto& one : *duties_) {
      const bool fits =
          one.duty == duty && one.region == here && (one.department.empty() || one.department == department);
      if (fits && cases::on_duty(one, now, parts_.zone)) people.push_back(one.person);
    }
    if (!people.empty()) return roster_.loads().least(people);
    if (node == tree_->root()) break;
    node = tree_->parent(node);
  }
  return {};
}

}  // namespace jingwei::cases

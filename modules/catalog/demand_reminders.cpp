#include "modules/catalog/demand_reminders.h"

#include <charconv>

#include "base/json.h"
#include "modules/catalog/notice.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

constexpr std::string_view demand_timer_kind = "catalog.demand";
constexpr std::int64_t demands_watched_at_once = 500;

// "17:3": the demand and the state of it that the timer looks after.
std::string timer_body(const Demand& demand) {
  return demand.id.to_string() + ":" + std::to_string(demand.row_version);
}

struct Watched {
  DemandId id;
  std::int64_t row_version = 0;
};

std::optional<Watched> watched_in(std::string_view body) {
  const std::size_t colon = body.find(':');
  const auto id = DemandId::parse(body.substr(0, colon));
  if (!id || colon == std::string_view::npos) return std::nullopt;
  Watched watched{*id, 0};
  const std::string_view version = body.substr(colon + 1);
  if (std::from_chars(version.data(), version.data() + version.size(), watched.row_version).ec != std::errc{})
    return std::nullopt;
  return watched;
}

Result<void> watch_at(storage::Store& store, const Demand& demand, Instant at, storage::Change& change) {
  JW_ASSIGN(const std::int64_t timer, store.allocate_ids());
  change.writes.push_back(
      storage::add_timer(TimerId(timer), at, std::string(demand_timer_kind), timer_body(demand)));
  return {};
}

}  // namespace

// Late is what has not come when its day is over.
Result<void> watch(storage::Store& store, const Zone& zone, const Demand& demand, storage::Change& change) {
  const auto due = clock_of(demand, {}).due;
  if (!due) return {};
  return watch_at(store, demand, zone.start_of(*due + std::chrono::days{1}), change);
}

Result<void> DemandReminders::watch_all() {
  for (;;) {
    std::vector<Demand> waiting;
    {
      JW_ASSIGN(auto reader, store_.read());
      JW_ASSIGN(waiting, read_unwatched_demands(*reader, demands_watched_at_once));
    }
    if (waiting.empty()) return {};
    for (const Demand& demand : waiting) {
      storage::Change change;
      change.origin = storage::Origin::hub;
      change.writes.push_back({&sql::watch_demand, {demand.id.value, demand.row_version}, 1});
      JW_TRY(watch(store_, zone_, demand, change));
      auto committed = store_.commit(std::move(change));
      // Another process was first, or somebody took its next step.
      if (!committed && committed.error().code != ErrorCode::conflict) return std::move(committed).error();
    }
  }
}

void DemandReminders::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(demand_timer_kind),
            [this](const storage::Timer& timer) { return timer_fell(timer); });
}

Result<storage::Change> DemandReminders::timer_fell(const storage::Timer& timer) {
  storage::Change change;
  const auto watched = watched_in(timer.body);
  if (!watched) return change;
  JW_ASSIGN(auto reader, store_.read());
  const auto demand = read_demand(*reader, watched->id);
  if (!demand && demand.error().code == ErrorCode::not_found) return change;
  if (!demand) return demand.error();
  if (demand->row_version != watched->row_version) return change;  // its next state has a timer of its own
  const Instant now = clock_.now();
  const DemandClock clock = clock_of(*demand, zone_.day_of(now));
  if (!clock.due) return change;
  if (clock.days_overdue == 0) {
    JW_TRY(watch(store_, zone_, *demand, change));
    return change;
  }
  JW_TRY(add_reminder(*demand, clock, now, change));
  const auto rounds = 1 + (clock.days_overdue - 1) / demand_reminder_round.count();
  JW_TRY(watch_at(store_, *demand,
                  zone_.start_of(*clock.due + std::chrono::days{1} + rounds * demand_reminder_round),
                  change));
  return change;
}

Result<void> DemandReminders::add_reminder(const Demand& demand, const DemandClock& clock, Instant now,
                                           storage::Change& change) const {
  JW_ASSIGN(const std::int64_t id, store_.allocate_ids(2));
  const std::string about = thing_of(demand.id);
  change.writes.push_back(add_step(id, about, {"remind", "", "", now}));
  Notice notice;
  notice.id = NoticeId(id + 1);
  notice.resource = demand.answer_resource.empty() ? demand.resource : demand.answer_resource;
  notice.about = about;
  notice.department = department_told(demand);
  notice.title = demand.title;
  notice.detail = std::to_string(clock.days_overdue);
  notice.mark = to_iso(*clock.due) + ":" + std::to_string(demand.row_version) + ":" + notice.detail;
  notice.at = now;
  change.writes.push_back(add_notice(notice));
  change.writes.push_back(drop_old_notices(now));
  change.audit.push_back({"timer", "demand.remind", about, "{}"});
  JsonWriter event;
  event.begin_object();
  event.member("resource", notice.resource);
  event.member("demand", demand.id.to_string());
  event.member("department", notice.department);
  event.member("days_overdue", clock.days_overdue);
  event.end_object();
  change.events.push_back({std::string(reminder_event_kind), event.take()});
  return {};
}

std::string DemandReminders::department_told(const Demand& demand) const {
  const std::string& resource = demand.answer_resource.empty() ? demand.resource : demand.answer_resource;
  if (resource.empty()) return {};
  const auto entry = catalog_.find(resource);
  return entry ? (*entry)->resource.provider_id : std::string();
}

}  // namespace jingwei::catalog

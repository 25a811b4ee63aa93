#include "modules/catalog/reminders.h"

#include "base/json.h"
#include "modules/catalog/notice.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

constexpr std::string_view timer_kind = "catalog.responsibility";
constexpr std::int64_t watched_at_once = 500;
// Overdue is what has not come when the last moment has passed.
constexpr std::chrono::microseconds just_after{1};

}  // namespace

Result<void> watch(storage::Store& store, ResponsibilityId id, Instant due, storage::Change& change) {
  JW_ASSIGN(const std::int64_t timer, store.allocate_ids());
  change.writes.push_back(
      storage::add_timer(TimerId(timer), due + just_after, std::string(timer_kind), id.to_string()));
  return {};
}

Result<void> add_reminder(storage::Store& store, Responsibility& one, const Collection& collection,
                          const std::string& actor, Instant now, storage::Change& change) {
  JW_ASSIGN(const std::int64_t id, store.allocate_ids(2));
  const std::string about = thing_of(one.id);
  ++one.reminders;
  one.reminded_at = now;
  change.writes.push_back({&sql::change_responsibility,
                           {one.id.value, one.row_version, std::string(name_of(one.rhythm)), one.basis,
                            one.reminders, to_micros(now)},
                           1});
  change.writes.push_back(add_step(id, about, {"remind", actor, "", now}));
  Notice notice;
  notice.id = NoticeId(id + 1);
  notice.resource = one.resource;
  notice.about = about;
  notice.department = one.department.id;
  notice.actor = actor;
  notice.detail = std::to_string(collection.days_overdue);
  // A person may remind more than once in a round.
  notice.mark = std::to_string(to_micros(*collection.due)) + ":" +
                (actor.empty() ? std::to_string(collection.rounds_missed) : notice.id.to_string());
  notice.at = now;
  change.writes.push_back(add_notice(notice));
  change.writes.push_back(drop_old_notices(now));
  change.audit.push_back({actor.empty() ? "timer" : actor, "responsibility.remind", about, "{}"});
  JsonWriter event;
  event.begin_object();
  event.member("resource", one.resource);
  event.member("responsibility", one.id.to_string());
  event.member("department", one.department.id);
  event.member("days_overdue", collection.days_overdue);
  event.end_object();
  change.events.push_back({std::string(reminder_event_kind), event.take()});
  return {};
}

Result<void> Reminders::watch_all() {
  for (;;) {
    std::vector<ResponsibilityId> waiting;
    {
      JW_ASSIGN(auto reader, store_.read());
      const storage::Value most = watched_at_once;
      JW_TRY(
          reader->query(sql::unwatched_responsibilities, std::span(&most, 1), [&](const storage::Row& row) {
            waiting.emplace_back(row.integer(0));
            return true;
          }));
    }
    if (waiting.empty()) return {};
    for (const ResponsibilityId id : waiting) {
      storage::Change change;
      change.origin = storage::Origin::hub;
      change.writes.push_back({&sql::watch_responsibility, {id.value}, 1});
      JW_TRY(watch(store_, id, clock_.now(), change));
      auto committed = store_.commit(std::move(change));
      // Another process was first.
      if (!committed && committed.error().code != ErrorCode::conflict) return std::move(committed).error();
    }
  }
}

void Reminders::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(timer_kind), [this](const storage::Timer& timer) { return timer_fell(timer); });
}

Result<storage::Change> Reminders::timer_fell(const storage::Timer& timer) {
  storage::Change change;
  const auto id = ResponsibilityId::parse(timer.body);
  if (!id) return change;
  Collection collection;
  {
    JW_ASSIGN(auto reader, store_.read());
    auto found = read_responsibility(*reader, *id);
    if (!found) {
      // Taken off the department: its timer ends with it.
      if (found.error().code == ErrorCode::not_found) return change;
      return std::move(found).error();
    }
    collection.responsibility = std::move(*found);
  }
  Responsibility& owed = collection.responsibility;
  const Instant now = clock_.now();
  const auto period = period_of(owed.rhythm);
  if (!catalog_.find_receiving(owed.resource).ok()) {
    // Retired or not known here: nothing can come, so nobody is reminded.
    JW_TRY(watch(store_, *id, now + period, change));
    return change;
  }
  JW_ASSIGN(collection.last_received, received_(owed.resource));
  compute_due(collection, now);
  if (!collection.due) return change;  // collected once and for all
  if (!collection.overdue) {
    JW_TRY(watch(store_, *id, *collection.due, change));
    return change;
  }
  const Instant round = *collection.due + (collection.rounds_missed - 1) * period;
  if (!owed.reminded_at || *owed.reminded_at <= round)
    JW_TRY(add_reminder(store_, owed, collection, "", now, change));
  if (owed.rhythm != Update::once) JW_TRY(watch(store_, *id, round + period, change));
  return change;
}

}  // namespace jingwei::catalog

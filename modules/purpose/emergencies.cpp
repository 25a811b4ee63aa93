// Emergencies: declared, extended and ended by order; ended by the clock when nobody extends them.
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/purpose/package.h"
#include "modules/purpose/purpose_service.h"
#include "modules/purpose/words.h"

namespace jingwei::purpose {

namespace {

constexpr std::string_view emergency_timer = "purpose.emergency", purpose_timer = "purpose.last_day",
                           daily_timer = "purpose.daily";
constexpr std::chrono::days longest{366};  // that may be planned in one go
constexpr std::size_t most_emergencies = 10'000;
constexpr std::chrono::hours round_at{3};  // after midnight, when little is asked

Error no_emergency(EmergencyId id) {
  return Error(ErrorCode::not_found, "purpose.no_emergency").with("id", id.to_string());
}

// The emergency, still to be ended or extended.
Result<Emergency*> standing_in(View& view, EmergencyId id, Instant now) {
  Emergency* one = view.find(id);
  if (one == nullptr) return no_emergency(id);
  if (!one->stands(now))
    return Error(ErrorCode::conflict, "purpose.emergency_over").with("id", id.to_string());
  return one;
}

Error bad(std::string message, std::string field) {
  return Error(ErrorCode::invalid, std::move(message)).at(std::move(field));
}

}  // namespace

Result<Emergency> PurposeService::find_emergency(EmergencyId id) const {
  const auto view = this->view();
  const Emergency* one = view->find(id);
  if (one == nullptr) return no_emergency(id);
  return *one;
}

Result<RegionId> PurposeService::check_emergency(const NewEmergency& wanted, const View& view,
                                                 Instant now) const {
  Error faults(ErrorCode::invalid, "purpose.emergency_refused");
  const auto tree = parts_.regions.tree();
  const region::Node node = tree->find(wanted.region);
  if (node == region::no_node) faults.causes.push_back(bad("purpose.region_unknown", "/region"));
  if (wanted.name.empty()) faults.causes.push_back(bad("purpose.words_missing", "/name"));
  if (wanted.level < 1 || wanted.level > 4) faults.causes.push_back(bad("purpose.bad_level", "/level"));
  if (wanted.purposes.empty()) faults.causes.push_back(bad("purpose.opens_nothing", "/purposes"));
  for (const auto& id : wanted.purposes) {
    const Purpose* purpose = view.find(id);
    const bool usable = purpose != nullptr && purpose->state == PurposeState::active;
    if (!usable) faults.causes.push_back(bad("purpose.unusable", "/purposes").with("id", id));
  }
  if (wanted.planned_end <= now) faults.causes.push_back(bad("purpose.end_passed", "/planned_end"));
  if (wanted.planned_end > now + longest)
    faults.causes.push_back(
        bad("purpose.too_long", "/planned_end").with("most", std::to_string(longest.count())));
  if (!faults.causes.empty()) return faults;
  return tree->id(node);
}

Result<Emergency> PurposeService::declare(const NewEmergency& given, const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  NewEmergency wanted = given;
  JW_ASSIGN(wanted.name, words_of(given.name, title_length, "/name"));
  JW_ASSIGN(wanted.order_number, order_of(given.order_number));
  std::sort(wanted.purposes.begin(), wanted.purposes.end());
  wanted.purposes.erase(std::unique(wanted.purposes.begin(), wanted.purposes.end()), wanted.purposes.end());
  auto row =
      catalog::idempotency_of(request.idempotency_key, actor, "declare_emergency",
                              {wanted.region, wanted.name, wanted.order_number, std::to_string(wanted.level),
                               joined(wanted.purposes), to_rfc3339(wanted.planned_end)});
  EmergencyId made;
  JW_ASSIGN(const auto committed, decide(row, [&](View& view, Instant now) -> Result<storage::Change> {
              JW_ASSIGN(const RegionId region, check_emergency(wanted, view, now));
              if (view.emergencies.size() >= most_emergencies)
                return Error(ErrorCode::exhausted, "purpose.too_many");
              Emergency one;
              JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
              one.id = made = EmergencyId(id);
              one.region = region;
              one.name = wanted.name;
              one.order_number = wanted.order_number;
              one.level = wanted.level;
              one.purposes = wanted.purposes;
              one.declared_by = actor;
              one.declared_at = now;
              one.planned_end = wanted.planned_end;
              if (row) row->answer = made.to_string();
              storage::Change change;
              change.writes.push_back(add_emergency(one));
              JW_TRY(arm(emergency_timer, one.planned_end, one.id.to_string(), change));
              JW_TRY(add_deed(parts_.store, view,
                              {thing_of(one.id), "declare", actor, one.order_number, one.planned_end,
                               "emergency.declare", R"({"region":")" + wanted.region + "\"}"},
                              now, change));
              return change;
            }));
  if (committed.earlier_answer) made = EmergencyId::parse(*committed.earlier_answer).value_or(EmergencyId());
  return find_emergency(made);
}

Result<Emergency> PurposeService::extend(EmergencyId id, Instant planned_end, const std::string& order_sent,
                                         const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  JW_ASSIGN(const std::string order, order_of(order_sent));
  auto row = catalog::idempotency_of(request.idempotency_key, actor, "extend_emergency",
                                     {id.to_string(), order, to_rfc3339(planned_end)}, id.to_string());
  JW_ASSIGN([[maybe_unused]] const auto committed,
            decide(row, [&](View& view, Instant now) -> Result<storage::Change> {
              JW_ASSIGN(Emergency * one, standing_in(view, id, now));
              if (planned_end <= one->planned_end) return bad("purpose.not_later", "/planned_end");
              if (planned_end > now + longest)
                return bad("purpose.too_long", "/planned_end").with("most", std::to_string(longest.count()));
              one->planned_end = planned_end;
              storage::Change change;
              change.writes.push_back(extend_emergency(*one));
              JW_TRY(arm(emergency_timer, planned_end, id.to_string(), change));
              JW_TRY(add_deed(parts_.store, view,
                              {thing_of(id), "extend", actor, order, planned_end, "emergency.extend"}, now,
                              change));
              return change;
            }));
  return find_emergency(id);
}

Result<Forecast> PurposeService::foretell_end(EmergencyId id) const {
  JW_ASSIGN(View view, read());
  const Instant now = parts_.clock.now();
  JW_ASSIGN(Emergency * one, standing_in(view, id, now));
  one->state = EmergencyState::ended;
  return destructions_.foretell(view, now);
}

Result<Emergency> PurposeService::end(EmergencyId id, const std::string& order_sent, std::int64_t expected,
                                      const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  JW_ASSIGN(const std::string order, order_of(order_sent));
  auto row = catalog::idempotency_of(request.idempotency_key, actor, "end_emergency",
                                     {id.to_string(), order, std::to_string(expected)}, id.to_string());
  JW_ASSIGN([[maybe_unused]] const auto committed,
            decide(row, [&](View& view, Instant now) -> Result<storage::Change> {
              JW_ASSIGN(Emergency * one, standing_in(view, id, now));
              one->state = EmergencyState::ended;
              one->ended_by = actor;
              one->end_order = order;
              one->ended_at = now;
              storage::Change change;
              change.writes.push_back(end_emergency(*one));
              JW_ASSIGN(const Forecast forecast, destructions_.foretell(view, now));
              if (forecast.records() != expected) return changed_forecast(forecast);
              JW_TRY(destructions_.add(forecast, {thing_of(id), actor, order}, now, change));
              JW_TRY(add_deed(parts_.store, view, {thing_of(id), "end", actor, order, {}, "emergency.end"},
                              now, change));
              return change;
            }));
  return find_emergency(id);
}

// --- by the clock ---

Result<void> PurposeService::arm(std::string_view kind, Instant due, const std::string& body,
                                 storage::Change& change) const {
  JW_ASSIGN(const std::int64_t timer, parts_.store.allocate_ids());
  change.writes.push_back(storage::add_timer(TimerId(timer), due, std::string(kind), body));
  return {};
}

Result<void> PurposeService::arm_last_day(const Purpose& purpose, storage::Change& change) const {
  if (!purpose.ends) return {};
  return arm(purpose_timer, parts_.zone.start_of(*purpose.ends + std::chrono::days{1}), purpose.id, change);
}

Instant PurposeService::next_round(Instant after) const {
  const Day today = parts_.zone.day_of(after);
  const Instant round = parts_.zone.start_of(today) + round_at;
  return round > after ? round : parts_.zone.start_of(today + std::chrono::days{1}) + round_at;
}

void PurposeService::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(emergency_timer),
            [this](const storage::Timer& timer) { return emergency_fell(timer); });
  timers.on(std::string(purpose_timer), [this](const storage::Timer& timer) { return purpose_fell(timer); });
  timers.on(std::string(daily_timer), [this](const storage::Timer& timer) { return day_fell(timer); });
  rights_.on_timers(timers);
}

// Extended ones have a later timer; those ended by order are done with.
Result<storage::Change> PurposeService::emergency_fell(const storage::Timer& timer) {
  storage::Change change;
  JW_ASSIGN(View view, read());
  const Instant now = parts_.clock.now();
  Emergency* one = view.find(EmergencyId::parse(timer.body).value_or(EmergencyId()));
  if (one == nullptr || one->state == EmergencyState::ended || now < one->planned_end) return change;
  one->state = EmergencyState::ended;
  one->ended_at = one->planned_end;
  change.writes.push_back(end_emergency(*one));
  JW_ASSIGN(const Forecast forecast, destructions_.foretell(view, now));
  JW_TRY(destructions_.add(forecast, {thing_of(one->id), "", one->order_number}, now, change));
  JW_TRY(
      add_deed(parts_.store, view, {thing_of(one->id), "lapse", "", "", {}, "emergency.lapse"}, now, change));
  return change;
}

Result<storage::Change> PurposeService::purpose_fell(const storage::Timer& timer) {
  storage::Change change;
  JW_ASSIGN(View view, read());
  const Instant now = parts_.clock.now();
  Purpose* one = view.find(timer.body);
  const bool past = one != nullptr && one->ends && parts_.zone.day_of(now) > *one->ends;
  if (!past || one->state == PurposeState::ended) return change;
  one->state = PurposeState::ended;
  one->changed_at = now;
  change.writes.push_back(change_purpose(*one));
  JW_ASSIGN(const Forecast forecast, destructions_.foretell(view, now));
  JW_TRY(destructions_.add(forecast, {thing_of(*one), "", ""}, now, change));
  JW_TRY(add_deed(parts_.store, view, {thing_of(*one), "lapse", "", "", {}, "purpose.lapse"}, now, change));
  return change;
}

Result<storage::Change> PurposeService::day_fell(const storage::Timer&) {
  storage::Change change;
  const Instant now = parts_.clock.now();
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const View view, read_view(*reader));
  JW_TRY(destructions_.add_leftovers(view, now, change));
  if (!change.writes.empty()) change.writes.push_back(hold_revision(view));
  JW_TRY(destructions_.add_retention(*reader, now, change));
  JW_TRY(arm(daily_timer, next_round(now), "", change));
  return change;
}

// --- what packages bring ---

Result<void> PurposeService::put_package(const Package& package) {
  const std::string actor = "package:" + package.id;
  std::optional<storage::Idempotency> none;
  for (const auto& declared : package.purposes) {
    JW_ASSIGN(const View now, read());
    const Purpose* known = now.find(declared.id);
    if (known != nullptr && known->declared == declared.declared) continue;
    if (known != nullptr && (known->origin == catalog::Origin::desk || known->state == PurposeState::ended)) {
      log::info("purpose.package_left_out", {{"purpose", declared.id}});
      continue;
    }
    const auto put = decide(none, [&](View& view, Instant at) -> Result<storage::Change> {
      const auto over_before = view.over(parts_.catalog, at, parts_.zone);
      Purpose* standing = view.find(declared.id);
      Purpose next = declared;
      const auto review = package.review_within.find(declared.id);
      if (review != package.review_within.end())
        next.review_by = parts_.zone.day_of(at) + std::chrono::days{review->second};
      next.changed_by = actor;
      next.changed_at = at;
      next.version = standing == nullptr ? 1 : standing->version;
      storage::Change change;
      change.writes.push_back(standing == nullptr ? add_purpose(next) : change_purpose(next));
      JW_TRY(arm_last_day(next, change));
      JW_TRY(
          add_deed(parts_.store, view,
                   {thing_of(next), standing == nullptr ? "add" : "change", actor, "", {}, "purpose.write"},
                   at, change));
      if (standing == nullptr) {
        view.purposes.push_back(next);
      } else {
        *standing = next;
      }
      // Nothing is destroyed because a file says so: whoever ends a purpose is told first what that destroys.
      const auto over_after = view.over(parts_.catalog, at, parts_.zone);
      if (!std::includes(over_before.begin(), over_before.end(), over_after.begin(), over_after.end()))
        return Error(ErrorCode::conflict, "purpose.edit_would_end").with("id", declared.id);
      return change;
    });
    if (!put && put.error().message != "purpose.edit_would_end") return put.error();
    if (!put)
      log::warn("purpose.package_left_out",
                {{"purpose", declared.id}, {"why", "it would end what it keeps"}});
  }
  JW_ASSIGN(const View now, read());
  storage::Change change;
  for (const auto& one : package.assessments) {
    if (now.assessments.contains(one.purpose)) continue;
    Assessment fresh = one;
    fresh.changed_by = actor;
    fresh.changed_at = parts_.clock.now();
    change.writes.push_back(put_assessment(fresh));
  }
  for (const auto& [resource, kept] : package.kept) {
    const auto known = now.kept.find(resource);
    const bool same = known != now.kept.end() && known->second.origin == kept.origin &&
                      known->second.basis.zh == kept.basis.zh && known->second.basis.en == kept.basis.en;
    const bool others = known != now.kept.end() && known->second.origin != kept.origin;
    if (!same && !others) change.writes.push_back(put_kept(resource, kept));
  }
  for (const auto& [resource, kept] : now.kept) {
    if (kept.origin == actor && !package.kept.contains(resource))
      change.writes.push_back(drop_kept(resource));
  }
  if (change.writes.empty()) return {};
  // Another process that starts at this moment may have been first.
  const auto committed = parts_.store.commit(std::move(change));
  if (!committed && committed.error().code != ErrorCode::conflict) return committed.error();
  return {};
}

Result<void> PurposeService::put_samples(const std::string& region) {
  if (!view()->emergencies.empty() || parts_.regions.tree()->find(region) == region::no_node) return {};
  for (NewEmergency sample : samples_) {
    sample.region = region;
    sample.planned_end = parts_.clock.now() + sample.planned_end.time_since_epoch();
    const auto made = declare(sample, {"sample", "sample-emergency " + sample.order_number, Language::zh});
    // Another process put it in on another day.
    if (!made && made.error().message != "idempotency.mismatch") return made.error();
  }
  return {};
}

Result<void> PurposeService::open(FileSystem& files, const std::string& scenarios_folder) {
  JW_ASSIGN(const auto packages, read_packages(files, scenarios_folder, parts_.catalog));
  samples_.clear();
  for (const auto& package : packages) {
    JW_TRY(put_package(package));
    for (const auto& sample : package.samples) {
      samples_.push_back({"", sample.name, sample.order_number, sample.level, sample.purposes,
                          Instant{std::chrono::days{sample.days}}});
    }
  }
  JW_TRY(reload());
  // One daily round, whoever starts first.
  std::optional<storage::Idempotency> once = storage::Idempotency{"hub", "arm_daily_round", "1", "1", "1"};
  JW_TRY(catalog::commit_once(parts_.store, once, [&](storage::Reader&) -> Result<storage::Change> {
    storage::Change change;
    JW_TRY(arm(daily_timer, next_round(parts_.clock.now()), "", change));
    return change;
  }));
  return {};
}

}  // namespace jingwei::purpose

// What the hub itself does with cases: at their time, after a new calendar, new regions, a new version of a
// process.
#include <array>

#include "modules/cases/case_work.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

// What a state of an earlier version is called in one that migrates; null: it has no way there.
const State* state_now(const Process& process, const std::string& before) {
  const auto mapped = process.migrate->find(before);
  const State* state = process.state(mapped == process.migrate->end() ? before : mapped->second);
  return state != nullptr && state->is_leaf() ? state : nullptr;
}

}  // namespace

Result<bool> CaseWork::wake(CaseId id) {
  bool done = false;
  const auto woken =
      change(id, {}, nullptr, "case.timer", std::nullopt,
             [&](storage::Reader&, const Found& found, storage::Change& change) -> Result<Outcome> {
               change.origin = storage::Origin::hub;
               const auto calendar = calendars_.calendar();
               const RosterGiver giver(parts_.regions.tree(), roster_, parts_);
               const Machine machine({found.declared->process, *calendar, giver, parts_.clock.now()});
               Outcome outcome = machine.wake(found.one);
               done = !outcome.steps.empty();
               return outcome;
             });
  if (!woken) return std::move(woken).error();
  return done;
}

Result<bool> CaseWork::reschedule(CaseId id) {
  bool moved = false;
  const auto done = change(
      id, {}, nullptr, "case.timer", std::nullopt,
      [&](storage::Reader& reader, const Found& found, storage::Change& change) -> Result<Outcome> {
        change.origin = storage::Origin::hub;
        std::optional<Instant> escalated_at;
        if (found.one.overdue && found.one.rung_at) {
          const std::array<storage::Value, 2> key = {id.value, static_cast<std::int64_t>(StepKind::escalate)};
          JW_ASSIGN(const auto at, storage::query_integer(reader, sql::last_step_of_kind, key));
          if (at) escalated_at = from_micros(*at);
        }
        const auto calendar = calendars_.calendar();
        const RosterGiver giver(parts_.regions.tree(), roster_, parts_);
        const Machine machine({found.declared->process, *calendar, giver, parts_.clock.now()});
        Outcome outcome;
        outcome.after = machine.rescheduled(found.one, escalated_at);
        moved = outcome.after.due_at != found.one.due_at || outcome.after.rung_at != found.one.rung_at;
        return outcome;
      });
  if (!done) return std::move(done).error();
  return moved;
}

Result<bool> CaseWork::rehome(CaseId id) {
  bool moved = false;
  const auto done = change(
      id, {}, nullptr, "case.rehome", std::nullopt,
      [&](storage::Reader&, const Found& found, storage::Change& change) -> Result<Outcome> {
        change.origin = storage::Origin::hub;
        const auto tree = parts_.regions.tree();
        const RegionId home = standing_for(found.one.owner, found.one, *tree).value_or(found.one.owner);
        Outcome outcome;
        outcome.after = found.one;
        if (home == found.one.owner) return outcome;
        outcome = noted(found.one, StepKind::rehome, {}, {});
        outcome.after.owner = outcome.steps.back().owner = home;
        moved = true;
        return outcome;
      });
  if (!done) return std::move(done).error();
  return moved;
}

Result<bool> CaseWork::follow(CaseId id, const std::string& step, const std::string& actor) {
  bool moved = false;
  const auto done =
      change(id, {}, nullptr, "case.follow", std::nullopt,
             [&](storage::Reader&, const Found& found, storage::Change& change) -> Result<Outcome> {
               change.origin = storage::Origin::hub;
               moved = false;
               Outcome same;
               same.after = found.one;
               const Process& process = found.declared->process;
               const State* state = process.state(found.one.state);
               if (state == nullptr || found.one.parent) return same;
               for (const Transition* out : transitions_from(process, *state)) {
                 if (out->matter_step != step) continue;
                 const auto calendar = calendars_.calendar();
                 const RosterGiver giver(parts_.regions.tree(), roster_, parts_);
                 const Machine machine({process, *calendar, giver, parts_.clock.now()});
                 moved = true;
                 return machine.take(found.one, *out, Doer{actor, {}, false}, {});
               }
               return same;
             });
  if (!done) return std::move(done).error();
  return moved;
}

Result<bool> CaseWork::migrate(CaseId id) {
  bool moved = false;
  const auto done =
      change(id, {}, nullptr, "case.migrate", std::nullopt,
             [&](storage::Reader&, const Found& found, storage::Change& change) -> Result<Outcome> {
               change.origin = storage::Origin::hub;
               JW_ASSIGN(const auto newest, book_.find(found.one.process));
               const Process& process = newest->process;
               Outcome same;
               same.after = found.one;
               const Process& earlier = found.declared->process;
               if (process.version <= found.one.process_version || !process.migrate || !found.one.open)
                 return same;
               // Its words are sealed under the form it was opened with: under another nobody could read
               // them.
               if (process.form != earlier.form) return same;
               const State* state = state_now(process, found.one.state);
               if (state == nullptr) return same;
               Outcome outcome = noted(found.one, StepKind::migrate, {}, {});
               Case& after = outcome.after;
               after.process_version = process.version;
               after.state = state->id;
               const State* before = state_now(process, found.one.before);
               after.before = before == nullptr ? std::string() : before->id;
               after.stage = state->stage;
               after.waits_for = state->final ? std::string() : state->waits_for;
               if (state->final) {
                 after.open = after.overdue = false;
                 after.closed_at = after.changed_at;
                 after.left.reset();
               }
               // A clock that had been stopped goes on from now.
               const State* stood = earlier.state(found.one.state);
               if (stood != nullptr && stood->stopped && !state->stopped) after.entered_at = after.changed_at;
               outcome.steps.back().to_state = state->id;
               const auto calendar = calendars_.calendar();
               const RosterGiver giver(parts_.regions.tree(), roster_, parts_);
               const Machine machine({process, *calendar, giver, parts_.clock.now()});
               outcome.after = machine.rescheduled(std::move(outcome.after));
               moved = true;
               return outcome;
             });
  if (!done) return std::move(done).error();
  return moved;
}

}  // namespace jingwei::cases

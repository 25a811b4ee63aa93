// What the hub itself does with cases: at their time, after a new calendar, new regions, a new version of a
// process.
#include <algorithm>

#include "modules/cases/case_work.h"

namespace jingwei::cases {

namespace {

// The owner itself while it stands; of what came after it, where the case lies; else its parent.
RegionId home_of(const Case& one, const region::Tree& tree) {
  if (tree.find(one.owner) != region::no_node) return one.owner;
  const auto retired = tree.retired();
  const auto ended = std::find_if(retired.begin(), retired.end(),
                                  [&](const auto& region) { return region.id == one.owner.value; });
  if (ended == retired.end()) return one.owner;
  const region::Node at =
      one.longitude && one.latitude ? tree.locate({*one.longitude, *one.latitude}) : region::no_node;
  region::Node home = region::no_node;
  for (const auto& code : ended->successors) {
    const region::Node node = tree.find(code);
    if (node == region::no_node) continue;
    if (at != region::no_node && tree.contains(node, at)) return tree.id(node);
    if (home == region::no_node) home = node;
  }
  if (home == region::no_node) home = tree.find(ended->parent_code);
  return home == region::no_node ? one.owner : tree.id(home);
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
  const auto done =
      change(id, {}, nullptr, "case.timer", std::nullopt,
             [&](storage::Reader&, const Found& found, storage::Change& change) -> Result<Outcome> {
               change.origin = storage::Origin::hub;
               const auto calendar = calendars_.calendar();
               const RosterGiver giver(parts_.regions.tree(), roster_, parts_);
               const Machine machine({found.declared->process, *calendar, giver, parts_.clock.now()});
               Outcome outcome;
               outcome.after = machine.rescheduled(found.one);
               moved = outcome.after.due_at != found.one.due_at;
               return outcome;
             });
  if (!done) return std::move(done).error();
  return moved;
}

Result<bool> CaseWork::rehome(CaseId id) {
  bool moved = false;
  const auto done =
      change(id, {}, nullptr, "case.rehome", std::nullopt,
             [&](storage::Reader&, const Found& found, storage::Change& change) -> Result<Outcome> {
               change.origin = storage::Origin::hub;
               const auto tree = parts_.regions.tree();
               const RegionId home = home_of(found.one, *tree);
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
               if (process.version <= found.one.process_version || !process.migrate) return same;
               const auto mapped = process.migrate->find(found.one.state);
               const State* state =
                   process.state(mapped == process.migrate->end() ? found.one.state : mapped->second);
               if (state == nullptr || !state->is_leaf()) return same;
               Outcome outcome = noted(found.one, StepKind::migrate, {}, {});
               outcome.after.process_version = process.version;
               outcome.after.state = state->id;
               outcome.after.stage = state->stage;
               outcome.after.waits_for = state->waits_for;
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

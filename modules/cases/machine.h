// The statechart: what entering a state and taking a transition do to a case. Pure: decides, does not store.
#pragma once

#include "modules/cases/calendar/working_calendar.h"
#include "modules/cases/case.h"

namespace jingwei::cases {

// Of a dispatch, or of a state's duty: who owns and has the case then.
struct Given {
  RegionId owner;
  std::string department;
  std::string assignee;  // empty: nobody on duty
};

// Asked where a process gives a case out; the service answers from regions and rosters.
class Giver {
 public:
  virtual ~Giver() = default;
  // The region of `level` above `place`, or `place` itself when it lies above that level.
  virtual RegionId above(RegionId place, region::Level level) const = 0;
  virtual region::Level level_of(RegionId region) const = 0;
  // What stands now for a region of the case: standing_for() of roster.h.
  virtual std::optional<RegionId> standing(RegionId region, const Case& one) const = 0;
  // Of GuardSurroundings.
  virtual std::optional<bool> within(std::string_view region, std::string_view above) const = 0;
  // The least loaded person who has `duty` now in the region, or in the nearest above it that has one, and in
  // the department; empty: nobody.
  virtual std::string on_duty(const std::string& duty, RegionId region,
                              const std::string& department) const = 0;
};

// Who opens a case: somebody whom `report` must let, or the hub, because a thing of another module has come.
enum class Opener : std::uint8_t { person, hub };

struct MachineParts {
  const Process& process;
  const WorkingCalendar& calendar;
  const Giver& giver;
  Instant now;
};

// What a person brings to a transition.
struct Bringing {
  Answers inputs;
  std::string words;
  std::string assignee;  // of assign: input
  std::int64_t photos = 0;
};

// One telling of a state that was entered, by its place in the state, with the version of the case that
// entered it.
struct Told {
  std::string state;
  std::size_t at = 0;
  std::int64_t sequence = 0;
};

// A case as it stands afterwards, with the steps that led there; each step is one version.
struct Outcome {
  Case after;
  std::vector<Step> steps;
  std::vector<const Transition*> taken;  // whose effects are to be told, in order
  std::vector<Told> told;                // what was to be told on entering states, in order
  Cap cap = Cap::none;                   // what a community gets one more of by it
};

// The moment a span after `from` ends.
Instant after(const Span& span, Instant from, const WorkingCalendar& calendar);

// What a person is told names transitions and states by their titles: errors carry them in both languages
// ("action", "action_en"), and this chooses.
Error told_in(Error error, Language language);

// Facts of guards as one JSON object (docs/formats/processes.md).
std::string facts_of(const Process& process, const Case& one, const Doer& doer, const Answers& inputs,
                     Instant now);

class Machine {
 public:
  explicit Machine(MachineParts parts) : parts_(parts) {}

  // A new case: `draft` has place, form, reporter, owner and department; enters the initial state. What the
  // hub opens for a thing of another module asks nobody. Errors: denied "cases.may_not_open".
  Result<Outcome> open(Case draft, const Doer& doer, Opener by = Opener::person) const;

  // Why the doer may not take it now; nothing when they may. Without `bringing`, what they would bring is not
  // looked at. Errors: denied "cases.not_your_turn", conflict "cases.wrong_state", "cases.guard_fails",
  // "cases.same_person", "cases.tasks_open", "cases.reopen_too_late", "cases.reopened_too_often", invalid
  // "cases.photos_missing", "cases.assignee_missing".
  Result<void> check(const Case& one, const Transition& transition, const Doer& doer,
                     const std::vector<Step>& steps, const Bringing* bringing) const;
  // Takes it and what follows automatically. Only after check().
  Outcome take(const Case& one, const Transition& transition, const Doer& doer,
               const Bringing& bringing) const;

  // What the hub does when the case's time has come: a delayed transition, an escalation, a supervision. No
  // steps: it only looks again later.
  Outcome wake(const Case& one) const;
  // Deadline and next waking anew, after a change of the calendar; entered_at stays. Of one that is overdue
  // the next rung, where it is known when it took the last one.
  Case rescheduled(Case one, std::optional<Instant> escalated_at = {}) const;

  // To another owner, as people hand over: what was left until it is due stays, and it has been given out
  // now.
  Outcome hand_over(const Case& one, RegionId region, const std::string& department, const Doer& doer,
                    const std::string& reason) const;
  // Into a state without a transition: merging, migration.
  Outcome move(const Case& one, const State& state, StepKind kind, const std::string& actor,
               const std::string& words) const;

 private:
  Step step_of(const Case& before, Case& after, StepKind kind, const std::string& action,
               const std::string& actor) const;
  void enter(Case& one, const State& state) const;
  void tell(Outcome& outcome, const std::string& from) const;
  Cap cap_of(const std::vector<CapRule>& rules, const Case& one, const Doer& doer,
             const Answers& inputs) const;
  void give(Case& one, const Transition& transition, const Doer& doer, const Bringing& bringing) const;
  void dispatch(Case& one, const Doer& doer, const Answers& inputs) const;
  void set_clock(Case& one, const State& state) const;
  void schedule(Case& one, const State& state) const;
  RegionId above(const Case& one, region::Level level) const;
  bool holds(const Guard& guard, std::string_view facts) const;
  const Span* span_of(const Case& one, const State& state) const;
  std::optional<Instant> deadline_of(const Case& one, const State& state, Instant from) const;
  std::optional<std::chrono::microseconds> left_of(const Case& one, const State& state) const;
  void follow_automatic(Outcome& outcome) const;
  bool escalate(Case& one) const;
  const State& state_of(const Case& one) const;

  MachineParts parts_;
};

}  // namespace jingwei::cases

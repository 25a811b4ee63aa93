#include "modules/cases/machine.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"

namespace jingwei::cases {

namespace {

constexpr int automatic_most = 16;

// As a number or a truth where the process says that it is one.
void write_answers(JsonWriter& json, std::string_view key, const Answers& answers, const Process& process) {
  json.key(key);
  json.begin_object();
  for (const auto& [name, text] : answers) {
    json.key(name);
    if (!process.numbers.contains(name)) {
      json.value(text);
    } else if (text == "true" || text == "false") {
      json.value(text == "true");
    } else {
      double number = 0;
      const char* end = text.data() + text.size();
      const auto [rest, fault] = std::from_chars(text.data(), end, number);
      if (fault == std::errc{} && rest == end) {
        json.value(number);
      } else {
        json.value(text);
      }
    }
  }
  json.end_object();
}

Error refused(ErrorCode code, const char* message, const Transition& transition) {
  return Error(code, message).with("action", transition.title.zh).with("action_en", transition.title.en);
}

// Who took the transition on this case, last of all.
const Step* last_taken(const std::vector<Step>& steps, const std::string& transition) {
  const auto found =
      std::find_if(steps.rbegin(), steps.rend(), [&](const Step& step) { return step.action == transition; });
  return found == steps.rend() ? nullptr : &*found;
}

std::optional<std::int64_t> integer_of(const Answers& answers, const std::string& name) {
  const auto found = answers.find(name);
  if (found == answers.end()) return std::nullopt;
  std::int64_t number = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [rest, fault] = std::from_chars(found->second.data(), end, number);
  if (fault != std::errc{} || rest != end) return std::nullopt;
  return number;
}

}  // namespace

Instant after(const Span& span, Instant from, const WorkingCalendar& calendar) {
  std::chrono::microseconds length{};
  switch (span.unit) {
    case Span::Unit::minute:
      length = std::chrono::minutes{span.count};
      break;
    case Span::Unit::hour:
      length = std::chrono::hours{span.count};
      break;
    case Span::Unit::day:
      length = span.clock == ClockKind::working
                   ? std::chrono::microseconds(calendar.day_length() * span.count)
                   : std::chrono::microseconds(std::chrono::days{span.count});
      break;
  }
  return span.clock == ClockKind::working ? calendar.add(from, length) : from + length;
}

Error told_in(Error error, Language language) {
  constexpr std::string_view suffix = "_en";
  if (language == Language::zh) return error;
  for (const auto& [name, value] : std::vector(error.arguments)) {
    if (!name.ends_with(suffix)) continue;
    const std::string_view base = std::string_view(name).substr(0, name.size() - suffix.size());
    for (auto& [other, text] : error.arguments) {
      if (other == base) text = value;
    }
  }
  return error;
}

std::string facts_of(const Process& process, const Case& one, const Doer& doer, const Answers& inputs,
                     Instant now) {
  JsonWriter json(1'024);
  json.begin_object();
  json.key("case");
  json.begin_object();
  json.member("state", one.state);
  json.member("stage", name_of(one.stage));
  json.member("category", one.category);
  json.member("urgency", one.urgency);
  json.member("department", one.department);
  json.member("escalated", one.escalated);
  json.member("reopened", one.reopened);
  json.member("not_ours", one.not_ours);
  json.member("supervised", one.supervised);
  json.member("overdue", one.overdue);
  json.member("tasks_open", one.tasks_open);
  json.member("photos", one.photos);
  json.key("score");
  if (one.score) {
    json.value(*one.score);
  } else {
    json.null();
  }
  json.end_object();
  write_answers(json, "form", one.form, process);
  write_answers(json, "input", inputs, process);
  json.key("actor");
  json.begin_object();
  json.member("reporter", !doer.actor.empty() && doer.actor == one.reporter);
  json.member("assignee", !doer.actor.empty() && doer.actor == one.assignee);
  json.key("roles");
  json.begin_array();
  for (const auto& role : doer.roles) json.value(role);
  json.end_array();
  json.end_object();
  json.member("now", to_rfc3339(now));
  json.end_object();
  return json.take();
}

const State& Machine::state_of(const Case& one) const {
  const State* state = parts_.process.state(one.state);
  JW_ASSERT(state != nullptr);  // a case keeps the version its state is of
  return *state;
}

Step Machine::step_of(const Case& before, Case& after, StepKind kind, const std::string& action,
                      const std::string& actor) const {
  after.version = before.version + 1;
  after.changed_at = parts_.now;
  Step step;
  step.sequence = after.version;
  step.kind = kind;
  step.action = action;
  step.actor = actor;
  step.at = parts_.now;
  step.from_state = before.state;
  step.to_state = after.state;
  step.owner = after.owner;
  step.department = after.department;
  step.assignee = after.assignee;
  step.late = before.due_at && parts_.now > *before.due_at && before.open;
  return step;
}

// The region of that level above where the case lies, or above what stands there now; where nothing does,
// above its owner.
RegionId Machine::above(const Case& one, region::Level level) const {
  return parts_.giver.above(parts_.giver.standing(one.place, one).value_or(one.owner), level);
}

bool Machine::holds(const Guard& guard, std::string_view facts) const {
  return guard.holds(facts,
                     {parts_.now, parts_.calendar, [this](std::string_view region, std::string_view above) {
                        return parts_.giver.within(region, above);
                      }});
}

// How long the case may be in the state; null: as long as it takes.
const Span* Machine::span_of(const Case& one, const State& state) const {
  if (!state.deadline || state.stopped || state.final) return nullptr;
  const auto& others = state.deadline->unless;
  if (others.empty()) return &state.deadline->within;
  const std::string facts = facts_of(parts_.process, one, {}, {}, parts_.now);
  const auto other =
      std::find_if(others.begin(), others.end(), [&](const auto& rule) { return holds(*rule.when, facts); });
  return other == others.end() ? &state.deadline->within : &other->within;
}

std::optional<Instant> Machine::deadline_of(const Case& one, const State& state, Instant from) const {
  if (state.deadline && !state.deadline->until.empty()) {
    const auto moment = one.form.find(state.deadline->until);
    if (state.stopped || state.final || moment == one.form.end()) return std::nullopt;
    return parse_rfc3339(moment->second);
  }
  const Span* within = span_of(one, state);
  if (within == nullptr) return std::nullopt;
  if (!one.left) return after(*within, from, parts_.calendar);
  return within->clock == ClockKind::always ? from + *one.left : parts_.calendar.add(from, *one.left);
}

// What is left now, by the clock the case counts by; of a stopped one, what was left when it stopped.
std::optional<std::chrono::microseconds> Machine::left_of(const Case& one, const State& state) const {
  if (state.stopped) return one.left;
  if (!one.due_at) return std::nullopt;
  const Span* within = span_of(one, state);
  const bool always = within != nullptr && within->clock == ClockKind::always;
  const std::chrono::microseconds left =
      always ? *one.due_at - parts_.now : parts_.calendar.between(parts_.now, *one.due_at);
  return std::max(std::chrono::microseconds{0}, left);
}

// When the hub looks at it again: the next rung, a dispatch nobody has touched, a delayed transition.
void Machine::schedule(Case& one, const State& state) const {
  one.wake_at.reset();
  const auto sooner = [&](const std::optional<Instant>& at) {
    if (at && (!one.wake_at || *at < *one.wake_at)) one.wake_at = at;
  };
  sooner(one.rung_at);
  if (state.ignored_after && !one.touched && one.open && !state.stopped)
    sooner(after(*state.ignored_after, one.entered_at, parts_.calendar));
  for (const Transition* out : transitions_from(parts_.process, state)) {
    if (!out->after) continue;
    const Instant at = after(*out->after, one.entered_at, parts_.calendar);
    if (at > parts_.now) sooner(at);
  }
}

void Machine::set_clock(Case& one, const State& state) const {
  one.overdue = false;
  one.due_at = deadline_of(one, state, parts_.now);
  one.rung_at = one.due_at;
}

void Machine::enter(Case& one, const State& entered) const {
  const State& state = parts_.process.leaf_of(entered);
  const State* from = parts_.process.state(one.state);  // none before it is opened
  const RegionId owner = one.owner;
  const std::string department = one.department;
  const bool back = from != nullptr && from->stopped && state.id == one.before;
  const auto left = from == nullptr ? std::nullopt : left_of(one, *from);
  one.before = std::exchange(one.state, state.id);
  one.stage = state.stage;
  one.open = !state.final;
  one.waits_for = state.final ? std::string() : state.waits_for;
  one.entered_at = parts_.now;
  one.touched = false;
  if (state.owner.level) one.owner = above(one, *state.owner.level);
  if (!state.owner.department.empty()) one.department = state.owner.department;
  if (one.owner != owner || one.department != department) {
    if (!one.assignee.empty()) one.had_before = std::exchange(one.assignee, {});
  }
  if (!state.duty.empty()) {
    std::string person = parts_.giver.on_duty(state.duty, one.owner, one.department);
    if (person != one.assignee && !one.assignee.empty()) one.had_before = one.assignee;
    one.assignee = std::move(person);
  }
  one.left = back || state.stopped ? left : std::nullopt;
  set_clock(one, state);
  if (state.final) {
    if (!one.closed_at) one.closed_at = parts_.now;
    one.rung_at.reset();
  } else {
    one.closed_at.reset();
  }
}

// What the states say that the case has come into since it stood in `from`, outer ones' first.
void Machine::tell(Outcome& outcome, const std::string& from) const {
  const Process& process = parts_.process;
  const State* stood = process.state(from);  // none before it is opened
  std::vector<const State*> entered;
  for (const State* at = &state_of(outcome.after);;
       at = &process.states[static_cast<std::size_t>(at->parent)]) {
    if (stood != nullptr && process.is_within(*stood, at->id)) break;
    entered.push_back(at);
    if (at->parent < 0) break;
  }
  std::string facts;
  for (auto state = entered.rbegin(); state != entered.rend(); ++state) {
    const auto& all = (*state)->tell;
    for (std::size_t at = 0; at < all.size(); ++at) {
      if (all[at].when) {
        if (facts.empty()) facts = facts_of(process, outcome.after, {}, {}, parts_.now);
        if (!holds(*all[at].when, facts)) continue;
      }
      outcome.told.push_back({(*state)->id, at, outcome.after.version});
    }
  }
}

Cap Machine::cap_of(const std::vector<CapRule>& rules, const Case& one, const Doer& doer,
                    const Answers& inputs) const {
  if (rules.empty()) return Cap::none;
  const std::string facts = facts_of(parts_.process, one, doer, inputs, parts_.now);
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const CapRule& each) { return !each.when || holds(*each.when, facts); });
  return rule == rules.end() ? Cap::none : rule->cap;
}

void Machine::dispatch(Case& one, const Doer& doer, const Answers& inputs) const {
  std::string facts;
  for (const auto& rule : parts_.process.dispatch) {
    const bool named = rule.category.empty() || std::find(rule.category.begin(), rule.category.end(),
                                                          one.category) != rule.category.end();
    if (!named) continue;
    if (rule.when) {
      if (facts.empty()) facts = facts_of(parts_.process, one, doer, inputs, parts_.now);
      if (!holds(*rule.when, facts)) continue;
    }
    if (rule.level) one.owner = above(one, *rule.level);
    one.department = rule.department.empty() ? parts_.process.department : rule.department;
    if (!one.assignee.empty()) one.had_before = one.assignee;
    one.assignee =
        rule.duty.empty() ? std::string() : parts_.giver.on_duty(rule.duty, one.owner, one.department);
    return;
  }
}

void Machine::give(Case& one, const Transition& transition, const Doer& doer,
                   const Bringing& bringing) const {
  const auto to = [&](std::string person) {
    if (one.assignee == person) return;
    if (!one.assignee.empty()) one.had_before = one.assignee;
    one.assignee = std::move(person);
  };
  switch (transition.assign) {
    case Assign::keep:
      return;
    case Assign::actor:
      return to(doer.actor);
    case Assign::dispatch:
      return dispatch(one, doer, bringing.inputs);
    case Assign::input:
      return to(bringing.assignee);
    case Assign::none:
      return to({});
    case Assign::previous:
      return to(std::string(one.had_before));
  }
}

Result<Outcome> Machine::open(Case draft, const Doer& doer, Opener by) const {
  if (by == Opener::person && !may(parts_.process.report_by, draft, doer))
    return Error(ErrorCode::denied, "cases.may_not_open");
  draft.opened_at = draft.changed_at = parts_.now;
  draft.version = 0;
  const Case before = draft;
  enter(draft, *parts_.process.state(parts_.process.initial));
  draft.before.clear();
  Outcome outcome;
  outcome.steps.push_back(step_of(before, draft, StepKind::open, {}, doer.actor));
  outcome.after = std::move(draft);
  if (by == Opener::person) outcome.cap = cap_of(parts_.process.takes, outcome.after, doer, {});
  tell(outcome, {});
  follow_automatic(outcome);
  schedule(outcome.after, state_of(outcome.after));
  return outcome;
}

Result<void> Machine::check(const Case& one, const Transition& transition, const Doer& doer,
                            const std::vector<Step>& steps, const Bringing* bringing) const {
  const auto from = transitions_from(parts_.process, state_of(one));
  if (std::find(from.begin(), from.end(), &transition) == from.end())
    return refused(ErrorCode::conflict, "cases.wrong_state", transition);
  if (!transition.by_people() || !may(transition.by, one, doer))
    return refused(ErrorCode::denied, "cases.not_your_turn", transition);
  for (const auto& other : transition.not_by) {
    const Step* step = last_taken(steps, other);
    if (step != nullptr && step->actor == doer.actor)
      return refused(ErrorCode::denied, "cases.same_person", transition);
  }
  if (transition.tasks_done && one.tasks_open > 0)
    return refused(ErrorCode::conflict, "cases.tasks_open", transition);
  if (transition.act == Act::reopen) {
    if (transition.most && one.reopened >= *transition.most)
      return refused(ErrorCode::conflict, "cases.reopened_too_often", transition)
          .with("most", std::to_string(*transition.most));
    if (transition.within && one.closed_at &&
        parts_.now > after(*transition.within, *one.closed_at, parts_.calendar))
      return refused(ErrorCode::conflict, "cases.reopen_too_late", transition);
  }
  // A guard that reads what is filled in can be asked only then.
  if (transition.guard) {
    const std::string facts =
        facts_of(parts_.process, one, doer, bringing == nullptr ? Answers() : bringing->inputs, parts_.now);
    if (!holds(*transition.guard, facts) && (bringing != nullptr || transition.inputs.empty())) {
      auto error = refused(ErrorCode::conflict, "cases.guard_fails", transition);
      if (transition.reason.zh.empty()) return error;
      error.message = "cases.guard_reason";
      return std::move(error).with("reason", transition.reason.zh).with("reason_en", transition.reason.en);
    }
  }
  if (bringing == nullptr) return {};
  if (bringing->photos < transition.photos)
    return refused(ErrorCode::invalid, "cases.photos_missing", transition)
        .with("least", std::to_string(transition.photos))
        .at("/photos");
  if (transition.assign == Assign::input && bringing->assignee.empty())
    return refused(ErrorCode::invalid, "cases.assignee_missing", transition).at("/assignee");
  return {};
}

Outcome Machine::take(const Case& one, const Transition& transition, const Doer& doer,
                      const Bringing& bringing) const {
  Outcome outcome;
  Case after = one;
  const State* target =
      transition.to == word_back ? parts_.process.state(one.before) : parts_.process.state(transition.to);
  if (target == nullptr) target = &state_of(one);
  bool to_arbitrator = false;
  if (transition.act == Act::not_ours) {
    ++after.not_ours;
    to_arbitrator = parts_.process.not_ours_after > 0 && after.not_ours >= parts_.process.not_ours_after;
    if (to_arbitrator) target = parts_.process.state(parts_.process.not_ours_to);
  }
  if (transition.act == Act::reopen) ++after.reopened;
  if (transition.act == Act::evaluate) after.score = integer_of(bringing.inputs, "score");
  // Into the state it is in already: the clock goes on.
  if (parts_.process.leaf_of(*target).id == one.state) {
    after.touched = true;
  } else {
    enter(after, *target);
  }
  // The arbitrator's state says who has it.
  if (!to_arbitrator) give(after, transition, doer, bringing);
  after.photos += bringing.photos;
  const StepKind kind = transition.by_people() ? StepKind::act : StepKind::automatic;
  Step step = step_of(one, after, kind, transition.id, doer.actor);
  step.words = bringing.words;
  step.inputs = bringing.inputs;
  outcome.steps.push_back(std::move(step));
  outcome.taken.push_back(&transition);
  outcome.cap = cap_of(transition.takes, one, doer, bringing.inputs);
  outcome.after = std::move(after);
  tell(outcome, one.state);
  follow_automatic(outcome);
  schedule(outcome.after, state_of(outcome.after));
  return outcome;
}

void Machine::follow_automatic(Outcome& outcome) const {
  for (int turn = 0; turn < automatic_most; ++turn) {
    const auto out = transitions_from(parts_.process, state_of(outcome.after));
    const std::string facts =
        std::any_of(out.begin(), out.end(), [](const Transition* one) { return one->automatic; })
            ? facts_of(parts_.process, outcome.after, {}, {}, parts_.now)
            : std::string();
    const auto next = std::find_if(out.begin(), out.end(), [&](const Transition* one) {
      return one->automatic && (!one->guard || holds(*one->guard, facts));
    });
    if (next == out.end()) return;
    const Transition& transition = **next;
    const Case before = outcome.after;
    const State* target = transition.to == word_back ? parts_.process.state(before.before)
                                                     : parts_.process.state(transition.to);
    if (target == nullptr) return;
    enter(outcome.after, *target);
    give(outcome.after, transition, {}, {});
    outcome.steps.push_back(step_of(before, outcome.after, StepKind::automatic, transition.id, {}));
    outcome.taken.push_back(&transition);
    tell(outcome, before.state);
  }
}

bool Machine::escalate(Case& one) const {
  one.overdue = true;
  const region::Level level = parts_.giver.level_of(one.owner);
  const auto& ladder = parts_.process.ladder;
  auto rung =
      std::find_if(ladder.begin(), ladder.end(), [&](const Rung& next) { return next.level < level; });
  // What stands on the level of the last rung already, and waits for others there, goes to that role.
  if (rung == ladder.end() && !ladder.empty() && ladder.back().level == level &&
      ladder.back().role != one.waits_for)
    --rung;
  one.rung_at.reset();
  if (rung == ladder.end()) return false;
  one.owner = parts_.giver.above(one.owner, rung->level);
  one.waits_for = rung->role;
  if (!one.assignee.empty()) one.had_before = std::exchange(one.assignee, {});
  ++one.escalated;
  if (rung + 1 != ladder.end() && parts_.process.again)
    one.rung_at = after(*parts_.process.again, parts_.now, parts_.calendar);
  return true;
}

Outcome Machine::wake(const Case& one) const {
  const State& state = state_of(one);
  Outcome outcome;
  outcome.after = one;
  for (const Transition* out : transitions_from(parts_.process, state)) {
    if (!out->after || after(*out->after, one.entered_at, parts_.calendar) > parts_.now) continue;
    const std::string facts = out->guard ? facts_of(parts_.process, one, {}, {}, parts_.now) : std::string();
    if (!out->guard || holds(*out->guard, facts)) return take(one, *out, {}, {});
  }
  if (one.rung_at && *one.rung_at <= parts_.now) {
    const Case before = outcome.after;
    escalate(outcome.after);
    outcome.steps.push_back(step_of(before, outcome.after, StepKind::escalate, {}, {}));
  }
  const bool ignored = state.ignored_after && !one.touched && one.open &&
                       after(*state.ignored_after, one.entered_at, parts_.calendar) <= parts_.now;
  if (ignored) {
    const Case before = outcome.after;
    ++outcome.after.supervised;
    outcome.after.touched = true;
    outcome.steps.push_back(step_of(before, outcome.after, StepKind::ignored, {}, {}));
  }
  schedule(outcome.after, state);
  return outcome;
}

Case Machine::rescheduled(Case one, std::optional<Instant> escalated_at) const {
  const State& state = state_of(one);
  if (!one.overdue) {
    one.due_at = deadline_of(one, state, one.entered_at);
    one.rung_at = one.due_at;
  } else if (one.rung_at && escalated_at && parts_.process.again) {
    one.rung_at = after(*parts_.process.again, *escalated_at, parts_.calendar);
  }
  schedule(one, state);
  return one;
}

Outcome Machine::hand_over(const Case& one, RegionId region, const std::string& department, const Doer& doer,
                           const std::string& reason) const {
  const State& state = state_of(one);
  Outcome outcome;
  Case& after = outcome.after = one;
  after.left = left_of(one, state);
  after.entered_at = parts_.now;
  after.owner = region;
  after.department = department;
  if (!after.assignee.empty()) after.had_before = std::exchange(after.assignee, {});
  if (!state.duty.empty()) after.assignee = parts_.giver.on_duty(state.duty, region, department);
  after.waits_for = state.waits_for;
  after.touched = false;
  Step step = step_of(one, after, StepKind::hand_over, {}, doer.actor);
  step.words = reason;
  outcome.steps.push_back(std::move(step));
  schedule(after, state);
  return outcome;
}

Outcome Machine::move(const Case& one, const State& state, StepKind kind, const std::string& actor,
                      const std::string& words) const {
  Outcome outcome;
  outcome.after = one;
  enter(outcome.after, state);
  Step step = step_of(one, outcome.after, kind, {}, actor);
  step.words = words;
  outcome.steps.push_back(std::move(step));
  tell(outcome, one.state);
  schedule(outcome.after, state_of(outcome.after));
  return outcome;
}

}  // namespace jingwei::cases

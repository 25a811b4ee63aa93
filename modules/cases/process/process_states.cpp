// States and transitions of process.yaml.
#include <algorithm>
#include <array>
#include <set>

#include "base/json.h"
#include "modules/cases/process/process_reader.h"
#include "modules/catalog/resource_yaml.h"

namespace jingwei::cases::reading {

namespace {

constexpr std::size_t states_most = 100;
constexpr std::size_t transitions_most = 300;
constexpr int depth_most = 4;
constexpr std::size_t inputs_most = 30;

Deadline read_deadline(const YamlNode& node, YamlFaults& faults) {
  Deadline deadline;
  if (node.kind != schema::YamlKind::mapping) {
    deadline.within = read_span(&node, faults).value_or(Span{});
    return deadline;
  }
  YamlMapping mapping(node, faults);
  const auto clock_of = [&](YamlMapping& from, ClockKind otherwise) {
    const YamlNode* word = from.get("clock");
    if (word == nullptr) return otherwise;
    if (word->scalar != "working" && word->scalar != "always")
      faults.add(*word, "cases.unknown_word", {{"word", word->scalar}, {"expected", "working, always"}});
    return word->scalar == "always" ? ClockKind::always : ClockKind::working;
  };
  if (mapping.get("until") != nullptr) {
    deadline.until = mapping.require_text("until");
    mapping.finish();
    return deadline;
  }
  const ClockKind clock = clock_of(mapping, ClockKind::working);
  deadline.within = read_span(mapping.require("within"), faults, clock).value_or(Span{});
  if (const YamlNode* list = mapping.get("unless")) {
    for (const auto& item : list->items) {
      YamlMapping inner(item, faults);
      Deadline::Other other;
      other.when = read_guard(inner.require("when"), faults);
      const ClockKind own = clock_of(inner, clock);
      other.within = read_span(inner.require("within"), faults, own).value_or(Span{});
      inner.finish();
      deadline.unless.push_back(std::move(other));
    }
  }
  mapping.finish();
  return deadline;
}

void read_state(const YamlNode& node, int parent, int depth, Process& process, YamlFaults& faults);

void read_states_at(const YamlNode& list, int parent, int depth, Process& process, YamlFaults& faults) {
  if (list.kind != schema::YamlKind::sequence) return faults.add(list, "yaml.not_list", {{"key", "states"}});
  for (const auto& item : list.items) {
    if (process.states.size() == states_most) {
      faults.add(item, "cases.too_many", {{"what", "states"}, {"most", std::to_string(states_most)}});
      return;
    }
    read_state(item, parent, depth, process, faults);
  }
}

void read_state(const YamlNode& node, int parent, int depth, Process& process, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  State state;
  // What the outer state says holds where the inner says nothing.
  if (parent >= 0) {
    const State& outer = process.states[static_cast<std::size_t>(parent)];
    state.stage = outer.stage;
    state.waits_for = outer.waits_for;
    state.owner = outer.owner;
    state.deadline = outer.deadline;
    state.ignored_after = outer.ignored_after;
    state.stopped = outer.stopped;
  }
  state.parent = parent;
  state.id = mapping.require_text("id");
  if (!is_name(state.id) || state.id == word_back) faults.add(node, "cases.bad_name", {{"name", state.id}});
  if (process.state(state.id) != nullptr) faults.add(node, "cases.doubled", {{"name", state.id}});
  state.title = read_title(mapping.require("title"), faults);
  const YamlNode* stage = parent < 0 ? mapping.require("stage") : mapping.get("stage");
  if (stage != nullptr) {
    const auto named = stage_named(stage->scalar);
    if (!named) {
      std::string expected;
      for (std::size_t at = 0; at < stage_count; ++at)
        expected += (at == 0 ? "" : ", ") + std::string(name_of(static_cast<Stage>(at)));
      faults.add(*stage, "cases.unknown_word", {{"word", stage->scalar}, {"expected", expected}});
    }
    state.stage = named.value_or(Stage::report);
  }
  state.waits_for = mapping.text("waits_for").value_or(state.waits_for);
  if (const YamlNode* owner = mapping.get("owner")) {
    YamlMapping inner(*owner, faults);
    state.owner.level = read_level(inner.get("level"), faults);
    state.owner.department = inner.text("department").value_or("");
    inner.finish();
  }
  state.duty = mapping.text("duty").value_or("");
  if (const YamlNode* deadline = mapping.get("deadline")) state.deadline = read_deadline(*deadline, faults);
  if (const YamlNode* ignored = mapping.get("ignored_after"))
    state.ignored_after = read_timed(ignored, faults);
  if (const YamlNode* clock = mapping.get("clock")) {
    if (clock->scalar != "running" && clock->scalar != "stopped")
      faults.add(*clock, "cases.unknown_word", {{"word", clock->scalar}, {"expected", "running, stopped"}});
    state.stopped = clock->scalar == "stopped";
  }
  if (const YamlNode* tell = mapping.get("tell")) state.tell = read_tell(*tell, faults);
  state.final = mapping.boolean("final").value_or(false);
  const YamlNode* inner = mapping.get("states");
  if (const auto initial = mapping.text("initial")) state.initial = *initial;
  if ((inner != nullptr) != !state.initial.empty())
    faults.add(node, "cases.initial_of_states", {{"name", state.id}});
  if (inner != nullptr && state.final) faults.add(node, "cases.final_has_states", {{"name", state.id}});
  mapping.finish();
  process.states.push_back(std::move(state));
  if (inner == nullptr) return;
  if (depth == depth_most)
    return faults.add(*inner, "cases.too_many", {{"what", "levels"}, {"most", std::to_string(depth_most)}});
  read_states_at(*inner, static_cast<int>(process.states.size()) - 1, depth + 1, process, faults);
}

template <typename Enum, std::size_t Count>
Enum pick(const YamlNode* node, const std::array<std::string_view, Count>& names, YamlFaults& faults) {
  if (node == nullptr) return Enum{};
  std::string expected;
  for (std::size_t at = 0; at < Count; ++at) {
    if (node->scalar == names[at]) return static_cast<Enum>(at);
    expected += (expected.empty() ? "" : ", ") + std::string(names[at]);
  }
  faults.add(*node, "cases.unknown_word", {{"word", node->scalar}, {"expected", expected}});
  return Enum{};
}

// What a process says to people by a notice.
void check_notice(YamlMapping& effect, YamlFaults& faults) {
  constexpr std::array<std::string_view, 3> readers = {"reporter", "assignee", "owner"};
  if (const YamlNode* to = effect.require("to");
      to != nullptr && std::ranges::find(readers, to->scalar) == readers.end())
    faults.add(*to, "cases.unknown_word", {{"word", to->scalar}, {"expected", "reporter, assignee, owner"}});
  if (const YamlNode* text = effect.require("text")) static_cast<void>(read_title(text, faults));
  effect.finish();
}

void read_effects(const YamlNode& list, Transition& transition, YamlFaults& faults) {
  for (const auto& item : list.items) {
    if (item.kind != schema::YamlKind::mapping) {
      faults.add(item, "yaml.not_mapping");
      continue;
    }
    Effect effect;
    JsonWriter json;
    json.begin_object();
    YamlMapping mapping(item, faults);
    for (const auto& pair : item.pairs) {
      if (pair.key.scalar == "hook") continue;
      json.key(pair.key.scalar);
      json.raw(json_of(pair.value));
    }
    json.end_object();
    effect.text = json.take();
    const YamlNode* hook = mapping.get("hook");
    if (hook == nullptr) {
      faults.add(item, "cases.effect_hook");
    } else if (effect.hook = hook->scalar; effect.hook != "notice") {
      faults.add(*hook, "cases.unknown_word", {{"word", effect.hook}, {"expected", "notice"}});
    } else {
      check_notice(mapping, faults);
    }
    transition.effects.push_back(std::move(effect));
  }
}

// Who takes it: people, the hub at once, or the hub after a time.
void check_takers(const Transition& one, const YamlNode& node, YamlFaults& faults) {
  const bool by_itself = one.automatic || one.after;
  const int ways = (one.by.empty() ? 0 : 1) + (one.automatic ? 1 : 0) + (one.after ? 1 : 0);
  const bool nobody = ways == 0 && one.matter_step.empty();
  if (ways > 1 || nobody || (by_itself && !one.matter_step.empty()))
    faults.add(node, "cases.who_takes", {{"name", one.id}});
  const bool asks =
      !one.inputs.empty() || one.photos > 0 || one.assign == Assign::input || one.assign == Assign::actor;
  if (!one.by_people() && (asks || !one.not_by.empty()))
    faults.add(node, "cases.automatic_asks", {{"name", one.id}});
  // The hub would be refused and try for ever.
  if (!one.by_people() && !one.takes.empty()) faults.add(node, "cases.automatic_takes", {{"name", one.id}});
}

Transition read_transition(const YamlNode& node, YamlFaults& faults) {
  YamlMapping mapping(node, faults);
  Transition one;
  one.id = mapping.require_text("id");
  if (!is_name(one.id)) faults.add(node, "cases.bad_name", {{"name", one.id}});
  one.title = read_title(mapping.require("title"), faults);
  if (mapping.require("from") != nullptr) one.from = mapping.texts("from");
  one.to = mapping.require_text("to");
  one.by = mapping.texts("by");
  one.automatic = mapping.boolean("automatic").value_or(false);
  if (const YamlNode* after = mapping.get("after")) one.after = read_timed(after, faults);
  one.guard = read_guard(mapping.get("guard"), faults);
  if (const YamlNode* reason = mapping.get("reason")) one.reason = read_title(reason, faults);
  if (const YamlNode* list = mapping.get("inputs")) {
    std::set<std::string> seen;
    for (const auto& item : list->items) {
      one.inputs.push_back(catalog::parse_field(item, faults));
      if (!seen.insert(one.inputs.back().name).second)
        faults.add(item, "cases.doubled", {{"name", one.inputs.back().name}});
    }
    if (list->items.size() > inputs_most)
      faults.add(*list, "cases.too_many", {{"what", "inputs"}, {"most", std::to_string(inputs_most)}});
  }
  one.photos = mapping.integer("photos").value_or(0);
  one.not_by = mapping.texts("not_by");
  if (const YamlNode* tasks = mapping.get("tasks")) {
    one.tasks_done = tasks->scalar == "done";
    if (!one.tasks_done)
      faults.add(*tasks, "cases.unknown_word", {{"word", tasks->scalar}, {"expected", "done"}});
  }
  constexpr std::array<std::string_view, 6> assigns = {"keep",  "actor", "dispatch",
                                                       "input", "none",  "previous"};
  one.assign = pick<Assign>(mapping.get("assign"), assigns, faults);
  constexpr std::array<std::string_view, 4> acts = {"plain", "not_ours", "reopen", "evaluate"};
  one.act = pick<Act>(mapping.get("do"), acts, faults);
  one.within = read_timed(mapping.get("within"), faults, ClockKind::always);
  one.most = mapping.integer("most");
  if ((one.within || one.most) && one.act != Act::reopen)
    faults.add(node, "cases.of_reopening", {{"name", one.id}});
  if (const YamlNode* list = mapping.get("effects")) read_effects(*list, one, faults);
  if (const YamlNode* matter = mapping.get("matter")) {
    YamlMapping inner(*matter, faults);
    one.matter_step = inner.require_text("step");
    one.matter_words = inner.text("words").value_or("");
    inner.finish();
    const auto input = std::find_if(one.inputs.begin(), one.inputs.end(),
                                    [&](const auto& each) { return each.name == one.matter_words; });
    if (!one.matter_words.empty() && input == one.inputs.end())
      faults.add(*matter, "cases.no_input", {{"name", one.matter_words}});
  }
  if (const YamlNode* list = mapping.get("takes")) one.takes = read_takes(*list, faults);
  one.bulk = mapping.boolean("bulk").value_or(false);
  one.offline = mapping.boolean("offline").value_or(false);
  mapping.finish();
  check_takers(one, node, faults);
  const auto score = std::find_if(one.inputs.begin(), one.inputs.end(),
                                  [](const auto& input) { return input.name == "score"; });
  if (one.act == Act::evaluate && (score == one.inputs.end() || score->type != catalog::FieldType::integer))
    faults.add(node, "cases.evaluate_score", {{"name", one.id}});
  return one;
}

}  // namespace

void read_states(const YamlNode& list, int parent, Process& process, YamlFaults& faults) {
  read_states_at(list, parent, 1, process, faults);
}

void read_transitions(const YamlNode& list, Process& process, YamlFaults& faults) {
  if (list.kind != schema::YamlKind::sequence)
    return faults.add(list, "yaml.not_list", {{"key", "transitions"}});
  for (const auto& item : list.items) {
    if (process.transitions.size() == transitions_most) {
      faults.add(item, "cases.too_many",
                 {{"what", "transitions"}, {"most", std::to_string(transitions_most)}});
      return;
    }
    Transition one = read_transition(item, faults);
    if (process.transition(one.id) != nullptr) faults.add(item, "cases.doubled", {{"name", one.id}});
    const auto known = [&](const std::string& name) {
      if (process.state(name) == nullptr) faults.add(item, "cases.no_state", {{"name", name}});
    };
    for (const auto& name : one.from) known(name);
    if (one.to != word_back) known(one.to);
    process.transitions.push_back(std::move(one));
  }
}

}  // namespace jingwei::cases::reading

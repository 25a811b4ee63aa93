// What a process says beside its states: dispatch, duplicates, Open311, migration; and whether its parts fit
// together.
#include <set>

#include "modules/cases/process/process_reader.h"

namespace jingwei::cases::reading {

namespace {

constexpr std::size_t rules_most = 100;

// `{by: [roles]}` and nothing else.
std::vector<std::string> read_by(YamlMapping& mapping, std::string_view key, YamlFaults& faults) {
  const YamlNode* node = mapping.get(key);
  if (node == nullptr) return {};
  YamlMapping inner(*node, faults);
  if (inner.require("by") == nullptr) {
    inner.finish();
    return {};
  }
  auto by = inner.texts("by");
  inner.finish();
  return by;
}

void read_report(const YamlNode* node, Process& process, YamlFaults& faults) {
  if (node == nullptr) return;
  YamlMapping mapping(*node, faults);
  if (mapping.require("by") != nullptr) process.report_by = mapping.texts("by");
  process.report_photos = mapping.integer("photos").value_or(0);
  process.in_name_of = mapping.texts("in_name_of");
  mapping.finish();
}

void read_ladder(const YamlNode* node, Process& process, YamlFaults& faults) {
  if (node == nullptr) return;
  YamlMapping mapping(*node, faults);
  if (const YamlNode* list = mapping.get("ladder")) {
    for (const auto& item : list->items) {
      YamlMapping inner(item, faults);
      Rung rung;
      rung.level = read_level(inner.require("level"), faults).value_or(region::Level::community);
      rung.role = inner.require_text("role");
      inner.finish();
      if (!process.ladder.empty() && process.ladder.back().level <= rung.level)
        faults.add(item, "cases.ladder_rises");
      process.ladder.push_back(std::move(rung));
    }
  }
  process.again = read_timed(mapping.get("again"), faults);
  mapping.finish();
}

void read_not_ours(const YamlNode* node, Process& process, YamlFaults& faults) {
  if (node == nullptr) return;
  YamlMapping mapping(*node, faults);
  process.not_ours_after = mapping.integer("after").value_or(2);
  process.not_ours_to = mapping.require_text("to");
  mapping.finish();
  if (process.not_ours_after < 1) faults.add(*node, "cases.at_least_one", {{"key", "after"}});
}

void read_duplicates(const YamlNode* node, Process& process, YamlFaults& faults) {
  if (node == nullptr) return;
  YamlMapping mapping(*node, faults);
  Duplicates found;
  found.same = mapping.texts("same");
  found.within_m = mapping.integer("within_m").value_or(found.within_m);
  if (const auto span = read_timed(mapping.get("within"), faults, ClockKind::always)) found.within = *span;
  found.to = mapping.require_text("to");
  if (mapping.require("by") != nullptr) found.by = mapping.texts("by");
  mapping.finish();
  process.duplicates = std::move(found);
}

void read_open311(const YamlNode* node, Process& process, YamlFaults& faults) {
  if (node == nullptr) return;
  YamlMapping mapping(*node, faults);
  Open311 service;
  service.service_code = mapping.require_text("service_code");
  service.group = mapping.text("group").value_or("");
  service.keywords = mapping.texts("keywords");
  service.attributes = mapping.texts("attributes");
  service.description = mapping.text("description").value_or("");
  service.closed = mapping.texts("closed");
  mapping.finish();
  process.open311 = std::move(service);
}

void read_matter(const YamlNode* node, Process& process, YamlFaults& faults) {
  if (node == nullptr) return;
  YamlMapping mapping(*node, faults);
  Matter matter;
  matter.of = mapping.require_text("of");
  if (const YamlNode* form = mapping.get("form")) {
    if (form->kind != schema::YamlKind::mapping) faults.add(*form, "yaml.not_mapping");
    for (const auto& pair : form->pairs) matter.form[pair.key.scalar] = pair.value.scalar;
  }
  mapping.finish();
  process.matter = std::move(matter);
}

void read_migrate(const YamlNode* node, Process& process, YamlFaults& faults) {
  if (node == nullptr) return;
  auto& map = process.migrate.emplace();
  if (node->kind != schema::YamlKind::mapping) return faults.add(*node, "yaml.not_mapping");
  for (const auto& pair : node->pairs) map[pair.key.scalar] = pair.value.scalar;
}

// States that some way of transitions leads to.
std::set<std::string> reached(const Process& process) {
  std::set<std::string> seen;
  std::vector<const State*> open;
  const auto enter = [&](std::string_view name) {
    const State* state = process.state(name);
    if (state == nullptr) return;
    const State& leaf = process.leaf_of(*state);
    for (const State* at = &leaf;; at = &process.states[static_cast<std::size_t>(at->parent)]) {
      seen.insert(at->id);
      if (at->parent < 0) break;
    }
    open.push_back(&leaf);
  };
  enter(process.initial);
  std::set<std::string> done;
  while (!open.empty()) {
    const State* state = open.back();
    open.pop_back();
    if (!done.insert(state->id).second) continue;
    for (const Transition* out : transitions_from(process, *state)) {
      if (out->to != word_back) enter(out->to);
      if (out->act == Act::not_ours && process.not_ours_after > 0) enter(process.not_ours_to);
    }
    if (process.duplicates) enter(process.duplicates->to);
  }
  return seen;
}

void check_states(const Process& process, const YamlNode& node, YamlFaults& faults) {
  bool whole = process.state(process.initial) != nullptr;
  if (!whole) faults.add(node, "cases.no_state", {{"name", process.initial}});
  bool ends = false;
  for (const auto& state : process.states) {
    ends = ends || state.final;
    if (state.is_leaf()) continue;
    const State* first = process.state(state.initial);
    const bool inside = first != nullptr && first->id != state.id && process.is_within(*first, state.id);
    if (!inside) faults.add(node, "cases.no_state", {{"name", state.initial}});
    whole = whole && inside;
  }
  if (!ends) faults.add(node, "cases.no_end");
  if (!faults.empty() || !whole) return;
  const auto seen = reached(process);
  for (const auto& state : process.states) {
    if (!seen.contains(state.id)) faults.add(node, "cases.never_reached", {{"name", state.id}});
    if (!state.is_leaf() || state.final) continue;
    if (transitions_from(process, state).empty()) faults.add(node, "cases.dead_end", {{"name", state.id}});
  }
}

void check_transitions(const Process& process, const YamlNode& node, YamlFaults& faults) {
  for (const auto& one : process.transitions) {
    for (const auto& other : one.not_by) {
      if (process.transition(other) == nullptr) faults.add(node, "cases.no_transition", {{"name", other}});
    }
    for (const auto& name : one.from) {
      const State* state = process.state(name);
      const bool leaves_end = state != nullptr && state->final;
      if (leaves_end && one.act != Act::reopen && one.act != Act::evaluate)
        faults.add(node, "cases.leaves_final", {{"name", one.id}, {"state", name}});
    }
    if (!one.matter_step.empty() && !process.matter)
      faults.add(node, "cases.no_matter_of", {{"name", one.id}});
    if (one.assign == Assign::dispatch && process.dispatch.empty())
      faults.add(node, "cases.nothing_dispatches", {{"name", one.id}});
  }
}

void read_departments(const YamlNode* list, Process& process, YamlFaults& faults) {
  if (list == nullptr) return;
  if (list->kind != schema::YamlKind::sequence)
    return faults.add(*list, "yaml.not_list", {{"key", "departments"}});
  for (const auto& item : list->items) {
    YamlMapping mapping(item, faults);
    const std::string id = mapping.require_text("id");
    if (!is_name(id)) faults.add(item, "cases.bad_name", {{"name", id}});
    catalog::Title title{mapping.require_text("zh"), mapping.require_text("en")};
    mapping.finish();
    if (!process.departments.emplace(id, std::move(title)).second)
      faults.add(item, "cases.doubled", {{"name", id}});
  }
}

}  // namespace

void read_dispatch(const YamlNode& list, Process& process, YamlFaults& faults) {
  if (list.kind != schema::YamlKind::sequence)
    return faults.add(list, "yaml.not_list", {{"key", "dispatch"}});
  for (const auto& item : list.items) {
    if (process.dispatch.size() == rules_most)
      return faults.add(item, "cases.too_many", {{"what", "dispatch"}, {"most", std::to_string(rules_most)}});
    YamlMapping mapping(item, faults);
    DispatchRule rule;
    rule.category = mapping.texts("category");
    rule.when = read_guard(mapping.get("when"), faults);
    rule.level = read_level(mapping.get("level"), faults);
    rule.department = mapping.text("department").value_or("");
    rule.duty = mapping.text("duty").value_or("");
    const bool conditional = !rule.category.empty() || mapping.get("when") != nullptr;
    mapping.finish();
    const bool last = &item == &list.items.back();
    if (conditional == last) faults.add(item, last ? "cases.last_rule" : "cases.rule_hides");
    process.dispatch.push_back(std::move(rule));
  }
}

void read_extras(YamlMapping& mapping, Process& process, YamlFaults& faults) {
  read_departments(mapping.get("departments"), process, faults);
  read_report(mapping.require("report"), process, faults);
  read_ladder(mapping.get("escalation"), process, faults);
  read_not_ours(mapping.get("not_ours"), process, faults);
  process.supervise_by = read_by(mapping, "supervise", faults);
  process.tasks_by = read_by(mapping, "tasks", faults);
  process.hand_over_by = read_by(mapping, "hand_over", faults);
  read_duplicates(mapping.get("duplicates"), process, faults);
  if (const YamlNode* photos = mapping.get("photos")) {
    YamlMapping inner(*photos, faults);
    process.photos_most = inner.integer("most").value_or(process.photos_most);
    inner.finish();
  }
  read_migrate(mapping.get("migrate"), process, faults);
  read_open311(mapping.get("open311"), process, faults);
  read_matter(mapping.get("matter"), process, faults);
  if (const YamlNode* list = mapping.get("takes")) process.takes = read_takes(*list, faults);
}

void check_references(const Process& process, const YamlNode& node, YamlFaults& faults) {
  if (process.not_ours_after > 0 && process.state(process.not_ours_to) == nullptr)
    faults.add(node, "cases.no_state", {{"name", process.not_ours_to}});
  if (process.duplicates) {
    const State* to = process.state(process.duplicates->to);
    if (to == nullptr || !to->final)
      faults.add(node, "cases.no_final_state", {{"name", process.duplicates->to}});
  }
  if (process.migrate) {
    for (const auto& [from, to] : *process.migrate) {
      const State* state = process.state(to);
      if (state == nullptr || !state->is_leaf()) faults.add(node, "cases.no_state", {{"name", to}});
    }
  }
  if (process.open311) {
    for (const auto& name : process.open311->closed) {
      if (process.state(name) == nullptr) faults.add(node, "cases.no_state", {{"name", name}});
    }
  }
  check_transitions(process, node, faults);
  check_states(process, node, faults);
}

}  // namespace jingwei::cases::reading

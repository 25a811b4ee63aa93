// Whether a process can be gone through: its names, its guards, and a way from every state to an end.
#include <algorithm>
#include <map>
#include <set>

#include "scenario/guard_check.h"

namespace jingwei::scenario {

using schema::YamlFaults;
using schema::YamlKind;
using schema::YamlNode;

namespace {

constexpr std::int64_t longest_deadline_days = 366;
constexpr std::string_view back = "back";

bool is_true(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value != nullptr && value->scalar == "true";
}

class ProcessCheck {
 public:
  ProcessCheck(const CrossCheck& check, const YamlNode& process)
      : check_(check), faults_(check.faults), process_(process), id_(text_of(process, "id")) {
    form_ = check.shelf.entry("resources.yaml", "resources", text_of(process, "form"));
    note_states(process, nullptr);
    for (const auto& transition : process.find("transitions")->items) transitions_.push_back(&transition);
    for (const YamlNode* transition : transitions_) transition_ids_.push_back(text_of(*transition, "id"));
  }

  void run() {
    if (check_.shelf.entry("process.yaml", "processes", id_) != &process_)
      faults_.add(*process_.find("id"), "scenario.declared_elsewhere", {{"name", id_}});
    const bool sound = check_states();
    check_form();
    for (const YamlNode* transition : transitions_) check_transition(*transition);
    check_dispatch();
    for (const auto& [id, state] : states_) check_deadline(id, *state);
    for (const auto& [id, state] : states_) check_tell(*state);
    check_caps(process_.find("takes"), nullptr);
    if (sound && faults_.empty()) check_ways();
    if (sound && faults_.empty()) check_waiting();
  }

 private:
  void note_states(const YamlNode& holder, const YamlNode* outer) {
    const YamlNode* states = holder.find("states");
    if (states == nullptr) return;
    for (const auto& state : states->items) {
      const std::string id = text_of(state, "id");
      if (!states_.emplace(id, &state).second)
        faults_.add(*state.find("id"), "scenario.doubled", {{"name", id}});
      state_ids_.push_back(id);
      if (outer != nullptr) outer_[id] = text_of(*outer, "id");
      note_states(state, &state);
    }
  }

  bool is_state(const YamlNode* node) {
    if (node == nullptr || states_.contains(node->scalar)) return true;
    report_missing(faults_, *node, "scenario.no_state", id_, state_ids_);
    return false;
  }

  bool check_states() {
    bool sound = is_state(process_.find("initial"));
    for (const auto& [id, state] : states_) {
      const YamlNode* inner = state->find("states");
      if (inner == nullptr) continue;
      const YamlNode* initial = state->find("initial");
      if (initial == nullptr) {
        faults_.add(*state, "yaml.missing_key", {{"key", "initial"}});
        sound = false;
      } else if (entry_of(*state, "states", initial->scalar) == nullptr) {
        report_missing(faults_, *initial, "scenario.no_state", id, ids_of(*state, "states"));
        sound = false;
      }
    }
    for (const YamlNode* transition : transitions_) {
      for (const YamlNode* from : scalars_of(transition->find("from"))) sound = is_state(from) && sound;
      const YamlNode* to = transition->find("to");
      if (to->scalar != back) sound = is_state(to) && sound;
    }
    if (const YamlNode* not_ours = process_.find("not_ours")) sound = is_state(not_ours->find("to")) && sound;
    if (const YamlNode* duplicates = process_.find("duplicates")) {
      const YamlNode* to = duplicates->find("to");
      sound = is_state(to) && sound;
      if (sound && !is_true(*states_.at(to->scalar), "final"))
        faults_.add(*to, "scenario.merged_not_final", {{"state", to->scalar}});
    }
    return sound;
  }

  void field_named(const YamlNode* node, std::string_view type = {}) {
    if (node == nullptr || form_ == nullptr) return;
    const YamlNode* field = entry_of(*form_, "fields", node->scalar, "name");
    if (field == nullptr) {
      report_missing(faults_, *node, "scenario.no_field", text_of(*form_, "id"),
                     ids_of(*form_, "fields", "name"));
    } else if (!type.empty() && text_of(*field, "type") != type) {
      faults_.add(*node, "scenario.field_type",
                  {{"name", node->scalar},
                   {"type", text_of(*field, "type")},
                   {"expected", quoted_list({std::string(type)})}});
    }
  }

  void check_form() {
    for (const YamlNode* name : scalars_of(process_.find("summary"))) field_named(name);
    field_named(process_.find("category"), "choice");
    field_named(process_.find("urgency"), "choice");
    if (const YamlNode* duplicates = process_.find("duplicates")) {
      for (const YamlNode* name : scalars_of(duplicates->find("same"))) field_named(name);
    }
    if (const YamlNode* matter = process_.find("matter");
        matter != nullptr && matter->find("form") != nullptr) {
      for (const auto& pair : matter->find("form")->pairs) field_named(&pair.key);
    }
    if (const YamlNode* open311 = process_.find("open311")) {
      for (const YamlNode* name : scalars_of(open311->find("attributes"))) field_named(name);
      field_named(open311->find("description"));
      for (const YamlNode* state : scalars_of(open311->find("closed"))) is_state(state);
    }
  }

  void check_transition(const YamlNode& transition) {
    const YamlNode& id = *transition.find("id");
    if (std::count(transition_ids_.begin(), transition_ids_.end(), id.scalar) > 1 &&
        first_of(id.scalar) != &transition)
      faults_.add(id, "scenario.doubled", {{"name", id.scalar}});
    const bool automatic = is_true(transition, "automatic") || transition.find("after") != nullptr;
    const YamlNode* by = transition.find("by");
    if (automatic && by != nullptr) faults_.add(*by, "scenario.automatic_by", {{"name", id.scalar}});
    const YamlNode* matter = transition.find("matter");
    if (matter != nullptr && process_.find("matter") == nullptr)
      faults_.add(*matter, "scenario.no_matter", {{"name", id.scalar}});
    if (!automatic && by == nullptr && matter == nullptr)
      faults_.add(transition, "scenario.nobody", {{"name", id.scalar}});
    for (const YamlNode* other : scalars_of(transition.find("not_by"))) {
      if (first_of(other->scalar) == nullptr)
        report_missing(faults_, *other, "scenario.no_transition", id_, transition_ids_);
    }
    const std::string doing = text_of(transition, "do");
    const auto inputs = ids_of(transition, "inputs", "name");
    const YamlNode* words = matter == nullptr ? nullptr : matter->find("words");
    if (words != nullptr && std::find(inputs.begin(), inputs.end(), words->scalar) == inputs.end())
      report_missing(faults_, *words, "scenario.no_field", id.scalar, inputs);
    if (doing == "evaluate" && std::find(inputs.begin(), inputs.end(), "score") == inputs.end())
      faults_.add(transition, "scenario.evaluate_score", {{"name", id.scalar}});
    for (const YamlNode* from : scalars_of(transition.find("from"))) {
      const auto state = states_.find(from->scalar);
      const bool leaves_final = state != states_.end() && is_true(*state->second, "final");
      if (leaves_final && doing != "reopen" && doing != "evaluate")
        faults_.add(*from, "scenario.leaves_final", {{"name", id.scalar}, {"state", from->scalar}});
    }
    if (const YamlNode* guard = transition.find("guard"))
      check_guard(check_, {process_, form_, &transition}, *guard);
    if (const YamlNode* takes = transition.find("takes"); takes != nullptr) {
      if (automatic || by == nullptr) faults_.add(*takes, "scenario.automatic_takes", {{"name", id.scalar}});
      check_caps(takes, &transition);
    }
  }

  void check_caps(const YamlNode* takes, const YamlNode* transition) {
    if (takes == nullptr) return;
    for (const auto& rule : takes->items) {
      if (const YamlNode* when = rule.find("when")) check_guard(check_, {process_, form_, transition}, *when);
    }
  }

  // What many are told of is a text of the form that is nobody's own.
  void told_words(const YamlNode& words) {
    if (words.kind != YamlKind::scalar) return;
    field_named(&words, "text");
    const YamlNode* field = form_ == nullptr ? nullptr : entry_of(*form_, "fields", words.scalar, "name");
    const std::string personal = field == nullptr ? std::string() : text_of(*field, "personal");
    if (!personal.empty() && personal != "none")
      faults_.add(words, "scenario.tells_personal", {{"name", words.scalar}});
  }

  void told_subjects(const YamlNode& subjects) {
    const YamlNode* resource =
        check_.shelf.entry("resources.yaml", "resources", text_of(subjects, "resource"));
    if (resource == nullptr) return;
    const auto served = scalars_of(resource->find("purposes"));
    const YamlNode& purpose = *subjects.find("purpose");
    const bool serves = std::any_of(served.begin(), served.end(),
                                    [&](const YamlNode* one) { return one->scalar == purpose.scalar; });
    if (!serves) {
      std::vector<std::string> known;
      for (const YamlNode* one : served) known.push_back(one->scalar);
      report_missing(faults_, purpose, "scenario.no_served_purpose", text_of(*resource, "id"), known);
    }
    const YamlNode* field = subjects.find("field");
    if (field != nullptr && entry_of(*resource, "fields", field->scalar, "name") == nullptr)
      report_missing(faults_, *field, "scenario.no_field", text_of(*resource, "id"),
                     ids_of(*resource, "fields", "name"));
  }

  void check_tell(const YamlNode& state) {
    const YamlNode* tell = state.find("tell");
    if (tell == nullptr) return;
    for (const auto& telling : tell->items) {
      if (const YamlNode* when = telling.find("when")) check_guard(check_, {process_, form_}, *when);
      told_words(*telling.find("title"));
      told_words(*telling.find("text"));
      const YamlNode& to = *telling.find("to");
      const YamlNode* subjects = to.find("subjects");
      if (to.find("kinds") == nullptr && to.find("roles") == nullptr && subjects == nullptr)
        faults_.add(to, "scenario.tells_nobody");
      if (subjects == nullptr) continue;
      for (const auto& one : subjects->items) told_subjects(one);
    }
  }

  const YamlNode* first_of(const std::string& transition) const {
    const auto found = std::find(transition_ids_.begin(), transition_ids_.end(), transition);
    return found == transition_ids_.end()
               ? nullptr
               : transitions_[static_cast<std::size_t>(found - transition_ids_.begin())];
  }

  void check_dispatch() {
    const YamlNode* category = process_.find("category");
    const YamlNode* field = category == nullptr || form_ == nullptr
                                ? nullptr
                                : entry_of(*form_, "fields", category->scalar, "name");
    const YamlNode* dispatch = process_.find("dispatch");
    if (dispatch == nullptr) return;
    for (const auto& rule : dispatch->items) {
      const bool last = &rule == &dispatch->items.back();
      const bool conditional = rule.find("category") != nullptr || rule.find("when") != nullptr;
      if (last && conditional) faults_.add(rule, "scenario.dispatch_open", {{"name", id_}});
      if (!last && !conditional) faults_.add(rule, "scenario.dispatch_shadows", {{"name", id_}});
      if (const YamlNode* when = rule.find("when")) check_guard(check_, {process_, form_}, *when);
      for (const YamlNode* value : scalars_of(rule.find("category"))) {
        if (field == nullptr) {
          faults_.add(*value, "scenario.no_category", {{"name", id_}});
        } else if (entry_of(*field, "values", value->scalar) == nullptr) {
          report_missing(faults_, *value, "scenario.no_value", category->scalar, ids_of(*field, "values"));
        }
      }
    }
  }

  void check_deadline(const std::string& id, const YamlNode& state) {
    const YamlNode* deadline = state.find("deadline");
    if (deadline == nullptr) return;
    if (is_true(state, "final")) return faults_.add(*deadline, "scenario.final_deadline", {{"state", id}});
    if (text_of(state, "clock") == "stopped")
      return faults_.add(*deadline, "scenario.stopped_deadline", {{"state", id}});
    const bool full = deadline->kind == YamlKind::mapping;
    if (full && deadline->find("until") != nullptr) return field_named(deadline->find("until"), "datetime");
    const YamlNode& within = full ? *deadline->find("within") : *deadline;
    const bool working = !full || text_of(*deadline, "clock") != "always";
    check_length(id, within);
    const YamlNode* warn = full ? deadline->find("warn") : nullptr;
    if (warn != nullptr && minutes_of(warn->scalar, working) >= minutes_of(within.scalar, working))
      faults_.add(*warn, "scenario.late_warning", {{"span", warn->scalar}, {"within", within.scalar}});
    if (full && deadline->find("unless") != nullptr) {
      for (const auto& unless : deadline->find("unless")->items) {
        check_length(id, *unless.find("within"));
        check_guard(check_, {process_, form_}, *unless.find("when"));
      }
    }
  }

  // A deadline of over a year is a slip of the pen; what is the most is told in the unit it is written in.
  void check_length(const std::string& state, const YamlNode& within) {
    const bool days = within.scalar.ends_with('d');
    if (minutes_of(within.scalar, false) <= longest_deadline_days * 24 * 60) return;
    faults_.add(within, "scenario.long_deadline",
                {{"state", state},
                 {"span", within.scalar},
                 {"most", std::to_string(longest_deadline_days * (days ? 1 : 24)) + (days ? "d" : "h")}});
  }

  // The nearest of the state and those it stands in that says `key`; null: none does.
  const YamlNode* said_of(std::string id, std::string_view key) const {
    for (;;) {
      if (const YamlNode* said = states_.at(id)->find(key)) return said;
      const auto up = outer_.find(id);
      if (up == outer_.end()) return nullptr;
      id = up->second;
    }
  }

  // Who takes a case on from a state. Without `waits_for` no inbox shows it; that is well where the reporter
  // sees it among their own, where the hub takes it on by itself, or where it follows what it is about.
  struct Takers {
    bool by_itself = false;
    std::vector<std::string> roles;
  };
  Takers takers_from(const std::string& id) const {
    Takers takers;
    for (const YamlNode* transition : transitions_) {
      const auto from = scalars_of(transition->find("from"));
      const bool leaves = std::any_of(from.begin(), from.end(),
                                      [&](const YamlNode* state) { return is_inside(id, state->scalar); });
      if (!leaves) continue;
      const auto by = scalars_of(transition->find("by"));
      for (const YamlNode* actor : by) {
        const auto& known = takers.roles;
        if (actor->scalar == "reporter") takers.by_itself = true;
        if (check_.names.has("role", actor->scalar) &&
            std::find(known.begin(), known.end(), actor->scalar) == known.end())
          takers.roles.push_back(actor->scalar);
      }
      const bool of_hub = is_true(*transition, "automatic") || transition->find("after") != nullptr;
      const bool of_matter = by.empty() && transition->find("matter") != nullptr;
      if ((of_hub && transition->find("guard") == nullptr) || of_matter) takers.by_itself = true;
    }
    return takers;
  }

  void check_waiting() {
    for (const auto& id : state_ids_) {
      const YamlNode& state = *states_.at(id);
      const YamlNode* own = state.find("waits_for");
      if (own != nullptr && !check_.names.has("role", own->scalar))
        faults_.add(*own, "scenario.waits_for_role", {{"word", own->scalar}, {"state", id}});
      if (state.find("states") != nullptr || is_true(state, "final")) continue;
      if (said_of(id, "waits_for") != nullptr) continue;
      const Takers takers = takers_from(id);
      if (takers.by_itself) continue;
      faults_.add(
          *state.find("id"), "scenario.waits_for_nobody",
          {{"state", id},
           {"expected", quoted_list(takers.roles.empty() ? check_.names.all("role") : takers.roles)}});
    }
  }

  // Where a case comes to rest on entering a state: that state, or the initial one inside it.
  std::string rests_in(std::string id) const {
    for (int depth = 0; depth < 16; ++depth) {
      const YamlNode* initial = states_.at(id)->find("initial");
      if (initial == nullptr || states_.at(id)->find("states") == nullptr) break;
      id = initial->scalar;
    }
    return id;
  }

  // Whether `id` is `outer` or stands inside it.
  bool is_inside(std::string id, const std::string& outer) const {
    for (;;) {
      if (id == outer) return true;
      const auto up = outer_.find(id);
      if (up == outer_.end()) return false;
      id = up->second;
    }
  }

  // The states a case may rest in, and where it can go from each.
  std::map<std::string, std::set<std::string>> arrows() const {
    std::map<std::string, std::set<std::string>> found;
    for (const auto& id : state_ids_) {
      if (states_.at(id)->find("states") == nullptr) found[id];
    }
    std::vector<const YamlNode*> backs;
    for (const YamlNode* transition : transitions_) {
      for (const YamlNode* from : scalars_of(transition->find("from"))) {
        for (auto& [id, targets] : found) {
          if (!is_inside(id, from->scalar)) continue;
          const std::string& to = transition->find("to")->scalar;
          if (to == back) {
            backs.push_back(transition);
          } else {
            targets.insert(rests_in(to));
            // What sends a case away for the second time sends it to the arbitrator.
            if (text_of(*transition, "do") == "not_ours" && process_.find("not_ours") != nullptr)
              targets.insert(rests_in(process_.find("not_ours")->find("to")->scalar));
          }
        }
      }
    }
    // Back leads to whatever led here.
    for (const YamlNode* transition : backs) {
      for (const YamlNode* from : scalars_of(transition->find("from"))) {
        for (auto& [id, targets] : found) {
          if (!is_inside(id, from->scalar)) continue;
          for (const auto& [earlier, reached] : found) {
            if (reached.contains(id)) targets.insert(earlier);
          }
        }
      }
    }
    if (const YamlNode* duplicates = process_.find("duplicates")) {
      const std::string to = rests_in(duplicates->find("to")->scalar);
      for (auto& [id, targets] : found) {
        if (!is_true(*states_.at(id), "final")) targets.insert(to);
      }
    }
    return found;
  }

  static void walk(const std::map<std::string, std::set<std::string>>& arrows, const std::string& from,
                   std::set<std::string>& seen) {
    if (!seen.insert(from).second) return;
    for (const auto& next : arrows.at(from)) walk(arrows, next, seen);
  }

  void check_ways() {
    const auto forward = arrows();
    std::map<std::string, std::set<std::string>> backward;
    for (const auto& [id, targets] : forward) {
      backward[id];
      for (const auto& to : targets) backward[to].insert(id);
    }
    std::set<std::string> reached, ending;
    walk(forward, rests_in(process_.find("initial")->scalar), reached);
    bool any_final = false;
    for (const auto& [id, unused] : forward) {
      if (!is_true(*states_.at(id), "final")) continue;
      any_final = true;
      walk(backward, id, ending);
    }
    if (!any_final) return faults_.add(*process_.find("states"), "scenario.no_final", {{"name", id_}});
    for (const auto& [id, unused] : forward) {
      const YamlNode& place = *states_.at(id)->find("id");
      if (!reached.contains(id)) {
        faults_.add(place, "scenario.unreachable", {{"state", id}, {"name", id_}});
      } else if (!ending.contains(id)) {
        faults_.add(place, "scenario.dead_end", {{"state", id}, {"name", id_}});
      }
    }
  }

  const CrossCheck& check_;
  YamlFaults& faults_;
  const YamlNode& process_;
  const std::string id_;
  const YamlNode* form_ = nullptr;
  std::map<std::string, const YamlNode*> states_;
  std::map<std::string, std::string> outer_;
  std::vector<std::string> state_ids_, transition_ids_;
  std::vector<const YamlNode*> transitions_;
};

}  // namespace

void check_processes(const CrossCheck& check) {
  for (const auto& process : check.package.list("process.yaml", "processes"))
    ProcessCheck(check, process).run();
}

}  // namespace jingwei::scenario

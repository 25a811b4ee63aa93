// Rules of a package (rules.yaml) that guards of its processes call: {rule: id, with: {fact: JsonLogic}}.
//
// The rule's logic is put in where it is called, before the process is read and kept as text: what is kept is
// whole. So the machine knows no rules, a guard has one allowance of fuel, a changed rule makes a new version
// of the process, and a case goes on by the rule that its version had.
#include <algorithm>
#include <map>

#include "engines/rules/program.h"
#include "modules/cases/process/process_reader.h"

namespace jingwei::cases::reading {

namespace {

using schema::YamlKind;

constexpr std::size_t rule_nodes_most = 20'000;  // that rules bring to one process

class RuleCalls {
 public:
  RuleCalls(const YamlNode* rules, YamlFaults& faults) : faults_(faults) {
    const YamlNode* list = rules == nullptr ? nullptr : rules->find("rules");
    if (list == nullptr) return;
    for (const auto& rule : list->items) {
      const YamlNode* id = rule.find("id");
      if (id != nullptr) rules_.emplace(id->scalar, &rule);
    }
  }

  // A part of a process, with all below it: calls stand in guards and conditions. Where a guard calls a rule
  // and the transition gives no reason, people are told the rule's.
  void walk(YamlNode& part) {
    for (auto& item : part.items) walk(item);
    const YamlNode* reason = nullptr;
    for (auto& pair : part.pairs) {
      const bool guard = pair.key.scalar == "guard";
      if (!guard && pair.key.scalar != "when") {
        walk(pair.value);
        continue;
      }
      first_ = nullptr;
      put(pair.value, false);
      if (guard && first_ != nullptr) reason = first_->find("reason");
    }
    if (reason != nullptr && part.find("reason") == nullptr)
      part.pairs.push_back({text_at(*reason, "reason"), *reason});
  }

  bool any() const { return any_; }

 private:
  // One call: what is given for each fact of the rule.
  struct Call {
    const YamlNode& at;
    const std::string& rule;
    std::map<std::string, YamlNode, std::less<>> given;
  };

  static YamlNode placed_at(const YamlNode& at, YamlKind kind) {
    YamlNode made;
    made.kind = kind;
    made.file = at.file;
    made.line = at.line;
    made.column = at.column;
    return made;
  }
  static YamlNode text_at(const YamlNode& at, std::string text) {
    YamlNode made = placed_at(at, YamlKind::scalar);
    made.scalar = std::move(text);
    return made;
  }
  static YamlNode operation(const YamlNode& at, std::string name, YamlNode operand) {
    YamlNode made = placed_at(at, YamlKind::mapping);
    made.pairs.push_back({text_at(at, std::move(name)), std::move(operand)});
    return made;
  }
  static std::size_t size_of(const YamlNode& node) {
    std::size_t size = 1;
    for (const auto& item : node.items) size += size_of(item);
    for (const auto& pair : node.pairs) size += 1 + size_of(pair.value);
    return size;
  }
  static std::string names_of(const YamlNode& facts) {
    std::string names;
    for (const auto& pair : facts.pairs) names += (names.empty() ? "" : ", ") + pair.key.scalar;
    return names;
  }

  // Each part of a list or an operation, and whether `var` reads an item of a list there.
  template <typename Visit>
  static void each_part(YamlNode& logic, bool in_list, const Visit& visit) {
    for (auto& item : logic.items) visit(item, in_list);
    for (auto& pair : logic.pairs) {
      const auto* known = rules::find_operator(rules::Dialect::jingwei, pair.key.scalar);
      if (known == nullptr || known->lambda < 0 || pair.value.kind != YamlKind::sequence) {
        visit(pair.value, in_list);
        continue;
      }
      int place = 0;
      for (auto& operand : pair.value.items) visit(operand, in_list || place++ == known->lambda);
    }
  }

  // Logic over the facts of a case: its calls become what they call.
  void put(YamlNode& logic, bool in_list) {
    if (logic.find("rule") != nullptr) {
      logic = called(logic, in_list);
      return;
    }
    each_part(logic, in_list, [&](YamlNode& part, bool inner) { put(part, inner); });
  }

  YamlNode called(const YamlNode& call, bool in_list) {
    any_ = true;
    YamlNode nothing = text_at(call, "true");  // stands where the call is at fault
    YamlMapping mapping(call, faults_);
    const YamlNode& id = *mapping.get("rule");
    const YamlNode* with = mapping.get("with");
    mapping.finish();
    const auto found = rules_.find(id.scalar);
    if (found == rules_.end()) {
      std::string known;
      for (const auto& [name, unused] : rules_) known += (known.empty() ? "" : ", ") + name;
      faults_.add(id, "cases.no_rule", {{"rule", id.scalar}, {"known", known}});
      return nothing;
    }
    const YamlNode& rule = *found->second;
    const YamlNode *facts = rule.find("facts"), *logic = rule.find("logic"), *dialect = rule.find("dialect");
    if (facts == nullptr || logic == nullptr || dialect == nullptr || dialect->scalar != "jingwei") {
      faults_.add(id, "cases.rule_dialect", {{"rule", id.scalar}});
      return nothing;
    }
    if (in_list) {
      faults_.add(call, "cases.rule_in_list", {{"rule", id.scalar}});
      return nothing;
    }
    Call one{call, id.scalar, {}};
    if (with != nullptr) take_given(*with, *facts, one);
    for (const auto& fact : facts->pairs) {
      const std::string& name = fact.key.scalar;
      YamlNode path = text_at(call, (is_case_fact(name) ? "case." : "form.") + name);
      one.given.try_emplace(name, operation(call, "var", std::move(path)));
    }
    if (!afford(*logic, call)) return nothing;
    YamlNode whole = *logic;
    fill(whole, one, false);
    // What is wrong with the guard as a whole is told where it stands.
    whole.file = call.file;
    whole.line = call.line;
    whole.column = call.column;
    if (first_ == nullptr) first_ = &rule;
    return whole;
  }

  void take_given(const YamlNode& with, const YamlNode& facts, Call& call) {
    if (with.kind != YamlKind::mapping) return faults_.add(with, "yaml.not_mapping");
    for (const auto& pair : with.pairs) {
      if (facts.find(pair.key.scalar) == nullptr) {
        faults_.add(pair.key, "cases.no_rule_fact",
                    {{"rule", call.rule}, {"fact", pair.key.scalar}, {"known", names_of(facts)}});
        continue;
      }
      YamlNode given = pair.value;
      put(given, false);
      call.given.insert_or_assign(pair.key.scalar, std::move(given));
    }
  }

  // The rule's own logic: what it reads becomes what the call gives for it.
  void fill(YamlNode& logic, const Call& call, bool in_list) {
    const std::string name = logic.pairs.size() == 1 ? logic.pairs.front().key.scalar : std::string();
    if (name == "missing") return cannot(logic, call, name);
    if (name == "fact" || (name == "var" && !in_list)) return fill_read(logic, call, in_list);
    each_part(logic, in_list, [&](YamlNode& part, bool inner) { fill(part, call, inner); });
  }

  // {"var": path} or {"var": [path, otherwise]} of the rule.
  void fill_read(YamlNode& logic, const Call& call, bool in_list) {
    YamlNode& read = logic.pairs.front().value;
    const bool list = read.kind == YamlKind::sequence && !read.items.empty();
    const std::string path = list ? read.items.front().scalar : read.scalar;
    const std::size_t dot = std::min(path.find('.'), path.size());
    const auto given = call.given.find(path.substr(0, dot));
    if (given == call.given.end()) return cannot(logic, call, path);
    if (!afford(given->second, call.at)) return;
    YamlNode value = given->second;
    const bool reached = (!in_list || from_root(value, false)) && go_on(value, path.substr(dot));
    if (!reached) return cannot(logic, call, path);
    if (list && read.items.size() > 1) {
      YamlNode otherwise = std::move(read.items[1]);
      fill(otherwise, call, in_list);
      if (!afford(value, call.at)) return;
      value = or_else(std::move(value), std::move(otherwise));
    }
    logic = std::move(value);
  }

  // The same from within a list, where `var` would read an item of it. False: it cannot be said there.
  static bool from_root(YamlNode& logic, bool in_list) {
    if (logic.pairs.size() == 1) {
      std::string& name = logic.pairs.front().key.scalar;
      if (name == "missing") return false;
      if (name == "var" && !in_list) name = "fact";
    }
    bool said = true;
    each_part(logic, in_list, [&](YamlNode& part, bool inner) { said = from_root(part, inner) && said; });
    return said;
  }

  // Further down the path that is read. False: it is no path.
  static bool go_on(YamlNode& logic, const std::string& further) {
    if (further.empty()) return true;
    if (logic.pairs.size() != 1) return false;
    YamlNode& path = logic.pairs.front().value;
    const std::string& name = logic.pairs.front().key.scalar;
    if ((name != "var" && name != "fact") || path.kind != YamlKind::scalar) return false;
    path.scalar += further;
    return true;
  }

  static YamlNode or_else(YamlNode value, YamlNode otherwise) {
    const YamlNode at = placed_at(value, YamlKind::sequence);
    YamlNode sides = at, branches = at;
    sides.items.push_back(value);
    sides.items.push_back(placed_at(at, YamlKind::null));
    branches.items.push_back(operation(at, "===", std::move(sides)));
    branches.items.push_back(std::move(otherwise));
    branches.items.push_back(std::move(value));
    return operation(at, "if", std::move(branches));
  }

  void cannot(YamlNode& logic, const Call& call, const std::string& what) {
    faults_.add(call.at, "cases.rule_reads", {{"rule", call.rule}, {"what", what}});
    logic = text_at(logic, "true");
  }

  // Whether one more of this may be put in.
  bool afford(const YamlNode& part, const YamlNode& call) {
    const std::size_t size = size_of(part);
    if (size <= left_) {
      left_ -= size;
      return true;
    }
    left_ = 0;
    faults_.add(call, "cases.rules_too_large");
    return false;
  }

  YamlFaults& faults_;
  std::map<std::string, const YamlNode*, std::less<>> rules_;
  const YamlNode* first_ = nullptr;  // rule that the present guard calls first
  std::size_t left_ = rule_nodes_most;
  bool any_ = false;
};

}  // namespace

bool put_rules(YamlNode& process, const YamlNode* rules, YamlFaults& faults) {
  RuleCalls calls(rules, faults);
  calls.walk(process);
  return calls.any();
}

}  // namespace jingwei::cases::reading

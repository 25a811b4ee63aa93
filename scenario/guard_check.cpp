#include "scenario/guard_check.h"

#include <algorithm>
#include <optional>
#include <set>

#include "modules/cases/cases_service.h"
#include "scenario/rule_call_check.h"

namespace jingwei::scenario {

using schema::YamlKind;
using schema::YamlNode;

namespace {

const std::vector<std::string> case_facts = {"state",   "stage",      "category", "urgency",  "department",
                                             "level",   "escalated",  "reopened", "not_ours", "supervised",
                                             "overdue", "tasks_open", "photos",   "score",    "children"};
const std::set<std::string, std::less<>> case_numbers = {"escalated",  "reopened", "not_ours", "supervised",
                                                         "tasks_open", "photos",   "score",    "children"};
const std::vector<std::string> actor_facts = {"reporter", "assignee", "roles"};
const std::vector<std::string> fact_roots = {"case", "form", "input", "actor", "now"};
// Operations whose second operand speaks of the elements of the first.
const std::set<std::string> over_elements = {"map", "filter", "reduce", "all", "some", "none"};
const std::set<std::string> comparisons = {"==", "===", "!=", "!==", "<", "<=", ">", ">="};

// What a fact can be.
struct FactValues {
  enum class Kind : std::uint8_t { any, text, word, number, truth };
  Kind kind = Kind::any;
  std::vector<std::string> words = {};  // of a word: all that it can be
};

FactValues one_of(std::vector<std::string> all) {
  if (all.empty()) return {FactValues::Kind::text};
  return {FactValues::Kind::word, std::move(all)};
}

FactValues values_of_field(const YamlNode* field) {
  if (field == nullptr) return {};
  const std::string type = text_of(*field, "type");
  if (type == "choice") return one_of(ids_of(*field, "values"));
  if (type == "boolean") return {FactValues::Kind::truth};
  if (type == "integer" || type == "number") return {FactValues::Kind::number};
  return {FactValues::Kind::text};
}

// The states that a case can rest in: those without states inside.
std::vector<std::string> resting_states(const YamlNode& process) {
  std::vector<std::string> ids;
  for (const YamlNode* state : states_of(process)) {
    if (state->find("states") == nullptr) ids.push_back(text_of(*state, "id"));
  }
  return ids;
}

std::vector<std::string> stage_words() {
  std::vector<std::string> ids;
  for (std::size_t at = 0; at < cases::stage_count; ++at)
    ids.emplace_back(cases::name_of(static_cast<cases::Stage>(at)));
  return ids;
}

// The name that {"var": name} or {"var": [name, otherwise]} reads; null when this is something else.
const YamlNode* name_read(const YamlNode& logic) {
  if (logic.pairs.size() != 1 || logic.pairs.front().key.scalar != "var") return nullptr;
  const YamlNode& value = logic.pairs.front().value;
  if (value.kind != YamlKind::sequence) return &value;
  return value.items.empty() ? nullptr : &value.items.front();
}

class GuardCheck {
 public:
  GuardCheck(const CrossCheck& check, const GuardFacts& facts) : check_(check), facts_(facts) {}

  void walk(const YamlNode& logic) {
    if (logic.find("rule") != nullptr) {
      check_rule_call(check_, facts_, logic);
      if (const YamlNode* with = logic.find("with")) {
        for (const auto& pair : with->pairs) walk(pair.value);
      }
      return;
    }
    for (const auto& item : logic.items) walk(item);
    for (const auto& pair : logic.pairs) {
      const std::string& operation = pair.key.scalar;
      if (operation == "var") {
        if (const YamlNode* name = name_read(logic)) check_fact(*name);
      } else if (over_elements.contains(operation) && !pair.value.items.empty()) {
        walk(pair.value.items.front());
      } else {
        if (comparisons.contains(operation)) compare(pair.value.items);
        if (operation == "in") look_in(pair.value.items);
        walk(pair.value);
      }
    }
  }

 private:
  std::vector<std::string> known_under(const std::string& root) const {
    if (root == "case") return case_facts;
    if (root == "actor") return actor_facts;
    if (root == "input" && facts_.transition != nullptr) return ids_of(*facts_.transition, "inputs", "name");
    if (root == "form" && facts_.form != nullptr) return ids_of(*facts_.form, "fields", "name");
    return {};
  }

  void check_fact(const YamlNode& name) {
    const std::size_t dot = name.scalar.find('.');
    const std::string root = name.scalar.substr(0, dot);
    const std::string rest = dot == std::string::npos ? std::string() : name.scalar.substr(dot + 1);
    if (root == "now" && rest.empty()) return;
    const auto known = known_under(root);
    if (std::find(known.begin(), known.end(), rest) != known.end()) return;
    const bool known_root = std::find(fact_roots.begin(), fact_roots.end(), root) != fact_roots.end();
    std::vector<std::string> expected;
    for (const auto& one : known) expected.push_back(root + "." + one);
    report_missing(check_.faults, name, "scenario.no_fact", text_of(facts_.process, "id"),
                   known_root ? expected : fact_roots);
  }

  FactValues of_form(const std::string& field) const {
    if (facts_.form == nullptr) return {};
    return values_of_field(entry_of(*facts_.form, "fields", field, "name"));
  }

  FactValues of_case(const std::string& fact) const {
    if (case_numbers.contains(fact)) return {FactValues::Kind::number};
    if (fact == "overdue") return {FactValues::Kind::truth};
    if (fact == "state") return one_of(resting_states(facts_.process));
    if (fact == "stage") return one_of(stage_words());
    if (fact == "category" || fact == "urgency") return of_form(text_of(facts_.process, fact));
    if (fact == "department") return one_of(check_.names.all("department"));
    return {};
  }

  FactValues values_of(const std::string& name) const {
    const std::size_t dot = name.find('.');
    const std::string root = name.substr(0, dot);
    if (dot == std::string::npos) return {};
    const std::string rest = name.substr(dot + 1);
    if (root == "case") return of_case(rest);
    if (root == "form") return of_form(rest);
    if (root == "input" && facts_.transition != nullptr)
      return values_of_field(entry_of(*facts_.transition, "inputs", rest, "name"));
    if (root == "actor" && rest != "roles") return {FactValues::Kind::truth};
    return {};
  }

  // The same with what the operand says that it is where it is not known: {"var": [name, otherwise]}.
  FactValues values_read(const YamlNode& operand) const {
    FactValues values = values_of(name_read(operand)->scalar);
    const auto& read = operand.pairs.front().value.items;
    if (read.size() > 1 && !values.words.empty()) values.words.push_back(read[1].scalar);
    return values;
  }

  // Every literal beside a fact must be something that the fact can be.
  void compare(const std::vector<YamlNode>& operands) {
    const auto read = std::find_if(operands.begin(), operands.end(),
                                   [](const YamlNode& one) { return name_read(one) != nullptr; });
    if (read == operands.end()) return;
    const FactValues values = values_read(*read);
    for (const auto& operand : operands) judge(operand, name_read(*read)->scalar, values);
  }

  // A fact among literals, or a literal among the caller's roles.
  void look_in(const std::vector<YamlNode>& operands) {
    if (operands.size() != 2) return;
    const YamlNode* wanted = name_read(operands[0]);
    const YamlNode* where = name_read(operands[1]);
    if (wanted != nullptr) {
      const FactValues values = values_read(operands[0]);
      for (const auto& item : operands[1].items) judge(item, wanted->scalar, values);
    } else if (where != nullptr && where->scalar == "actor.roles") {
      judge(operands[0], where->scalar, one_of(check_.names.all("role")));
    }
  }

  void judge(const YamlNode& literal, const std::string& fact, const FactValues& values) {
    if (literal.kind != YamlKind::scalar) return;
    const bool truth = schema::yaml_boolean(literal).has_value();
    const bool number = schema::yaml_number(literal).has_value();
    const auto report = [&](const char* sentence) {
      check_.faults.add(literal, sentence, {{"fact", fact}, {"word", literal.scalar}});
    };
    switch (values.kind) {
      case FactValues::Kind::any:
        return;
      case FactValues::Kind::number:
        if (!number) report("scenario.guard_number");
        return;
      case FactValues::Kind::truth:
        if (!truth) report("scenario.guard_truth");
        return;
      case FactValues::Kind::word:
        // What nobody filled in is empty.
        if (literal.scalar.empty()) return;
        if (std::find(values.words.begin(), values.words.end(), literal.scalar) == values.words.end())
          return report_never(literal, fact, values.words);
        [[fallthrough]];
      case FactValues::Kind::text:
        if (truth || number) report("scenario.guard_text");
    }
  }

  // With all that the fact can be, also where one is near: which of them is meant is the author's to say.
  void report_never(const YamlNode& literal, const std::string& fact, const std::vector<std::string>& known) {
    const auto near = schema::nearest(literal.scalar, known);
    check_.faults.add(literal, near.empty() ? "scenario.guard_value" : "scenario.guard_value_near",
                      {{"fact", fact},
                       {"word", literal.scalar},
                       {"near", std::string(near)},
                       {"expected", quoted_list(known)}});
  }

  const CrossCheck& check_;
  const GuardFacts& facts_;
};

}  // namespace

std::string type_of_fact(const GuardFacts& facts, std::string_view name) {
  const std::size_t dot = name.find('.');
  const std::string_view root = name.substr(0, dot);
  const std::string rest(dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1));
  if (root == "now") return "date";
  if (root == "case") return case_numbers.contains(rest) ? "number" : rest == "overdue" ? "boolean" : "text";
  if (root == "actor") return rest == "roles" ? "list" : "boolean";
  const bool of_form = root == "form";
  const YamlNode* holder = of_form ? facts.form : root == "input" ? facts.transition : nullptr;
  const YamlNode* field =
      holder == nullptr ? nullptr : entry_of(*holder, of_form ? "fields" : "inputs", rest, "name");
  if (field == nullptr) return {};
  const std::string type = text_of(*field, "type");
  if (type == "integer" || type == "number") return "number";
  if (type == "date" || type == "datetime") return "date";
  return type == "boolean" ? type : "text";
}

void check_guard(const CrossCheck& check, const GuardFacts& facts, const YamlNode& logic) {
  GuardCheck(check, facts).walk(logic);
}

}  // namespace jingwei::scenario

#include "scenario/rule_call_check.h"

#include <algorithm>
#include <map>

#include "modules/cases/cases_service.h"

namespace jingwei::scenario {

using schema::YamlKind;
using schema::YamlNode;

namespace {

// What an operation gives, in the words of type_of_fact. Of others (if, and, or, …) nothing is known
// beforehand.
const std::map<std::string, std::string, std::less<>>& answers_of_operations() {
  static const std::map<std::string, std::string, std::less<>> all = [] {
    std::map<std::string, std::string, std::less<>> types;
    for (const char* name : {"==",
                             "===",
                             "!=",
                             "!==",
                             "<",
                             "<=",
                             ">",
                             ">=",
                             "!",
                             "!!",
                             "all",
                             "some",
                             "none",
                             "in",
                             "before",
                             "after",
                             "not-before",
                             "not-after",
                             "is-working-day",
                             "region-within"})
      types[name] = "boolean";
    for (const char* name : {"+", "-", "*", "/", "%", "min", "max", "abs", "floor", "round", "length",
                             "count", "sum", "elapsed", "age", "working-time"})
      types[name] = "number";
    for (const char* name : {"now", "date", "start-of-day", "plusTime", "plus-working-time"})
      types[name] = "date";
    for (const char* name : {"map", "filter", "merge", "distinct", "missing", "within"}) types[name] = "list";
    types["cat"] = "text";
    return types;
  }();
  return all;
}

std::string type_of_literal(const YamlNode& literal) {
  if (literal.kind == YamlKind::sequence) return "list";
  if (literal.kind != YamlKind::scalar) return {};
  if (schema::yaml_boolean(literal)) return "boolean";
  if (schema::yaml_number(literal)) return "number";
  const bool moment = parse_iso_day(literal.scalar.substr(0, 10)).has_value();
  return moment ? "date" : "text";
}

// Of what a call gives for a fact; empty: not known.
std::string type_of_given(const GuardFacts& facts, const YamlNode& logic) {
  if (logic.pairs.size() != 1) return type_of_literal(logic);
  const std::string& operation = logic.pairs.front().key.scalar;
  if (operation == "var") {
    const YamlNode& read = logic.pairs.front().value;
    const bool list = read.kind == YamlKind::sequence && !read.items.empty();
    return type_of_fact(facts, list ? read.items.front().scalar : read.scalar);
  }
  const auto& known = answers_of_operations();
  const auto answer = known.find(operation);
  return answer == known.end() ? std::string() : answer->second;
}

bool is_of_type(std::string declared, const std::string& found) {
  if (declared == "integer") declared = "number";
  if (declared == "datetime") declared = "date";
  // A day and a moment are texts to whoever reads them as such.
  return found.empty() || found == declared || (declared == "text" && found == "date");
}

class RuleCallCheck {
 public:
  RuleCallCheck(const CrossCheck& check, const GuardFacts& facts, const YamlNode& call, const YamlNode& rule)
      : check_(check),
        facts_(facts),
        call_(call),
        rule_(text_of(rule, "id")),
        declared_(*rule.find("facts")) {}

  void run() {
    const YamlNode* with = call_.find("with");
    if (with != nullptr && !are_facts(*with)) return;
    for (const auto& fact : declared_.pairs) {
      const std::string& name = fact.key.scalar;
      const YamlNode* given = with == nullptr ? nullptr : with->find(name);
      if (given != nullptr) {
        judge(*given, fact, type_of_given(facts_, *given));
      } else {
        check_of_case(fact);
      }
    }
  }

 private:
  bool are_facts(const YamlNode& with) const {
    std::vector<std::string> known;
    for (const auto& fact : declared_.pairs) known.push_back(fact.key.scalar);
    bool all = true;
    for (const auto& pair : with.pairs) {
      if (declared_.find(pair.key.scalar) != nullptr) continue;
      report_missing(check_.faults, pair.key, "scenario.no_rule_fact", rule_, known);
      all = false;
    }
    return all;
  }

  // A fact that the call says nothing of: the case's or the form's of the same name.
  void check_of_case(const schema::YamlPair& fact) const {
    const std::string& name = fact.key.scalar;
    const bool of_case = cases::is_case_fact(name);
    if (!of_case && facts_.form == nullptr) return;  // that is told already
    const bool of_form = facts_.form != nullptr && entry_of(*facts_.form, "fields", name, "name") != nullptr;
    if (of_case == of_form) {
      check_.faults.add(call_, of_case ? "scenario.rule_fact_twice" : "scenario.rule_fact_open",
                        {{"rule", rule_}, {"fact", name}});
      return;
    }
    judge(call_, fact, type_of_fact(facts_, (of_case ? "case." : "form.") + name));
  }

  void judge(const YamlNode& place, const schema::YamlPair& fact, const std::string& found) const {
    const std::string type = text_of(fact.value, "type");
    if (is_of_type(type, found)) return;
    check_.faults.add(place, "scenario.rule_fact_type",
                      {{"rule", rule_}, {"fact", fact.key.scalar}, {"type", type}, {"found", found}});
  }

  const CrossCheck& check_;
  const GuardFacts& facts_;
  const YamlNode& call_;
  std::string rule_;
  const YamlNode& declared_;
};

}  // namespace

void check_rule_call(const CrossCheck& check, const GuardFacts& facts, const YamlNode& call) {
  const auto& rules = check.package.list("rules.yaml", "rules");
  const std::string id = text_of(call, "rule");
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const YamlNode& rule) { return text_of(rule, "id") == id; });
  if (found != rules.end()) return RuleCallCheck(check, facts, call, *found).run();
  std::vector<std::string> known;
  for (const auto& rule : rules) known.push_back(text_of(rule, "id"));
  report_missing(check.faults, *call.find("rule"), "scenario.no_rule", check.package.id, known);
}

}  // namespace jingwei::scenario

#include "scenario/rule_book.h"

#include "base/messages.h"
#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"
#include "engines/rules/program.h"
#include "scenario/cross_checks.h"

namespace jingwei::scenario {

using schema::YamlFaults;
using schema::YamlKind;
using schema::YamlNode;

namespace {

bool is_null(const YamlNode& node) {
  return node.kind == YamlKind::null || (!node.quoted && (node.scalar == "null" || node.scalar == "~"));
}

void write(JsonWriter& out, const YamlNode& node) {
  if (node.kind == YamlKind::sequence) {
    out.begin_array();
    for (const auto& item : node.items) write(out, item);
    out.end_array();
  } else if (node.kind == YamlKind::mapping) {
    out.begin_object();
    for (const auto& pair : node.pairs) {
      out.key(pair.key.scalar);
      write(out, pair.value);
    }
    out.end_object();
  } else if (is_null(node)) {
    out.null();
  } else if (const auto truth = schema::yaml_boolean(node)) {
    out.value(*truth);
  } else if (const auto whole = schema::yaml_integer(node)) {
    out.value(*whole);
  } else if (const auto number = schema::yaml_number(node)) {
    out.value(*number);
  } else {
    out.value(node.scalar);
  }
}

// The logic with the places it has in its file.
rules::Syntax syntax_of(const YamlNode& node) {
  rules::Syntax made;
  made.line = node.line;
  made.column = node.column;
  using Kind = rules::Syntax::Kind;
  if (node.kind == YamlKind::sequence) {
    made.kind = Kind::list;
    for (const auto& item : node.items) made.items.push_back(syntax_of(item));
  } else if (node.kind == YamlKind::mapping) {
    made.kind = Kind::object;
    for (const auto& pair : node.pairs) made.members.push_back({pair.key.scalar, syntax_of(pair.value)});
  } else if (is_null(node)) {
    made.kind = Kind::null;
  } else if (const auto truth = schema::yaml_boolean(node)) {
    made.kind = Kind::boolean;
    made.boolean = *truth;
  } else if (const auto whole = schema::yaml_integer(node)) {
    made.kind = Kind::integer;
    made.integer = *whole;
  } else if (const auto number = schema::yaml_number(node)) {
    made.kind = Kind::number;
    made.number = *number;
  } else {
    made.kind = Kind::text;
    made.text = node.scalar;
  }
  return made;
}

rules::FactType type_of(std::string_view word) {
  if (word == "number" || word == "integer") return rules::FactType::number;
  if (word == "boolean") return rules::FactType::boolean;
  if (word == "date" || word == "datetime") return rules::FactType::instant;
  if (word == "list") return rules::FactType::list;
  return rules::FactType::text;
}

Result<rules::Program> compiled(const YamlNode& rule) {
  std::vector<rules::Fact> facts;
  for (const auto& pair : rule.find("facts")->pairs) {
    rules::Fact fact;
    fact.name = pair.key.scalar;
    fact.type = type_of(text_of(pair.value, "type"));
    facts.push_back(std::move(fact));
  }
  rules::CompileOptions options;
  options.dialect =
      text_of(rule, "dialect") == "certlogic" ? rules::Dialect::certlogic : rules::Dialect::jingwei;
  const YamlNode& logic = *rule.find("logic");
  options.file = logic.file ? *logic.file : std::string();
  options.facts = facts;
  return rules::compile(syntax_of(logic), options);
}

Result<std::string> worked_out(const rules::Program& program, const YamlNode& facts) {
  JW_ASSIGN(const auto data, rules::Document::parse(json_of(facts)));
  rules::Evaluator evaluator;
  JW_ASSIGN(const auto answer, evaluator.evaluate(program, data.root()));
  return rules::to_json(answer.value);
}

void check_examples(const YamlNode& rule, const rules::Program& program, YamlFaults& faults) {
  const YamlNode& declared = *rule.find("facts");
  for (const auto& test : rule.find("tests")->items) {
    std::vector<std::string> names;
    for (const auto& pair : declared.pairs) names.push_back(pair.key.scalar);
    bool known = true;
    for (const auto& pair : test.find("facts")->pairs) {
      if (declared.find(pair.key.scalar) != nullptr) continue;
      report_missing(faults, pair.key, "scenario.no_fact", text_of(rule, "id"), names);
      known = false;
    }
    if (!known) continue;
    const YamlNode& gives = *test.find("gives");
    const auto found = worked_out(program, *test.find("facts"));
    if (!found) {
      faults.add(gives, "scenario.rule_failed", {{"told", render(found.error(), Language::en)}});
    } else if (*found != json_of(gives)) {
      faults.add(gives, "scenario.rule_gives", {{"expected", json_of(gives)}, {"found", *found}});
    }
  }
}

}  // namespace

std::string json_of(const YamlNode& node) {
  JsonWriter out;
  write(out, node);
  return out.take();
}

Result<std::string> evaluate_rule(const Shelf& shelf, const std::string& rule, const YamlNode& facts) {
  const YamlNode* found = shelf.entry("rules.yaml", "rules", rule);
  if (found == nullptr) return Error(ErrorCode::not_found, "scenario.no_such_rule").with("rule", rule);
  JW_ASSIGN(const auto program, compiled(*found));
  return worked_out(program, facts);
}

void check_rules(const Shelf& shelf, const ParsedPackage& package, YamlFaults& faults) {
  static_cast<void>(shelf);
  for (const auto& rule : package.list("rules.yaml", "rules")) {
    const auto program = compiled(rule);
    if (program) {
      check_examples(rule, *program, faults);
      continue;
    }
    const auto& causes = program.error().causes;
    const auto add = [&](Error fault) {
      // The place is told as `place`; the field of such a fault is a pointer into the rule.
      for (const auto& [name, value] : fault.arguments) {
        if (name == "place" && value.find(':') != std::string::npos) fault.field = value;
      }
      if (fault.field.find(':') == std::string::npos) fault.field = rule.find("logic")->place();
      faults.add(*rule.find("logic"), "scenario.rule_wrong",
                 {{"told", render(fault, Language::en)}, {"where", fault.field}});
    };
    if (causes.empty()) add(program.error());
    for (const auto& cause : causes) add(cause);
  }
}

}  // namespace jingwei::scenario

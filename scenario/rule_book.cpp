#include "scenario/rule_book.h"

#include <map>

#include "base/messages.h"
#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"
#include "engines/rules/program.h"
#include "modules/cases/cases_service.h"
#include "scenario/cross_checks.h"
#include "scenario/test_run.h"

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

// The regions of the city of tests, as rules ask for them.
class ExampleRegions final : public rules::RegionTree {
 public:
  ExampleRegions() {
    std::string_view lines = stage_regions();
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      const auto line = rules::parse_syntax(lines.substr(0, end));
      lines.remove_prefix(std::min(end + 1, lines.size()));
      if (!line) continue;
      const rules::Syntax *code = line->find("code"), *parent = line->find("parent");
      if (code != nullptr && parent != nullptr) parents_.emplace(code->text, parent->text);
    }
  }

  std::optional<bool> within(std::string_view region, std::string_view ancestor) const override {
    auto at = parents_.find(region);
    if (at == parents_.end() || !parents_.contains(ancestor)) return std::nullopt;
    while (at != parents_.end() && at->first != ancestor) at = parents_.find(at->second);
    return at != parents_.end();
  }

 private:
  std::map<std::string, std::string, std::less<>> parents_;
};

// What examples are worked out with besides their facts and their moment.
struct ExampleCity {
  Zone zone{"Asia/Shanghai"};
  cases::WorkingCalendar calendar{{}, {}, zone};
  std::unique_ptr<rules::WorkingTime> working_time = cases::working_time_of(calendar);
  ExampleRegions regions;
};

const ExampleCity& example_city() {
  static const ExampleCity city;
  return city;
}

Result<std::string> worked_out(const rules::Program& program, const YamlNode& facts, Instant now) {
  JW_ASSIGN(const auto data, rules::Document::parse(json_of(facts)));
  const ExampleCity& city = example_city();
  rules::Surroundings with;
  with.now = now;
  with.zone = &city.zone;
  with.working_time = city.working_time.get();
  with.regions = &city.regions;
  rules::Evaluator evaluator;
  JW_ASSIGN(const auto answer, evaluator.evaluate(program, data.root(), with));
  return rules::to_json(answer.value);
}

// When an example takes place. Nothing, and told: it does not say it though the rule asks for the time.
std::optional<Instant> moment_of(const YamlNode& test, const rules::Program& program, YamlFaults& faults) {
  const YamlNode* at = test.find("at");
  if (at == nullptr) {
    // CertLogic finds the time among its facts.
    if (!program.reads_clock() || program.dialect() == rules::Dialect::certlogic) return Instant{};
    faults.add(test, "scenario.rule_at");
    return std::nullopt;
  }
  const auto moment = local_instant(at->scalar, example_city().zone);
  if (!moment) faults.add(*at, "scenario.not_date", {{"word", at->scalar}});
  return moment;
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
    const auto moment = known ? moment_of(test, program, faults) : std::nullopt;
    if (!moment) continue;
    const YamlNode& gives = *test.find("gives");
    const auto found = worked_out(program, *test.find("facts"), *moment);
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

Result<std::string> evaluate_rule(const Shelf& shelf, const std::string& rule, const YamlNode& facts,
                                  Instant now) {
  const YamlNode* found = shelf.entry("rules.yaml", "rules", rule);
  if (found == nullptr) return Error(ErrorCode::not_found, "scenario.no_such_rule").with("rule", rule);
  JW_ASSIGN(const auto program, compiled(*found));
  return worked_out(program, facts, now);
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

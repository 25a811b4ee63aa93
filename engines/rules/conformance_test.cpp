// Goal: CertLogic rules come out as its specification and the test data of real countries say, every one.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engines/rules/document.h"
#include "engines/rules/evaluator.h"
#include "tests/support/outside.h"

namespace jingwei::rules {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Document document(const fs::path& path) {
  auto parsed = Document::parse(content(path), path.filename().string());
  EXPECT_TRUE(parsed.ok()) << path << ": " << (parsed.ok() ? "" : parsed.error().to_log());
  return parsed.ok() ? std::move(parsed).value() : Document();
}

std::vector<fs::path> files_below(const fs::path& folder, std::string_view name_end) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().string().ends_with(name_end)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

CompileOptions strict() {
  CompileOptions options;
  options.dialect = Dialect::certlogic;
  return options;
}

bool skipped(const Value& value) {
  const Value* const directive = value.find("directive");
  return directive && directive->kind() == Kind::text && directive->as_text() == "skip";
}

struct Outcome {
  int right = 0;
  std::vector<std::string> wrong;
};

// Every assertion of a suite that its authors do not skip.
void run_suite(const fs::path& path, Outcome& outcome) {
  const Document suite = document(path);
  if (skipped(suite.root())) return;
  Evaluator evaluator;
  for (const auto& test : suite.root().find("cases")->as_list()) {
    if (skipped(test)) continue;
    for (const auto& assertion : test.find("assertions")->as_list()) {
      if (skipped(assertion)) continue;
      const Value* rule = assertion.find("certLogicExpression");
      if (!rule) rule = test.find("certLogicExpression");
      const std::string rule_text = to_json(*rule);
      const std::string name =
          path.filename().string() + " " + rule_text + " on " + to_json(*assertion.find("data"));
      const auto program = compile(rule_text, strict());
      if (!program) {
        outcome.wrong.push_back(name + ": " + program.error().to_log());
        continue;
      }
      const auto answer = evaluator.evaluate(*program, *assertion.find("data"));
      if (!answer) {
        outcome.wrong.push_back(name + ": " + answer.error().to_log());
      } else if (!equal(answer->value, *assertion.find("expected"))) {
        outcome.wrong.push_back(name + " gave " + to_json(answer->value));
      } else {
        ++outcome.right;
      }
    }
  }
}

TEST(CertLogicSuite, All218AssertionsHold) {
  const auto folder = jingwei::testing::outside_file("certlogic/testSuite");
  if (!folder) GTEST_SKIP() << "no certlogic/testSuite below JINGWEI_EXTERN";
  Outcome outcome;
  for (const auto& path : files_below(*folder, ".json")) run_suite(path, outcome);
  EXPECT_EQ(outcome.right, 218);
  for (const auto& wrong : outcome.wrong) ADD_FAILURE() << wrong;
}

// What the suite calls its faults, by how its sentences begin or end → our ids.
std::string id_of(std::string_view told) {
  if (told == "invalid CertLogic expression") return "rules.not_expression";
  if (told.ends_with("is a non-integer number")) return "rules.not_integer";
  if (told.starts_with("expression object must have exactly one key")) return "rules.one_key";
  if (told.starts_with("operation not of the form")) return "rules.not_operation";
  if (told.starts_with("unrecognised operator")) return "rules.unknown_operator";
  if (told.starts_with("not of the form")) return "rules.variable_form";
  if (told.starts_with("data access path")) return "rules.path_form";
  return "unknown: " + std::string(told);
}

// The part of a rule that a JSON pointer names (the suite's rules need no escapes).
Value part_at(Value rule, std::string_view pointer) {
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string step(pointer.substr(0, end));
    rule = rule.kind() == Kind::list ? rule.as_list()[std::stoul(step)] : *rule.find(step);
    pointer.remove_prefix(end);
  }
  return rule;
}

TEST(CertLogicSuite, All23ValidationCasesAreToldApart) {
  const auto folder = jingwei::testing::outside_file("certlogic/validation-testSuite");
  if (!folder) GTEST_SKIP() << "no certlogic/validation-testSuite below JINGWEI_EXTERN";
  int cases = 0;
  for (const auto& path : files_below(*folder, ".json")) {
    const Document suite = document(path);
    for (const auto& test : suite.root().find("cases")->as_list()) {
      ++cases;
      const Value rule = *test.find("certLogicExpression");
      const auto issues = test.find("issues")->as_list();
      const auto program = compile(to_json(rule), strict());
      if (issues.empty()) {
        EXPECT_TRUE(program.ok()) << to_json(rule);
        continue;
      }
      ASSERT_FALSE(program.ok()) << to_json(rule);
      ASSERT_EQ(program.error().causes.size(), issues.size()) << to_json(rule);
      for (std::size_t i = 0; i < issues.size(); ++i) {
        const Error& fault = program.error().causes[i];
        const std::string wanted = id_of(issues[i].find("message")->as_text());
        EXPECT_TRUE(fault.message == wanted || fault.message == wanted + "_near")
            << to_json(rule) << ": " << fault.message << " instead of " << wanted;
        EXPECT_TRUE(equal(part_at(rule, fault.field), *issues[i].find("expr")))
            << to_json(rule) << fault.field;
      }
    }
  }
  EXPECT_EQ(cases, 23);
}

TEST(CountryRules, All41RulesAnswerAll270TestsAsTheirCountriesExpect) {
  const auto folder = jingwei::testing::outside_file("dgc-rules");
  if (!folder) GTEST_SKIP() << "no dgc-rules below JINGWEI_EXTERN";
  int rules = 0, tests = 0;
  Evaluator evaluator;
  for (const auto& path : files_below(*folder, "rule.json")) {
    ++rules;
    const Document rule = document(path);
    const auto program = compile(to_json(*rule.root().find("Logic")), strict());
    ASSERT_TRUE(program.ok()) << path << program.error().to_log();
    for (const auto& test_path : files_below(path.parent_path() / "tests", ".json")) {
      ++tests;
      const Document test = document(test_path);
      const Document data = Document::of_parts(*test.root().find("payload"), *test.root().find("external"));
      const auto answer = evaluator.evaluate(*program, data.root());
      ASSERT_TRUE(answer.ok()) << test_path << answer.error().to_log();
      EXPECT_TRUE(equal(answer->value, *test.root().find("expected"))) << test_path << to_json(answer->value);
    }
  }
  EXPECT_EQ(rules, 41);
  EXPECT_EQ(tests, 270);
}

// Every rule of every country, its clock turned to each moment its answer may change and to those between: in
// between it must not have changed.
TEST(CountryRules, TheNextChangeOfEachAnswerIsNeverToldLate) {
  const auto folder = jingwei::testing::outside_file("dgc-rules");
  if (!folder) GTEST_SKIP() << "no dgc-rules below JINGWEI_EXTERN";
  Evaluator evaluator;
  int checked = 0;
  for (const auto& path : files_below(*folder, "rule.json")) {
    const Document rule = document(path);
    const auto program = compile(to_json(*rule.root().find("Logic")), strict());
    ASSERT_TRUE(program.ok());
    for (const auto& test_path : files_below(path.parent_path() / "tests", ".json")) {
      const Document test = document(test_path);
      const Value* const clock = test.root().find("external")->find("validationClock");
      if (!clock) continue;
      const auto answer_at = [&](Instant at, std::optional<Instant>* next) -> std::optional<bool> {
        if (next) *next = std::nullopt;
        const std::string text = to_rfc3339(at);
        std::vector<Member> external(test.root().find("external")->as_object().begin(),
                                     test.root().find("external")->as_object().end());
        external.push_back({"validationClock", Value::text(text)});
        const Document data = Document::of_parts(*test.root().find("payload"), Value::object(external));
        Surroundings with;
        with.watch_clock = true;
        const auto answer = evaluator.evaluate(*program, data.root(), with);
        if (!answer) return std::nullopt;
        if (next) *next = answer->may_change_at;
        return truth_of(answer->value);
      };
      const auto start = parse_rfc3339(clock->as_text());
      if (!start) continue;
      std::optional<Instant> next;
      Instant at = *start;
      auto now_is = answer_at(at, &next);
      for (int hour = 1; hour < 24 * 40; hour += 7) {
        const Instant later = *start + std::chrono::hours(hour);
        while (next && *next <= later) {
          at = *next;
          now_is = answer_at(at, &next);
        }
        ASSERT_EQ(answer_at(later, nullptr), now_is) << test_path << " at " << to_rfc3339(later);
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 10'000);
}

}  // namespace
}  // namespace jingwei::rules

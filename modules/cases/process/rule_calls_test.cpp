// Goal: a guard that calls a rule of the package holds where the rule says so, of what the case knows; who
// calls what there is not is told where; and a case goes on by the rule that its version had.
#include "engines/rules/messages.gen.h"
#include "modules/cases/cases_testing.h"
#include "schema/messages.gen.h"

namespace jingwei::cases {
namespace {

using namespace testing;

// What the process of the tests says where a rule is called instead.
constexpr std::string_view plain_guard = R"(guard: {"<": [{var: input.hours}, 100]})";

std::string calling(const std::string& guard) {
  std::string text(repair_process);
  const auto at = text.find(plain_guard);
  EXPECT_NE(at, std::string::npos);
  if (at != std::string::npos) text.replace(at, plain_guard.size(), "guard: " + guard);
  return text;
}

// A package's rules with one in it: of `hours` and the case's category, with this logic.
std::string rules_of(const std::string& logic, const std::string& dialect = "jingwei") {
  return "rules:\n  - id: small-job\n    dialect: " + dialect +
         "\n    facts: {hours: {type: number}, category: {type: text}, kind: {type: text}}\n    logic: " +
         logic + "\n    reason: {zh: 工时太多, en: Too many hours}\n";
}

constexpr const char* small_job_call = "{rule: small-job, with: {hours: {var: input.hours}}}";

class RuleCallsRead : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    schema::register_messages();
    rules::register_messages();
    register_messages();
  }
  static Process read(const std::string& guard, const std::string& logic) {
    const auto parsed =
        parse_processes(calling(guard), "scenarios/sample/process.yaml", "sample", rules_of(logic));
    EXPECT_TRUE(parsed.ok()) << render(parsed.error(), Language::en);
    return parsed ? parsed->front() : Process();
  }
  // Everything that is told, in English.
  static std::string told(const std::string& guard, const std::string& rules) {
    const auto parsed = parse_processes(calling(guard), "scenarios/sample/process.yaml", "sample", rules);
    if (parsed) return {};
    std::string lines;
    for (const auto& cause : parsed.error().causes) {
      lines += render(cause, Language::en) + "\n";
      EXPECT_EQ(render(cause, Language::zh).find('{'), std::string::npos) << render(cause, Language::zh);
    }
    return lines;
  }
  bool holds(const Process& process, const std::string& facts) {
    const WorkingCalendar calendar({}, {}, zone_);
    const Transition* done = process.transition("done");
    return done != nullptr && done->guard &&
           done->guard->holds(facts, {Instant{}, calendar, [](auto, auto) { return std::nullopt; }});
  }

  Zone zone_{"Asia/Shanghai"};
};

TEST_F(RuleCallsRead, TheRulesLogicStandsInTheGuardWithWhatTheCallGives) {
  const Process process =
      read(small_job_call, R"({"<": [{var: hours}, {if: [{"==": [{var: category}, pipe]}, 100, 10]}]})");
  EXPECT_EQ(process.text.find("small-job"), std::string::npos) << process.text;
  EXPECT_TRUE(holds(process, R"({"input": {"hours": 9}, "case": {"category": "lamp"}})"));
  EXPECT_FALSE(holds(process, R"({"input": {"hours": 50}, "case": {"category": "lamp"}})"));
  EXPECT_TRUE(holds(process, R"({"input": {"hours": 50}, "case": {"category": "pipe"}})"));
}

TEST_F(RuleCallsRead, WhatTheCallLeavesOutIsTheCasesOrTheFormsOfThatName) {
  const Process process =
      read(small_job_call, R"({and: [{"==": [{var: category}, a]}, {"==": [{var: kind}, b]}]})");
  EXPECT_TRUE(holds(process, R"({"case": {"category": "a"}, "form": {"kind": "b"}})"));
  EXPECT_FALSE(holds(process, R"({"case": {"kind": "b"}, "form": {"category": "a"}})"));
}

TEST_F(RuleCallsRead, AGuardWithoutAReasonTellsTheRules) {
  EXPECT_EQ(read(small_job_call, "true").transition("done")->reason.en, "Too many hours");
  const std::string own = std::string(small_job_call) + ", reason: {zh: 不行, en: It will not do}";
  EXPECT_EQ(read(own, "true").transition("done")->reason.en, "It will not do");
}

TEST_F(RuleCallsRead, CallsStandInsideOtherLogicAndInOneAnother) {
  const std::string more = R"({"*": [{var: hours}, 2]})";
  const std::string nested =
      R"({">": [{rule: small-job, with: {hours: {rule: small-job, with: {hours: {var: input.hours}}}}}, 11]})";
  const Process process = read(nested, more);
  EXPECT_TRUE(holds(process, R"({"input": {"hours": 3}})"));
  EXPECT_FALSE(holds(process, R"({"input": {"hours": 2}})"));
}

TEST_F(RuleCallsRead, WithinAListARuleReadsWhatTheCallGivesAndNotTheItem) {
  const Process process = read(small_job_call, R"({some: [[1, 2], {"==": [{var: ""}, {fact: hours}]}]})");
  EXPECT_TRUE(holds(process, R"({"input": {"hours": 2}})"));
  EXPECT_FALSE(holds(process, R"({"input": {"hours": 3}})"));
}

TEST_F(RuleCallsRead, WhatARuleSaysOfTheUnknownCounts) {
  const Process process = read("{rule: small-job, with: {hours: {\"+\": [{var: input.hours}, 1]}}}",
                               R"({"==": [{var: [hours, 7]}, 7]})");
  EXPECT_TRUE(holds(process, R"({"input": {}})"));
  EXPECT_TRUE(holds(process, R"({"input": {"hours": 6}})"));
  EXPECT_FALSE(holds(process, R"({"input": {"hours": 7}})"));
}

TEST_F(RuleCallsRead, ConditionsOfDeadlinesCallRulesToo) {
  std::string text(repair_process);
  const std::string plain = R"(when: {"==": [{var: case.urgency}, urgent]})";
  text.replace(text.find(plain), plain.size(), "when: {rule: small-job, with: {hours: 3}}");
  const auto parsed =
      parse_processes(text, "process.yaml", "sample", rules_of(R"({"<": [{var: hours}, 4]})"));
  ASSERT_TRUE(parsed.ok()) << render(parsed.error(), Language::en);
  const WorkingCalendar calendar({}, {}, zone_);
  EXPECT_TRUE(parsed->front()
                  .state("reported")
                  ->deadline->unless.front()
                  .when->holds("{}", {Instant{}, calendar, [](auto, auto) { return std::nullopt; }}));
}

TEST_F(RuleCallsRead, WhatIsKeptReadsBackWithoutTheRules) {
  const Process before = read(small_job_call, R"({"<": [{var: hours}, 10]})");
  const Process after = read(small_job_call, R"({"<": [{var: hours}, 1000]})");
  EXPECT_NE(before.text, after.text) << "a changed rule is a new version";
  const auto kept = parse_process_text(before.text, "sample");
  ASSERT_TRUE(kept.ok()) << render(kept.error(), Language::en);
  EXPECT_EQ(kept->text, before.text);
  EXPECT_FALSE(holds(*kept, R"({"input": {"hours": 50}})"));
  EXPECT_TRUE(holds(after, R"({"input": {"hours": 50}})"));
}

TEST_F(RuleCallsRead, WhoCallsWhatThereIsNotIsToldWhere) {
  const auto place = [](const std::string& sentence) { return sentence.substr(0, sentence.find(": ")); };
  const std::string unknown = told("{rule: big-job}", rules_of("true"));
  EXPECT_NE(unknown.find("has no rule `big-job`; it has small-job"), std::string::npos) << unknown;
  EXPECT_TRUE(place(unknown).starts_with("scenarios/sample/process.yaml:")) << unknown;
  EXPECT_NE(told(small_job_call, "").find("has no rule `small-job`"), std::string::npos);
  const std::string fact = told("{rule: small-job, with: {hour: 3}}", rules_of("true"));
  EXPECT_NE(fact.find("rule `small-job` has no fact `hour`; it has hours, category, kind"), std::string::npos)
      << fact;
  EXPECT_NE(told("{rule: small-job, wiht: {}}", rules_of("true")).find("unknown key `wiht`"),
            std::string::npos);
  EXPECT_NE(told(small_job_call, rules_of("true", "certlogic")).find("`dialect: jingwei`"),
            std::string::npos);
  EXPECT_NE(
      told("{some: [{var: actor.roles}, {rule: small-job}]}", rules_of("true")).find("each item of a list"),
      std::string::npos);
  EXPECT_NE(told(small_job_call, rules_of("{missing: [hours]}")).find("reads `missing`"), std::string::npos);
  EXPECT_NE(told(small_job_call, rules_of("{var: weight}")).find("reads `weight`"), std::string::npos);
  const std::string inside =
      told("{rule: small-job, with: {hours: {var: case.colour}}}", rules_of("{var: hours}"));
  EXPECT_NE(inside.find("is no fact of a case"), std::string::npos) << inside;
  EXPECT_TRUE(place(inside).starts_with("scenarios/sample/process.yaml:")) << inside;
}

TEST_F(RuleCallsRead, RulesThatGrowWithoutEndAreRefused) {
  std::string guard = "{var: input.hours}", twice = "{\"+\": [{var: hours}, {var: hours}]}";
  for (int depth = 0; depth < 20; ++depth) guard = "{rule: small-job, with: {hours: " + guard + "}}";
  EXPECT_NE(told(guard, rules_of(twice)).find("too large"), std::string::npos);
}

template <typename Backend>
class RuleCallsKept : public CasesWorld<Backend> {
 protected:
  void install(const std::string& logic) {
    must(this->service_->book().install(
        "sample", must(parse_processes(calling(small_job_call), "process.yaml", "sample", rules_of(logic)))));
  }
  Found at_work() {
    const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
    return must(this->act(found, "take", this->worker()));
  }
};

TYPED_TEST_SUITE(RuleCallsKept, Backends, BackendNames);

TYPED_TEST(RuleCallsKept, ACaseGoesOnByTheRuleThatItsVersionHad) {
  this->on_duty("worker", "980101001002001", "account:2");
  this->install(R"({"<": [{var: hours}, 10]})");
  const Found earlier = this->at_work();
  this->install(R"({"<": [{var: hours}, 1000]})");
  const Found later = this->at_work();
  EXPECT_EQ(this->message(this->act(earlier, "done", this->worker(), {{"hours", "50"}})),
            "cases.guard_reason");
  EXPECT_EQ(this->message(this->act(later, "done", this->worker(), {{"hours", "50"}})), "done");
  EXPECT_EQ(this->message(this->act(earlier, "done", this->worker(), {{"hours", "9"}})), "done");
}

TYPED_TEST(RuleCallsKept, AHubReadsThePackagesRulesBesideItsProcesses) {
  this->on_duty("worker", "980101001002001", "account:2");
  this->write_process(calling(small_job_call));
  this->write(this->scenarios() + "/sample/rules.yaml", rules_of(R"({"<": [{var: hours}, 10]})"));
  this->service_.reset();
  this->restart("again");
  this->start();
  const Found found = this->at_work();
  EXPECT_EQ(this->message(this->act(found, "done", this->worker(), {{"hours", "10"}})), "cases.guard_reason");
  EXPECT_EQ(this->message(this->act(found, "done", this->worker(), {{"hours", "9"}})), "done");
}

}  // namespace
}  // namespace jingwei::cases

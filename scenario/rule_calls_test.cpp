// Goal: who calls a rule of the package in a process is told what does not fit, with its place; and rules
// that ask for the time, the working calendar or regions can be exampled.
#include <gtest/gtest.h>

#include "base/messages.h"
#include "scenario/checker.h"
#include "scenario/lamp_testing.h"
#include "scenario/rule_book.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;

constexpr std::string_view late_rule = R"(rules:
  - id: late
    title: {zh: 来得及, en: In time}
    dialect: jingwei
    facts:
      kind: {type: text, title: {zh: 类别, en: Kind}}
      hours: {type: integer, title: {zh: 小时, en: Hours}}
    logic: {or: [{"!=": [{var: kind}, missing]}, {"<": [{var: hours}, 4]}]}
    reason: {zh: 缺失的须在四小时内, en: What is missing takes less than four hours.}
    tests:
      - {facts: {kind: missing, hours: 3}, gives: true}
)";

Package package_with(const std::string& rules) {
  Package package = lamp_package();
  package.files.emplace("rules.yaml", rules);
  return package;
}

std::string faults_of_package(Package package) {
  std::string lines;
  for (const auto& fault : Shelf({std::move(package)}).check("lamp")) {
    lines += render(fault, Language::en) + "\n";
    EXPECT_EQ(render(fault, Language::zh).find("{place}"), std::string::npos);
  }
  return lines;
}

// What is told of a process whose first transition has this guard, and asks for `hours`.
std::string told_of_guard(const std::string& guard, const std::string& rules = std::string(late_rule)) {
  Package package = package_with(rules);
  std::string& text = package.files.at("process.yaml");
  const std::string inputs = "        inputs:\n";
  const auto at = text.find(inputs);
  EXPECT_NE(at, std::string::npos);
  text.replace(
      at, inputs.size(),
      "        guard: " + guard + "\n" + inputs +
          "          - {name: hours, title: {zh: 小时, en: Hours}, type: integer, required: true}\n");
  return faults_of_package(std::move(package));
}

// What is told of a rule over these facts with these examples.
std::string told_of_examples(const std::string& logic, const std::string& tests) {
  return faults_of_package(
      package_with("rules:\n  - id: late\n    title: {zh: 规则, en: Rule}\n    dialect: jingwei\n"
                   "    facts:\n"
                   "      since: {type: datetime, title: {zh: 自, en: Since}}\n"
                   "      grid: {type: text, title: {zh: 网格, en: Grid}}\n"
                   "    logic: " +
                   logic + "\n    reason: {zh: 理由, en: Reason}\n    tests:\n" + tests));
}

TEST(RuleCalls, AreSoundWhereEveryFactIsGiven) {
  EXPECT_EQ(told_of_guard("{rule: late, with: {hours: {var: input.hours}}}"), "")
      << "`kind` is the form's field of that name";
  EXPECT_EQ(
      told_of_guard("{and: [{rule: late, with: {kind: missing, hours: {\"+\": [{var: input.hours}, 1]}}}, "
                    "{\"<\": [{var: case.reopened}, 3]}]}"),
      "");
}

TEST(RuleCalls, ARuleThereIsNotIsToldWithThePlace) {
  EXPECT_EQ(told_of_guard("{rule: lat, with: {hours: 3}}"),
            "lamp/process.yaml:22:23: there is no rule `lat`; did you mean `late`?\n");
}

TEST(RuleCalls, FactsThereAreNotAndFactsThatNothingGivesAreTold) {
  EXPECT_EQ(told_of_guard("{rule: late, with: {hour: {var: input.hours}}}"),
            "lamp/process.yaml:22:36: rule `late` has no fact `hour`; did you mean `hours`?\n");
  EXPECT_EQ(told_of_guard("{rule: late}"),
            "lamp/process.yaml:22:16: rule `late` reads `hours`, which nothing here gives, and neither the "
            "case nor "
            "its form has one of that name; give it under `with`\n");
  EXPECT_EQ(
      told_of_guard("{rule: late, with: {hours: {var: input.hour}}}"),
      "lamp/process.yaml:22:49: guards of `lamp` cannot read `input.hour`; did you mean `input.hours`?\n");
}

TEST(RuleCalls, WhatIsOfAnotherTypeIsTold) {
  EXPECT_EQ(told_of_guard("{rule: late, with: {hours: {var: form.words}}}"),
            "lamp/process.yaml:22:43: rule `late` declares `hours` as integer, and text is given here\n");
  EXPECT_EQ(told_of_guard("{rule: late, with: {hours: soon}}"),
            "lamp/process.yaml:22:43: rule `late` declares `hours` as integer, and text is given here\n");
  EXPECT_EQ(told_of_guard("{rule: late, with: {hours: 3, kind: {\"==\": [1, 1]}}}"),
            "lamp/process.yaml:22:52: rule `late` declares `kind` as text, and boolean is given here\n");
}

TEST(RuleCalls, AFactThatCaseAndFormBothHaveIsSaidWhichItIs) {
  std::string rules(late_rule);
  rules.replace(rules.find("hours: {type"), 5, "score");
  Package package = package_with(rules);
  std::string& form = package.files.at("resources.yaml");
  const std::string field = "      - {name: words,";
  form.insert(form.find(field), "      - {name: score, title: {zh: 分, en: Score}, type: integer}\n");
  rules = package.files.at("rules.yaml");
  rules.replace(rules.find("{var: hours}"), 12, "{var: score}");
  rules.replace(rules.find("hours: 3}"), 5, "score");
  package.files.at("rules.yaml") = rules;
  std::string& process = package.files.at("process.yaml");
  process.insert(process.find("        inputs:\n"), "        guard: {rule: late}\n");
  EXPECT_EQ(
      faults_of_package(std::move(package)),
      "lamp/process.yaml:22:16: rule `late` reads `score`, which the case and its form both have; say under "
      "`with` whether it is case.score or form.score\n");
}

TEST(RuleExamples, CountWorkingTimeAndKnowTheRegionsOfTests) {
  const std::string logic =
      R"({and: [{">=": [{working-time: [{var: since}, {now: []}, hour]}, 4]}, {region-within: [{var: grid}, "990101"]}]})";
  EXPECT_EQ(told_of_examples(logic,
                             "      - {at: 2020-03-10T14:00, facts: {since: 2020-03-10T09:00:00+08:00, grid: "
                             "\"990101001001001\"}, gives: true}\n"
                             "      - {at: 2020-03-10T13:59, facts: {since: 2020-03-10T09:00:00+08:00, grid: "
                             "\"990101001001001\"}, gives: false}\n"
                             "      - {at: 2020-03-14T14:00, facts: {since: 2020-03-14T09:00:00+08:00, grid: "
                             "\"990101001001001\"}, gives: false}\n"
                             "      - {at: 2020-03-10T14:00, facts: {since: 2020-03-10T09:00:00+08:00, grid: "
                             "\"990102001001001\"}, gives: false}\n"),
            "")
      << "a Tuesday morning with the rest at noon, a Saturday, another district";
}

TEST(RuleExamples, OfARuleThatAsksForTheTimeSayWhenTheyTakePlace) {
  const std::string told =
      told_of_examples("{after: [{now: []}, {var: since}]}",
                       "      - {facts: {since: 2020-03-10T09:00:00+08:00, grid: \"1\"}, gives: true}\n");
  EXPECT_EQ(told,
            "lamp/rules.yaml:11:9: the rule asks for the time, so the example says when it takes place: `at: "
            "2020-03-10T09:00`\n");
  EXPECT_EQ(told_of_examples("{after: [{now: []}, {var: since}]}",
                             "      - {at: 2020-03-10T10:00, facts: {since: 2020-03-10T09:00:00+08:00, grid: "
                             "\"1\"}, gives: true}\n"
                             "      - {at: 2020-03-10T08:00, facts: {since: 2020-03-10T09:00:00+08:00, grid: "
                             "\"1\"}, gives: false}\n"),
            "");
}

}  // namespace
}  // namespace jingwei::scenario

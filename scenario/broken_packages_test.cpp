// Goal: whoever breaks a package, in whichever of its files, is told file, line and column, and what was
// expected there.
#include <gtest/gtest.h>

#include <regex>

#include "base/messages.h"
#include "scenario/checker.h"
#include "scenario/messages.gen.h"
#include "scenario/new_package.h"
#include "schema/messages.gen.h"
#include "tests/support/backends.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;

// One text of a sound package replaced by another, and all that the check says of it then.
struct Broken {
  const char* name;
  const char* file;
  const char* from;
  const char* to;
  std::vector<std::string> said;
};

const std::vector<Broken>& broken_packages() {
  static const std::vector<Broken> all = {
      {"IdIsNotTheFolder",
       "scenario.yaml",
       "id: lamp",
       "id: lump",
       {"lamp/scenario.yaml:2:5: `id` is `lump`; expected the folder's name `lamp`"}},
      {"VersionOfTwoParts",
       "scenario.yaml",
       "version: 0.1.0",
       "version: 0.1",
       {"lamp/scenario.yaml:5:10: `0.1` does not have the form expected here: a version such as 1.0.0"}},
      {"UnheardOfDependency",
       "scenario.yaml",
       "covers: []",
       "covers: []\ndepends: [weather]",
       {"lamp/scenario.yaml:9:11: there is no package `weather`; known are `lamp`"}},
      {"RowOutsideTheFeatureList",
       "scenario.yaml",
       "covers: []",
       "covers: [D99]",
       {"lamp/scenario.yaml:8:10: the feature list has no row `D99`"}},
      {"MisspelledKey",
       "process.yaml",
       "summary:",
       "sumary:",
       {"lamp/process.yaml:6:5: unknown key `sumary`; did you mean `summary`?"}},
      {"MissingKey",
       "process.yaml",
       "    form: lamp-form\n",
       "",
       {"lamp/process.yaml:3:5: missing key `form`"}},
      {"SameKeyTwice",
       "process.yaml",
       "    category: kind\n",
       "    category: kind\n    category: words\n",
       {"lamp/process.yaml:8:5: key `category` stands twice; remove one"}},
      {"NoYaml",
       "process.yaml",
       "report: {by: [grid-worker]}",
       "report: {by: [grid-worker}",
       {"lamp/process.yaml:10:",
        "): the `[` in column 18 of line 10 is not closed; write `]` where it ends"}},
      {"MisspelledRole",
       "process.yaml",
       "to: closed, by: [grid-worker]",
       "to: closed, by: [grid-wroker]",
       {"lamp/process.yaml:24:84: there is no role `grid-wroker`; did you mean `grid-worker`?"}},
      {"UnheardOfForm",
       "process.yaml",
       "form: lamp-form",
       "form: pole-form",
       {"lamp/process.yaml:5:11: there is no resource `pole-form`; known are `lamp-form`"}},
      {"UnheardOfField",
       "process.yaml",
       "summary: [kind, words]",
       "summary: [kind, colour]",
       {"lamp/process.yaml:6:21: `lamp-form` has no field `colour`; it has `kind`, `words`, `grid`"}},
      {"WayToNowhere",
       "process.yaml",
       "from: open\n        to: done",
       "from: open\n        to: dome",
       {"lamp/process.yaml:20:13: `lamp` has no state `dome`; did you mean `done`?"}},
      {"StateNobodyReaches",
       "process.yaml",
       "    transitions:",
       "      - {id: lost, title: {zh: 失, en: Lost}, stage: close, final: true}\n    transitions:",
       {"lamp/process.yaml:16:14: state `lost` of `lamp` cannot be reached: no transition leads to it from "
        "the initial state"}},
      {"NoEnd",
       "process.yaml",
       ", final: true}",
       "}",
       {"lamp/process.yaml:13:7: process `lamp` has no final state (final: true), so no case can be closed"}},
      {"ToldWhatIsNoField",
       "process.yaml",
       "stage: accept, ",
       "stage: accept, tell: [{to: {kinds: [resident]}, title: colour, text: words}], ",
       {": `lamp-form` has no field `colour`; it has `kind`, `words`, `grid`"}},
      {"ToldWhatIsNoText",
       "process.yaml",
       "stage: accept, ",
       "stage: accept, tell: [{to: {kinds: [resident]}, title: kind, text: words}], ",
       {": field `kind` is of type `choice`; expected `text` here"}},
      {"ToldToNobody",
       "process.yaml",
       "stage: accept, ",
       "stage: accept, tell: [{to: {level: street}, title: words, text: words}], ",
       {"lamp/process.yaml:13:", ": nobody is told; expected at least one of kinds, roles and subjects"}},
      {"ToldToAnUnknownKind",
       "process.yaml",
       "stage: accept, ",
       "stage: accept, tell: [{to: {kinds: [residents]}, title: words, text: words}], ",
       {"lamp/process.yaml:13:", ": `residents` is not allowed here; did you mean `resident`?"}},
      {"ToldToAnUnknownRole",
       "process.yaml",
       "stage: accept, ",
       "stage: accept, tell: [{to: {roles: [grid-wroker]}, title: words, text: words}], ",
       {"lamp/process.yaml:13:", ": there is no role `grid-wroker`; did you mean `grid-worker`?"}},
      {"ToldUnderAPurposeThatTheResourceDoesNotServe",
       "process.yaml",
       "stage: accept, ",
       "stage: accept, tell: [{to: {subjects: [{resource: lamp-form, purpose: curiosity}]}, title: words, "
       "text: words}], ",
       {"lamp/process.yaml:13:",
        ": resource `lamp-form` does not serve the purpose `curiosity`; it serves "}},
      {"PictureThatIsNotThere",
       "tests.yaml",
       "as: worker, with: {",
       "as: worker, photos: [pictures/lamp.png], with: {",
       {"lamp/tests.yaml:", ": `lamp` has no pictures; put `pictures/lamp.png` into its folder"}},
      {"PictureOutsideItsFolder",
       "tests.yaml",
       "as: worker, with: {",
       "as: worker, photos: [lamp.png], with: {",
       {"lamp/tests.yaml:",
        ": `lamp.png` does not have the form expected here: a picture of the package's "
        "folder `pictures`, such as pictures/lamp.png"}},
      {"PictureOfTheFeedThatIsNotThere",
       "city.yaml",
       "    fields:",
       "    photos: [pictures/lamp.png]\n    fields:",
       {"lamp/city.yaml:", ": `lamp` has no pictures; put `pictures/lamp.png` into its folder"}},
      {"TakenFromAnUnknownCap",
       "process.yaml",
       "    initial: open\n",
       "    initial: open\n    takes: [{cap: orders}]\n",
       {": `orders` is not allowed here; did you mean `order`?"}},
      {"DeadlineInWords",
       "process.yaml",
       "deadline: 8h",
       "deadline: soon",
       {"lamp/process.yaml:13:", "such as 30m, 4h or 2d"}},
      {"StageOfNoStandard",
       "process.yaml",
       "stage: accept",
       "stage: acept",
       {"lamp/process.yaml:13:55: `acept` is not allowed here; did you mean `accept`?"}},
      {"NobodyMayTakeIt",
       "process.yaml",
       ", to: open, by: [grid-worker]}",
       ", to: open}",
       {"lamp/process.yaml:25:9: nobody may take transition `send-back`; give it `by`, `automatic: true`, "
        "`after` or `matter`"}},
      {"GuardOverWhatIsNoFact",
       "process.yaml",
       "not_by: [handle]}",
       "not_by: [handle], guard: {\"==\": [{var: form.colour}, red]}}",
       {"lamp/process.yaml:24:137: guards of `lamp` cannot read `form.colour`; they may read `form.kind`, "
        "`form.words`, `form.grid`"}},
      {"TypeOfNoField",
       "resources.yaml",
       "type: text, required",
       "type: txet, required",
       {"lamp/resources.yaml:16:", "`txet` is not allowed here; did you mean `text`?"}},
      {"PurposeNobodyDeclared",
       "resources.yaml",
       "purposes: [grid-services]",
       "purposes: [fun]",
       {"lamp/resources.yaml:8:16: there is no purpose `fun`; add it to purposes of scenario.yaml. Known are "
        "`grid-services`"}},
      {"LengthInWords",
       "resources.yaml",
       "max_length: 500",
       "max_length: long",
       {"lamp/resources.yaml:16:", "`long` must be a whole number, without quotes"}},
      {"ChoiceWithoutEnglish",
       "resources.yaml",
       "zh: 缺失, en: Missing",
       "zh: 缺失",
       {"lamp/resources.yaml:15:", "missing key `en`"}},
      {"MetricOfNoProcess",
       "metrics.yaml",
       "process: lamp",
       "process: lam",
       {"lamp/metrics.yaml:6:14: there is no process `lam`; did you mean `lamp`?"}},
      {"TileOfNoMetric",
       "cockpit.yaml",
       "metric: lamp-open",
       "metric: lamp-opened",
       {"lamp/cockpit.yaml:3:38: there is no metric `lamp-opened`; did you mean `lamp-open`?"}},
      {"ShareOfNothing",
       "cockpit.yaml",
       "show: number",
       "show: share",
       {"lamp/cockpit.yaml:3:5: tile `open`: `show: share` and `show: mean` need `of`, and other tiles "
        "cannot have it"}},
      {"PageWithAColumnOfNothing",
       "pages.yaml",
       "columns: [number, kind,",
       "columns: [number, colour,",
       {"lamp/pages.yaml:15:23: ", "has no field `colour`"}},
      {"TestByAStranger",
       "tests.yaml",
       "{do: handle, as: staff,",
       "{do: handle, as: stuff,",
       {"lamp/tests.yaml:14:", "names no person `stuff`; did you mean `staff`?"}},
      {"TestOfAnActNobodyKnows",
       "tests.yaml",
       "{do: handle,",
       "{do: mend,",
       {"lamp/tests.yaml:14:20: `lamp` has no transition `mend`; it has `handle`, `confirm`, `send-back`"}},
      {"GuardOverAChoiceThereIsNot",
       "process.yaml",
       "not_by: [handle]}",
       R"(not_by: [handle], guard: {"==": [{"var": "form.kind"}, "brokn"]}})",
       {"lamp/process.yaml:24:153: `form.kind` is never `brokn`; did you mean `broken`? It is one of "
        "`broken`, "
        "`missing`"}},
      {"GuardOverANumberAsAText",
       "process.yaml",
       "not_by: [handle]}",
       R"(not_by: [handle], guard: {">": [{var: case.reopened}, two]}})",
       {"lamp/process.yaml:24:152: `case.reopened` is a number and cannot be compared with `two`; write a "
        "number "
        "without quotes"}},
      {"GuardOverATextAsANumber",
       "process.yaml",
       "not_by: [handle]}",
       R"(not_by: [handle], guard: {"==": [{var: form.words}, 5]}})",
       {"lamp/process.yaml:24:150: `form.words` is text and cannot be compared with `5`, which stands "
        "without "
        "quotes; put it in quotes"}},
      {"GuardOverATruthAsANumber",
       "process.yaml",
       "not_by: [handle]}",
       R"(not_by: [handle], guard: {"==": [{var: case.overdue}, 1]}})",
       {"`case.overdue` is true or false and cannot be compared with `1`"}},
      {"GuardOverStatesThereAreNot",
       "process.yaml",
       "not_by: [handle]}",
       R"(not_by: [handle], guard: {in: [{var: case.state}, [done, opened]]}})",
       {"lamp/process.yaml:24:155: `case.state` is never `opened`; did you mean `open`? It is one of `open`, "
        "`done`, `closed`"}},
      {"GuardOverARoleThereIsNot",
       "process.yaml",
       "not_by: [handle]}",
       R"(not_by: [handle], guard: {in: [grid-wroker, {var: actor.roles}]}})",
       {"lamp/process.yaml:24:129: `actor.roles` is never `grid-wroker`; did you mean `grid-worker`? It is "
        "one of "}},
      {"DeadlineOverAChoiceThereIsNot",
       "process.yaml",
       "deadline: 8h",
       R"(deadline: {within: 8h, unless: [{when: {"==": [{var: form.kind}, lost]}, within: 2h}]})",
       {"lamp/process.yaml:13:183: `form.kind` is never `lost`; it is one of `broken`, `missing`"}},
      {"DeadlineOfManyDigits",
       "process.yaml",
       "deadline: 8h",
       "deadline: 99999999d",
       {"lamp/process.yaml:13:128: `99999999d` does not have the form expected here: a deadline, such as "
        "30m, 4h "
        "or 2d, of at most a year (366d, 8784h)"}},
      {"DeadlineOfOverAYear",
       "process.yaml",
       "deadline: 8h",
       "deadline: 400d",
       {"lamp/process.yaml:13:128: the deadline 400d of state `open` is longer than a year; expected at most "
        "366d"}},
      {"OtherDeadlineOfOverAYear",
       "process.yaml",
       "deadline: 8h",
       R"(deadline: {within: 8h, unless: [{when: {var: form.kind}, within: 9000h, clock: always}]})",
       {"the deadline 9000h of state `open` is longer than a year; expected at most 8784h"}},
      {"MisspelledDepartment",
       "process.yaml",
       "department: grid-office",
       "department: grid-ofice",
       {"lamp/process.yaml:9:17: there is no department `grid-ofice`; did you mean `grid-office`? Add a new "
        "one to "
        "`departments` of the process"}},
      {"DispatchToNoDepartment",
       "process.yaml",
       "- {level: community}",
       "- {level: community, department: waterworks}",
       {"lamp/process.yaml:27:40: there is no department `waterworks`; add a new one, with its names, to "
        "`departments` of the process. Known are `grid-office`"}},
      {"OwnerThatIsAnotherDepartmentOfTheSameNames",
       "scenario.yaml",
       "id: grid-office",
       "id: grid-ofice",
       {"lamp/scenario.yaml:4:13: the departments `grid-ofice` and `grid-office` have the same names "
        "(网格办, Grid "
        "office); write one id in both places, or other names"}},
      {"PersonOfNoDepartment",
       "tests.yaml",
       "staff: {role: community-staff,",
       "staff: {role: community-staff, department: watre,",
       {"lamp/tests.yaml:8:52: there is no department `watre`; add a new one"}},
      {"NobodyIsWaitedFor",
       "process.yaml",
       ", waits_for: grid-worker",
       "",
       {"lamp/process.yaml:14:14: state `done` says nobody it waits for, so its cases stand in no inbox; "
        "write "
        "`waits_for:` with a role, such as one of `grid-worker`"}},
      {"NoRoleIsWaitedFor",
       "process.yaml",
       "waits_for: grid-worker",
       "waits_for: reporter",
       {"lamp/process.yaml:14:83: `waits_for` of state `done` names a role, which `reporter` is not; leave "
        "it out "
        "where the reporter takes the case on"}},
      {"TitleInOneLanguage",
       "metrics.yaml",
       "title: {zh: 未结案, en: Open cases}",
       "title: Open cases",
       {"lamp/metrics.yaml:4:12: expected a mapping of keys to values, written `{zh: …, en: …}`"}},
      {"RegionOfNoTest",
       "tests.yaml",
       R"(grid-worker, region: "990101001001001")",
       R"(grid-worker, region: "990109001001001")",
       {"lamp/tests.yaml:7:45: `worker.region`: the city of the tests has no region `990109001001001`; it "
        "has the "
        "districts 990101 and 990102"}},
      {"RegionInAFormOfNoTest",
       "tests.yaml",
       R"(grid: "990101001001001")",
       R"(grid: "990101001001009")",
       {"lamp/tests.yaml:10:82: `grid`: the city of the tests has no region `990101001001009`"}},
      {"TabBeforeAKey",
       "process.yaml",
       "    form: lamp-form",
       "\tform: lamp-form",
       {"lamp/process.yaml:5:", "): a tab stands before the text of this line; indent with spaces"}},
      {"LineTooFarIn",
       "process.yaml",
       "    form: lamp-form",
       "     form: lamp-form",
       {"lamp/process.yaml:5:",
        "): the line begins in column 6; lines of one list or mapping begin in the same column, here 5"}},
      {"LineTooFarOut",
       "process.yaml",
       "    form: lamp-form",
       "   form: lamp-form",
       {"lamp/process.yaml:5:", "): the line begins in column 4;", "here 3, 5"}},
      {"CommaOfFullWidth",
       "process.yaml",
       "zh: 待处理, en: Open",
       "zh: 待处理，en: Open",
       {"lamp/process.yaml:13:", "): line 13 has a `，` of full width; write `,` and a space for it"}},
      {"CommaOfFullWidthInAList",
       "process.yaml",
       "summary: [kind, words]",
       "summary: [kind，words]",
       {"lamp/process.yaml:6:15: `kind，words` has a `，` of full width, which YAML reads as a letter; write "
        "`,` and a "
        "space for it"}},
      {"ColonOfFullWidth",
       "process.yaml",
       "    form: lamp-form",
       "    form：lamp-form",
       {"lamp/process.yaml:6:", "): line 5 has a `：` of full width; write `:` and a space for it"}},
      {"ColonInsideAValue",
       "resources.yaml",
       "en: What it is about",
       "en: Words: what it is about",
       {"lamp/resources.yaml:16:",
        "): the value `Words: what it is about` has a colon inside; put it in quotes"}},
      {"CommaLeftOut",
       "process.yaml",
       "owner: {level: community}, deadline",
       "owner: {level: community} deadline",
       {"lamp/process.yaml:13:", "): a comma is missing before this; write `, ` between entries"}},
  };
  return all;
}

class BrokenPackage : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenPackage, IsToldWhereAndWhatWasExpected) {
  schema::register_messages();
  register_messages();
  const Broken& broken = GetParam();
  Package package;
  package.id = package.place = "lamp";
  for (auto& [name, text] : must(new_package("lamp"))) {
    if (!name.starts_with(".schema/")) package.files.emplace(name, text);
  }
  std::string& text = package.files.at(broken.file);
  const auto at = text.find(broken.from);
  ASSERT_NE(at, std::string::npos) << broken.from;
  text.replace(at, std::string(broken.from).size(), broken.to);
  const auto faults = Shelf({package}).check("lamp");
  ASSERT_FALSE(faults.empty());
  std::string told;
  static const std::regex placed(R"(^lamp/[a-z]+\.yaml:[1-9][0-9]*:[1-9][0-9]*: .{8,})");
  for (const auto& fault : faults) {
    const std::string sentence = render(fault, Language::en);
    EXPECT_TRUE(std::regex_search(sentence, placed)) << sentence;
    EXPECT_TRUE(render(fault, Language::zh).starts_with(sentence.substr(0, sentence.find(' ') - 1)))
        << render(fault, Language::zh);
    told += sentence + "\n";
  }
  for (const auto& part : broken.said)
    EXPECT_NE(told.find(part), std::string::npos) << "expected: " << part << "\ntold: " << told;
  EXPECT_EQ(faults.size(), 1U) << "one mistake is one fault\n" << told;
}

TEST(Purposes, OfAPackageEndInOneOfThreeWays) {
  schema::register_messages();
  register_messages();
  const auto faults_with = [](const std::string& how) {
    Package package;
    package.id = package.place = "lamp";
    for (auto& [name, text] : must(new_package("lamp"))) {
      if (!name.starts_with(".schema/")) package.files.emplace(name, text);
    }
    package.files["purposes.yaml"] =
        "purposes:\n  - id: lamp-care\n    title: {zh: 路灯, en: Lamps}\n"
        "    legal_basis: {zh: 法, en: Law}\n    start: 2020-01-01\n" +
        how;
    std::string told;
    for (const auto& fault : Shelf({package}).check("lamp")) told += render(fault, Language::en) + "\n";
    return told;
  };
  EXPECT_NE(faults_with("").find("lamp/purposes.yaml:2:5: purpose `lamp-care` has no end"), std::string::npos)
      << faults_with("");
  EXPECT_NE(faults_with("    emergency_only: false\n"), "");
  for (const char* how : {"    end: 2030-12-31\n", "    review_within: 365\n", "    emergency_only: true\n"})
    EXPECT_EQ(faults_with(how), "") << how;
}

INSTANTIATE_TEST_SUITE_P(Scenario, BrokenPackage, ::testing::ValuesIn(broken_packages()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace jingwei::scenario

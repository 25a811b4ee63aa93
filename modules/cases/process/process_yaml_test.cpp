// Goal: what process.yaml says is read whole, and everything wrong with it is told at once, each with its
// place.
#include "modules/cases/process/process_yaml.h"

#include <gtest/gtest.h>

#include "engines/rules/messages.gen.h"
#include "modules/cases/cases_testing.h"
#include "modules/catalog/resource_yaml.h"
#include "schema/messages.gen.h"

namespace jingwei::cases {
namespace {

class ProcessYaml : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    schema::register_messages();
    rules::register_messages();
    register_messages();
  }
  static std::string changed(const std::string& from, const std::string& to) {
    std::string text(testing::repair_process);
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
  }
  // Messages of everything that is wrong.
  static std::set<std::string> faults(const std::string& text) {
    const auto parsed = parse_processes(text, "scenarios/x/process.yaml", "x");
    std::set<std::string> all;
    if (parsed) return all;
    all.insert(parsed.error().message);
    for (const auto& cause : parsed.error().causes) {
      all.insert(cause.message);
      EXPECT_NE(render(cause, Language::en).find("scenarios/x/process.yaml:"), std::string::npos)
          << render(cause, Language::en);
      EXPECT_EQ(render(cause, Language::zh).find('{'), std::string::npos) << render(cause, Language::zh);
    }
    return all;
  }
};

TEST_F(ProcessYaml, EverythingIsRead) {
  const auto parsed = parse_processes(testing::repair_process, "process.yaml", "sample");
  ASSERT_TRUE(parsed.ok()) << render(parsed.error(), Language::en);
  const Process& process = parsed->front();
  EXPECT_EQ(process.states.size(), 10u);
  EXPECT_EQ(process.transitions.size(), 11u);
  const State* paused = process.state("paused");
  ASSERT_NE(paused, nullptr);
  EXPECT_TRUE(paused->stopped);
  EXPECT_EQ(paused->stage, Stage::handle) << "taken from the outer state";
  EXPECT_EQ(process.leaf_of(*process.state("handling")).id, "at-work");
  EXPECT_EQ(process.ladder.size(), 3u);
  EXPECT_EQ(process.transition("reopen")->within->clock, ClockKind::always);
  EXPECT_EQ(process.transition("verify")->effects.front().hook, "notice");
}

TEST_F(ProcessYaml, TheKeptTextReadsBackTheSame) {
  const Process process = parse_processes(testing::repair_process, "process.yaml", "sample").value().front();
  const auto again = parse_process_text(process.text, "sample");
  ASSERT_TRUE(again.ok()) << render(again.error(), Language::en);
  EXPECT_EQ(again->text, process.text);
  EXPECT_EQ(again->transitions.size(), process.transitions.size());
}

TEST_F(ProcessYaml, DepartmentsThatProvideNothingHaveTheirNamesHere) {
  const std::string before = "departments: [{id: power, zh: 供电, en: Power}]";
  const std::string list = "departments:\n      - {id: lamps, zh: 路灯所, en: Street Lamps}";
  const auto processes = parse_processes(changed(before, list), "process.yaml", "sample");
  ASSERT_TRUE(processes.ok()) << render(processes.error(), Language::en);
  EXPECT_EQ(processes->front().departments.at("lamps").zh, "路灯所");
  EXPECT_TRUE(
      faults(changed(before, list + "\n      - {id: lamps, zh: 灯, en: Lamps}")).contains("cases.doubled"));
  EXPECT_TRUE(
      faults(changed(before, list + "\n      - {id: parks, zh: 园林所}")).contains("yaml.missing_key"));
  EXPECT_TRUE(
      faults(changed(before, list + "\n      - {id: Parks, zh: 园, en: P}")).contains("cases.bad_name"));
}

TEST_F(ProcessYaml, FaultsNameWhatIsWrong) {
  EXPECT_TRUE(faults(changed("prefix: RP", "prefix: rp")).contains("cases.bad_prefix"));
  EXPECT_TRUE(faults(changed("initial: reported", "initial: nowhere")).contains("cases.no_state"));
  EXPECT_TRUE(faults(changed("to: verifying", "to: verified")).contains("cases.no_state"));
  EXPECT_TRUE(faults(changed("deadline: 4h", "deadline: soon")).contains("cases.bad_span"));
  EXPECT_TRUE(faults(changed("var: case.not_ours", "var: case.colour")).contains("cases.unknown_fact"));
  EXPECT_TRUE(faults(changed("{\"<\": [{var: case.not_ours}, 2]}", "{less: [1, 2]}"))
                  .contains("rules.unknown_operator"));
  EXPECT_TRUE(faults(changed("stage: verify", "stage: verified")).contains("cases.unknown_word"));
  EXPECT_TRUE(faults(changed("after: 3d", "after: 3d, by: [desk]")).contains("cases.who_takes"));
  EXPECT_TRUE(faults(changed("do: reopen, within", "within")).contains("cases.of_reopening"));
  EXPECT_TRUE(faults(changed("not_by: [take, done]", "not_by: [taken]")).contains("cases.no_transition"));
  EXPECT_TRUE(
      faults(changed("- {level: grid, duty: worker}", "- {category: [lamp], level: grid, duty: worker}"))
          .contains("cases.last_rule"));
  EXPECT_TRUE(faults(changed("to: merged, by", "to: given, by")).contains("cases.no_final_state"));
  EXPECT_TRUE(faults(changed("level: community, role: desk", "level: street, role: desk"))
                  .contains("cases.ladder_rises"));
  EXPECT_TRUE(faults(changed("photos: {most: 3}", "photos: {most: 3}\n    colour: red"))
                  .contains("yaml.unknown_key"));
  EXPECT_TRUE(
      faults(changed("title: {zh: 报修, en: Repair}", "title: {zh: 报修}")).contains("yaml.missing_key"));
  EXPECT_TRUE(faults(changed("hook: notice", "hook: notise")).contains("cases.unknown_word"));
  EXPECT_TRUE(faults(changed("to: reporter, text", "to: repoter, text")).contains("cases.unknown_word"));
  EXPECT_TRUE(faults(changed("to: reporter, text", "text")).contains("yaml.missing_key"));
  EXPECT_TRUE(faults(changed("{zh: 已修好, en: Repaired}", "{zh: 已修好}")).contains("yaml.missing_key"));
  EXPECT_TRUE(
      faults(changed("to: reporter, text", "to: reporter, colour: red, text")).contains("yaml.unknown_key"));
}

TEST_F(ProcessYaml, TellingsAndCapsAreReadAndTheirFaultsTold) {
  const std::string before = "deadline: 4h, ignored_after";
  const auto telling = [&](const std::string& text) {
    return changed(before, "tell: " + text + ", " + before);
  };
  const auto parsed = parse_processes(
      telling(
          "[{to: {level: street, roles: [desk], subjects: [{resource: residents, purpose: care, age_from: "
          "60}]}, title: words, text: {zh: 注意, en: Mind}, channels: [text]}]"),
      "process.yaml", "sample");
  ASSERT_TRUE(parsed.ok()) << render(parsed.error(), Language::en);
  ASSERT_EQ(parsed->front().state("given")->tell.size(), 1u);
  const Telling& one = parsed->front().state("given")->tell.front();
  EXPECT_EQ(one.level, region::Level::street);
  EXPECT_EQ(one.title.field, "words");
  EXPECT_EQ(one.text.words.en, "Mind");
  EXPECT_EQ(one.subjects.front().age_from, 60);
  EXPECT_TRUE(
      faults(telling("[{to: {level: street}, title: words, text: words}]")).contains("cases.tells_nobody"));
  EXPECT_TRUE(
      faults(telling("[{to: {kinds: [cat]}, title: words, text: words}]")).contains("cases.unknown_word"));
  EXPECT_TRUE(
      faults(telling("[{to: {roles: [desk]}, title: [a], text: words}]")).contains("cases.told_words"));
  EXPECT_TRUE(faults(telling("[{to: {roles: [desk]}, title: words}]")).contains("yaml.missing_key"));

  const std::string photos = "photos: {most: 3}";
  const auto capped = parse_processes(
      changed(photos, photos + "\n    takes: [{cap: form, when: {\"==\": [{var: case.category}, lamp]}}]"),
      "process.yaml", "sample");
  ASSERT_TRUE(capped.ok()) << render(capped.error(), Language::en);
  EXPECT_EQ(capped->front().takes.front().cap, Cap::form);
  EXPECT_TRUE(faults(changed(photos, photos + "\n    takes: [{cap: many}]")).contains("cases.unknown_word"));
  EXPECT_TRUE(
      faults(changed("after: 3d", "after: 3d, takes: [{cap: order}]")).contains("cases.automatic_takes"));
}

TEST_F(ProcessYaml, WhatIsToldToManyIsATextOfTheFormThatIsNobodysOwn) {
  const auto forms = catalog::parse_resources("resources:\n" + std::string(testing::repairs_form),
                                              "resources.yaml", "sample");
  ASSERT_TRUE(forms.ok()) << render(forms.error(), Language::en);
  const auto bound = [&](const std::string& field) {
    const std::string before = "deadline: 4h, ignored_after";
    auto processes = parse_processes(
        changed(before, "tell: [{to: {roles: [desk]}, title: " + field + ", text: words}], " + before),
        "process.yaml", "sample");
    const auto fits = bind_form(processes.value().front(), forms->front());
    return fits ? std::string("fits") : fits.error().message;
  };
  EXPECT_EQ(bound("words"), "fits");
  EXPECT_EQ(bound("phone"), "cases.no_told_text");
  EXPECT_EQ(bound("kind"), "cases.no_told_text");
  EXPECT_EQ(bound("colour"), "cases.no_told_text");
}

TEST_F(ProcessYaml, WhatMovesAMatterSaysOfWhatAndWithWhichWords) {
  const std::string moving = "from: arbitration, to: given, by: [assignee], matter: {step: decide}";
  const std::string text = changed("from: arbitration, to: given, by: [assignee]", moving);
  EXPECT_TRUE(faults(text).contains("cases.no_matter_of"));
  EXPECT_TRUE(faults(changed("after: 3d", "after: 3d, matter: {step: decide}")).contains("cases.who_takes"));
  EXPECT_TRUE(
      faults(changed("from: arbitration, to: given, by: [assignee]",
                     "from: arbitration, to: given, by: [assignee], matter: {step: decide, words: why}"))
          .contains("cases.no_input"));
  const std::string sound =
      changed("photos: {most: 3}", "photos: {most: 3}\n    matter: {of: order, form: {words: words}}");
  EXPECT_TRUE(faults(sound).empty());
}

TEST_F(ProcessYaml, StatesNobodyReachesAndDeadEndsAreFaults) {
  const std::string lonely =
      changed("      - {id: closed,",
              "      - {id: lonely, title: {zh: 孤, en: Lonely}, stage: close}\n      - {id: closed,");
  const auto all = faults(lonely);
  EXPECT_TRUE(all.contains("cases.never_reached"));
  EXPECT_TRUE(all.contains("cases.dead_end"));
}

TEST_F(ProcessYaml, ManyFaultsAreToldInOneGo) {
  std::string text = changed("prefix: RP", "prefix: rp");
  text.replace(text.find("deadline: 4h"), 12, "deadline: 4x");
  const auto all = faults(text);
  EXPECT_TRUE(all.contains("cases.bad_prefix"));
  EXPECT_TRUE(all.contains("cases.bad_span"));
}

}  // namespace
}  // namespace jingwei::cases

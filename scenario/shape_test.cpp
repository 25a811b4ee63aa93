// Goal: one description gives the check of a file and the schema that editors use, and both say the same.
#include "scenario/shape.h"

#include <gtest/gtest.h>

#include "base/messages.h"
#include "scenario/messages.gen.h"
#include "scenario/shape_check.h"
#include "scenario/shape_schema.h"
#include "schema/messages.gen.h"

namespace jingwei::scenario {
namespace {

constexpr std::string_view source = R"(
what: {zh: 样例, en: Sample}
keys:
  id: {is: name, required: true, declares: thing}
  count: {is: integer, min: 1, max: 9}
  on: date
  kinds: {list: kind, min: 1}
  where: {map: text, key: name}
  also: {either: [text, {list: text}]}
  other: {is: name, refers: thing}
  title: names
types:
  names: {keys: {zh: {is: text, required: true}, en: {is: text, required: true}}}
  name: {is: text, pattern: "[a-z]+", max: 8}
  kind: {values: [red, green, blue]}
)";

std::string faults_of(std::string_view yaml) {
  schema::register_messages();
  register_messages();
  static const Shapes shapes = [] {
    auto read = Shapes::read({{"sample.yaml", source}});
    EXPECT_TRUE(read.ok());
    return std::move(*read);
  }();
  const auto root = schema::parse_yaml(yaml, "x.yaml");
  if (!root) return render(root.error(), Language::en);
  schema::YamlFaults faults;
  Names names;
  check_shape(*root, *shapes.of_file("sample.yaml"), faults, names);
  names.check_uses(faults);
  std::string all;
  for (const auto& fault : faults.all()) all += render(fault, Language::en) + "\n";
  return all;
}

TEST(Shape, AGoodFileHasNoFaults) {
  EXPECT_EQ(
      faults_of(
          "id: lamp\ncount: 3\non: 2020-03-10\nkinds: [red, blue]\nwhere: {a: x}\nalso: one\nother: lamp\n"),
      "");
  EXPECT_EQ(faults_of("id: lamp\nalso: [one, two]\n"), "");
}

TEST(Shape, EveryFaultIsToldWithItsPlaceAndWhatWasExpected) {
  EXPECT_EQ(faults_of("id: lamp\ncuont: 3\n"), "x.yaml:2:1: unknown key `cuont`; did you mean `count`?\n");
  EXPECT_EQ(faults_of("id: lamp\nzzz: 3\n"),
            "x.yaml:2:1: unknown key `zzz`; expected one of `id`, `count`, `on`, `kinds`, `where`, `also`, "
            "`other`, `title`\n");
  EXPECT_EQ(faults_of("count: 3\n"), "x.yaml:1:1: missing key `id`\n");
  EXPECT_EQ(faults_of("id: lamp\ncount: many\n"),
            "x.yaml:2:8: `many` must be a whole number, without quotes\n");
  EXPECT_EQ(faults_of("id: lamp\ncount: 10\n"), "x.yaml:2:8: 10 is too large; expected at most 9\n");
  EXPECT_EQ(faults_of("id: Lamp\n"), "x.yaml:1:5: `Lamp` does not have the form expected here: [a-z]+\n");
  EXPECT_EQ(faults_of("id: lamp\non: 2020-02-30\n"),
            "x.yaml:2:5: `2020-02-30` must be a day that exists, written 2020-01-21\n");
  EXPECT_EQ(faults_of("id: lamp\nkinds: [gren]\n"),
            "x.yaml:2:9: `gren` is not allowed here; did you mean `green`?\n");
  EXPECT_EQ(faults_of("id: lamp\nkinds: red\n"),
            "x.yaml:2:8: expected a list (entries that begin with -, or stand in brackets)\n");
  EXPECT_EQ(faults_of("id: lamp\nkinds: []\n"), "x.yaml:2:8: 0 entries; expected at least 1\n");
  EXPECT_EQ(faults_of("id: lamp\nwhere: {A: x}\n"),
            "x.yaml:2:9: `A` does not have the form expected here: [a-z]+\n");
}

TEST(Shape, WhoeverWritesATextForAMappingIsToldItsKeys) {
  const std::string told = "x.yaml:2:8: expected a mapping of keys to values, written `{zh: …, en: …}`\n";
  EXPECT_EQ(faults_of("id: lamp\ntitle: some text\n"), told);
  EXPECT_EQ(faults_of("id: lamp\ntitle: [some, text]\n"), told);
}

TEST(Shape, PunctuationOfFullWidthThatYamlTakesForLettersIsToldOnce) {
  EXPECT_EQ(
      faults_of("id: lamp\nkinds: [red，blue]\n"),
      "x.yaml:2:9: `red，blue` has a `，` of full width, which YAML reads as a letter; write `,` and a space "
      "for it\n");
  EXPECT_EQ(faults_of("id: lamp\ntitle: {zh：灯，en：Lamp}\n"),
            "x.yaml:2:9: `zh：灯，en：Lamp` has a `：` of full width, which YAML reads as a letter; write "
            "`:` and a "
            "space for it\n");
  EXPECT_EQ(faults_of("id: lamp\ntitle: zh：灯\n"),
            "x.yaml:2:8: `zh：灯` has a `：` of full width, which YAML reads as a letter; write `:` and a "
            "space for "
            "it\n");
  // In words of people it is what it should be.
  EXPECT_EQ(faults_of("id: lamp\ntitle: {zh: 灯，路灯：都算, en: Lamp}\n"), "");
}

TEST(Shape, WhatTheSchemaOfAnEditorSays) {
  const auto shapes = Shapes::read({{"sample.yaml", source}});
  ASSERT_TRUE(shapes.ok());
  const std::string schema = json_schema_of(*shapes, "sample.yaml");
  for (const char* part :
       {R"("$schema": "http://json-schema.org/draft-07/schema#")", R"("required":["id"])",
        R"("additionalProperties":false)", R"("count":{"type":"integer","minimum":1,"maximum":9})",
        R"("kind": {"enum":["red","green","blue"]})", R"("pattern":"^(?:[a-z]+)$")",
        R"x("anyOf":[{"type":["string","number","boolean"]})x"}) {
    EXPECT_NE(schema.find(part), std::string::npos) << part << "\n" << schema;
  }
}

TEST(Shape, AWrongDescriptionIsRefused) {
  EXPECT_FALSE(Shapes::read({{"s.yaml", "keys: {a: {is: nothing}}"}}).ok());
  EXPECT_FALSE(Shapes::read({{"s.yaml", "keys: {a: {is: text, list: text}}"}}).ok());
  EXPECT_FALSE(Shapes::read({{"s.yaml", "keys: {a: {is: text, pattern: '('}}"}}).ok());
  EXPECT_FALSE(Shapes::read({{"s.yaml", "keys: {a: {is: text, wat: 1}}"}}).ok());
}

}  // namespace
}  // namespace jingwei::scenario

// Goal: YAML becomes a tree with places; what is wrong is told with file and line, and hostile files stay
// cheap.
#include "schema/yaml.h"

#include <gtest/gtest.h>

namespace jingwei::schema {
namespace {

std::string fault_of(std::string_view text, const YamlLimits& limits = {}) {
  auto parsed = parse_yaml(text, "x.yaml", limits);
  return parsed.ok() ? "" : parsed.error().field + " " + parsed.error().message;
}

TEST(Yaml, KeepsOrderPlacesAndQuotes) {
  auto parsed = parse_yaml("b: 1\na:\n  - '2'\n  - {c: ~}\n", "x.yaml");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->pairs.size(), 2u);
  EXPECT_EQ(parsed->pairs[0].key.scalar, "b");
  const YamlNode* list = parsed->find("a");
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->items.size(), 2u);
  EXPECT_TRUE(list->items[0].quoted);
  EXPECT_EQ(list->items[1].place(), "x.yaml:4:5");
  EXPECT_EQ(list->items[1].find("c")->kind, YamlKind::null);
  EXPECT_EQ(yaml_integer(*parsed->find("b")), 1);
  EXPECT_EQ(yaml_integer(list->items[0]), std::nullopt);
}

TEST(Yaml, TellsTheLineOfAFault) {
  EXPECT_EQ(fault_of("a: 1\nb: 2\na: 3\n"), "x.yaml:3:1 yaml.duplicate_key");
  EXPECT_EQ(fault_of("a: [1, 2\n"), "x.yaml:2:1 yaml.syntax");
  EXPECT_EQ(fault_of("a: 1\n---\nb: 2\n"), "x.yaml:1:1 yaml.several_documents");
  EXPECT_EQ(fault_of("{[1]: 2}"), "x.yaml:1:2 yaml.key_not_text");
  EXPECT_EQ(fault_of("a: \xff\n"), "x.yaml:1:1 yaml.syntax");
}

TEST(Yaml, CountsColumnsInCharactersAsEditorsDo) {
  const auto root = parse_yaml("a: {zh: 路灯, en: Lamp}\nb: [经, \U0001F6A6, c]\r\nd: x\n", "x.yaml");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->find("a")->find("en")->place(), "x.yaml:1:17");
  EXPECT_EQ(root->find("b")->items[2].place(), "x.yaml:2:11");
  EXPECT_EQ(root->find("d")->place(), "x.yaml:3:4");
  const auto broken = parse_yaml("a: 路灯: 暗\n", "x.yaml");
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().field, "x.yaml:1:6");
}

TEST(Yaml, HoldsItsLimits) {
  EXPECT_EQ(fault_of(std::string(2000, ' '), {.bytes = 1000}), "x.yaml:1:1 yaml.too_large");
  EXPECT_EQ(fault_of("[1,2,3,4]", {.nodes = 3}), "x.yaml:1:6 yaml.too_many_nodes");
  EXPECT_EQ(fault_of(std::string(100, '[') + std::string(100, ']')), "x.yaml:1:65 yaml.too_deep");
  EXPECT_EQ(fault_of(std::string(100'000, '[')), "x.yaml:1:33 yaml.too_deep");
}

TEST(Yaml, CountsAliasesAsWhatTheyStandFor) {
  EXPECT_EQ(fault_of("a: &x {k: 1}\nb: *x\n"), "");
  std::string laughs = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int level = 1; level < 9; ++level) {
    const std::string below = "*a" + std::to_string(level - 1);
    laughs += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
    for (int copy = 0; copy < 9; ++copy) laughs += "," + below;
    laughs += "]\n";
  }
  EXPECT_EQ(fault_of(laughs), "x.yaml:5:38 yaml.too_many_nodes");
  EXPECT_EQ(fault_of("a: &x [*x]\n"), "x.yaml:1:8 yaml.syntax");
}

TEST(YamlMapping, UnknownKeysAreFaultsThatNameTheKnownOnes) {
  auto parsed = parse_yaml("name: x\nfoo: 1\n", "x.yaml");
  YamlFaults faults;
  YamlMapping mapping(*parsed, faults);
  EXPECT_EQ(mapping.require_text("name"), "x");
  mapping.integer("size");
  mapping.require("title");
  mapping.finish();
  ASSERT_EQ(faults.all().size(), 2u);
  EXPECT_EQ(faults.all()[0].message, "yaml.missing_key");
  EXPECT_EQ(faults.all()[1].field, "x.yaml:2:1");
  EXPECT_EQ(faults.all()[1].arguments[1].second, "`name`, `size`, `title`");
}

TEST(YamlMapping, WrongKindsAreFaults) {
  auto parsed = parse_yaml("a: x\nb: 1.5\nc: yes\nd: {}\n", "x.yaml");
  YamlFaults faults;
  YamlMapping mapping(*parsed, faults);
  EXPECT_FALSE(mapping.integer("a"));
  EXPECT_EQ(mapping.number("b"), 1.5);
  EXPECT_FALSE(mapping.boolean("c"));
  EXPECT_FALSE(mapping.text("d"));
  EXPECT_EQ(faults.all().size(), 3u);
}

}  // namespace
}  // namespace jingwei::schema

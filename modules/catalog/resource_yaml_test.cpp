// Goal: a package author is told every mistake with its file and line, and a right file means what it says.
#include "modules/catalog/resource_yaml.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "modules/catalog/messages.gen.h"
#include "modules/catalog/resource_json.h"
#include "schema/messages.gen.h"

namespace jingwei::catalog {
namespace {

constexpr std::string_view good = R"(resources:
  - id: visits
    title: {zh: 走访, en: Visits}
    provider: {id: housing, zh: 住建局, en: Housing}
    sharing: conditional
    purposes: [grid-services]
    retention: 90d
    update: daily
    key: [visit_no]
    region: [grid, town]
    region_otherwise: "100000"
    day: visited_on
    fields:
      - {name: visit_no, title: {zh: 编号, en: Number}, type: text, required: true, columns: [走访编号]}
      - {name: result, title: {zh: 结果, en: Result}, type: choice, values: [{id: ok, zh: 正常, en: Well, also: [Y]}, {id: help, zh: 求助, en: Help}]}
      - {name: people, title: {zh: 人数, en: People}, type: integer, min: 0, max: 100, personal: basic}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region}
      - {name: town, title: {zh: 街道, en: Town}, type: region}
      - {name: visited_on, title: {zh: 日期, en: Day}, type: date}
    metrics:
      - {id: visits, title: {zh: 走访, en: Visits}, count: records}
      - {id: helped, title: {zh: 求助, en: Help}, count: records, where: {result: help}}
      - {id: living, title: {zh: 人数, en: People}, last: people}
)";

std::string changed(std::string_view from, std::string_view to) {
  std::string yaml(good);
  const std::size_t at = yaml.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return yaml.replace(at, from.size(), to);
}

class ResourceYaml : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    register_messages();
    schema::register_messages();
  }

  // The faults of `yaml` as English sentences; empty when it is taken.
  static std::vector<std::string> faults(const std::string& yaml) {
    const auto parsed = parse_resources(yaml, "scenarios/x/resources.yaml", "x");
    if (parsed.ok()) return {};
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
    std::vector<std::string> sentences;
    for (const Error& cause : parsed.error().causes) sentences.push_back(render(cause, Language::en));
    if (sentences.empty()) sentences.push_back(render(parsed.error(), Language::en));
    return sentences;
  }

  static void expect_fault(const std::string& yaml, const std::string& part, int line) {
    const auto found = faults(yaml);
    ASSERT_FALSE(found.empty()) << "taken, though it should tell of: " << part;
    const std::string place = "scenarios/x/resources.yaml:" + std::to_string(line);
    const bool told = std::any_of(found.begin(), found.end(), [&](const std::string& sentence) {
      return sentence.find(place) != std::string::npos && sentence.find(part) != std::string::npos;
    });
    EXPECT_TRUE(told) << "wanted " << place << " … " << part << ", got " << found.front();
  }
};

TEST_F(ResourceYaml, AResourceMeansWhatItsBlockSays) {
  const auto parsed = parse_resources(good, "f", "package");
  ASSERT_TRUE(parsed.ok()) << parsed.error().to_log();
  ASSERT_EQ(parsed->size(), 1U);
  const Resource& visits = parsed->front();
  EXPECT_EQ(visits.package, "package");
  EXPECT_EQ(visits.title.in(Language::zh), "走访");
  EXPECT_EQ(visits.title.in(Language::en), "Visits");
  EXPECT_EQ(visits.provider_id, "housing");
  EXPECT_EQ(visits.sharing, Sharing::conditional);
  EXPECT_EQ(visits.update, Update::daily);
  EXPECT_EQ(visits.key, std::vector<std::string>{"visit_no"});
  EXPECT_EQ(visits.region_fields, (std::vector<std::string>{"grid", "town"}));
  EXPECT_EQ(visits.region_otherwise, "100000");
  EXPECT_EQ(visits.day_field, "visited_on");
  ASSERT_EQ(visits.fields.size(), 6U);
  EXPECT_TRUE(visits.fields[0].required);
  EXPECT_EQ(visits.fields[0].columns, std::vector<std::string>{"走访编号"});
  EXPECT_EQ(visits.fields[1].choices[0].also, std::vector<std::string>{"Y"});
  EXPECT_EQ(visits.fields[2].personal, Personal::basic);
  EXPECT_EQ(visits.fields[2].max, 100.0);
  ASSERT_EQ(visits.metrics.size(), 3U);
  EXPECT_EQ(visits.metrics[1].where_value, "help");
  EXPECT_EQ(visits.metrics[2].kind, MetricKind::last);
  EXPECT_EQ(visits.index_of("grid"), 3);
  EXPECT_EQ(visits.index_of("nothing"), -1);
}

TEST_F(ResourceYaml, SourcesOfAFieldAreAPathOrPathsWithConditions) {
  const auto with = [](const std::string& from) {
    return changed("columns: [走访编号]", "columns: [走访编号], from: " + from);
  };
  const auto parsed = parse_resources(
      with(R"([a.b, {path: [n.family, n.given], where: {n.use: official, s: ["1", "2"]}}])"), "r.yaml", "x");
  ASSERT_TRUE(parsed.ok());
  const auto& from = parsed->front().fields.front().from;
  ASSERT_EQ(from.size(), 2U);
  EXPECT_EQ(from[0].paths, std::vector<std::string>{"a.b"});
  EXPECT_TRUE(from[0].where.empty());
  EXPECT_EQ(from[1].paths, (std::vector<std::string>{"n.family", "n.given"}));
  EXPECT_EQ(from[1].where.at("n.use"), std::vector<std::string>{"official"});
  EXPECT_EQ(from[1].where.at("s"), (std::vector<std::string>{"1", "2"}));
  // What is kept of the definition means the same.
  const std::string kept = definition_text(parsed->front());
  EXPECT_EQ(definition_text(parse_definition(kept, "kept", "x").value()), kept);
  EXPECT_EQ(parse_resources(with("a.b"), "r.yaml", "x")->front().fields.front().from.size(), 1U);
  // Without a path, with an empty one, with a condition that names no value, with a key nobody knows.
  for (const char* wrong : {"[{where: {a: b}}]", "[\"\"]", "[{path: a, where: {b: []}}]", "[[a]]",
                            "[{path: a, when: {b: c}}]", "[{path: []}]"})
    EXPECT_FALSE(faults(with(wrong)).empty()) << wrong;
  EXPECT_NE(faults(with("[\"\"]")).front().find("resources.yaml:14"), std::string::npos);
  std::string many = "[a";
  for (std::size_t i = 0; i < limits::field_sources; ++i) many += ", a";
  EXPECT_FALSE(faults(with(many + "]")).empty());
}

TEST_F(ResourceYaml, UnknownKeysAreErrorsWithTheirLine) {
  expect_fault(changed("retention: 90d", "retention: 90d\n    colour: red"), "colour", 8);
  expect_fault(changed("type: text,", "type: text, hint: x,"), "hint", 14);
  expect_fault(changed("last: people}", "last: people, unit: x}"), "unit", 23);
  expect_fault(std::string(good) + "extra: 1\n", "extra", 24);
}

TEST_F(ResourceYaml, BothLanguagesMustStand) {
  expect_fault(changed("{zh: 走访, en: Visits}", "{zh: 走访}"), "en", 3);
  expect_fault(changed("{zh: 编号, en: Number}", "{en: Number}"), "zh", 14);
  expect_fault(changed("zh: 正常, en: Well", "zh: 正常"), "en", 15);
  expect_fault(changed("zh: 住建局, en: Housing", "en: Housing"), "zh", 4);
}

TEST_F(ResourceYaml, UnknownWordsTellWhatWasExpected) {
  expect_fault(changed("sharing: conditional", "sharing: hidden"), "unconditional", 5);
  expect_fault(changed("update: daily", "update: hourly"), "weekly", 8);
  expect_fault(changed("type: integer", "type: int"), "integer", 16);
  expect_fault(changed("personal: basic", "personal: intimate"), "identifier", 16);
  expect_fault(changed("retention: 90d", "retention: soon"), "soon", 2);
}

TEST_F(ResourceYaml, ReferencesMustNameFieldsOfTheRightType) {
  expect_fault(changed("key: [visit_no]", "key: [number]"), "number", 2);
  expect_fault(changed("region: [grid, town]", "region: [result]"), "result", 2);
  expect_fault(changed("region: [grid, town]", "region: nowhere"), "nowhere", 2);
  expect_fault(changed("day: visited_on", "day: people"), "people", 2);
  expect_fault(changed("day: visited_on", "day: someday"), "someday", 2);
  expect_fault(changed("last: people", "last: result"), "result", 23);
  expect_fault(changed("last: people", "last: nobody"), "nobody", 23);
  expect_fault(changed("where: {result: help}", "where: {people: 1}"), "helped", 22);
  expect_fault(changed("where: {result: help}", "where: {result: hope}"), "helped", 22);
  expect_fault(changed("count: records, where", "count: rows, where"), "helped", 22);
  expect_fault(changed("last: people", "last: people, count: records"), "living", 23);
}

TEST_F(ResourceYaml, NamesAndFieldsMustBeWellFormedAndOnce) {
  expect_fault(changed("id: visits", "id: Visits"), "Visits", 2);
  expect_fault(changed("name: visit_no", "name: visit-no"), "visit-no", 14);
  expect_fault(changed("name: town", "name: grid"), "grid", 18);
  expect_fault(changed("id: help, zh", "id: ok, zh"), "ok", 15);
  expect_fault(changed("id: helped", "id: visits"), "visits", 22);
  expect_fault(changed("type: text, required: true", "type: choice, required: true"), "visit_no", 14);
  expect_fault(changed("type: text, required: true", "type: text, pattern: \"(\""), "(", 14);
}

TEST_F(ResourceYaml, EveryMistakeIsToldAtOnce) {
  std::string yaml = changed("sharing: conditional", "sharing: secret");
  yaml.replace(yaml.find("day: visited_on"), 15, "day: someday   ");
  yaml.replace(yaml.find("type: integer"), 13, "type: intxxxx");
  EXPECT_GE(faults(yaml).size(), 3U);
}

TEST_F(ResourceYaml, WhatIsNoYamlOrNoMappingIsRefusedNotCrashedOn) {
  for (const char* text :
       {"", "resources: 3", "resources: [1, 2]", "- a", "resources:\n  - id: [x]\n", "resources: {a: b}", "{",
        "resources:\n  - {id: a, fields: 3, metrics: x, title: y, provider: z, key: {a: b}}\n"}) {
    const auto parsed = parse_resources(text, "f", "p");
    if (parsed.ok()) {
      EXPECT_TRUE(parsed->empty()) << text;
    }
  }
}

TEST(Masking, ShowsTheLeastThatStillTellsValuesApart) {
  EXPECT_EQ(masked("张三丰", Personal::name), "张**");
  EXPECT_EQ(masked("440401198001011234", Personal::identifier), "440***********1234");
  EXPECT_EQ(masked("13812345678", Personal::contact), "138****5678");
  EXPECT_EQ(masked("36.8", Personal::health), "***");
  EXPECT_EQ(masked("x", Personal::none), "x");
  // Too short to hide its middle: nothing of it is shown.
  EXPECT_EQ(masked("12345", Personal::identifier).find("12345"), std::string::npos);
  EXPECT_EQ(masked("1381234", Personal::contact).find("1381234"), std::string::npos);
  EXPECT_NE(masked("张", Personal::name), "张");
}

TEST(Retention, IsCountedInDays) {
  EXPECT_EQ(retention_days("90d"), 90);
  EXPECT_EQ(retention_days("3y"), 3 * 366);
  for (const char* bad : {"", "d", "90", "90x", "90dd", "-1d", "0d", "99999999999999999999d"})
    EXPECT_FALSE(retention_days(bad)) << bad;
}

}  // namespace
}  // namespace jingwei::catalog

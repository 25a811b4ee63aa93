// Goal: a body is read and checked in one pass; every fault names its field; hostile text is refused.
#include "schema/json_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/messages.h"
#include "schema/json_schema.h"
#include "schema/messages.gen.h"
#include "schema/scalar.h"

namespace jingwei::schema {
namespace {

constexpr const char* definitions = R"(
Label:
  type: object
  fields:
    - {name: code, type: text, required: true, title: {zh: 编码, en: Code}}
    - {name: inside, type: list, of: Label, title: {zh: 内, en: Inside}}
Person:
  type: object
  title: {zh: 人, en: Person}
  fields:
    - {name: name, type: text, min_length: 1, max_length: 3, required: true, title: {zh: 名, en: Name}}
    - {name: phone, type: text, pattern: "1\\d{10}", title: {zh: 电话, en: Phone}}
    - {name: age, type: integer, min: 0, max: 150, title: {zh: 岁, en: Age}}
    - {name: height, type: number, min: 0.5, max: 2.5, nullable: true, title: {zh: 高, en: Height}}
    - {name: sex, type: choice, values: [male, female], title: {zh: 性, en: Sex}}
    - {name: born, type: date, title: {zh: 生, en: Born}}
    - {name: seen, type: datetime, title: {zh: 见, en: Seen}}
    - {name: house, type: id, title: {zh: 户, en: House}}
    - {name: vip, type: boolean, title: {zh: 重, en: Special}}
    - {name: labels, type: list, of: Label, min_items: 1, max_items: 2, title: {zh: 签, en: Labels}}
    - {name: extra, type: json, title: {zh: 余, en: Extra}}
    - {name: "a:b", type: integer, title: {zh: 甲, en: A}}
)";

class JsonReader : public ::testing::Test {
 protected:
  void SetUp() override {
    register_messages();
    YamlFaults faults;
    auto yaml = parse_yaml(definitions, "types.yaml");
    ASSERT_TRUE(yaml.ok());
    TypeReader(types_, faults).read_named(*yaml);
    ASSERT_TRUE(faults.empty()) << faults.to_error().to_log();
  }
  const Type& person() { return *types_.find("Person"); }
  Result<Datum> read(std::string_view json) { return read_json(person(), json); }
  // "/age schema.number_too_small; …", or "ok".
  std::string faults(std::string_view json) {
    auto result = read(json);
    if (result.ok()) return "ok";
    if (result.error().causes.empty()) return result.error().message;
    std::string text;
    for (const auto& cause : result.error().causes)
      text += (text.empty() ? "" : "; ") + cause.field + " " + cause.message;
    return text;
  }
  Types types_;
};

TEST_F(JsonReader, FillsEveryKind) {
  auto datum =
      read(R"({"name":"张三","phone":"13800138000","age":30,"height":1.75,"sex":"female","born":"2000-02-29",
      "seen":"2020-01-21T08:00:00+08:00","house":"42","vip":true,"labels":[{"code":"x","inside":[{"code":"y"}]}],
      "extra":{"a":[1,2.50,"\u00e9",null,true]}})");
  ASSERT_TRUE(datum.ok()) << datum.error().to_log();
  EXPECT_EQ((*datum)["name"].text(), "张三");
  EXPECT_EQ((*datum)[std::size_t{2}].integer(), 30);
  EXPECT_DOUBLE_EQ((*datum)["height"].number(), 1.75);
  EXPECT_EQ((*datum)["sex"].text(), "female");
  EXPECT_EQ((*datum)["sex"].choice(), 1u);
  EXPECT_EQ(to_iso((*datum)["born"].day()), "2000-02-29");
  EXPECT_EQ(to_rfc3339((*datum)["seen"].instant()), "2020-01-21T00:00:00.000000Z");
  EXPECT_EQ((*datum)["house"].integer(), 42);
  EXPECT_TRUE((*datum)["vip"].boolean());
  EXPECT_EQ((*datum)["labels"].items()[0]["inside"].items()[0]["code"].text(), "y");
  EXPECT_EQ((*datum)["extra"].json(), "{\"a\":[1,2.50,\"é\",null,true]}");
  EXPECT_TRUE((*datum)["a:b"].absent());
}

TEST_F(JsonReader, WritesBackWhatItRead) {
  const std::string text =
      R"({"name":"李","height":null,"born":"1999-12-31","house":"7","labels":[{"code":"k"}],"extra":[{}]})";
  auto datum = read(text);
  ASSERT_TRUE(datum.ok());
  EXPECT_TRUE((*datum)["height"].is_null());
  JsonWriter out;
  datum->write(out);
  EXPECT_EQ(out.text(), text);
}

TEST_F(JsonReader, NamesEveryFieldAtFault) {
  EXPECT_EQ(
      faults(
          R"({"name":"","age":-1,"phone":"12","height":9,"sex":"x","born":"2021-02-29","seen":"now","house":"0"})"),
      "/name schema.text_empty; /age schema.number_too_small; /phone schema.text_pattern; /height "
      "schema.number_too_large; "
      "/sex schema.not_a_choice; /born schema.not_a_date; /seen schema.not_a_datetime; /house "
      "schema.not_an_id");
  EXPECT_EQ(faults(R"({"name":"王小二三"})"), "/name schema.text_too_long");
  EXPECT_EQ(faults(R"({"name":"a","labels":[{"code":"x"},{"inside":[{"code":1}]}]})"),
            "/labels/1/inside/0/code schema.expected_text; /labels/1/code schema.field_missing");
  EXPECT_EQ(faults(R"({"name":"a","labels":[]})"), "/labels schema.list_too_short");
  EXPECT_EQ(faults(R"({"name":"a","labels":[{"code":"x"},{"code":"x"},{"code":"x"}]})"),
            "/labels schema.list_too_long");
  EXPECT_EQ(faults("{}"), "/name schema.field_missing");
}

TEST_F(JsonReader, WrongKindsAndNullsAreFaults) {
  EXPECT_EQ(
      faults(
          R"({"name":1,"age":"3","height":"1","sex":1,"born":1,"seen":1,"house":1,"vip":1,"labels":{},"phone":null})"),
      "/name schema.expected_text; /age schema.expected_integer; /height schema.expected_number; /sex "
      "schema.expected_choice; "
      "/born schema.expected_date; /seen schema.expected_datetime; /house schema.expected_id; /vip "
      "schema.expected_boolean; "
      "/labels schema.expected_list; /phone schema.null_not_allowed");
  EXPECT_EQ(faults("[]"), " schema.expected_object");
  EXPECT_EQ(faults("3"), " schema.expected_object");
}

TEST_F(JsonReader, NumbersKeepTheirRange) {
  EXPECT_EQ(faults(R"({"name":"a","a:b":9223372036854775807})"), "ok");
  EXPECT_EQ(faults(R"({"name":"a","a:b":9223372036854775808})"), "/a:b schema.number_out_of_range");
  EXPECT_EQ(faults(R"({"name":"a","a:b":99999999999999999999999})"), "/a:b schema.number_out_of_range");
  EXPECT_EQ(faults(R"({"name":"a","a:b":1.0})"), "/a:b schema.expected_integer");
  EXPECT_EQ(faults(R"({"name":"a","height":1e999})"), "/height schema.number_out_of_range");
}

TEST_F(JsonReader, UnknownAndRepeatedFieldsAreFaults) {
  EXPECT_EQ(faults(R"({"name":"a","nmae":{"x":[1]},"age":1})"), "/nmae schema.unknown_field");
  EXPECT_EQ(faults(R"({"name":"a","x/y~z":1})"), "/x~1y~0z schema.unknown_field");
  EXPECT_EQ(faults(R"({"name":"a","name":"b"})"), "/name schema.duplicate_field");
  EXPECT_EQ(faults(R"({"n\u0061me":"a","name":"b"})"), "/name schema.duplicate_field");
  EXPECT_EQ(faults(R"({"name":"a","extra":{"k":1,"k":2}})"), "/extra/k schema.duplicate_field");
}

TEST_F(JsonReader, TellsAtMostTwentyFaults) {
  std::string json = "{\"name\":\"a\"";
  for (int number = 0; number < 100; ++number) json += ",\"u" + std::to_string(number) + "\":0";
  auto result = read(json + "}");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().causes.size(), most_field_faults);
}

TEST_F(JsonReader, RefusesTextThatIsNoJson) {
  for (const char* bad :
       {"{", "{\"name\":\"a\"", "{\"name\":\"a\"}x", "{\"name\":\"a\"}{}", "{\"name\":\"a\",}",
        "{\"name\" \"a\"}", "\xef\xbb\xbf{}x", "{\"name\":\"\xff\"}", "{\"name\":\"a\nb\"}",
        "{\"name\":\"a\",\"vip\":truex}", "{\"name\":\"a\",\"extra\":nulx}",
        "{\"name\":\"a\",\"extra\":[1 2]}", "{\"name\":\"a\",\"extra\":[01]}", "{\"name\":\"\\ud800\"}",
        "{\"name\":\"a\"]", "{'name':'a'}", "{\"name\":\"a\",\"extra\":{\"a\":}}"}) {
    EXPECT_EQ(faults(bad), "schema.bad_json") << bad;
  }
  EXPECT_EQ(faults(""), "schema.json_missing");
  EXPECT_EQ(faults(" \n "), "schema.json_missing");
  EXPECT_EQ(faults(R"({"name":"a\u0000b"})"), "/name schema.text_nul");
}

TEST_F(JsonReader, DeepAndLargeTextIsRefusedEarly) {
  std::string deep = "{\"name\":\"a\",\"extra\":";
  EXPECT_EQ(faults(deep + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
            "schema.json_too_deep");
  std::string nested = "{\"code\":\"x\"}";
  for (int level = 0; level < 40; ++level) nested = "{\"code\":\"x\",\"inside\":[" + nested + "]}";
  EXPECT_EQ(faults("{\"name\":\"a\",\"labels\":[" + nested + "]}"), "schema.json_too_deep");
  EXPECT_EQ(faults(std::string(limits::json_body_bytes + 1, ' ')), "schema.json_too_large");
  std::string wide = "{\"name\":\"a\",\"extra\":[0";
  for (int number = 0; number < 100'000; ++number) wide += ",0";
  EXPECT_EQ(faults(wide + "]}"), "ok");
}

TEST_F(JsonReader, ReadsInPlaceWhenTheBufferIsPadded) {
  std::string text = R"({"name":"a"} )";
  const std::size_t size = text.size();
  text.resize(size + json_padding, 'x');
  auto datum = read_json_padded(person(), std::string_view(text).substr(0, size), text.size());
  ASSERT_TRUE(datum.ok());
  EXPECT_EQ((*datum)["name"].text(), "a");
}

TEST_F(JsonReader, EveryFaultHasASentenceInBothLanguages) {
  auto result = read(R"({"age":-1,"born":"x","zzz":1})");
  ASSERT_FALSE(result.ok());
  for (const auto& cause : result.error().causes) {
    const std::string zh = render(cause, Language::zh), en = render(cause, Language::en);
    EXPECT_NE(zh, cause.message);
    EXPECT_NE(zh, en);
    EXPECT_NE(zh.find(cause.field), std::string::npos) << zh;
    EXPECT_NE(en.find(cause.field), std::string::npos) << en;
    EXPECT_EQ(en.find('{'), std::string::npos) << en;
  }
}

// The ids in the sources and the sentences in messages.yaml must not drift apart.
TEST_F(JsonReader, EveryMessageIdInTheSourcesHasASentence) {
  for (const char* file :
       {"json_reader.cpp", "scalar.cpp", "request_binding.cpp", "type.cpp", "yaml.cpp", "pattern.cpp"}) {
    std::ifstream in(std::string(JINGWEI_SOURCE_DIR) + "/schema/" + file);
    std::stringstream text;
    text << in.rdbuf();
    const std::string source = text.str();
    for (const std::string start : {"\"schema.", "\"yaml."}) {
      for (std::size_t at = source.find(start); at != std::string::npos; at = source.find(start, at + 1)) {
        const std::string id = source.substr(at + 1, source.find('"', at + 1) - at - 1);
        if (id.ends_with('_')) continue;
        EXPECT_NE(render(id, {}, Language::en), id) << file;
      }
    }
  }
  for (int kind = 0; kind <= static_cast<int>(Kind::json); ++kind) {
    const std::string id = "schema.expected_" + std::string(name_of(static_cast<Kind>(kind)));
    EXPECT_NE(render(id, {}, Language::zh), id);
  }
}

TEST_F(JsonReader, ManyFieldsAreFoundByName) {
  std::string yaml = "Wide:\n  type: object\n  fields:\n", json = "{";
  for (int number = 199; number >= 0; --number) {
    yaml += "    - {name: f" + std::to_string(number) +
            ", type: integer, required: true, title: {zh: 数, en: F}}\n";
  }
  for (int number = 0; number < 200; ++number)
    json += (number ? ",\"f" : "\"f") + std::to_string(number) + "\":" + std::to_string(number);
  Types types;
  YamlFaults faults;
  TypeReader(types, faults).read_named(*parse_yaml(yaml, "wide.yaml"));
  ASSERT_TRUE(faults.empty());
  auto datum = read_json(*types.find("Wide"), json + "}");
  ASSERT_TRUE(datum.ok()) << datum.error().to_log();
  EXPECT_EQ((*datum)["f123"].integer(), 123);
}

TEST_F(JsonReader, TypesBecomeJsonSchema) {
  JsonWriter out;
  write_json_schema(out, *types_.find("Label"), Refs::expand);
  EXPECT_EQ(
      out.text(),
      R"({"type":"object","properties":{"code":{"title":"Code","x-title-zh":"编码","type":"string"},)"
      R"("inside":{"title":"Inside","x-title-zh":"内","type":"array","items":{"$ref":"#/components/schemas/Label"}}},)"
      R"("required":["code"],"additionalProperties":false})");
  JsonWriter person;
  write_json_schema(person, *types_.find("Person"), Refs::expand);
  EXPECT_NE(person.text().find(R"("pattern":"^(?:1\\d{10})$")"), std::string::npos);
  EXPECT_NE(person.text().find(R"("type":["number","null"],"format":"double","minimum":0.5,"maximum":2.5)"),
            std::string::npos);
  EXPECT_NE(person.text().find(R"("enum":["male","female"])"), std::string::npos);
  EXPECT_EQ(pretty_json(R"({"a":[1,{}],"b":"x,{\"y"})"),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x,{\\\"y\"\n}");
}

TEST(TypeReader, TellsWhatIsWrongWithADefinition) {
  const auto fault = [](const std::string& yaml) {
    Types types;
    YamlFaults faults;
    TypeReader(types, faults).read_named(*parse_yaml(yaml, "t.yaml"));
    return faults.empty() ? std::string("ok") : faults.all()[0].field + " " + faults.all()[0].message;
  };
  EXPECT_EQ(fault("A: {type: text, max_lenght: 3}"), "t.yaml:1:17 yaml.unknown_key_near");
  EXPECT_EQ(fault("A: {type: integer, max_length: 3}"), "t.yaml:1:20 yaml.unknown_key");
  EXPECT_EQ(fault("A: {type: strng}"), "t.yaml:1:11 schema.unknown_type");
  EXPECT_EQ(fault("A: {type: text, pattern: '('}"), "t.yaml:1:4 schema.bad_pattern_at");
  EXPECT_EQ(fault("A: {type: integer, min: 3, max: 2}"), "t.yaml:1:4 schema.bad_range");
  EXPECT_EQ(fault("A: {type: choice, values: [a, a]}"), "t.yaml:1:31 schema.duplicate_name");
  EXPECT_EQ(fault("A: {type: choice}"), "t.yaml:1:4 yaml.missing_key");
  EXPECT_EQ(fault("A: {type: list}"), "t.yaml:1:4 yaml.missing_key");
  EXPECT_EQ(fault("A:\n  type: object\n  fields:\n    - {name: x, type: text, title: {zh: 甲}}"),
            "t.yaml:4:36 schema.title_incomplete");
  EXPECT_EQ(fault("A:\n  type: object\n  fields:\n    - {name: x, type: text}"),
            "t.yaml:4:7 yaml.missing_key");
  EXPECT_EQ(fault("A: {type: B}\nB: {type: text}"), "t.yaml:1:4 schema.type_alias");
  EXPECT_EQ(fault("text: {type: integer}"), "t.yaml:1:1 schema.bad_type_name");
  EXPECT_EQ(fault("A: {type: list, of: {type: list, of: A}}"), "ok");
}

}  // namespace
}  // namespace jingwei::schema

// Goal: what may be asked is declared plainly, and nothing that is stated leaves its place in the request.
#include "modules/source/asking/declaration.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace jingwei::source {
namespace {

constexpr std::string_view insured = R"(
- id: insured
  title: {zh: 是否参保, en: Is the person insured}
  answer: yes_no
  path: /people/{id_number}?name={name}
  headers: {Authorization: "Bearer {secret.token}", X-Hub: jingwei}
  pointer: /data/insured
  yes: ["1"]
  no: ["0"]
  inputs:
    - {name: id_number, title: {zh: 证件号, en: Id number}, personal: identifier, subject: true, pattern: '[0-9X]{4,18}'}
    - {name: name, title: {zh: 姓名, en: Name}, personal: name, required: false, max_length: 10}
  purposes: {epidemic-control: 3600, elderly-care: 0}
)";

Declaration declared(std::string_view yaml) {
  auto parsed = parse_declaration(yaml);
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().to_log());
  return parsed.ok() ? std::move(*parsed) : Declaration();
}

// The declaration with one part put in place of another, and what is said of it.
std::string fault_of(std::string_view part, std::string_view instead) {
  std::string yaml(insured);
  const std::size_t at = yaml.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  yaml.replace(at, part.size(), instead);
  const auto parsed = parse_declaration(yaml);
  return parsed.ok() ? "" : parsed.error().message;
}

TEST(Declaration, SaysWhatIsAskedHowAndForWhom) {
  const Declaration declaration = declared(insured);
  const Question* question = declaration.find("insured");
  ASSERT_NE(question, nullptr);
  EXPECT_EQ(declaration.find("other"), nullptr);
  EXPECT_EQ(question->method, "GET");
  EXPECT_EQ(question->timeout, std::chrono::milliseconds{3'000});
  EXPECT_EQ(question->purposes.at("epidemic-control"), std::chrono::seconds{3'600});
  EXPECT_EQ(declaration.secret_names(), std::vector<std::string>{"token"});
}

TEST(Declaration, EachFaultIsTold) {
  EXPECT_EQ(fault_of("id: insured", "id: In sured"), "source.question_bad_id");
  EXPECT_EQ(fault_of("answer: yes_no", "answer: maybe"), "source.question_bad_answer");
  EXPECT_EQ(fault_of("answer: yes_no", "answer: text"), "source.question_words_for_yes_no");
  EXPECT_EQ(fault_of("pointer: /data", "pointer: data"), "source.question_bad_pointer");
  EXPECT_EQ(fault_of("no: [\"0\"]", "no: [\"1\"]"), "source.question_word_twice");
  EXPECT_EQ(fault_of("  no: [\"0\"]\n", ""), "source.question_words_missing");
  EXPECT_EQ(fault_of("path: /people", "path: people"), "source.question_bad_path");
  EXPECT_EQ(fault_of("path: /people", "path: //evil.example/people"), "source.question_bad_path");
  EXPECT_EQ(fault_of("{id_number}?", "{card}?"), "source.question_unknown_input");
  EXPECT_EQ(fault_of("{id_number}?", "{id_number?"), "source.question_unknown_input");
  EXPECT_EQ(fault_of("{name}\n", "{name\n"), "source.question_braces");
  EXPECT_EQ(fault_of("X-Hub", "Host"), "source.question_bad_header");
  EXPECT_EQ(fault_of("jingwei}", "\"{name}\"}"), "source.question_bad_header")
      << "what is stated stands in no header";
  EXPECT_EQ(fault_of("jingwei}", "\"a\\nB: c\"}"), "source.question_bad_header");
  EXPECT_EQ(fault_of("subject: true, ", ""), "source.question_subject");
  EXPECT_EQ(fault_of("personal: name", "personal: secret"), "source.question_bad_class");
  EXPECT_EQ(fault_of("elderly-care: 0", "elderly-care: -1"), "source.question_cache_seconds");
  EXPECT_EQ(fault_of("elderly-care: 0", "Elderly: 0"), "source.question_purposes");
  EXPECT_EQ(fault_of("[0-9X]{4,18}", "(?=x)"), "source.question_bad_pattern");
  EXPECT_EQ(fault_of("max_length: 10", "max_length: 100000"), "source.question_bad_length");
  EXPECT_EQ(fault_of("  pointer", "  timeout_ms: 60000\n  pointer"), "source.question_range");
  EXPECT_EQ(fault_of("  pointer", "  body: {a: b}\n  pointer"), "source.question_body_for_post");
  EXPECT_EQ(fault_of("  pointer", "  guess: true\n  pointer"), "yaml.unknown_key");
  EXPECT_EQ(parse_declaration("{}").error().message, "source.question_list");
  EXPECT_EQ(parse_declaration(std::string(insured) + std::string(insured.substr(1))).error().message,
            "source.question_bad_id");
}

TEST(Inputs, AreTrimmedAndCheckedAndNeverRepeatedInAFault) {
  const Declaration declaration = declared(insured);
  const Question& question = declaration.questions.front();
  const auto good = check_inputs(question, {{"id_number", " 1234 "}, {"name", " "}});
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(*good, (Settings{{"id_number", "1234"}}));
  const auto bad =
      check_inputs(question, {{"id_number", "12ab"}, {"name", "很长很长很长很长很长的名字"}, {"age", "7"}});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().causes.size(), 3U);
  for (const auto& cause : bad.error().causes) {
    for (const auto& [name, value] : cause.arguments) EXPECT_EQ(value.find("12ab"), std::string::npos);
  }
  EXPECT_EQ(check_inputs(question, {}).error().message, "source.input_missing");
}

TEST(Inputs, StayInTheirSegmentOfThePath) {
  std::string yaml(insured);
  const std::string pattern = ", pattern: '[0-9X]{4,18}'";
  yaml.erase(yaml.find(pattern), pattern.size());
  const Declaration declaration = declared(yaml);
  const Question& question = declaration.questions.front();
  for (const char* value : {"..", ".", "a/b", "..%2fadmin", "a\\b", "a?b", "a#b", "a;b"})
    EXPECT_FALSE(check_inputs(question, {{"id_number", value}}).ok()) << value;
  const auto fine = check_inputs(question, {{"id_number", "12 3"}, {"name", "张&三=?/"}});
  ASSERT_TRUE(fine.ok()) << "in the query they are encoded";
  const QuestionCall call = call_of(question, "/api", *fine, {{"token", "s3cret"}});
  EXPECT_EQ(call.target, "/api/people/12%203?name=%E5%BC%A0%26%E4%B8%89%3D%3F%2F");
  EXPECT_EQ(call.headers.front().second, "Bearer s3cret");
}

TEST(Inputs, StayInTheirTextOfTheBody) {
  const Declaration declaration = declared(R"(
- id: pension
  title: {zh: 养老金, en: Pension}
  answer: number
  method: POST
  path: /query
  body: {who: {id: "{id_number}"}, kind: 7, exact: true, "note": "no {id_number}!"}
  pointer: /amount
  inputs:
    - {name: id_number, title: {zh: 证件号, en: Id number}, personal: identifier, subject: true}
  purposes: {elderly-care: 0}
)");
  const auto inputs = check_inputs(declaration.questions.front(), {{"id_number", R"(1","x":"{id_number})"}});
  ASSERT_TRUE(inputs.ok());
  EXPECT_EQ(
      call_of(declaration.questions.front(), "", *inputs, {}).body,
      R"({"who":{"id":"1\",\"x\":\"{id_number}"},"kind":7,"exact":true,"note":"no 1\",\"x\":\"{id_number}!"})");
}

TEST(Address, IsHttpOrHttpsAndNothingMore) {
  const auto full = parse_address("https://Data.Health.example:8443/api/v2/");
  ASSERT_TRUE(full.ok());
  EXPECT_TRUE(full->tls);
  EXPECT_EQ(full->host, "data.health.example");
  EXPECT_EQ(full->port, 8443);
  EXPECT_EQ(full->path, "/api/v2");
  EXPECT_EQ(parse_address("http://[::1]:80")->host, "::1");
  EXPECT_EQ(parse_address("http://localhost")->port, 80);
  for (const char* bad :
       {"", "ftp://a", "https://", "https://user@a", "https://a:0", "https://a:99999", "https://a/?x",
        "https://a/#x", "https://a b", "https://a:8o", "//a", "https://[::1", "https://[::1]x"})
    EXPECT_FALSE(parse_address(bad).ok()) << bad;
}

}  // namespace
}  // namespace jingwei::source

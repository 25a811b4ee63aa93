// Goal: query and path text becomes typed members; everything wrong is told at once, naming the parameter.
#include "schema/request_binding.h"

#include <gtest/gtest.h>

namespace jingwei::schema {
namespace {

class RequestBinding : public ::testing::Test {
 protected:
  RequestBinding() {
    parameters_ = {
        {"code", In::path, 0, true, std::nullopt, types_.add({.kind = Kind::text, .max_length = 4})},
        {"limit", In::query, 0, false, "50",
         types_.add({.kind = Kind::integer, .min_integer = 1, .max_integer = 500})},
        {"q", In::query, 0, false, std::nullopt, types_.add({.kind = Kind::text, .max_length = 4})},
        {"at", In::query, 0, false, std::nullopt, types_.add({.kind = Kind::date})},
        {"crs", In::query, 0, true, std::nullopt,
         types_.add({.kind = Kind::choice, .choices = {{"wgs84", {}}, {"gcj02", {}}}})}};
  }
  std::string read(std::string_view query, std::string_view code = "4404") {
    const std::vector<std::string_view> path = {code};
    RequestReader reader(parameters_, query, path);
    reader.read(0, code_);
    reader.read(1, limit_);
    reader.read(2, q_);
    reader.read(3, at_);
    reader.read(4, crs_);
    const auto error = reader.error();
    std::string text;
    if (error) {
      for (const auto& cause : error->causes)
        text += (text.empty() ? "" : "; ") + cause.field + " " + cause.message;
    }
    return text;
  }
  Types types_;
  std::vector<Parameter> parameters_;
  std::string code_, crs_;
  std::int64_t limit_ = 0;
  std::optional<std::string> q_;
  std::optional<Day> at_;
};

TEST_F(RequestBinding, ReadsTypedValuesAndDefaults) {
  EXPECT_EQ(read("crs=gcj02&at=2020-01-21&q=%E9%A6%99+x"), "");
  EXPECT_EQ(code_, "4404");
  EXPECT_EQ(limit_, 50);
  EXPECT_EQ(q_, "香 x");
  EXPECT_EQ(to_iso(*at_), "2020-01-21");
  EXPECT_EQ(crs_, "gcj02");
  EXPECT_EQ(read("crs=wgs84&&limit=7&"), "");
  EXPECT_EQ(limit_, 7);
}

TEST_F(RequestBinding, NamesEveryParameterAtFault) {
  EXPECT_EQ(read("limit=x"), "crs schema.parameter_missing; limit schema.not_an_integer");
  EXPECT_EQ(read("crs=wgs84&limit=0", "44040"), "code schema.text_too_long; limit schema.number_too_small");
  EXPECT_EQ(read("crs=wgs84&limt=3"), "limt schema.parameter_unknown");
  EXPECT_EQ(read("crs=wgs84&crs=wgs84"), "crs schema.parameter_repeated");
  EXPECT_EQ(read("crs=utm&at=2020-02-30&q=12345"),
            "q schema.text_too_long; at schema.not_a_date; crs schema.not_a_choice");
}

TEST_F(RequestBinding, RefusesBrokenEscapes) {
  for (const char* bad : {"%", "%4", "%zz", "%FF", "%00x%"})
    EXPECT_EQ(read("crs=wgs84&q=" + std::string(bad)), "q schema.parameter_escape") << bad;
  EXPECT_EQ(read("crs=wgs84&q=%00"), "q schema.text_nul");
  EXPECT_EQ(read("crs=wgs84&%71=x"), "");
}

TEST_F(RequestBinding, ReadsTheIdempotencyKey) {
  const auto key = [](std::string_view header, KeyNeed need) {
    std::optional<std::string> into;
    RequestReader reader({}, {}, {});
    reader.read_key(header, need, into);
    const auto error = reader.error();
    return error ? error->causes[0].message : into.value_or("none");
  };
  EXPECT_EQ(key("abc", KeyNeed::required), "abc");
  EXPECT_EQ(key("", KeyNeed::optional), "none");
  EXPECT_EQ(key("", KeyNeed::required), "schema.idempotency_key_missing");
  EXPECT_EQ(key("a b", KeyNeed::optional), "schema.bad_idempotency_key");
  EXPECT_EQ(key(std::string(129, 'k'), KeyNeed::optional), "schema.bad_idempotency_key");
}

}  // namespace
}  // namespace jingwei::schema

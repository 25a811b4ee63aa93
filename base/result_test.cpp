// Goal: results carry a value or an error through functions, and using the wrong one stops the process.
#include "base/result.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace jingwei {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0)
    return Error(ErrorCode::invalid, "test.odd").with("n", std::to_string(n)).at("/n").because("odd");
  return n / 2;
}

Result<void> must_halve(int n) {
  JW_TRY(half(n));
  return {};
}

Result<int> quarter(int n) {
  JW_ASSIGN(const int once, half(n));
  JW_ASSIGN(const int twice, half(once));
  return twice;
}

Result<std::unique_ptr<int>> boxed(int n) {
  JW_ASSIGN(auto box, Result<std::unique_ptr<int>>(std::make_unique<int>(n)));
  return box;
}

TEST(ResultTest, values_and_errors_pass_through) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(**boxed(5), 5);
  EXPECT_TRUE(must_halve(2).ok());
  const auto failed = quarter(6);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::invalid);
  EXPECT_EQ(failed.error().message, "test.odd");
  EXPECT_EQ(failed.error().arguments, (decltype(Error::arguments){{"n", "3"}}));
  EXPECT_EQ(failed.error().field, "/n");
  EXPECT_EQ(must_halve(1).error().message, "test.odd");
}

TEST(ResultTest, an_error_writes_one_line_for_logs) {
  EXPECT_EQ(half(3).error().to_log(), "invalid test.odd at /n: odd");
  EXPECT_EQ(Error(ErrorCode::gone, "test.gone").to_log(), "gone test.gone");
}

TEST(ResultTest, every_code_has_a_name_of_its_own) {
  std::map<std::string_view, int> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code)
    ++names[name_of(static_cast<ErrorCode>(code))];
  EXPECT_EQ(names.size(), 17u);
  EXPECT_EQ(name_of(ErrorCode::not_found), "not_found");
  EXPECT_EQ(name_of(ErrorCode::internal), "internal");
}

TEST(ResultDeathTest, reading_the_wrong_side_stops_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(std::ignore = half(1).value(), "broken assumption ok\\(\\)");
  EXPECT_DEATH(std::ignore = half(2).error(), "broken assumption !ok\\(\\)");
  EXPECT_DEATH(std::ignore = Result<void>().error(), "broken assumption error_");
}

TEST(IdTest, ids_are_positive_decimal_digits) {
  EXPECT_EQ(RecordId::parse("9223372036854775807")->value, 9'223'372'036'854'775'807);
  for (const char* bad : {"", "0", "-1", "+1", " 1", "1 ", "0x1", "9223372036854775808", "1.0"}) {
    EXPECT_FALSE(RecordId::parse(bad)) << bad;
  }
  EXPECT_FALSE(RecordId{});
  EXPECT_EQ(RecordId(7).to_string(), "7");
}

}  // namespace
}  // namespace jingwei

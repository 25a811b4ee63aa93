// Goal: Chinese numerals are read as a Chinese reader reads them, and nonsense is not read at all.
#include "modules/ingest/cleaning/numerals.h"

#include <gtest/gtest.h>

namespace jingwei::ingest {
namespace {

std::int64_t read(std::string_view text) {
  const auto value = take_numeral(text);
  return value && text.empty() ? *value : -1;
}

TEST(NumeralsTest, numerals_with_units_are_worked_out) {
  EXPECT_EQ(read("十"), 10);
  EXPECT_EQ(read("十二"), 12);
  EXPECT_EQ(read("二十"), 20);
  EXPECT_EQ(read("一百零五"), 105);
  EXPECT_EQ(read("一百一十五"), 115);
  EXPECT_EQ(read("一千二百三十"), 1'230);
  EXPECT_EQ(read("两万"), 20'000);
  EXPECT_EQ(read("一万零二"), 10'002);
  EXPECT_EQ(read("三亿五千万"), 350'000'000);
  EXPECT_EQ(read("三万亿"), 3'000'000'000'000);
  EXPECT_EQ(read("壹佰贰拾"), 120);
}

TEST(NumeralsTest, a_last_digit_without_its_unit_takes_the_next_lower_one) {
  EXPECT_EQ(read("一百二"), 120);
  EXPECT_EQ(read("三千五"), 3'500);
  EXPECT_EQ(read("一万二"), 12'000);
}

TEST(NumeralsTest, digits_one_by_one_and_mixed_with_units) {
  EXPECT_EQ(read("二〇二〇"), 2'020);
  EXPECT_EQ(read("3千"), 3'000);
  EXPECT_EQ(read("1万2千"), 12'000);
}

TEST(NumeralsTest, what_is_no_numeral_is_left_alone) {
  EXPECT_EQ(read("百千"), -1);
  EXPECT_EQ(read("万"), -1);
  EXPECT_EQ(read("一百千"), -1);
  EXPECT_EQ(read("元"), -1);
  EXPECT_EQ(read("九亿亿亿"), -1);
  std::string_view text = "三百元";
  EXPECT_EQ(take_numeral(text), 300);
  EXPECT_EQ(text, "元");
}

}  // namespace
}  // namespace jingwei::ingest

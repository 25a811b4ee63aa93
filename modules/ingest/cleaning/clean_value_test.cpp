// Goal: each field type takes what people type, notes what it changed, and refuses the rest with a reason.
#include <gtest/gtest.h>

#include "modules/ingest/cleaning/cleaning.h"

namespace jingwei::ingest {
namespace {

struct CleanTest : ::testing::Test {
  Zone zone{"Asia/Shanghai"};
  CleanContext context{*parse_rfc3339("2020-03-01T00:00:00Z"), zone};

  std::vector<FieldCleaner> cleaners;

  Cleaned clean(FieldSpec spec, std::string_view raw) {
    spec.name = "x";
    // Texts of choices are those of the field, so the cleaners live as long as the test.
    cleaners.push_back(FieldCleaner::make(std::move(spec)).value());
    return cleaners.back().clean(raw, context);
  }
  std::string text(FieldSpec spec, std::string_view raw) {
    const Cleaned value = clean(std::move(spec), raw);
    return value.status == CleanStatus::refused ? std::string(message_of(value.refusal))
                                                : std::string(value.text);
  }
  std::string text(CleanType type, std::string_view raw) { return text(FieldSpec{.type = type}, raw); }
};

TEST_F(CleanTest, clean_text_is_handed_back_without_a_copy) {
  const std::string raw = "珠海市香洲区 abc 1";
  const Cleaned value = clean({.type = CleanType::text}, raw);
  EXPECT_EQ(value.status, CleanStatus::clean);
  EXPECT_EQ(value.text.data(), raw.data());
}

TEST_F(CleanTest, width_invisible_characters_and_space_are_mended_and_noted) {
  const Cleaned value = clean({.type = CleanType::text}, "\xEF\xBB\xBF　ＡＢ１２  中\u200B文，好\t");
  EXPECT_EQ(value.text, "AB12 中文，好");
  EXPECT_TRUE(value.rules.has(Rule::width));
  EXPECT_TRUE(value.rules.has(Rule::invisible));
  EXPECT_TRUE(value.rules.has(Rule::white_space));
  EXPECT_EQ(clean({.type = CleanType::text}, "ends ").text, "ends");
  EXPECT_EQ(clean({.type = CleanType::text}, " \t ").status, CleanStatus::empty);
}

TEST_F(CleanTest, lost_characters_and_spreadsheet_errors_are_refused) {
  EXPECT_EQ(text(CleanType::text, "张\uFFFD"), "refuse.lost_characters");
  EXPECT_EQ(text(CleanType::text, "张\xC0"), "refuse.lost_characters");
  EXPECT_EQ(text(CleanType::text, "#REF!"), "refuse.spreadsheet_error");
  EXPECT_EQ(text(CleanType::date, "########"), "refuse.spreadsheet_error");
}

TEST_F(CleanTest, required_fields_must_hold_something) {
  EXPECT_EQ(text({.type = CleanType::phone, .required = true}, "无"), "refuse.required");
  EXPECT_EQ(clean({.type = CleanType::phone}, "无").status, CleanStatus::empty);
  EXPECT_TRUE(clean({.type = CleanType::phone}, "无").rules.has(Rule::empty_word));
}

TEST_F(CleanTest, names_lose_spaces_and_get_one_kind_of_dot) {
  EXPECT_EQ(text(CleanType::person_name, "张 伟"), "张伟");
  EXPECT_EQ(text(CleanType::person_name, "张　伟"), "张伟");
  EXPECT_EQ(text(CleanType::person_name, "阿凡提•买买提"), "阿凡提·买买提");
  EXPECT_EQ(text(CleanType::person_name, "陳大文"), "陳大文");
  EXPECT_EQ(text(CleanType::person_name, "John Smith"), "John Smith");
  // Rare characters: of the first plane, of extension B, and from systems older than their place in Unicode.
  for (const char* name : {"李䶮", "王〇", "陈𬱖", "赵𠮷", "张㛃"})
    EXPECT_EQ(text(CleanType::person_name, name), name);
  EXPECT_EQ(text(CleanType::person_name, "李\uE863"), "李䶮");
  EXPECT_EQ(text(CleanType::person_name, "张\uE815"), "张⺁");
  EXPECT_EQ(text(CleanType::person_name, "张\uE865"), "refuse.name.private_use");
  EXPECT_EQ(text(CleanType::person_name, "张3"), "refuse.name.digits");
  EXPECT_EQ(text(CleanType::person_name, "张*伟"), "refuse.name.masked");
  EXPECT_EQ(text(CleanType::person_name, "张伟（户主）"), "refuse.name.symbols");
  EXPECT_EQ(text(CleanType::person_name, std::string(51, 'a')), "refuse.too_long");
}

TEST_F(CleanTest, dates_are_read_in_the_forms_people_type) {
  for (const char* raw :
       {"2020-01-05", "2020/1/5", "2020.1.5", "20200105", "2020年1月5日", "２０２０年１月５号",
        "二〇二〇年一月五日", "二零二零年一月五日", "43835", "43835.0", "民国109年1月5日", "5-Jan-2020",
        "Jan 5, 2020", "2020-1-5 00:00:00", "2020-01-05T10:11:12Z", "2020 年 1 月 5 日"}) {
    EXPECT_EQ(text(CleanType::date, raw), "2020-01-05") << raw;
  }
  EXPECT_EQ(text(CleanType::date, "二〇一九年十二月三十一日"), "2019-12-31");
  EXPECT_EQ(text(CleanType::date, "二〇一九年十月二十日"), "2019-10-20");
  EXPECT_EQ(text(CleanType::date, "31/12/2019"), "2019-12-31");
  EXPECT_EQ(text(CleanType::date, "12/31/2019"), "2019-12-31");
  EXPECT_EQ(text(CleanType::date, "61"), "1900-03-01");
  EXPECT_EQ(clean({.type = CleanType::date}, "2020-01-05").integer, 18'266);
  EXPECT_EQ(clean({.type = CleanType::date}, "2020-01-05").status, CleanStatus::clean);
}

TEST_F(CleanTest, dates_that_could_mean_several_days_are_refused_with_the_reason) {
  EXPECT_EQ(text(CleanType::date, "1/5/2020"), "refuse.date.ambiguous");
  EXPECT_EQ(text(CleanType::date, "20-1-5"), "refuse.date.two_digit_year");
  EXPECT_EQ(text(CleanType::date, "2020年1月"), "refuse.date.no_day");
  EXPECT_EQ(text(CleanType::date, "2020-01"), "refuse.date.no_day");
  EXPECT_EQ(text(CleanType::date, "202001"), "refuse.date.no_day");
  EXPECT_EQ(text(CleanType::date, "农历正月初五"), "refuse.date.lunar");
  EXPECT_EQ(text(CleanType::date, "2020年正月初五"), "refuse.date.lunar");
  EXPECT_EQ(text(CleanType::date, "2019-02-29"), "refuse.date.not_real");
  EXPECT_EQ(text(CleanType::date, "60"), "refuse.date.not_real");
  for (const char* raw :
       {"Jan 261, 2020", "2020年257月1日", "2020年1月257日", "2020-13-01", "2020-00-10", "20200132"}) {
    EXPECT_EQ(text(CleanType::date, raw), "refuse.date.not_real") << raw;
  }
  EXPECT_EQ(text(CleanType::date, "soon"), "refuse.date.form");
  EXPECT_EQ(text(CleanType::date, "1820-01-05"), "refuse.date.too_early");
  EXPECT_EQ(text({.type = CleanType::date, .last_day = context.today}, "2020-03-02"), "refuse.date.too_late");
}

TEST_F(CleanTest, datetimes_without_offset_are_of_the_hubs_zone) {
  for (const char* raw :
       {"2020-01-21 08:05:00", "2020-01-21T08:05", "2020/1/21 8:05", "2020-01-21T00:05:00Z",
        "2020-01-21T01:05:00+01:00", "2020-01-21 上午8:05", "2020年1月21日 8时5分", "2020-01-21 8:05 AM"}) {
    EXPECT_EQ(text(CleanType::datetime, raw), "2020-01-21T00:05:00.000000Z") << raw;
  }
  EXPECT_EQ(text(CleanType::datetime, "2020-01-21 下午8:05"), "2020-01-21T12:05:00.000000Z");
  EXPECT_EQ(text(CleanType::datetime, "43851.5"), "2020-01-21T04:00:00.000000Z");
  EXPECT_TRUE(clean({.type = CleanType::datetime}, "2020-01-21").rules.has(Rule::datetime_midnight));
  EXPECT_EQ(text(CleanType::datetime, "2020-01-21 25:00"), "refuse.time.form");
}

TEST_F(CleanTest, numbers_are_read_exactly) {
  EXPECT_EQ(clean({.type = CleanType::integer}, "1,234").integer, 1234);
  EXPECT_EQ(clean({.type = CleanType::integer}, "１２３").integer, 123);
  EXPECT_EQ(clean({.type = CleanType::integer}, "1.2万").integer, 12'000);
  EXPECT_EQ(clean({.type = CleanType::integer}, "1.5亿").integer, 150'000'000);
  EXPECT_EQ(clean({.type = CleanType::integer}, "3.0").integer, 3);
  EXPECT_EQ(clean({.type = CleanType::integer}, "-7").integer, -7);
  EXPECT_EQ(text(CleanType::integer, "007"), "7");
  EXPECT_EQ(text(CleanType::integer, "1.2万"), "12000");
  EXPECT_DOUBLE_EQ(clean({.type = CleanType::number}, "35%").number, 0.35);
  EXPECT_DOUBLE_EQ(clean({.type = CleanType::number}, "1.5E+3").number, 1500);
  EXPECT_EQ(text(CleanType::integer, "1.5"), "refuse.number.not_whole");
  EXPECT_EQ(text(CleanType::number, "12,34"), "refuse.number.grouping");
  EXPECT_EQ(text(CleanType::number, "12人"), "refuse.number.units");
  EXPECT_EQ(text(CleanType::number, "abc"), "refuse.number.form");
  EXPECT_EQ(text(CleanType::integer, "1e30"), "refuse.number.range");
  EXPECT_EQ(clean({.type = CleanType::integer}, "14.4E17").integer, 1'440'000'000'000'000'000);
  EXPECT_EQ(clean({.type = CleanType::integer}, "9223372036854775807").integer, 9'223'372'036'854'775'807);
  EXPECT_EQ(text(CleanType::integer, "9223372036854775808"), "refuse.number.range");
  EXPECT_EQ(text(CleanType::integer, "1." + std::string(30, '0')), "1");
  EXPECT_EQ(text(CleanType::number, "1e999"), "refuse.number.range");
  EXPECT_EQ(text({.type = CleanType::integer, .min = 0}, "-1"), "refuse.too_small");
  EXPECT_EQ(text({.type = CleanType::integer, .max = 9}, "10"), "refuse.too_large");
}

TEST_F(CleanTest, booleans_and_choices_take_the_words_of_both_languages) {
  for (const char* raw : {"是", "有", "Y", "1", "TRUE", "yes"})
    EXPECT_EQ(text(CleanType::boolean, raw), "true") << raw;
  for (const char* raw : {"否", "无", "N", "0", "false"})
    EXPECT_EQ(text(CleanType::boolean, raw), "false") << raw;
  EXPECT_EQ(text(CleanType::boolean, "maybe"), "refuse.boolean.unknown");
  const FieldSpec sex{.type = CleanType::choice,
                      .choices = {{"male", {"男", "Male", "M", "1"}}, {"female", {"女", "Female", "无"}}}};
  EXPECT_EQ(text(sex, "male"), "male");
  EXPECT_EQ(text(sex, "男 "), "male");
  EXPECT_EQ(text(sex, "MALE"), "male");
  EXPECT_EQ(text(sex, "ｍ"), "male");
  EXPECT_EQ(clean(sex, "无").integer, 1);
  EXPECT_EQ(text(sex, "x"), "refuse.choice.unknown");
  EXPECT_EQ(clean(sex, "不详").status, CleanStatus::empty);
}

TEST_F(CleanTest, addresses_are_normalised_only) {
  EXPECT_EQ(text(CleanType::address, "珠海市 香洲区　吉大路１２号（３栋）"), "珠海市香洲区吉大路12号(3栋)");
  EXPECT_EQ(text(CleanType::address, "12 Main Road"), "12 Main Road");
}

TEST_F(CleanTest, regions_are_resolved_by_whoever_knows_them) {
  struct Known final : RegionResolver {
    RegionMatch resolve(std::string_view word) override {
      if (word == "440402") return {RegionMatch::Outcome::found, 7, false};
      if (word == "香洲区") return {RegionMatch::Outcome::found, 7, true};
      if (word == "和平村委会") return {RegionMatch::Outcome::ambiguous, 0, false};
      return {};
    }
  } known;
  context.regions = &known;
  EXPECT_EQ(clean({.type = CleanType::region}, "440402").integer, 7);
  EXPECT_TRUE(clean({.type = CleanType::region}, "香洲区").rules.has(Rule::region_name));
  EXPECT_EQ(text(CleanType::region, "和平村委会"), "refuse.region.ambiguous");
  EXPECT_EQ(text(CleanType::region, "nowhere"), "refuse.region.unknown");
}

TEST_F(CleanTest, lengths_and_patterns_hold_for_the_cleaned_text) {
  EXPECT_EQ(text({.type = CleanType::text, .max_length = 2}, " 香洲 "), "香洲");
  EXPECT_EQ(text({.type = CleanType::text, .max_length = 2}, "香洲区"), "refuse.too_long");
  EXPECT_EQ(text({.type = CleanType::text, .min_length = 2}, "香"), "refuse.too_short");
  EXPECT_EQ(text({.type = CleanType::text, .pattern = "[A-Z][0-9]+"}, "Ａ１２"), "A12");
  EXPECT_EQ(text({.type = CleanType::text, .pattern = "[A-Z][0-9]+"}, "12"), "refuse.pattern");
  EXPECT_FALSE(FieldCleaner::make({.name = "x", .pattern = "("}).ok());
}

}  // namespace
}  // namespace jingwei::ingest

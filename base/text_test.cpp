// Goal: text as people type it comes out in the form the rest of the kernel compares.
#include "base/text.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>
#include <SimpleConverter.hpp>

#include <thread>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"

namespace jingwei {
namespace {

TEST(TextTest, folds_width_space_and_variants) {
  EXPECT_EQ(text::half_width("ＡＢ１２　（）"), "AB12 ()");
  EXPECT_EQ(text::nfkc("①ｱ"), "1ア");
  EXPECT_EQ(text::squeeze("\xEF\xBB\xBF　a \t b\u200B "), "a b");
  EXPECT_EQ(text::to_simplified("陳大文 abc"), "陈大文 abc");
  EXPECT_EQ(text::to_traditional("陈"), "陳");
  EXPECT_EQ(text::to_simplified("陳\xFF"), "陳\xFF");
}

// What is known to stay as it is does not go through the libraries: the answer must be theirs all the same.
TEST(TextTest, folds_as_opencc_and_icu_do) {
  UErrorCode fault = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFKCInstance(fault);
  for (char32_t point = 0x80; point < 0x30000; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    const std::string text = text::from_code_points(std::u32string{U'a', point, point});
    std::string folded;
    normalizer->normalize(icu::UnicodeString::fromUTF8(text), fault).toUTF8String(folded);
    ASSERT_EQ(text::nfkc(text), folded) << static_cast<std::uint32_t>(point);
  }
  const opencc::SimpleConverter simplify("t2s.json"), complicate("s2t.json");
  SeededRandom random(11);
  const std::u32string_view often = U"乾坤答覆著名甚麼一目瞭然於是后面发头里余乾隆里程徵求";
  for (int round = 0; round < 20'000; ++round) {
    std::u32string points;
    for (std::size_t left = 1 + random.below(6); left > 0; --left)
      points += random.chance(0.7) ? often[random.below(often.size())]
                                   : static_cast<char32_t>(0x4E00 + random.below(0x5200));
    const std::string text = text::from_code_points(points);
    ASSERT_EQ(text::to_simplified(text), simplify.Convert(text)) << text;
    ASSERT_EQ(text::to_traditional(text), complicate.Convert(text)) << text;
  }
}

TEST(TextTest, reads_pinyin) {
  EXPECT_EQ(text::pinyin("香洲区"), (std::vector<std::string>{"xiang", "zhou", "qu"}));
  EXPECT_EQ(text::pinyin_joined("珠海 A3"), "zhuhaia3");
  EXPECT_EQ(text::pinyin_initials("香洲区"), "xzq");
  EXPECT_EQ(text::pinyin_joined(""), "");
}

TEST(TextTest, tells_bad_bytes) {
  EXPECT_TRUE(text::is_utf8("中文 plain 𠀀 \uFFFD"));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE4\xB8", "\x80"})
    EXPECT_FALSE(text::is_utf8(bad));
  EXPECT_EQ(text::code_points("a\xFF中"), U"a\uFFFD中");
  EXPECT_EQ(text::from_code_points(U"中𠀀"), "中𠀀");
}

TEST(TextTest, serves_several_threads_at_once) {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n)
        right += text::pinyin_initials("香洲区") == "xzq" && text::to_simplified("陳") == "陈";
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

TEST(ClockTest, writes_and_reads_instants_and_days) {
  const auto instant = parse_rfc3339("2020-01-21T08:00:00.5+08:00");
  ASSERT_TRUE(instant);
  EXPECT_EQ(to_rfc3339(*instant), "2020-01-21T00:00:00.500000Z");
  EXPECT_FALSE(parse_rfc3339("2020-02-30T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2020-01-21T08:00:00+08:0"));
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("1969-12-31T23:59:59.000001Z")), "1969-12-31T23:59:59.000001Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("9999-12-31T23:59:59.999999Z")), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("9999-12-31T23:59:59Z") + std::chrono::seconds{1}),
            "10000-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_iso(*parse_iso_day("2020-02-29")), "2020-02-29");
  EXPECT_FALSE(parse_iso_day("2019-02-29"));
  const Zone zone("Asia/Shanghai");
  EXPECT_EQ(to_iso(zone.day_of(*parse_rfc3339("2020-01-20T16:00:00Z"))), "2020-01-21");
  EXPECT_EQ(to_rfc3339(zone.start_of(*parse_iso_day("2020-01-21"))), "2020-01-20T16:00:00.000000Z");
}

TEST(ClockTest, offsets_are_those_of_icu_at_any_time) {
  SeededRandom random(5);
  for (const char* name : {"Asia/Shanghai", "Asia/Hong_Kong", "Asia/Kathmandu", "America/New_York",
                           "Europe/Lisbon", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"}) {
    const Zone zone(name);
    const std::unique_ptr<icu::TimeZone> icu(icu::TimeZone::createTimeZone(icu::UnicodeString(name)));
    const auto expect_same = [&](Instant instant) {
      std::int32_t raw = 0, daylight = 0;
      UErrorCode fault = U_ZERO_ERROR;
      icu->getOffset(static_cast<double>(to_micros(instant)) / 1000.0, false, raw, daylight, fault);
      ASSERT_EQ(zone.offset_at(instant), std::chrono::seconds{(raw + daylight) / 1000})
          << name << ' ' << to_rfc3339(instant);
    };
    const Instant begin = Day{std::chrono::year{1850} / 1 / 1};
    for (int i = 0; i < 20'000; ++i)
      expect_same(begin + std::chrono::seconds{random.below(300ULL * 366 * 86'400)});
    // Around each change of the offset, to the microsecond.
    for (Instant at = begin; at < Instant{Day{std::chrono::year{2110} / 1 / 1}};
         at += std::chrono::hours{24 * 20}) {
      Instant low = at, high = at + std::chrono::hours{24 * 20};
      if (zone.offset_at(low) == zone.offset_at(high)) continue;
      while (high - low > std::chrono::microseconds{1}) {
        const Instant middle = low + (high - low) / 2;
        (zone.offset_at(middle) == zone.offset_at(low) ? low : high) = middle;
      }
      expect_same(low);
      expect_same(high);
    }
  }
}

TEST(RandomTest, gives_the_same_numbers_for_the_same_seed) {
  SeededRandom one(7), two(7);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(one.next(), two.next());
    EXPECT_LT(one.below(10), 10u);
    two.below(10);
  }
  EXPECT_EQ(random_credential(one).size(), 32u);
}

TEST(JsonTest, writes_members_and_mends_bad_bytes) {
  JsonWriter json;
  json.begin_object();
  json.member("a", "x\n\xFF");
  json.member("n", 1.5);
  json.end_object();
  EXPECT_EQ(json.text(), "{\"a\":\"x\\n\uFFFD\",\"n\":1.5}");
}

}  // namespace
}  // namespace jingwei

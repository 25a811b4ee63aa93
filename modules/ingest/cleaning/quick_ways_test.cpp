// Goal: what is done at once to plain values gives what the thorough way gives, at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>

#include "base/random.h"
#include "modules/ingest/cleaning/clean_date.h"
#include "modules/ingest/cleaning/clean_identity.h"
#include "modules/ingest/cleaning/clean_number.h"
#include "modules/ingest/cleaning/clean_text.h"

namespace jingwei::ingest {
namespace {

struct QuickWays : ::testing::Test {
  Zone zone{"Asia/Shanghai"};
  CleanContext context{*parse_rfc3339("2020-03-01T00:00:00Z"), zone};
  SeededRandom random{11};

  std::string two(std::uint64_t below) {
    const std::uint64_t number = random.below(below);
    return (number < 10 ? "0" : "") + std::to_string(number);
  }
  // One character in eight is another than it was.
  std::string spoiled(std::string text, std::string_view by) {
    if (random.below(2) == 0) return text;
    for (char& c : text) {
      if (random.below(8) == 0) c = by[random.below(by.size())];
    }
    return text;
  }
  template <typename How>
  Cleaned by(How how, std::string_view text) {
    Cleaned value;
    value.text = text;
    how(value);
    return value;
  }
};

void expect_same(const Cleaned& one, const Cleaned& other, std::string_view raw) {
  EXPECT_EQ(one.status, other.status) << raw;
  EXPECT_EQ(one.refusal, other.refusal) << raw;
  EXPECT_EQ(one.integer, other.integer) << raw;
  EXPECT_EQ(std::bit_cast<std::uint64_t>(one.number), std::bit_cast<std::uint64_t>(other.number)) << raw;
}

TEST_F(QuickWays, settled_text_is_what_tidying_would_give) {
  const std::vector<std::string> pieces = {"a",  "5",    "~",      "!",      " ",  " ",
                                           "\t", "\x7F", "张",     "伟",     "　", "\u200B",
                                           "Ａ", "—",    "\u3400", "\u9FFF", "é",  "ab12cd34ef"};
  int settled = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string raw;
    // Half of the texts without the rarer pieces.
    const std::size_t kinds = random.below(2) == 0 ? 4 : pieces.size();
    for (std::size_t left = random.below(14); left > 0; --left) raw += pieces[random.below(kinds)];
    const auto punctuation = random.below(2) == 0 ? Punctuation::keep : Punctuation::fold;
    const Cleaned quick = tidy(raw, punctuation, context);
    // Nothing of this text is settled, so every character is looked at.
    const Cleaned thorough = tidy("\u200B" + raw, punctuation, context);
    EXPECT_EQ(quick.text, thorough.text) << raw;
    RuleSet rules = quick.rules;
    rules.add(Rule::invisible);
    EXPECT_EQ(rules, thorough.rules) << raw;
    if (!is_settled(raw)) continue;
    ++settled;
    EXPECT_EQ(thorough.text, raw);
    EXPECT_TRUE(quick.rules.empty()) << raw;
  }
  EXPECT_GT(settled, 5'000);
}

TEST_F(QuickWays, no_word_for_nothing_is_taken_for_something) {
  for (const std::string_view word :
       {"-",    "--",   "---",  "/",    "\\",   "N/A",    "n/a",    "NA",     "#N/A", "NULL",
        "null", "Null", "None", "none", "nil",  "NaN",    "nan",    "\\N",    "无",   "暂无",
        "没有", "空",   "未知", "不详", "未填", "未填写", "未提供", "不清楚", "——",   "—"}) {
    EXPECT_TRUE(is_empty_word(word)) << word;
    EXPECT_FALSE(surely_says_something(word)) << word;
  }
  for (const std::string_view error : {"#REF!", "#VALUE!", "####"})
    EXPECT_FALSE(surely_says_something(error));
  for (const std::string_view word : {"无锡", "王", "未", "不", "e", "\xE6", "\xE6\x97"})
    EXPECT_FALSE(is_empty_word(word));
}

TEST_F(QuickWays, times_as_programs_write_them_are_read_as_piece_by_piece) {
  for (int round = 0; round < 50'000; ++round) {
    const std::string year =
        std::to_string(random.below(4) == 0 ? random.below(10'000) : 1'900 + random.below(200));
    const std::string plain =
        spoiled(std::string(4 - year.size(), '0') + year + "-" + two(14) + "-" + two(33) +
                    (random.below(2) == 0 ? " " : "T") + two(26) + ":" + two(62) + ":" + two(62),
                "0129:-T ");
    const auto read = [&](Cleaned& value) { clean_datetime(value, context); };
    const Cleaned quick = by(read, plain);
    const std::string with_fraction = plain + ".000";  // which only the thorough way reads
    const Cleaned thorough = by(read, with_fraction);
    // A fraction behind anything but a second is another text: "14:-0:45" is fourteen o'clock with an offset.
    const bool to_the_second = plain[13] == ':' && plain[16] == ':' &&
                               std::ranges::all_of(std::array{11, 12, 14, 15, 17, 18}, [&](std::size_t at) {
                                 return plain[at] >= '0' && plain[at] <= '9';
                               });
    if (!to_the_second) continue;
    expect_same(quick, thorough, plain);
    EXPECT_EQ(quick.rules, thorough.rules) << plain;
    if (quick.status != CleanStatus::refused) EXPECT_EQ(quick.text, thorough.text) << plain;
  }
}

TEST_F(QuickWays, days_are_read_as_piece_by_piece) {
  for (int round = 0; round < 20'000; ++round) {
    const std::string year = std::to_string(1'900 + random.below(200)), month = two(14), day = two(33);
    const auto read = [&](Cleaned& value) { clean_date(value, context); };
    const std::string plain = year + "-" + month + "-" + day, other = year + "/" + month + "/" + day;
    const Cleaned quick = by(read, plain), thorough = by(read, other);
    EXPECT_EQ(quick.integer, thorough.integer) << plain;
    EXPECT_EQ(quick.refusal, thorough.refusal) << plain;
    if (thorough.status == CleanStatus::cleaned) EXPECT_EQ(thorough.text, plain);
  }
}

TEST_F(QuickWays, plain_fractions_are_read_as_other_forms_are) {
  for (int round = 0; round < 50'000; ++round) {
    std::string digits;
    for (std::size_t left = 1 + random.below(8); left > 0; --left)
      digits += static_cast<char>('0' + random.below(10));
    digits += '.';
    for (std::size_t left = 1 + random.below(11); left > 0; --left)
      digits += static_cast<char>('0' + random.below(10));
    const std::string plain = spoiled((random.below(4) == 0 ? "-" : "") + digits, "0123.");
    const auto read = [&](Cleaned& value) { clean_number(value, Whole::not_required, nullptr, context); };
    const std::string with_exponent = plain + "e0";  // which only the thorough way reads
    const Cleaned quick = by(read, plain), thorough = by(read, with_exponent);
    EXPECT_EQ(quick.refusal, thorough.refusal) << plain;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(quick.number), std::bit_cast<std::uint64_t>(thorough.number))
        << plain;
  }
}

TEST_F(QuickWays, a_number_of_a_citizen_is_digits_wherever_they_stand) {
  std::string id = "44040219800101001";
  id += citizen_id_check(id);
  const auto read = [&](Cleaned& value) { clean_citizen_id(value, context); };
  EXPECT_EQ(by(read, id).status, CleanStatus::clean);
  for (std::size_t at = 0; at < 17; ++at) {
    for (const char wrong : {'/', ':', 'a', 'X', '\x10', '\xB0', '@', '?'}) {
      std::string other = id;
      other[at] = wrong;
      EXPECT_EQ(by(read, other).refusal, Rule::citizen_id_form) << other;
    }
  }
}

}  // namespace
}  // namespace jingwei::ingest

// Goal: similarities agree with published examples and do not care which string comes first.
#include "engines/linkage/strings.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace jingwei::linkage {
namespace {

// Winkler's table of examples (1990), as printed in many papers since.
TEST(JaroWinkler, AgreesWithThePublishedExamples) {
  EXPECT_NEAR(jaro_winkler("martha", "marhta"), 0.961, 5e-4);
  EXPECT_NEAR(jaro_winkler("dwayne", "duane"), 0.840, 5e-4);
  EXPECT_NEAR(jaro_winkler("dixon", "dicksonx"), 0.813, 5e-4);
  EXPECT_DOUBLE_EQ(jaro_winkler("a", "a"), 1);
  EXPECT_DOUBLE_EQ(jaro_winkler("abc", "xyz"), 0);
  EXPECT_DOUBLE_EQ(jaro_winkler("", "xyz"), 0);
}

TEST(Edits, CountExchangedNeighboursOnce) {
  EXPECT_EQ(edits("ca", "ac", 3), 1);
  EXPECT_EQ(edits("kitten", "sitting", 5), 3);
  EXPECT_EQ(edits("12345678", "12354687", 5), 2);
  EXPECT_EQ(edits("", "abc", 5), 3);
  EXPECT_EQ(edits("abcdef", "uvwxyz", 2), 3) << "stops one above the limit";
}

// The whole table, without any shortcut.
int edits_by_the_book(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = static_cast<int>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

TEST(Strings, AreSymmetricAndBoundedOnAnyWords) {
  SeededRandom random(11);
  for (int round = 0; round < 5'000; ++round) {
    std::string a, b;
    for (std::size_t at = random.below(9); at > 0; --at) a += static_cast<char>('a' + random.below(3));
    for (std::size_t at = random.below(9); at > 0; --at) b += static_cast<char>('a' + random.below(3));
    EXPECT_DOUBLE_EQ(jaro_winkler(a, b), jaro_winkler(b, a)) << a << " " << b;
    EXPECT_LE(jaro_winkler(a, b), 1);
    const int most = static_cast<int>(random.below(4));
    EXPECT_EQ(edits(a, b, most), std::min(most + 1, edits_by_the_book(a, b))) << a << " " << b;
    EXPECT_EQ(edits(a, b, most), edits(b, a, most));
  }
}

TEST(Strings, LongTextsAreComparedByTheirBeginning) {
  const std::string a(100'000, 'x'), b = a + "y";
  EXPECT_EQ(edits(a, b, 3), 0);
  EXPECT_DOUBLE_EQ(jaro_winkler(a, b), 1);
}

TEST(PairsShared, DoesNotMindWordsThatChangePlaces) {
  EXPECT_GT(pairs_shared(U"翡翠花园三栋", U"三栋翡翠花园"), 0.7);
  EXPECT_DOUBLE_EQ(pairs_shared(U"abc", U"xyz"), 0);
}

}  // namespace
}  // namespace jingwei::linkage

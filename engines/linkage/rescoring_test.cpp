// Goal: what a new model would change is told exactly, whatever the order of the links.
#include "engines/linkage/rescoring.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace jingwei::linkage {
namespace {

TEST(Rescoring, TellsMergesSplitsAndRearrangements) {
  const std::vector<Assignment> before = {{1, 100}, {2, 100}, {3, 200}, {4, 300},  {5, 300}, {6, 400},
                                          {7, 400}, {8, 500}, {9, 500}, {10, 600}, {11, 700}};
  const std::vector<Assignment> after = {{1, 1}, {2, 1}, {3, 2}, {4, 2},  {5, 2}, {6, 3},
                                         {7, 4}, {8, 5}, {9, 6}, {10, 6}, {12, 7}};
  const Rescoring answer = compare_links(before, after);
  EXPECT_EQ(answer.records, 10U);
  EXPECT_EQ(answer.only_before, 1U);
  EXPECT_EQ(answer.only_after, 1U);
  EXPECT_EQ(answer.unchanged, 1U);
  EXPECT_EQ(answer.merged, 1U);
  EXPECT_EQ(answer.split, 1U);
  EXPECT_EQ(answer.rearranged, 1U);
  EXPECT_EQ(answer.pairs_gained, 3U);  // 3-4, 3-5, 9-10
  EXPECT_EQ(answer.pairs_lost, 2U);    // 6-7, 8-9
  ASSERT_EQ(answer.changes.size(), 3U);
  EXPECT_EQ(answer.changes[0].kind, PersonChange::Kind::merged);
  EXPECT_EQ(answer.changes[0].before, (std::vector<std::uint64_t>{200, 300}));
  EXPECT_EQ(answer.changes[0].records, (std::vector<RecordId>{3, 4, 5}));
  EXPECT_EQ(answer.changes[1].kind, PersonChange::Kind::split);
  EXPECT_EQ(answer.changes[2].kind, PersonChange::Kind::rearranged);
  EXPECT_EQ(compare_links(before, after, 1).changes.size(), 1U);
}

TEST(Rescoring, OtherNumbersForTheSamePersonsAreNoChange) {
  SeededRandom random(2);
  std::vector<Assignment> before, after;
  for (RecordId record = 0; record < 5'000; ++record) {
    const std::uint64_t person = random.below(2'000);
    before.push_back({record, person});
    after.push_back({record, 90'000 - person});
  }
  std::reverse(after.begin(), after.end());
  const Rescoring answer = compare_links(before, after);
  EXPECT_TRUE(answer.changes.empty());
  EXPECT_EQ(answer.unchanged, answer.persons_after);
  EXPECT_EQ(answer.pairs_gained + answer.pairs_lost, 0U);
}

TEST(Rescoring, PairsCountAsIfTheyWereAllLookedAt) {
  SeededRandom random(3);
  std::vector<Assignment> before, after;
  for (RecordId record = 0; record < 120; ++record) {
    before.push_back({record, random.below(30)});
    after.push_back({record, random.chance(0.6) ? before.back().person : random.below(30)});
  }
  std::uint64_t gained = 0, lost = 0;
  for (std::size_t a = 0; a < before.size(); ++a) {
    for (std::size_t b = a + 1; b < before.size(); ++b) {
      const bool old = before[a].person == before[b].person, fresh = after[a].person == after[b].person;
      gained += fresh && !old ? 1 : 0;
      lost += old && !fresh ? 1 : 0;
    }
  }
  const Rescoring answer = compare_links(before, after);
  EXPECT_EQ(answer.pairs_gained, gained);
  EXPECT_EQ(answer.pairs_lost, lost);
}

}  // namespace
}  // namespace jingwei::linkage

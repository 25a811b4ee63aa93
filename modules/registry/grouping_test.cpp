// Which records are one subject: by pairs and decisions, and which subject a group is.
#include "modules/registry/grouping.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace jingwei::registry {

namespace {

using linkage::ScoredPair;

const auto nothing_between = [](std::uint32_t, std::uint32_t) { return linkage::Evidence{1, false}; };

ScoredPair pair(std::uint32_t a, std::uint32_t b, double probability) {
  return {a, b, 0, probability, 10};
}

TEST(Grouping, JoinsWhatPairsJoinAndKeepsApartWhatPeopleKeepApart) {
  const std::vector<ScoredPair> pairs = {pair(0, 1, 0.9), pair(2, 3, 0.9)};
  const auto alone = group_records(4, pairs, 0.5, {}, nothing_between);
  EXPECT_EQ(alone.group_of, (std::vector<std::uint32_t>{0, 0, 1, 1}));
  const std::vector<Decided> decided = {{0, 1, false}, {1, 2, true}};
  const auto told = group_records(4, pairs, 0.5, decided, nothing_between);
  EXPECT_EQ(told.group_of, (std::vector<std::uint32_t>{0, 1, 1, 1}));
}

TEST(Grouping, DoesNotJoinGroupsOfWhichTwoRecordsAreHeldApart) {
  const std::vector<ScoredPair> pairs = {pair(0, 1, 0.9), pair(2, 3, 0.9)};
  const std::vector<Decided> decided = {{0, 3, false}, {1, 2, true}};
  const auto told = group_records(4, pairs, 0.5, decided, nothing_between);
  EXPECT_EQ(told.groups, 2U);
}

TEST(Grouping, TakesTheLastWordOnTwoRecords) {
  const std::vector<Decided> decided = {{0, 1, false}, {1, 0, true}};
  EXPECT_EQ(group_records(2, {}, 0.5, decided, nothing_between).groups, 1U);
}

TEST(Grouping, DoesNotDependOnTheOrderOfPairs) {
  std::mt19937 random(7);
  std::vector<ScoredPair> pairs;
  for (int at = 0; at < 60; ++at) {
    const auto a = static_cast<std::uint32_t>(random() % 30), b = static_cast<std::uint32_t>(random() % 30);
    if (a != b)
      pairs.push_back(pair(std::min(a, b), std::max(a, b), static_cast<double>(random() % 100) / 100));
  }
  std::sort(pairs.begin(), pairs.end(),
            [](const auto& x, const auto& y) { return std::pair(x.a, x.b) < std::pair(y.a, y.b); });
  pairs.erase(std::unique(pairs.begin(), pairs.end(),
                          [](const auto& x, const auto& y) { return x.a == y.a && x.b == y.b; }),
              pairs.end());
  const auto first = group_records(30, pairs, 0.5, {}, nothing_between).group_of;
  for (int round = 0; round < 20; ++round) {
    std::shuffle(pairs.begin(), pairs.end(), random);
    EXPECT_EQ(group_records(30, pairs, 0.5, {}, nothing_between).group_of, first);
  }
}

TEST(Naming, GivesAGroupTheOldestSubjectThatGoesWithIt) {
  const Grouping grouping{{0, 0, 1}, 2};
  const std::vector<Homed> records = {
      {RecordId(1), SubjectId(7)}, {RecordId(2), SubjectId(5)}, {RecordId(3), SubjectId()}};
  const auto naming = name_groups(grouping, records);
  EXPECT_EQ(naming.subject_of, (std::vector<SubjectId>{SubjectId(5), SubjectId()}));
  ASSERT_EQ(naming.merged.size(), 1U);
  EXPECT_EQ(naming.merged.front(), std::pair(SubjectId(7), SubjectId(5)));
}

// Two were one for a time, and most of what came then is of the second.
TEST(Naming, GivesBothTheirOwnSubjectWhenTheyPart) {
  const Grouping grouping{{0, 1, 1, 1}, 2};
  const std::vector<Homed> records = {{RecordId(1), SubjectId(5)},
                                      {RecordId(2), SubjectId(7)},
                                      {RecordId(3), SubjectId(5)},
                                      {RecordId(4), SubjectId(5)}};
  const auto naming = name_groups(grouping, records);
  EXPECT_EQ(naming.subject_of, (std::vector<SubjectId>{SubjectId(5), SubjectId(7)}));
  EXPECT_TRUE(naming.merged.empty());
}

TEST(Naming, LetsASubjectGoWithMostOfItsRecordsWhenAGroupParts) {
  const Grouping grouping{{0, 1, 1}, 2};
  const std::vector<Homed> records = {
      {RecordId(1), SubjectId(5)}, {RecordId(2), SubjectId(5)}, {RecordId(3), SubjectId(5)}};
  const auto naming = name_groups(grouping, records);
  EXPECT_EQ(naming.subject_of, (std::vector<SubjectId>{SubjectId(), SubjectId(5)}));
  EXPECT_TRUE(naming.merged.empty());
}

}  // namespace

}  // namespace jingwei::registry

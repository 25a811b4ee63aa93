// Goal: clusters depend on the set of pairs only, and never hold two rows that cannot be one person.
#include "engines/linkage/clusters.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace jingwei::linkage {
namespace {

Evidence no_objection(std::uint32_t, std::uint32_t) {
  return {10, false};
}

ClusterRules rules(double threshold, double least_weight) {
  return {threshold, 0.85, least_weight};
}

std::vector<ScoredPair> random_pairs(Random& random, std::uint32_t rows, std::size_t count) {
  std::vector<ScoredPair> pairs;
  for (std::size_t at = 0; at < count; ++at) {
    const auto a = static_cast<std::uint32_t>(random.below(rows)),
               b = static_cast<std::uint32_t>(random.below(rows));
    if (a != b)
      pairs.push_back({std::min(a, b), std::max(a, b), 0, static_cast<double>(random.below(20)) / 20,
                       static_cast<double>(random.below(3))});
  }
  return pairs;
}

TEST(Clusters, DoNotDependOnTheOrderOfPairs) {
  SeededRandom random(5);
  for (int round = 0; round < 200; ++round) {
    auto pairs = random_pairs(random, 40, 60);
    // Rows of the same remainder contradict each other; weights differ by pair.
    const auto between = [](std::uint32_t a, std::uint32_t b) {
      return Evidence{static_cast<double>((a * 7 + b * 7) % 11) - 4, a % 9 == b % 9};
    };
    const auto first = cluster_rows(40, pairs, rules(0.4, 1), between);
    for (int shuffle = 0; shuffle < 5; ++shuffle) {
      for (std::size_t at = pairs.size(); at > 1; --at) std::swap(pairs[at - 1], pairs[random.below(at)]);
      EXPECT_EQ(cluster_rows(40, pairs, rules(0.4, 1), between).cluster_of, first.cluster_of);
    }
    for (std::uint32_t a = 0; a < 40; ++a) {
      for (std::uint32_t b = a + 1; b < 40; ++b) {
        const bool pair_between = std::any_of(pairs.begin(), pairs.end(),
                                              [&](const auto& pair) { return pair.a == a && pair.b == b; });
        if (a % 9 != b % 9 || pair_between) continue;
        EXPECT_NE(first.cluster_of[a], first.cluster_of[b]);
      }
    }
  }
}

TEST(Clusters, DecisionsOutrankScoresAndContradictions) {
  // All agree, 0 and 2 contradict.
  const auto between = [](std::uint32_t a, std::uint32_t b) { return Evidence{10, a == 0 && b == 2}; };
  const std::vector<ScoredPair> pairs = {{0, 1, 0, 0.9, 5}, {1, 2, 0, 0.8, 5}, {2, 3, 0, 0.95, 5}};
  using Rows = std::vector<std::uint32_t>;
  EXPECT_EQ(cluster_rows(4, pairs, rules(0.5, 0), between).cluster_of, (Rows{0, 0, 2, 2}));
  EXPECT_EQ(cluster_rows(4, pairs, rules(0.5, 0), between, {{{2, 0}}, {}}).cluster_of, (Rows{0, 0, 0, 0}));
  EXPECT_EQ(cluster_rows(4, pairs, rules(0.5, 0), between, {{}, {{3, 2}}}).cluster_of, (Rows{0, 0, 2, 3}));
  const auto torn = cluster_rows(4, pairs, rules(0.5, 0), between, {{{0, 1}, {1, 2}}, {{2, 0}}});
  EXPECT_EQ(torn.cluster_of, (Rows{0, 0, 2, 2}));
  EXPECT_EQ(torn.unheeded.size(), 1U);
}

TEST(Clusters, DecisionsAreHeededInAnyOrder) {
  SeededRandom random(11);
  for (int round = 0; round < 100; ++round) {
    auto pairs = random_pairs(random, 30, 40);
    Decided decided;
    for (const auto& pair : random_pairs(random, 30, 8)) decided.same.emplace_back(pair.a, pair.b);
    for (const auto& pair : random_pairs(random, 30, 8)) decided.different.emplace_back(pair.b, pair.a);
    const auto first = cluster_rows(30, pairs, rules(0.4, 1), no_objection, decided);
    for (const auto& [a, b] : decided.different) EXPECT_NE(first.cluster_of[a], first.cluster_of[b]);
    std::reverse(pairs.begin(), pairs.end());
    std::reverse(decided.same.begin(), decided.same.end());
    std::reverse(decided.different.begin(), decided.different.end());
    const auto again = cluster_rows(30, pairs, rules(0.4, 1), no_objection, decided);
    EXPECT_EQ(again.cluster_of, first.cluster_of);
    EXPECT_EQ(again.certain_of, first.certain_of);
    EXPECT_EQ(again.unheeded, first.unheeded);
  }
}

TEST(Clusters, CertainPartsLieWithinClusters) {
  const std::vector<ScoredPair> pairs = {{0, 1, 0, 0.9, 5}, {1, 2, 0, 0.6, 5}, {2, 3, 0, 0.95, 5}};
  const auto answer = cluster_rows(5, pairs, rules(0.5, 0), no_objection);
  EXPECT_EQ(answer.cluster_of, (std::vector<std::uint32_t>{0, 0, 0, 0, 4}));
  EXPECT_EQ(answer.certain_of, (std::vector<std::uint32_t>{0, 0, 2, 2, 4}));
}

TEST(Clusters, TheMostProbableJoinComesFirst) {
  // 0 and 2 contradict; 1 is likelier 2 than 0.
  const auto between = [](std::uint32_t a, std::uint32_t b) { return Evidence{10, a + b == 2 && a != b}; };
  const auto answer = cluster_rows(3, {{0, 1, 0, 0.8, 0}, {1, 2, 0, 0.9, 0}}, rules(0.5, 0), between);
  EXPECT_EQ(answer.cluster_of, (std::vector<std::uint32_t>{0, 1, 1}));
  EXPECT_EQ(answer.refused, 1U);
}

TEST(Clusters, OneDoubtfulPairDoesNotChainTwoPersons) {
  std::vector<ScoredPair> pairs = {{0, 1, 0, 0.99, 9}, {2, 3, 0, 0.99, 9}, {1, 2, 0, 0.6, 5}};
  const auto against = [](std::uint32_t a, std::uint32_t b) {
    return Evidence{a == 1 && b == 2 ? 5.0 : -20.0, false};
  };
  EXPECT_EQ(cluster_rows(4, pairs, rules(0.5, 0), against).cluster_of,
            (std::vector<std::uint32_t>{0, 0, 2, 2}));
  EXPECT_EQ(cluster_rows(4, pairs, rules(0.5, 0), no_objection).cluster_of,
            (std::vector<std::uint32_t>{0, 0, 0, 0}));
}

TEST(Clusters, WhatIsRefusedIsNotAskedAgainForEachPair) {
  // Two persons of 24 records; every pair across would join them, and only the last of each contradict.
  constexpr std::uint32_t records = 24;
  std::vector<ScoredPair> pairs;
  for (std::uint32_t a = 0; a < records; ++a) {
    if (a > 0) pairs.push_back({a - 1, a, 0, 0.99, 9});
    if (a > 0) pairs.push_back({records + a - 1, records + a, 0, 0.99, 9});
    for (std::uint32_t b = records; b < 2 * records; ++b) pairs.push_back({a, b, 0, 0.9, 5});
  }
  std::size_t asked = 0;
  const auto between = [&](std::uint32_t a, std::uint32_t b) {
    ++asked;
    return Evidence{10, a == records - 1 && b == 2 * records - 1};
  };
  const auto answer = cluster_rows(2 * records, pairs, rules(0.5, 0), between);
  EXPECT_EQ(answer.cluster_of[records], records);
  EXPECT_EQ(answer.refused, records * records);
  // Each person's records one after the other, then both persons once.
  EXPECT_LE(asked, records * (records - 1) + records * records);
}

TEST(Threshold, IsWhereTheExpectedF1IsGreatest) {
  std::vector<ScoredPair> pairs;
  for (const double probability : {0.99, 0.98, 0.97, 0.2, 0.01, 0.01})
    pairs.push_back({0, 1, 0, probability, 0});
  const Threshold chosen = choose_threshold(pairs, 0.5);
  EXPECT_GT(chosen.probability, 0.5);
  EXPECT_LT(chosen.probability, 0.97);
  EXPECT_NEAR(chosen.precision, 0.98, 1e-9);
  EXPECT_NEAR(chosen.recall, 2.94 / 3.16, 1e-9);
  EXPECT_DOUBLE_EQ(choose_threshold({}, 0.5).probability, 0.5);
}

}  // namespace
}  // namespace jingwei::linkage

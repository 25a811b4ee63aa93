// From scored pairs to persons: an order-independent function of the pairs.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engines/linkage/comparison.h"

namespace jingwei::linkage {

struct ScoredPair {
  std::uint32_t a = 0, b = 0;  // rows, a < b
  Pattern pattern = 0;
  double probability = 0, weight = 0;
};

struct Clustering {
  std::vector<std::uint32_t> cluster_of;  // by row: the smallest row of its cluster
  // By row: the smallest row of the part of its cluster that holds together by certain pairs alone.
  std::vector<std::uint32_t> certain_of;
  std::uint64_t refused = 0;  // joins that were stopped
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      unheeded;  // `same` of Decided that `different` forbids
};

// What two rows say about each other when it is asked whether their clusters are one.
struct Evidence {
  double weight = 0;         // Score::weight
  bool contradicts = false;  // never one person
};

struct ClusterRules {
  double threshold = 0.5;      // least probability of a pair that joins
  double certain = 1;          // and of one that joins with certainty
  double least_weight = -1e9;  // on average, between the rows of two clusters that are to be one
};

// What people decided, pairs of rows. It outranks every score; where the two speak against each other,
// `different` holds. `between` should not tell of contradictions between rows that were decided to be the
// same.
struct Decided {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> same, different;
};

// Joins first what was decided, then rows by pairs from the most probable down to the threshold, unless the
// joined cluster would hold two rows that contradict each other or were decided to be different, or the
// weights between the rows of the two clusters are below `least_weight` on average: so one doubtful pair does
// not chain two persons together. Equal probabilities are taken in the order of weight, then rows; the answer
// depends on the set of pairs and decisions only.
//
// Source: agglomeration in Kruskal's order (J. B. Kruskal, Proc. AMS 7, 1956) with the average between groups
// as a second condition (R. R. Sokal, C. D. Michener, Univ. Kansas Sci. Bull. 38, 1958); cannot-link
// constraints after K. Wagstaff, C. Cardie, "Clustering with instance-level constraints", ICML (2000).
Clustering cluster_rows(std::size_t rows, std::vector<ScoredPair> pairs, const ClusterRules& rules,
                        const std::function<Evidence(std::uint32_t, std::uint32_t)>& between,
                        const Decided& decided = {});

// The threshold that makes the expected F1 of the pairs at or above it greatest, the probabilities being
// taken at their word: 2·Σp(above) / (pairs above + Σp(all)). Between `least` and 1.
//
// Source: the optimal decision lies at half of the best expected F1: Z. C. Lipton, C. Elkan, B. Naryanaswamy,
// "Thresholding classifiers to maximize F1 score", ECML PKDD (2014).
struct Threshold {
  double probability = 0.5;
  double precision = 1, recall = 1;  // expected, of the pairs that were compared
};
Threshold choose_threshold(std::span<const ScoredPair> pairs, double least);
// What a threshold that is given promises.
Threshold expected_at(std::span<const ScoredPair> pairs, double threshold);

}  // namespace jingwei::linkage

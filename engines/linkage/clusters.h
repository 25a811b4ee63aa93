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
  std::uint64_t refused = 0;              // joins that a contradiction or the other pairs stopped
};

// What two rows say about each other when it is asked whether their clusters are one.
struct Evidence {
  double weight = 0;         // Score::weight
  bool contradicts = false;  // never one person
};

// Joins rows by pairs from the most probable down to `threshold`, unless the joined cluster would hold two
// rows that contradict each other, or the weights between the rows of the two clusters are below
// `least_weight` on average: so one doubtful pair does not chain two persons together. Equal probabilities
// are taken in the order of weight, then rows; the answer depends on the set of pairs only.
//
// Source: agglomeration in Kruskal's order (J. B. Kruskal, Proc. AMS 7, 1956) with the average between groups
// as a second condition (R. R. Sokal, C. D. Michener, Univ. Kansas Sci. Bull. 38, 1958); cannot-link
// constraints after K. Wagstaff, C. Cardie, "Clustering with instance-level constraints", ICML (2000).
Clustering cluster_rows(std::size_t rows, std::vector<ScoredPair> pairs, double threshold,
                        double least_weight,
                        const std::function<Evidence(std::uint32_t, std::uint32_t)>& between);

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

}  // namespace jingwei::linkage

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
  std::uint64_t refused = 0;              // joins that a contradiction stopped
};

// Joins rows by pairs from the most probable down to `threshold`, unless the joined cluster would hold two rows that
// `contradict` each other, or pairs between the two sides that were compared speak, together, against it. Equal
// probabilities are taken in the order of weight, then rows; so the answer depends on the set of pairs only.
//
// Source: constrained single-link agglomeration in Kruskal's order (J. B. Kruskal, Proc. AMS 7, 1956); cannot-link
// constraints after K. Wagstaff, C. Cardie, "Clustering with instance-level constraints", ICML (2000).
Clustering cluster_rows(std::size_t rows, std::vector<ScoredPair> pairs, double threshold,
                        const std::function<bool(std::uint32_t, std::uint32_t)>& contradict);

// The threshold that makes the expected F1 of the pairs at or above it greatest, the probabilities being taken at
// their word: 2·Σp(above) / (pairs above + Σp(all)). Between `least` and 1.
//
// Source: the optimal decision lies at half of the best expected F1: Z. C. Lipton, C. Elkan, B. Naryanaswamy,
// "Thresholding classifiers to maximize F1 score", ECML PKDD (2014).
struct Threshold {
  double probability = 0.5;
  double precision = 1, recall = 1;  // expected, of the pairs that were compared
};
Threshold choose_threshold(std::span<const ScoredPair> pairs, double least);

}  // namespace jingwei::linkage

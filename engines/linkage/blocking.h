// Which pairs are worth a comparison: blocking keys chosen by what the data themselves show.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engines/linkage/block_scheme.h"
#include "engines/linkage/mixture.h"

namespace jingwei::linkage {

// Rows that agree in all of a key's features are compared.
struct BlockingKey {
  std::vector<std::size_t> features;  // indexes into BlockingPlan::features
  std::string name;                   // "surname (sound) + date_of_birth (year)"
  double pairs = 0;                   // it brings together, by estimate from a sample of its blocks
};

struct BlockingPlan {
  std::vector<Feature> features;
  std::vector<BlockingKey> keys;  // none: every pair is compared
  bool every_pair = false;
  // Of the likely matches seen while choosing, the share that none of the chosen keys brings together.
  double missed = 0;
};

struct BlockingLimits {
  std::size_t every_pair_below = 1'000'000;  // so many pairs are all compared
  std::size_t block_rows =
      300;  // a larger block is parted by further features; where those end, it is not used
  std::size_t keys = 14;
  double pairs_per_row = 12;  // of one key on average
  // A further key is taken while it costs no more than so many pairs for each match it brings, the first
  // pairs aside.
  double pairs_per_match = 300, free_pairs_per_key = 200'000;
  std::size_t tried_pairs_per_key = 5'000;
};

// The plan's features and keys, without common blocks yet (Candidates::common). Where every pair was
// compared, those of standard_scheme.
BlockScheme scheme_of(const BlockingPlan& plan, std::span<const Field> fields);

// The key of `row`: 0 when it lacks a feature, else a hash.
std::uint64_t key_of(const BlockingPlan& plan, const BlockingKey& key, std::uint32_t row);

// Tries every feature and every two features of different fields on a sample of their blocks, learns a first
// mixture from the pairs met, and takes the cheapest keys that bring the likely matches together, most of
// them by two keys or more. Deterministic by `seed`, whatever the number of threads.
struct FirstLook {
  BlockingPlan plan;
  Mixture mixture;  // of the sample: good enough to tell hopeless pairs
};
FirstLook choose_keys(const Records& records, const BlockingLimits& limits, std::uint64_t seed,
                      unsigned threads);

// Patterns of up to `count` pairs drawn at random among those that agree in none of `keys`; together they
// stand for `strangers` pairs.
std::vector<PatternCount> random_patterns(const Records& records, const BlockingPlan& plan,
                                          std::span<const BlockingKey> keys, std::size_t count,
                                          double strangers, std::uint64_t seed, unsigned threads);
// How many pairs of rows may be one: all, or those of the two sides.
double pairs_there_are(const Records& records);
// Whether two rows may be paired: always in one file, else when they stand on two sides.
bool may_pair(const Records& records, std::uint32_t a, std::uint32_t b);

}  // namespace jingwei::linkage

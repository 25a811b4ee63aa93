// The kinds of pairs there are, and how often each field agrees in each: learned from patterns alone, without
// a pair whose truth is known.
//
// Sources: I. P. Fellegi, A. B. Sunter, "A theory for record linkage", JASA 64 (1969): a pair's weight is the
// sum of log(m/u) over its fields. W. E. Winkler, "Using the EM algorithm for weight computation in the
// Fellegi-Sunter model of record linkage", ASA Survey Research Methods (1988), after A. P. Dempster, N. M.
// Laird, D. B. Rubin, JRSS B 39 (1977). More than two kinds of pairs, of which several are no matches (people
// of one household): W. E. Winkler, "Improved decision rules in the Fellegi-Sunter model of record linkage"
// (1993); M. D. Larsen, D. B. Rubin, "Iterative automated record linkage using mixture models", JASA 96
// (2001).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engines/linkage/comparison.h"

namespace jingwei::linkage {

// The first two are matches: one person at one address, and one who moved, whose place fields agree as little
// as strangers'. The others are two persons: strangers; namesakes, whose e-mail addresses are made of the
// same names; neighbours, whose area agrees; people of one address; of one address and surname; and these
// born on one day.
enum class PairKind : std::uint8_t { same, moved, stranger, namesake, neighbour, housemate, family, twin };
inline constexpr std::size_t pair_kinds = 8;
inline constexpr bool is_match(PairKind kind) {
  return kind <= PairKind::moved;
}

// Which of a field's three distributions a kind of pair draws its level from.
// `related`: a household's names and phones, namesakes' e-mail addresses.
enum class Likeness : std::uint8_t { one_person, strangers, related };
Likeness likeness_of(PairKind kind, FieldType type);

// P(level | not missing); a missing value says nothing in any kind.
using LevelChances = std::array<double, level_count>;

struct Mixture {
  std::vector<FieldType> types;
  std::array<double, pair_kinds> share{};  // of all pairs there are; 0 for kinds the fields cannot tell
  // By field, by Likeness.
  std::vector<std::array<LevelChances, 3>> chances;

  // P(pattern | kind).
  double likelihood(PairKind kind, Pattern pattern) const;
  // P(match | pattern), without regard to how common the values are.
  double match_probability(Pattern pattern) const;
  bool operator==(const Mixture&) const = default;
};

// So many pairs show this pattern.
struct PatternCount {
  Pattern pattern = 0;
  double pairs = 0;
  // Above 0 for strangers drawn at random among pairs that no blocking key brings together: each of those
  // drawn stands for so many, and `pairs` is their sum.
  double each_stands_for = 0;

  bool sampled() const { return each_stands_for > 0; }
};

struct LearnOptions {
  int iterations_most = 200;
  double still = 1e-7;  // ends when no share of matches moves by more, relatively
};

// Fits a mixture by expectation-maximisation. `records` gives types and the chance of agreement of each
// column. Deterministic; no pattern at all gives the prior beliefs.
Mixture learn(const Records& records, std::span<const PatternCount> patterns,
              const LearnOptions& options = {});

}  // namespace jingwei::linkage

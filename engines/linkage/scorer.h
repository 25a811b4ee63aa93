// What a pair's pattern and values say together: probability, weight, and each field's part in it.
#pragma once

#include <span>
#include <vector>

#include "engines/linkage/mixture.h"

namespace jingwei::linkage {

struct Score {
  double probability = 0;  // that the two are one
  double weight = 0;       // log to base 2 of P(pattern | one person) / P(pattern | two): bits
};

// Fellegi–Sunter weights of a learned mixture, with agreement on a rare value counting more than on a common
// one: where strangers agree exactly, their chance is that of the value at hand.
//
// Source: W. E. Winkler, "Frequency-based matching in the Fellegi-Sunter model of record linkage", ASA Survey
// Research Methods (1989). Thread-safe; both arguments must outlive it.
class Scorer {
 public:
  Scorer(const Records& records, const Mixture& mixture);

  // `contributions`, when not empty, receives one figure for each field; they add up to the weight, and a
  // missing value contributes 0. Where fields depend on each other (a shared address explains a shared
  // surname) a field's part is what it adds to those before it, averaged over the fields' order forwards and
  // backwards. Probability = 1 / (1 + 2^-(weight + prior())).
  Score score(std::uint32_t row_a, std::uint32_t row_b, Pattern pattern,
              std::span<double> contributions = {}) const;
  // The odds of a match before anything is compared, in bits.
  double prior() const { return prior_; }
  // The greatest probability any pair of this pattern can have.
  double most_probable(Pattern pattern) const;

 private:
  double rarity(std::size_t field, ValueId value) const;

  const Records& records_;
  const Mixture& mixture_;
  double prior_ = 0;
  // The mixture's chances by kind, field and level, laid out for speed.
  std::vector<std::array<std::array<double, level_count>, fields_most>> chances_;
  std::vector<std::array<bool, fields_most>> by_strangers_;
};

}  // namespace jingwei::linkage

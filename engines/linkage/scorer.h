// What a pair's pattern and values say together: probability, weight, and each field's part in it.
#pragma once

#include <span>
#include <vector>

#include "engines/linkage/frequencies.h"
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
// Research Methods (1989). Thread-safe. Batch and online score through this one class.
class Weights {
 public:
  explicit Weights(const Mixture& mixture);

  // `rarity` is asked for the fields that agree exactly: FrequencyTable::rarity of the value both hold.
  // `contributions`, when not empty, receives one figure for each field; they add up to the weight, and a
  // missing value contributes 0. Where fields depend on each other (a shared address explains a shared
  // surname) a field's part is what it adds to those before it, averaged over the fields' order forwards and
  // backwards. Probability = 1 / (1 + 2^-(weight + prior())).
  template <typename RarityOf>
  Score score(Pattern pattern, const RarityOf& rarity, std::span<double> contributions = {}) const {
    std::array<double, fields_most> rare;
    for (std::size_t field = 0; field < fields_; ++field)
      rare[field] = level_at(pattern, field) == Level::exact ? rarity(field) : 1;
    return score_with(pattern, rare, contributions);
  }
  // The odds of a match before anything is compared, in bits.
  double prior() const { return prior_; }
  // The greatest probability any pair of this pattern can have.
  double most_probable(Pattern pattern) const;

 private:
  Score score_with(Pattern pattern, const std::array<double, fields_most>& rare,
                   std::span<double> contributions) const;

  std::size_t fields_ = 0;
  std::array<double, pair_kinds> share_{};
  double prior_ = 0;
  // The mixture's chances by kind, field and level, laid out for speed.
  std::array<std::array<std::array<double, level_count>, fields_most>, pair_kinds> chances_{};
  std::array<std::array<bool, fields_most>, pair_kinds> by_strangers_{};
};

class Model;

// A model's scores of rows of prepared records. Thread-safe; both arguments must outlive it.
class Scorer {
 public:
  Scorer(const Records& records, const Model& model);

  Score score(std::uint32_t row_a, std::uint32_t row_b, Pattern pattern,
              std::span<double> contributions = {}) const;
  double prior() const;
  double most_probable(Pattern pattern) const;

 private:
  const Records& records_;
  const Model& model_;
  std::vector<std::vector<double>> rarity_;  // by field and value
};

}  // namespace jingwei::linkage

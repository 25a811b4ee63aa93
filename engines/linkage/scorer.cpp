#include "engines/linkage/scorer.h"

#include <algorithm>
#include <cmath>

namespace jingwei::linkage {

namespace {

// A value is taken for at most so many times rarer than the usual one of its field: counts of small files say no
// more.
constexpr double rarest = 1.0 / 64;

}  // namespace

Scorer::Scorer(const Records& records, const Mixture& mixture)
    : records_(records), mixture_(mixture), chances_(pair_kinds), by_strangers_(pair_kinds) {
  for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
    for (std::size_t field = 0; field < mixture.types.size(); ++field) {
      const Likeness likeness = likeness_of(static_cast<PairKind>(kind), mixture.types[field]);
      chances_[kind][field] = mixture.chances[field][static_cast<std::size_t>(likeness)];
      by_strangers_[kind][field] = likeness == Likeness::strangers;
    }
  }
}

double Scorer::rarity(std::size_t field, ValueId value) const {
  const Column& column = records_.column(field);
  if (column.chance_of_agreement <= 0) return 1;
  return std::max(rarest, column.share(value) / column.chance_of_agreement);
}

Score Scorer::score(std::uint32_t row_a, std::uint32_t row_b, Pattern pattern, std::span<double> contributions) const {
  const std::size_t fields = mixture_.types.size();
  std::array<double, fields_most> rare;
  std::array<std::size_t, fields_most> level;
  const auto values = records_.row(row_a);
  static_cast<void>(row_b);
  for (std::size_t field = 0; field < fields; ++field) {
    level[field] = static_cast<std::size_t>(level_at(pattern, field));
    rare[field] = level[field] == static_cast<std::size_t>(Level::exact) ? rarity(field, values[field]) : 1;
  }
  const auto chance = [&](std::size_t kind, std::size_t field) {
    const double plain = chances_[kind][field][level[field]];
    return by_strangers_[kind][field] ? std::min(1.0, plain * rare[field]) : plain;
  };
  std::array<double, pair_kinds> part{};
  double match = 0, other = 0;
  for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
    double product = mixture_.share[kind];
    if (product <= 0) continue;
    for (std::size_t field = 0; field < fields; ++field) product *= chance(kind, field);
    part[kind] = product;
    (is_match(static_cast<PairKind>(kind)) ? match : other) += product;
  }
  Score score;
  score.probability = match + other > 0 ? match / (match + other) : 0;
  for (std::size_t field = 0; field < fields; ++field) {
    double bits = 0;
    if (level[field] != 0) {
      for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
        if (part[kind] <= 0) continue;
        const bool matching = is_match(static_cast<PairKind>(kind));
        bits += (matching ? 1 : -1) * part[kind] / (matching ? match : other) * std::log2(chance(kind, field));
      }
    }
    score.weight += bits;
    if (!contributions.empty()) contributions[field] = bits;
  }
  return score;
}

double Scorer::most_probable(Pattern pattern) const {
  double match = 0, other = 0;
  for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
    double product = mixture_.share[kind];
    for (std::size_t field = 0; field < mixture_.types.size(); ++field) {
      const Level level = level_at(pattern, field);
      product *= chances_[kind][field][static_cast<std::size_t>(level)];
      if (level == Level::exact && by_strangers_[kind][field]) product *= rarest;
    }
    (is_match(static_cast<PairKind>(kind)) ? match : other) += product;
  }
  return match + other > 0 ? match / (match + other) : 0;
}

}  // namespace jingwei::linkage

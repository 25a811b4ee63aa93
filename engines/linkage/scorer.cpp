#include "engines/linkage/scorer.h"

#include <algorithm>
#include <cmath>

#include "engines/linkage/model.h"

namespace jingwei::linkage {

namespace {

// The kinds' shares, growing by one field's chances after the other.
class Odds {
 public:
  explicit Odds(const std::array<double, pair_kinds>& shares) : part_(shares) {}
  template <typename Chance>
  void take(const Chance& chance) {
    for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
      if (part_[kind] > 0) part_[kind] *= chance(kind);
    }
  }
  double probability() const { return match() / (match() + other()); }
  double bits() const { return std::log2(match() / other()); }

 private:
  double match() const { return least + part_[0] + part_[1]; }
  double other() const {
    double sum = least;
    for (std::size_t kind = 2; kind < pair_kinds; ++kind) sum += part_[kind];
    return sum;
  }
  static_assert(is_match(static_cast<PairKind>(1)) && !is_match(static_cast<PairKind>(2)));
  static constexpr double least = 1e-300;  // so that nothing is divided by zero
  std::array<double, pair_kinds> part_;
};

}  // namespace

Weights::Weights(const Mixture& mixture) : fields_(mixture.types.size()), share_(mixture.share) {
  for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
    for (std::size_t field = 0; field < fields_; ++field) {
      const Likeness likeness = likeness_of(static_cast<PairKind>(kind), mixture.types[field]);
      chances_[kind][field] = mixture.chances[field][static_cast<std::size_t>(likeness)];
      // A rare name is as rare among namesakes.
      by_strangers_[kind][field] =
          likeness == Likeness::strangers ||
          (static_cast<PairKind>(kind) == PairKind::namesake && likeness == Likeness::one_person);
    }
  }
  double match = 0, other = 0;
  for (std::size_t kind = 0; kind < pair_kinds; ++kind)
    (is_match(static_cast<PairKind>(kind)) ? match : other) += share_[kind];
  prior_ = std::log2(match / other);
}

Score Weights::score_with(Pattern pattern, const std::array<double, fields_most>& rare,
                          std::span<double> contributions) const {
  std::array<std::size_t, fields_most> level;
  for (std::size_t field = 0; field < fields_; ++field)
    level[field] = static_cast<std::size_t>(level_at(pattern, field));
  const auto chance = [&](std::size_t kind, std::size_t field) {
    const double plain = chances_[kind][field][level[field]];
    return by_strangers_[kind][field] ? std::min(1.0, plain * rare[field]) : plain;
  };
  Odds all(share_);
  for (std::size_t field = 0; field < fields_; ++field)
    all.take([&](std::size_t kind) { return chance(kind, field); });
  Score score;
  score.probability = all.probability();
  score.weight = all.bits() - prior_;
  if (contributions.empty()) return score;
  std::fill(contributions.begin(), contributions.end(), 0.0);
  for (const bool forwards : {true, false}) {
    Odds odds(share_);
    double before = odds.bits();
    for (std::size_t step = 0; step < fields_; ++step) {
      const std::size_t field = forwards ? step : fields_ - 1 - step;
      if (level[field] == 0) continue;
      odds.take([&](std::size_t kind) { return chance(kind, field); });
      const double now = odds.bits();
      contributions[field] += (now - before) / 2;
      before = now;
    }
  }
  return score;
}

double Weights::most_probable(Pattern pattern) const {
  double match = 0, other = 0;
  for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
    double product = share_[kind];
    for (std::size_t field = 0; field < fields_; ++field) {
      const Level level = level_at(pattern, field);
      product *= chances_[kind][field][static_cast<std::size_t>(level)];
      if (level == Level::exact && by_strangers_[kind][field]) product *= rarest;
    }
    (is_match(static_cast<PairKind>(kind)) ? match : other) += product;
  }
  return match + other > 0 ? match / (match + other) : 0;
}

Scorer::Scorer(const Records& records, const Model& model) : records_(records), model_(model) {
  for (std::size_t field = 0; field < records.fields(); ++field)
    rarity_.push_back(rarities(records.column(field), model.parts().frequencies[field]));
}

Score Scorer::score(std::uint32_t row_a, std::uint32_t /*row_b: where levels are exact, the same values*/,
                    Pattern pattern, std::span<double> contributions) const {
  const auto values = records_.row(row_a);
  return model_.weights().score(
      pattern, [&](std::size_t field) { return rarity_[field][values[field]]; }, contributions);
}

double Scorer::prior() const {
  return model_.weights().prior();
}

double Scorer::most_probable(Pattern pattern) const {
  return model_.weights().most_probable(pattern);
}

}  // namespace jingwei::linkage

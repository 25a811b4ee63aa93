#include "engines/linkage/mixture.h"

#include <algorithm>
#include <cmath>

namespace jingwei::linkage {

namespace {

constexpr std::array<PairKind, pair_kinds> kinds = {
    PairKind::same,      PairKind::moved,     PairKind::stranger, PairKind::namesake,
    PairKind::neighbour, PairKind::housemate, PairKind::family,   PairKind::twin};

//                                      missing exact  near  close loose cross diff
constexpr LevelChances prior_same = {1, 0.86, 0.06, 0.02, 0.015, 0.005, 0.04};
constexpr LevelChances prior_names_at_home = {1, 0.02, 0.02, 0.02, 0.60, 0.01, 0.33};
constexpr LevelChances prior_email_of_namesakes = {1, 0.005, 0.02, 0.10, 0.475, 0.01, 0.39};
constexpr LevelChances prior_phone_at_home = {1, 0.40, 0.02, 0.01, 0.01, 0.01, 0.55};
// How many pairs the prior beliefs are worth.
constexpr double prior_match_pairs = 6, prior_household_pairs = 20;

LevelChances normalised(LevelChances counts) {
  double sum = 0;
  for (std::size_t level = 1; level < level_count; ++level) sum += counts[level];
  for (std::size_t level = 1; level < level_count; ++level) counts[level] /= sum;
  counts[0] = 1;
  return counts;
}

// Counts the strangers' distribution begins with: few enough to give way to any data, yet a level that no
// sampled pair showed is not taken for impossible.
LevelChances stranger_counts(const Column& column, double all_pairs, double pairs_of_a_sample) {
  LevelChances counts = {1, 0, 0.1, 0.1, 0.1, 0.05, 1};
  for (std::size_t level = 2; level < level_count; ++level) counts[level] *= 1 + 0.5 * pairs_of_a_sample;
  counts[1] = 0.05 + std::min(0.5 * pairs_of_a_sample, 0.3 * all_pairs * column.chance_of_agreement);
  return counts;
}

struct Kinds {
  std::array<bool, pair_kinds> possible{};
};

Kinds kinds_of(const Mixture& mixture) {
  const auto any = [&](auto test) { return std::any_of(mixture.types.begin(), mixture.types.end(), test); };
  const bool place = any(is_place), area = any(is_area), name = any(is_name);
  const bool phone = any([](FieldType type) { return type == FieldType::phone; });
  const bool surname =
      any([](FieldType type) { return type == FieldType::surname || type == FieldType::full_name; });
  const bool date = any([](FieldType type) { return type == FieldType::date; });
  const bool email = any([](FieldType type) { return type == FieldType::email; });
  const bool beyond = any([](FieldType type) { return is_place(type) && !is_area(type); });
  Kinds kinds;
  kinds.possible = {true,
                    place && name,
                    true,
                    email && name,
                    area && (beyond || name),
                    (beyond || phone) && name,
                    (beyond || phone) && surname,
                    (beyond || phone) && surname && date};
  return kinds;
}

class Learner {
 public:
  Learner(const Records& records, std::span<const PatternCount> patterns)
      : records_(records), patterns_(patterns) {
    for (const auto& one : patterns) {
      all_ += one.pairs;
      if (!one.sampled()) candidates_ += one.pairs;
      per_sample_ = std::max(per_sample_, one.each_stands_for);
    }
    all_ = std::max(all_, 1.0);
    for (std::size_t field = 0; field < records.fields(); ++field)
      mixture_.types.push_back(records.column(field).field.type);
    lay_out();
    begin();
  }

  // One step; gives the largest relative change of a share.
  double step() {
    counts_.assign(mixture_.types.size(), {});
    std::array<double, pair_kinds> pairs{};
    for (std::size_t at = 0; at < patterns_.size(); ++at) take(patterns_[at], levels_[at], pairs);
    double change = 0;
    for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
      const double share = possible_.possible[kind] ? std::max(pairs[kind], 1e-3) / all_ : 0;
      if (is_match(static_cast<PairKind>(kind)) && share > 0)
        change = std::max(change, std::abs(share - mixture_.share[kind]) / share);
      mixture_.share[kind] = share;
    }
    settle();
    return change;
  }

  Mixture take_mixture() { return std::move(mixture_); }

 private:
  using Levels = std::array<std::uint8_t, fields_most>;

  // What every step asks for again and again.
  void lay_out() {
    for (const auto& one : patterns_) {
      Levels levels{};
      for (std::size_t field = 0; field < mixture_.types.size(); ++field)
        levels[field] = static_cast<std::uint8_t>(level_at(one.pattern, field));
      levels_.push_back(levels);
    }
    for (const PairKind kind : kinds) {
      for (std::size_t field = 0; field < mixture_.types.size(); ++field) {
        const Likeness likeness = likeness_of(kind, mixture_.types[field]);
        const auto at = static_cast<std::size_t>(kind);
        likeness_[at][field] = static_cast<std::uint8_t>(likeness);
        // Each distribution learns from the pairs it is meant for: one person's from matches, strangers' from
        // strangers, a household's from people of one address.
        own_[at][field] = likeness == Likeness::one_person  ? is_match(kind)
                          : likeness == Likeness::strangers ? kind == PairKind::stranger
                                                            : true;
      }
    }
  }

  double likelihood(std::size_t kind, const Levels& levels) const {
    double product = 1;
    for (std::size_t field = 0; field < counts_.size(); ++field)
      product *= mixture_.chances[field][likeness_[kind][field]][levels[field]];
    return product;
  }

  void begin() {
    possible_ = kinds_of(mixture_);
    counts_.assign(mixture_.types.size(), {});
    // Strangers as they are among sampled pairs, or among all where all were compared.
    const bool any_sample = per_sample_ > 0;
    for (const auto& one : patterns_) {
      if (any_sample && !one.sampled()) continue;
      for (std::size_t field = 0; field < counts_.size(); ++field)
        counts_[field][1][static_cast<std::size_t>(level_at(one.pattern, field))] += one.pairs;
    }
    settle();
    const double matches =
        std::clamp(0.3 * static_cast<double>(records_.rows()), 1.0, 0.5 * std::max(candidates_, 2.0));
    const std::array<double, pair_kinds> guess = {matches, 0.1 * matches, all_,          matches,
                                                  matches, 0.3 * matches, 0.3 * matches, 0.01 * matches};
    for (std::size_t kind = 0; kind < pair_kinds; ++kind)
      mixture_.share[kind] = possible_.possible[kind] ? guess[kind] / all_ : 0;
    mixture_.share[2] = 1;
  }

  void take(const PatternCount& one, const Levels& levels, std::array<double, pair_kinds>& pairs) {
    std::array<double, pair_kinds> part{};
    double sum = 0;
    if (one.sampled()) {
      part[static_cast<std::size_t>(PairKind::stranger)] = sum = 1;
    } else {
      for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
        if (possible_.possible[kind]) sum += part[kind] = mixture_.share[kind] * likelihood(kind, levels);
      }
      if (sum <= 0) return;
    }
    for (std::size_t kind = 0; kind < pair_kinds; ++kind) {
      const double weight = one.pairs * part[kind] / sum;
      pairs[kind] += weight;
      if (weight <= 0) continue;
      for (std::size_t field = 0; field < counts_.size(); ++field) {
        if (own_[kind][field]) counts_[field][likeness_[kind][field]][levels[field]] += weight;
      }
    }
  }

  // Distributions from counts and prior beliefs.
  void settle() {
    mixture_.chances.resize(counts_.size());
    for (std::size_t field = 0; field < counts_.size(); ++field) {
      const FieldType type = mixture_.types[field];
      LevelChances stranger = stranger_counts(records_.column(field), all_, per_sample_);
      LevelChances person = counts_[field][0], household = counts_[field][2];
      for (std::size_t level = 1; level < level_count; ++level) {
        stranger[level] += counts_[field][1][level];
        person[level] += prior_match_pairs * prior_same[level];
      }
      auto& chances = mixture_.chances[field];
      chances[1] = normalised(stranger);
      const LevelChances& at_home = type == FieldType::full_name ? prior_names_at_home
                                    : type == FieldType::phone   ? prior_phone_at_home
                                    : type == FieldType::email   ? prior_email_of_namesakes
                                                                 : chances[1];
      for (std::size_t level = 1; level < level_count; ++level)
        household[level] += prior_household_pairs * at_home[level];
      chances[0] = normalised(person);
      chances[2] = normalised(household);
    }
  }

  const Records& records_;
  std::span<const PatternCount> patterns_;
  Mixture mixture_;
  Kinds possible_;
  std::vector<std::array<LevelChances, 3>> counts_;
  std::vector<Levels> levels_;  // by pattern
  std::array<std::array<std::uint8_t, fields_most>, pair_kinds> likeness_{};
  std::array<std::array<bool, fields_most>, pair_kinds> own_{};
  double all_ = 0, candidates_ = 0, per_sample_ = 0;
};

}  // namespace

Likeness likeness_of(PairKind kind, FieldType type) {
  const auto person_if = [](bool same) { return same ? Likeness::one_person : Likeness::strangers; };
  const bool at_home = type == FieldType::phone || type == FieldType::full_name;
  switch (kind) {
    case PairKind::same:
      return Likeness::one_person;
    case PairKind::moved:
      return person_if(!is_place(type));
    case PairKind::stranger:
      return Likeness::strangers;
    case PairKind::namesake:
      return type == FieldType::email ? Likeness::related : person_if(is_name(type));
    case PairKind::neighbour:
      return person_if(is_area(type));
    case PairKind::housemate:
      return at_home ? Likeness::related : person_if(is_place(type));
    case PairKind::family:
      return at_home ? Likeness::related : person_if(is_place(type) || type == FieldType::surname);
    case PairKind::twin:
      return at_home ? Likeness::related
                     : person_if(is_place(type) || type == FieldType::surname || type == FieldType::date);
  }
  return Likeness::strangers;
}

double Mixture::likelihood(PairKind kind, Pattern pattern) const {
  double product = 1;
  for (std::size_t field = 0; field < types.size(); ++field) {
    product *= chances[field][static_cast<std::size_t>(likeness_of(kind, types[field]))]
                      [static_cast<std::size_t>(level_at(pattern, field))];
  }
  return product;
}

double Mixture::match_probability(Pattern pattern) const {
  double match = 0, other = 0;
  for (const PairKind kind : kinds) {
    const double share_here = share[static_cast<std::size_t>(kind)];
    if (share_here > 0) (is_match(kind) ? match : other) += share_here * likelihood(kind, pattern);
  }
  return match + other > 0 ? match / (match + other) : 0;
}

Mixture learn(const Records& records, std::span<const PatternCount> patterns, const LearnOptions& options) {
  Learner learner(records, patterns);
  for (int iteration = 0; iteration < options.iterations_most; ++iteration) {
    if (learner.step() < options.still) break;
  }
  return learner.take_mixture();
}

}  // namespace jingwei::linkage

#include "engines/linkage/blocking.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/random.h"
#include "engines/linkage/parallel.h"
#include "engines/linkage/radix_sort.h"

namespace jingwei::linkage {

namespace {

struct Pair {
  std::uint32_t a, b;
  bool operator==(const Pair&) const = default;
  auto operator<=>(const Pair&) const = default;
};

// A key under trial.
struct Trial {
  BlockingKey key;
  double taken_share = 1;  // of its pairs that were drawn
  double lost_rows = 0;    // share of rows with this key whose block is too large
  std::vector<Pair> drawn;
};

std::string key_name(const std::vector<Feature>& features, const std::vector<std::size_t>& of) {
  std::string name;
  for (const auto feature : of) name += (name.empty() ? "" : " + ") + features[feature].name;
  return name;
}

// Looks at every block of a share of the key's values: large enough to know its cost, small enough to be
// quick.
void try_key(const Records& records, const BlockingPlan& plan, const BlockingLimits& limits, Trial& trial) {
  const std::size_t rows = records.rows();
  const std::uint64_t part = std::max<std::uint64_t>(1, rows / 50'000);
  std::vector<KeyedRow> keyed;
  keyed.reserve(rows / part + 64);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint64_t key = key_of(plan, trial.key, row);
    if (key != 0 && (key >> 20) % part == 0) keyed.push_back({key, row});
  }
  sort_by_key(keyed);
  double pairs = 0, lost = 0;
  std::size_t stopped = keyed.size();
  for (std::size_t begin = 0, end = 0; begin < keyed.size(); begin = end) {
    while (end < keyed.size() && keyed[end].key == keyed[begin].key) ++end;
    const std::size_t block = end - begin;
    if (block > limits.block_rows) {
      lost += static_cast<double>(block);
      continue;
    }
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t j = i + 1; j < end; ++j) {
        if (!may_pair(records, keyed[i].row, keyed[j].row)) continue;
        ++pairs;
        if (stopped == keyed.size())
          trial.drawn.push_back({std::min(keyed[i].row, keyed[j].row), std::max(keyed[i].row, keyed[j].row)});
      }
    }
    if (trial.drawn.size() >= limits.tried_pairs_per_key && stopped == keyed.size()) stopped = end;
  }
  trial.key.pairs = pairs * static_cast<double>(part);
  trial.lost_rows = keyed.empty() ? 1 : lost / static_cast<double>(keyed.size());
  trial.taken_share = trial.key.pairs > 0 ? static_cast<double>(trial.drawn.size()) / trial.key.pairs : 1;
}

bool is_within(const std::vector<std::size_t>& few, const std::vector<std::size_t>& many) {
  return std::includes(many.begin(), many.end(), few.begin(), few.end());
}

std::vector<Trial> try_keys(const Records& records, const BlockingPlan& plan, const BlockingLimits& limits,
                            unsigned threads) {
  const auto& features = plan.features;
  const double most = limits.pairs_per_row * static_cast<double>(records.rows()) + 1000;
  const auto affordable = [&](const Trial& trial) {
    return trial.key.pairs > 0 && trial.key.pairs <= most && trial.lost_rows < 0.5;
  };
  const auto run = [&](std::vector<Trial> trials) {
    in_parallel(trials.size(), threads, [&](std::size_t at) { try_key(records, plan, limits, trials[at]); });
    std::erase_if(trials, [&](const Trial& trial) { return !affordable(trial); });
    return trials;
  };
  std::vector<Trial> singles, doubles;
  for (std::size_t one = 0; one < features.size(); ++one) {
    singles.push_back({{{one}, key_name(features, {one}), 0}, 1, 0, {}});
  }
  singles = run(std::move(singles));
  for (std::size_t one = 0; one < features.size(); ++one) {
    for (std::size_t two = one + 1; two < features.size(); ++two) {
      if ((features[one].spec.fields() & features[two].spec.fields()) != 0) continue;
      const std::vector<std::size_t> both = {one, two};
      const bool covered = std::any_of(singles.begin(), singles.end(), [&](const Trial& single) {
        return is_within(single.key.features, both);
      });
      if (!covered) doubles.push_back({{both, key_name(features, both), 0}, 1, 0, {}});
    }
  }
  doubles = run(std::move(doubles));
  singles.insert(singles.end(), std::make_move_iterator(doubles.begin()),
                 std::make_move_iterator(doubles.end()));
  return singles;
}

// Bit sets of features (there are scheme_features_most at most): a key brings two rows together that agree in
// all of its own.
std::uint64_t features_of(const BlockingKey& key) {
  std::uint64_t set = 0;
  for (const auto feature : key.features) set |= std::uint64_t{1} << feature;
  return set;
}
std::uint64_t features_agreeing(const BlockingPlan& plan, const Pair& pair) {
  std::uint64_t set = 0;
  for (std::size_t feature = 0; feature < plan.features.size(); ++feature) {
    const std::uint32_t part = plan.features[feature].of_row[pair.a];
    if (part != 0 && part == plan.features[feature].of_row[pair.b]) set |= std::uint64_t{1} << feature;
  }
  return set;
}

// Pairs met while trying keys that are likely matches.
struct LikelyMatches {
  std::vector<double> weights;                     // how many each stands for
  std::vector<std::vector<std::uint32_t>> by_key;  // those that a key brings together
};

LikelyMatches likely_matches(const Records& records, const BlockingPlan& plan, std::vector<Trial>& trials,
                             std::uint64_t seed, unsigned threads, Mixture& mixture) {
  std::vector<Pair> pairs;
  double drawn = 0, all = 0;
  for (auto& trial : trials) {
    drawn += static_cast<double>(trial.drawn.size());
    all += trial.key.pairs;
    pairs.insert(pairs.end(), trial.drawn.begin(), trial.drawn.end());
    std::vector<Pair>().swap(trial.drawn);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::vector<Pattern> patterns(pairs.size());
  constexpr std::size_t piece = 8'192;
  const auto new_comparer = [&] { return Comparer(records); };
  in_parallel_with((pairs.size() + piece - 1) / piece, threads, new_comparer,
                   [&](Comparer& comparer, std::size_t at) {
                     for (std::size_t i = at * piece; i < std::min(pairs.size(), (at + 1) * piece); ++i)
                       patterns[i] = comparer.compare(pairs[i].a, pairs[i].b);
                   });
  std::map<Pattern, double> counts;
  for (const Pattern pattern : patterns) counts[pattern] += 1;
  std::vector<PatternCount> learned;
  for (const auto& [pattern, count] : counts) learned.push_back({pattern, count, 0});
  // Only a share of the candidates was drawn, so strangers count for the same share of all pairs.
  const double strangers = pairs_there_are(records) * (all > 0 ? drawn / all : 1);
  std::vector<BlockingKey> keys;
  for (const auto& trial : trials) keys.push_back(trial.key);
  constexpr std::size_t samples = 40'000;
  const auto random = random_patterns(records, plan, keys, samples, strangers, seed, threads);
  learned.insert(learned.end(), random.begin(), random.end());
  mixture = learn(records, learned, {60, 1e-4});
  std::unordered_map<Pattern, bool> likely;
  for (const auto& [pattern, unused] : counts) likely[pattern] = mixture.match_probability(pattern) >= 0.9;
  std::vector<std::uint64_t> sets;
  for (const auto& trial : trials) sets.push_back(features_of(trial.key));
  LikelyMatches matches;
  matches.by_key.resize(trials.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!likely[patterns[i]]) continue;
    const std::uint64_t agreeing = features_agreeing(plan, pairs[i]);
    double chance = 0;
    for (std::size_t key = 0; key < trials.size(); ++key) {
      if ((agreeing & sets[key]) != sets[key]) continue;
      matches.by_key[key].push_back(static_cast<std::uint32_t>(matches.weights.size()));
      chance += trials[key].taken_share;
    }
    matches.weights.push_back(1 / std::clamp(chance, 1e-3, 1.0));
  }
  return matches;
}

// Greedy cover: the key whose likely matches are least covered so far, for the pairs it costs.
void take_keys(const Records& records, const BlockingLimits& limits, const std::vector<Trial>& trials,
               const LikelyMatches& matches, BlockingPlan& plan) {
  constexpr std::array<double, 4> worth = {1, 0.25, 0.04, 0};
  std::vector<std::uint8_t> covered(matches.weights.size(), 0);
  std::vector<bool> taken(trials.size(), false);
  const double weight = std::accumulate(matches.weights.begin(), matches.weights.end(), 0.0);
  const double free_pairs = 2 * static_cast<double>(records.rows());
  while (plan.keys.size() < limits.keys) {
    std::size_t best = trials.size();
    double best_rate = 0, best_gain = 0;
    for (std::size_t key = 0; key < trials.size(); ++key) {
      if (taken[key]) continue;
      double gain = 0;
      for (const std::uint32_t i : matches.by_key[key])
        gain += matches.weights[i] * worth[std::min<std::size_t>(covered[i], worth.size() - 1)];
      const double rate = gain / (trials[key].key.pairs + free_pairs);
      if (rate > best_rate) best = key, best_rate = rate, best_gain = gain;
    }
    if (best == trials.size()) break;
    const double dear = std::max(0.0, trials[best].key.pairs - limits.free_pairs_per_key);
    if (best_gain < 3e-4 * weight || best_gain < dear / limits.pairs_per_match) break;
    taken[best] = true;
    plan.keys.push_back(trials[best].key);
    for (const std::uint32_t i : matches.by_key[best]) ++covered[i];
  }
  double missed = 0;
  for (std::size_t i = 0; i < covered.size(); ++i) missed += covered[i] == 0 ? matches.weights[i] : 0;
  plan.missed = weight > 0 ? missed / weight : 0;
}

}  // namespace

std::uint64_t key_of(const BlockingPlan& plan, const BlockingKey& key, std::uint32_t row) {
  std::uint64_t hash = key_begin;
  for (const auto feature : key.features) {
    const std::uint32_t part = plan.features[feature].of_row[row];
    if (part == 0) return 0;
    hash = with_part(hash, part);
  }
  return hash;
}

BlockScheme scheme_of(const BlockingPlan& plan, std::span<const Field> fields) {
  if (plan.keys.empty()) return standard_scheme(fields);
  BlockScheme scheme;
  for (const auto& feature : plan.features) scheme.features.push_back(feature.spec);
  for (const auto& key : plan.keys) {
    scheme.keys.emplace_back();
    for (const auto feature : key.features)
      scheme.keys.back().features.push_back(static_cast<std::uint8_t>(feature));
  }
  return scheme;
}

bool may_pair(const Records& records, std::uint32_t a, std::uint32_t b) {
  if (!records.has_right()) return true;
  return (records.stands_on(a, Side::left) && records.stands_on(b, Side::right)) ||
         (records.stands_on(a, Side::right) && records.stands_on(b, Side::left));
}

double pairs_there_are(const Records& records) {
  const auto rows = static_cast<double>(records.rows());
  if (!records.has_right()) return rows * (rows - 1) / 2;
  double left = 0, right = 0;
  for (std::uint32_t row = 0; row < records.rows(); ++row) {
    left += records.stands_on(row, Side::left) ? 1 : 0;
    right += records.stands_on(row, Side::right) ? 1 : 0;
  }
  return left * right;
}

std::vector<PatternCount> random_patterns(const Records& records, const BlockingPlan& plan,
                                          std::span<const BlockingKey> keys, std::size_t count,
                                          double strangers, std::uint64_t seed, unsigned threads) {
  if (records.rows() < 2 || strangers <= 0) return {};
  constexpr std::size_t piece = 4'096;
  const std::size_t pieces = (count + piece - 1) / piece;
  std::vector<std::uint64_t> sets;
  for (const auto& key : keys) sets.push_back(features_of(key));
  std::vector<std::map<Pattern, double>> counts(pieces);
  const auto new_comparer = [&] { return Comparer(records); };
  in_parallel_with(pieces, threads, new_comparer, [&](Comparer& comparer, std::size_t at) {
    SeededRandom random(seed + at);
    for (std::size_t drawn = 0, tries = 0; drawn < piece && tries < 20 * piece; ++tries) {
      const auto a = static_cast<std::uint32_t>(random.below(records.rows()));
      const auto b = static_cast<std::uint32_t>(random.below(records.rows()));
      if (a == b || !may_pair(records, a, b)) continue;
      const std::uint64_t agreeing = features_agreeing(plan, {a, b});
      if (std::any_of(sets.begin(), sets.end(), [&](std::uint64_t set) { return (agreeing & set) == set; }))
        continue;
      counts[at][comparer.compare(a, b)] += 1;
      ++drawn;
    }
  });
  std::map<Pattern, double> sum;
  double drawn = 0;
  for (const auto& one : counts) {
    for (const auto& [pattern, pairs] : one) sum[pattern] += pairs, drawn += pairs;
  }
  std::vector<PatternCount> patterns;
  for (const auto& [pattern, pairs] : sum)
    patterns.push_back({pattern, pairs * strangers / drawn, strangers / drawn});
  return patterns;
}

FirstLook choose_keys(const Records& records, const BlockingLimits& limits, std::uint64_t seed,
                      unsigned threads) {
  FirstLook look;
  look.plan.features = make_features(records, threads);
  if (pairs_there_are(records) <= static_cast<double>(limits.every_pair_below)) {
    look.plan.every_pair = true;
    return look;
  }
  std::vector<Trial> trials = try_keys(records, look.plan, limits, threads);
  const auto matches = likely_matches(records, look.plan, trials, seed, threads, look.mixture);
  take_keys(records, limits, trials, matches, look.plan);
  return look;
}

}  // namespace jingwei::linkage

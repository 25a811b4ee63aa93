#include "engines/linkage/clusters.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace jingwei::linkage {

namespace {

// Evidence is looked for between so many rows of each cluster: the smallest numbers, so that the order of
// joining does not matter.
constexpr std::size_t looked_at = 24;

class Clusters {
 public:
  explicit Clusters(std::size_t rows) : parent_(rows), sizes_(rows, 1), members_(rows) {
    std::iota(parent_.begin(), parent_.end(), 0U);
  }
  std::uint32_t find(std::uint32_t row) {
    while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
    return row;
  }
  // The first members of a cluster by its root.
  std::span<const std::uint32_t> members(const std::uint32_t& root) const {
    return members_[root].empty() ? std::span<const std::uint32_t>(&root, 1) : members_[root];
  }
  // How many rows; a cluster of as many as before is the one of before.
  std::uint32_t size(std::uint32_t root) const { return sizes_[root]; }
  void join(std::uint32_t a, std::uint32_t b) {
    if (b < a) std::swap(a, b);
    parent_[b] = a;
    sizes_[a] += sizes_[b];
    auto& into = members_[a];
    auto& from = members_[b];
    if (into.empty()) into.push_back(a);
    if (from.empty()) from.push_back(b);
    const auto middle = static_cast<std::ptrdiff_t>(into.size());
    into.insert(into.end(), from.begin(), from.end());
    std::inplace_merge(into.begin(), into.begin() + middle, into.end());
    if (into.size() > looked_at) into.resize(looked_at);
    std::vector<std::uint32_t>().swap(from);
  }

 private:
  std::vector<std::uint32_t> parent_, sizes_;
  std::vector<std::vector<std::uint32_t>> members_;
};

class Joiner {
 public:
  Joiner(std::size_t rows, const ClusterRules& rules,
         const std::function<Evidence(std::uint32_t, std::uint32_t)>& between, const Decided& decided)
      : clusters_(rows), rules_(rules), between_(between) {
    for (const auto& [a, b] : decided.different) {
      if (a == b) continue;
      apart_[a].push_back(b);
      apart_[b].push_back(a);
    }
  }

  void join_decided(std::vector<std::pair<std::uint32_t, std::uint32_t>> same) {
    for (auto& [a, b] : same) {
      if (b < a) std::swap(a, b);
    }
    std::sort(same.begin(), same.end());
    for (const auto& [one, other] : same) {
      const std::uint32_t a = clusters_.find(one), b = clusters_.find(other);
      if (a == b) continue;
      if (decided_apart(a, b)) {
        answer_.unheeded.emplace_back(one, other);
      } else {
        join(a, b);
      }
    }
  }

  void join(const ScoredPair& pair) {
    const std::uint32_t a = clusters_.find(pair.a), b = clusters_.find(pair.b);
    if (a == b) return;
    if (decided_apart(a, b) || !evidence_allows(std::min(a, b), std::max(a, b))) {
      ++answer_.refused;
    } else {
      join(a, b);
    }
  }

  std::vector<std::uint32_t> clusters(std::size_t rows) {
    std::vector<std::uint32_t> all(rows);
    for (std::uint32_t row = 0; row < rows; ++row) all[row] = clusters_.find(row);
    return all;
  }
  Clustering take() { return std::move(answer_); }

 private:
  // What stopped two clusters from being joined. It stops them again while they are as they were, and a
  // contradiction for as long as its two rows are looked at: between two people of one household there may be
  // hundreds of pairs, and each would ask all over again.
  struct Refusal {
    std::uint32_t first_size = 0, second_size = 0;
    bool contradiction = false;
    std::uint32_t one = 0, other = 0;  // rows that contradict each other
  };

  // Roots of two clusters, `a` < `b`.
  bool evidence_allows(std::uint32_t a, std::uint32_t b) {
    const auto first = clusters_.members(a), second = clusters_.members(b);
    if (first.size() == 1 && second.size() == 1) return true;
    const std::uint64_t key = std::uint64_t{a} << 32 | b;
    const auto known = refusals_.find(key);
    if (known != refusals_.end() && still_holds(known->second, a, b)) return false;
    Refusal refusal{clusters_.size(a), clusters_.size(b)};
    double weight = 0;
    for (const std::uint32_t one : first) {
      for (const std::uint32_t other : second) {
        const Evidence evidence = between_(std::min(one, other), std::max(one, other));
        if (evidence.contradicts) {
          refusal.contradiction = true, refusal.one = one, refusal.other = other;
          refusals_[key] = refusal;
          return false;
        }
        weight += evidence.weight;
      }
    }
    if (weight >= rules_.least_weight * static_cast<double>(first.size() * second.size())) return true;
    refusals_[key] = refusal;
    return false;
  }

  bool still_holds(const Refusal& refusal, std::uint32_t a, std::uint32_t b) const {
    if (refusal.first_size == clusters_.size(a) && refusal.second_size == clusters_.size(b)) return true;
    const auto first = clusters_.members(a), second = clusters_.members(b);
    return refusal.contradiction && std::binary_search(first.begin(), first.end(), refusal.one) &&
           std::binary_search(second.begin(), second.end(), refusal.other);
  }

  // Roots of two clusters.
  bool decided_apart(std::uint32_t a, std::uint32_t b) {
    const auto found = apart_.find(a);
    return found != apart_.end() && std::any_of(found->second.begin(), found->second.end(),
                                                [&](std::uint32_t row) { return clusters_.find(row) == b; });
  }

  void join(std::uint32_t a, std::uint32_t b) {
    const auto first = apart_.find(a), second = apart_.find(b);
    std::vector<std::uint32_t> rows;
    if (first != apart_.end()) rows = std::move(first->second), apart_.erase(first);
    if (second != apart_.end()) {
      rows.insert(rows.end(), second->second.begin(), second->second.end());
      apart_.erase(second);
    }
    clusters_.join(a, b);
    if (!rows.empty()) apart_[clusters_.find(a)] = std::move(rows);
  }

  Clusters clusters_;
  const ClusterRules& rules_;
  const std::function<Evidence(std::uint32_t, std::uint32_t)>& between_;
  std::unordered_map<std::uint64_t, Refusal> refusals_;                  // by both roots
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> apart_;  // by root: rows that must not join
  Clustering answer_;
};

}  // namespace

Clustering cluster_rows(std::size_t rows, std::vector<ScoredPair> pairs, const ClusterRules& rules,
                        const std::function<Evidence(std::uint32_t, std::uint32_t)>& between,
                        const Decided& decided) {
  std::erase_if(pairs, [&](const ScoredPair& pair) { return pair.probability < rules.threshold; });
  std::sort(pairs.begin(), pairs.end(), [](const ScoredPair& one, const ScoredPair& other) {
    if (one.probability != other.probability) return one.probability > other.probability;
    if (one.weight != other.weight) return one.weight > other.weight;
    return one.a != other.a ? one.a < other.a : one.b < other.b;
  });
  Joiner joiner(rows, rules, between, decided);
  joiner.join_decided(decided.same);
  std::vector<std::uint32_t> certain;
  for (const ScoredPair& pair : pairs) {
    if (certain.empty() && pair.probability < rules.certain) certain = joiner.clusters(rows);
    joiner.join(pair);
  }
  std::vector<std::uint32_t> all = joiner.clusters(rows);
  Clustering answer = joiner.take();
  answer.certain_of = certain.empty() ? all : std::move(certain);
  answer.cluster_of = std::move(all);
  return answer;
}

Threshold choose_threshold(std::span<const ScoredPair> pairs, double least) {
  std::vector<double> probabilities;
  for (const auto& pair : pairs) probabilities.push_back(pair.probability);
  std::sort(probabilities.begin(), probabilities.end(), std::greater<>());
  const double all = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  Threshold best;
  double sum = 0, best_f1 = -1;
  for (std::size_t at = 0; at < probabilities.size() && probabilities[at] >= least; ++at) {
    sum += probabilities[at];
    if (at + 1 < probabilities.size() && probabilities[at + 1] == probabilities[at]) continue;
    const double count = static_cast<double>(at + 1), f1 = 2 * sum / (count + all);
    if (f1 < best_f1) continue;
    best_f1 = f1;
    const double next = at + 1 < probabilities.size() ? probabilities[at + 1] : 0;
    best = {std::max(least, (probabilities[at] + next) / 2), sum / count, all > 0 ? sum / all : 1};
  }
  return best;
}

Threshold expected_at(std::span<const ScoredPair> pairs, double threshold) {
  double above = 0, count = 0, all = 0;
  for (const auto& pair : pairs) {
    all += pair.probability;
    if (pair.probability >= threshold) above += pair.probability, ++count;
  }
  return {threshold, count > 0 ? above / count : 1, all > 0 ? above / all : 1};
}

}  // namespace jingwei::linkage

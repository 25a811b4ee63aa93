#include "engines/linkage/clusters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jingwei::linkage {

namespace {

// Evidence is looked for between so many rows of each cluster: the smallest numbers, so that the order of
// joining does not matter.
constexpr std::size_t looked_at = 24;

class Clusters {
 public:
  explicit Clusters(std::size_t rows) : parent_(rows), members_(rows) {
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
  void join(std::uint32_t a, std::uint32_t b) {
    if (b < a) std::swap(a, b);
    parent_[b] = a;
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
  std::vector<std::uint32_t> parent_;
  std::vector<std::vector<std::uint32_t>> members_;
};

}  // namespace

Clustering cluster_rows(std::size_t rows, std::vector<ScoredPair> pairs, double threshold,
                        double least_weight,
                        const std::function<Evidence(std::uint32_t, std::uint32_t)>& between) {
  std::sort(pairs.begin(), pairs.end(), [](const ScoredPair& one, const ScoredPair& other) {
    if (one.probability != other.probability) return one.probability > other.probability;
    if (one.weight != other.weight) return one.weight > other.weight;
    return one.a != other.a ? one.a < other.a : one.b < other.b;
  });
  Clusters clusters(rows);
  Clustering answer;
  for (const ScoredPair& pair : pairs) {
    if (pair.probability < threshold) break;
    const std::uint32_t a = clusters.find(pair.a), b = clusters.find(pair.b);
    if (a == b) continue;
    const auto first = clusters.members(a), second = clusters.members(b);
    const bool single = first.size() == 1 && second.size() == 1;
    double weight = 0;
    bool refused = false;
    for (std::size_t i = 0; i < first.size() && !refused && !single; ++i) {
      for (std::size_t j = 0; j < second.size() && !refused; ++j) {
        const Evidence evidence = between(first[i], second[j]);
        refused = evidence.contradicts;
        weight += evidence.weight;
      }
    }
    const auto asked = static_cast<double>(first.size() * second.size());
    refused = refused || (!single && weight < least_weight * asked);
    if (refused) {
      ++answer.refused;
      continue;
    }
    clusters.join(a, b);
  }
  answer.cluster_of.resize(rows);
  for (std::uint32_t row = 0; row < rows; ++row) answer.cluster_of[row] = clusters.find(row);
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

}  // namespace jingwei::linkage

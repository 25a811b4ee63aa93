#include "modules/registry/grouping.h"

#include <algorithm>
#include <map>
#include <set>

namespace jingwei::registry {

namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

Pair ordered(std::uint32_t a, std::uint32_t b) {
  return a < b ? Pair{a, b} : Pair{b, a};
}

Grouping numbered(const std::vector<std::uint32_t>& first_of) {
  Grouping grouping;
  std::map<std::uint32_t, std::uint32_t> number_of;
  for (const std::uint32_t first : first_of) {
    const auto [place, added] = number_of.emplace(first, grouping.groups);
    if (added) ++grouping.groups;
    grouping.group_of.push_back(place->second);
  }
  return grouping;
}

}  // namespace

Grouping group_records(std::uint32_t records, std::vector<linkage::ScoredPair> pairs, double least,
                       std::span<const Decided> decided,
                       const std::function<linkage::Evidence(std::uint32_t, std::uint32_t)>& between) {
  // What was said last about two records holds.
  std::map<Pair, bool> last;
  for (const auto& one : decided) last[ordered(one.a, one.b)] = one.same;
  linkage::Decided said;
  for (const auto& [pair, same] : last) {
    if (!same) said.different.push_back(pair);
  }
  linkage::ClusterRules rules;
  rules.threshold = least;
  rules.least_weight = 0;
  auto cluster_of = linkage::cluster_rows(records, std::move(pairs), rules, between, said).cluster_of;
  // Whole groups become one, whatever else their records say of each other.
  for (const auto& [pair, same] : last) {
    const std::uint32_t a = cluster_of[pair.first], b = cluster_of[pair.second];
    if (!same || a == b) continue;
    bool refused = false;
    for (const auto& [other, together] : last) {
      const auto joins = ordered(cluster_of[other.first], cluster_of[other.second]);
      refused = refused || (!together && joins == ordered(a, b));
    }
    if (!refused) std::replace(cluster_of.begin(), cluster_of.end(), std::max(a, b), std::min(a, b));
  }
  return numbered(cluster_of);
}

Naming name_groups(const Grouping& grouping, std::span<const Homed> records) {
  struct Claim {
    std::int64_t records = 0;
    std::int64_t first = INT64_MAX;
  };
  std::map<SubjectId, std::map<std::uint32_t, Claim>> claims;
  for (std::size_t at = 0; at < records.size(); ++at) {
    if (!records[at].home) continue;
    auto& claim = claims[records[at].home][grouping.group_of[at]];
    ++claim.records;
    claim.first = std::min(claim.first, records[at].record.value);
  }
  // Groups with a subject that could go nowhere else.
  std::set<std::uint32_t> owned;
  for (const auto& [subject, of_groups] : claims) {
    if (of_groups.size() == 1) owned.insert(of_groups.begin()->first);
  }
  Naming naming;
  naming.subject_of.resize(grouping.groups);
  // Oldest first: the subject that a group gets is the first that goes with it.
  for (const auto& [subject, of_groups] : claims) {
    const bool alone = of_groups.size() == 1;
    const auto strongest =
        std::max_element(of_groups.begin(), of_groups.end(), [&](const auto& one, const auto& other) {
          const bool free = alone || !owned.contains(one.first),
                     other_free = alone || !owned.contains(other.first);
          if (free != other_free) return other_free;
          if (one.second.records != other.second.records) return one.second.records < other.second.records;
          return one.second.first > other.second.first;
        });
    SubjectId& named = naming.subject_of[strongest->first];
    if (named) {
      naming.merged.emplace_back(subject, named);
    } else {
      named = subject;
    }
  }
  return naming;
}

}  // namespace jingwei::registry

// What is clustered: rows, but records of whom somebody decided something stand apart from the copies of
// theirs.
#pragma once

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <vector>

#include "engines/linkage/clusters.h"
#include "engines/linkage/linkage.h"

namespace jingwei::linkage {

class Nodes {
 public:
  Nodes(const Records& records, std::span<const RecordDecision> decisions) : records_(records) {
    for (const auto& one : decisions) {
      apart_.push_back(one.one);
      apart_.push_back(one.other);
    }
    // By row, then rank: the order of a row's nodes; its other copies come last.
    std::sort(apart_.begin(), apart_.end(), [&](std::uint32_t a, std::uint32_t b) { return before(a, b); });
    apart_.erase(std::unique(apart_.begin(), apart_.end()), apart_.end());
    for (const auto& one : decisions) {
      (one.same ? decided_.same : decided_.different).emplace_back(node_of(one.one), node_of(one.other));
      if (one.same) lifted_.insert(std::minmax({records.row_of(one.one), records.row_of(one.other)}));
    }
  }

  // Somebody decided that records of these rows are one person, whatever contradicts in them.
  bool contradiction_lifted(std::uint32_t row_a, std::uint32_t row_b) const {
    return lifted_.contains(std::minmax({row_a, row_b}));
  }

  std::size_t size() const { return records_.rows() + apart_.size(); }
  bool is_decided(std::uint32_t record) const {
    const auto found = place_of(record);
    return found != apart_.end() && *found == record;
  }
  std::uint32_t node_of(std::uint32_t record) const {
    const std::uint32_t row = records_.row_of(record);
    if (apart_.empty()) return row;
    const auto found = place_of(record);
    if (found != apart_.end() && *found == record)
      return row + static_cast<std::uint32_t>(found - apart_.begin());
    return last_node(row);
  }
  std::uint32_t row_of(std::uint32_t node) const {
    if (apart_.empty()) return node;
    // The row whose nodes begin at or before this one.
    std::uint32_t low = 0, high = static_cast<std::uint32_t>(records_.rows());
    while (high - low > 1) {
      const std::uint32_t middle = low + (high - low) / 2;
      (first_node(middle) <= node ? low : high) = middle;
    }
    return low;
  }
  const Decided& decided() const { return decided_; }

  // Pairs of rows as pairs of their nodes, and those within rows that have several; `copies(row)` scores two
  // copies of a row.
  std::vector<ScoredPair> pairs(const std::vector<ScoredPair>& rows,
                                const std::function<ScoredPair(std::uint32_t)>& copies) const {
    if (apart_.empty()) return rows;
    std::vector<ScoredPair> all;
    const auto add = [&](ScoredPair pair, std::uint32_t a, std::uint32_t b) {
      pair.a = a, pair.b = b;
      all.push_back(pair);
    };
    for (const ScoredPair& pair : rows) {
      for (std::uint32_t a = first_node(pair.a); a < end_node(pair.a); ++a) {
        for (std::uint32_t b = first_node(pair.b); b < end_node(pair.b); ++b) add(pair, a, b);
      }
    }
    for (std::size_t at = 0; at < apart_.size(); ++at) {
      const std::uint32_t row = records_.row_of(apart_[at]);
      if (at > 0 && records_.row_of(apart_[at - 1]) == row) continue;
      const ScoredPair pair = copies(row);
      for (std::uint32_t a = first_node(row); a < end_node(row); ++a) {
        for (std::uint32_t b = a + 1; b < end_node(row); ++b) add(pair, a, b);
      }
    }
    return all;
  }

 private:
  bool before(std::uint32_t a, std::uint32_t b) const {
    const std::uint32_t row_a = records_.row_of(a), row_b = records_.row_of(b);
    return row_a != row_b ? row_a < row_b : records_.rank(a) < records_.rank(b);
  }
  std::vector<std::uint32_t>::const_iterator place_of(std::uint32_t record) const {
    return std::lower_bound(apart_.begin(), apart_.end(), record,
                            [&](std::uint32_t a, std::uint32_t b) { return before(a, b); });
  }
  // How many records that stand apart are of earlier rows.
  std::uint32_t apart_before(std::uint32_t row) const {
    return static_cast<std::uint32_t>(std::lower_bound(apart_.begin(), apart_.end(), row,
                                                       [&](std::uint32_t record, std::uint32_t wanted) {
                                                         return records_.row_of(record) < wanted;
                                                       }) -
                                      apart_.begin());
  }
  std::uint32_t first_node(std::uint32_t row) const { return row + apart_before(row); }
  // That of the copies of whom nothing was decided; there may be none.
  std::uint32_t last_node(std::uint32_t row) const { return row + apart_before(row + 1); }
  std::uint32_t end_node(std::uint32_t row) const {
    const bool all_apart = last_node(row) - first_node(row) == records_.copies(row).size();
    return last_node(row) + (all_apart ? 0 : 1);
  }

  const Records& records_;
  std::vector<std::uint32_t> apart_;
  Decided decided_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> lifted_;
};

}  // namespace jingwei::linkage

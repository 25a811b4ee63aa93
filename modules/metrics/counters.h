// Figures in memory: what is counted at each region and day, and its sums up the region tree. Pure; no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace jingwei::metrics {

// Position of a metric in the list the Counters were made for.
using MetricIndex = std::uint16_t;

// `roll_up` sums go to every ancestor; the others stand at exactly their region (a reported figure of a city
// does not add to the province's own report).
enum class Fold : std::uint8_t { roll_up, at_region };

// `reports`: how many records report a figure of Fold::at_region; when the last is withdrawn, the day has no
// figure again.
struct Cell {
  MetricIndex metric = 0;
  RegionId region;
  Day day{};
  double value = 0;
  std::int64_t reports = 0;
  bool gone = false;  // of take_dirty: there is no figure any more
};

// Of figures saved before reports were counted. Far from zero, so that such a figure never goes.
inline constexpr std::int64_t reports_unknown = INT64_MIN / 2;

struct DayValue {
  Day day{};
  double value = 0;
};

// Not thread-safe; the service guards it. Values are integers kept in doubles, exact up to 2^53.
class Counters {
 public:
  // Calls `visit` for each ancestor of a region, the region itself excluded. Must be cheap (a pointer walk).
  using Ancestors = std::function<void(RegionId, const std::function<void(RegionId)>& visit)>;

  Counters(std::vector<Fold> folds, Ancestors ancestors);

  // One metric more; its position is the next.
  MetricIndex add_metric(Fold fold);
  Fold fold_of(MetricIndex metric) const { return folds_[metric]; }

  // Adds `delta.value` and `delta.reports` to the cell, the value to its ancestors where the metric rolls up.
  void add(const Cell& delta);

  // Sum over all days; for `at_region` metrics the value of the latest day.
  double total(MetricIndex metric, RegionId region) const;
  // Whether anything was ever counted there; a reported figure that is absent is not zero.
  bool has(MetricIndex metric, RegionId region) const { return sums_.contains({metric, region}); }
  // Days with data, oldest first, at most the `most` latest.
  std::vector<DayValue> days(MetricIndex metric, RegionId region, std::size_t most) const;
  // Days within [from, to], oldest first.
  std::vector<DayValue> days_between(MetricIndex metric, RegionId region, Day from, Day to) const;

  // Cells touched since the last call with their present values, for saving. Empties the list.
  std::vector<Cell> take_dirty();
  // Gives cells back that could not be saved.
  void mark_dirty(std::span<const Cell> cells);
  std::size_t dirty_cells() const { return dirty_cells_; }
  // Puts a saved cell back (and its sums) without marking it dirty.
  void restore(const Cell& cell);
  // Grows with every change of any figure under a region; lets a page ask "anything new?" cheaply.
  std::uint64_t revision(RegionId region) const;
  // Forgets all of one metric, saved or not: its saved cells are to be dropped.
  void forget(MetricIndex metric);
  // Forgets every figure, as if just made; revisions go on.
  void clear();
  // After the region tree changed: recomputes every sum from the cells.
  void rebuild();

 private:
  struct Key {
    MetricIndex metric;
    RegionId region;
    auto operator<=>(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::int64_t>{}(key.region.value * 131 + key.metric);
    }
  };
  struct Series {
    double total = 0;
    std::map<Day, double> days;
  };

  struct Counted {
    double value = 0;
    std::int64_t reports = 0;
  };

  void add_sum(const Cell& delta);
  void drop(const Cell& cell);
  void touch(RegionId region);

  std::vector<Fold> folds_;
  Ancestors ancestors_;
  std::unordered_map<Key, std::map<Day, Counted>, KeyHash> cells_;  // as counted
  std::unordered_map<Key, Series, KeyHash> sums_;                   // with everything below
  std::unordered_map<Key, std::set<Day>, KeyHash> dirty_;
  std::size_t dirty_cells_ = 0;
  std::unordered_map<RegionId, std::uint64_t> revisions_;
};

}  // namespace jingwei::metrics

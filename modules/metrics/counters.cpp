#include "modules/metrics/counters.h"

#include "base/result.h"

namespace jingwei::metrics {

Counters::Counters(std::vector<Fold> folds, Ancestors ancestors)
    : folds_(std::move(folds)), ancestors_(std::move(ancestors)) {}

MetricIndex Counters::add_metric(Fold fold) {
  folds_.push_back(fold);
  return static_cast<MetricIndex>(folds_.size() - 1);
}

void Counters::add(const Cell& delta) {
  JW_ASSERT(delta.metric < folds_.size());
  Counted& counted = cells_[{delta.metric, delta.region}][delta.day];
  counted.value += delta.value;
  counted.reports += delta.reports;
  mark_dirty(std::span(&delta, 1));
  if (folds_[delta.metric] == Fold::at_region && delta.reports < 0 && counted.reports == 0)
    return drop(delta);
  add_sum(delta);
}

void Counters::drop(const Cell& cell) {
  const Key key{cell.metric, cell.region};
  cells_[key].erase(cell.day);
  auto& days = sums_[key].days;
  days.erase(cell.day);
  if (days.empty()) sums_.erase(key);
  touch(cell.region);
  ancestors_(cell.region, [&](RegionId ancestor) { touch(ancestor); });
}

void Counters::mark_dirty(std::span<const Cell> cells) {
  for (const auto& cell : cells)
    dirty_cells_ += dirty_[{cell.metric, cell.region}].insert(cell.day).second ? 1 : 0;
}

void Counters::restore(const Cell& cell) {
  if (cell.metric >= folds_.size()) return;
  Counted& counted = cells_[{cell.metric, cell.region}][cell.day];
  counted.value += cell.value;
  counted.reports += cell.reports;
  add_sum(cell);
}

void Counters::add_sum(const Cell& delta) {
  const auto add_at = [&](RegionId region) {
    Series& series = sums_[{delta.metric, region}];
    series.total += delta.value;
    series.days[delta.day] += delta.value;
  };
  add_at(delta.region);
  touch(delta.region);
  ancestors_(delta.region, [&](RegionId ancestor) {
    if (folds_[delta.metric] == Fold::roll_up) add_at(ancestor);
    touch(ancestor);
  });
}

void Counters::touch(RegionId region) {
  ++revisions_[region];
}

double Counters::total(MetricIndex metric, RegionId region) const {
  const auto found = sums_.find({metric, region});
  if (found == sums_.end()) return 0;
  if (folds_[metric] == Fold::roll_up) return found->second.total;
  return found->second.days.empty() ? 0 : found->second.days.rbegin()->second;
}

std::vector<DayValue> Counters::days(MetricIndex metric, RegionId region, std::size_t most) const {
  std::vector<DayValue> values;
  const auto found = sums_.find({metric, region});
  if (found == sums_.end()) return values;
  for (auto it = found->second.days.rbegin(); it != found->second.days.rend() && values.size() < most; ++it) {
    values.push_back({it->first, it->second});
  }
  std::reverse(values.begin(), values.end());
  return values;
}

std::vector<DayValue> Counters::days_between(MetricIndex metric, RegionId region, Day from, Day to) const {
  std::vector<DayValue> values;
  const auto found = sums_.find({metric, region});
  if (found == sums_.end()) return values;
  const auto& days = found->second.days;
  for (auto it = days.lower_bound(from); it != days.end() && it->first <= to; ++it)
    values.push_back({it->first, it->second});
  return values;
}

std::vector<Cell> Counters::take_dirty() {
  std::vector<Cell> cells;
  for (const auto& [key, days] : dirty_) {
    const auto& values = cells_[key];
    for (const Day day : days) {
      const auto found = values.find(day);
      const bool gone = found == values.end();
      const Counted counted = gone ? Counted{} : found->second;
      cells.push_back({key.metric, key.region, day, counted.value, counted.reports, gone});
    }
  }
  dirty_.clear();
  dirty_cells_ = 0;
  return cells;
}

void Counters::forget(MetricIndex metric) {
  for (auto cell = cells_.begin(); cell != cells_.end();) {
    if (cell->first.metric != metric) {
      ++cell;
      continue;
    }
    const RegionId region = cell->first.region;
    cell = cells_.erase(cell);
    touch(region);
    ancestors_(region, [&](RegionId ancestor) { touch(ancestor); });
  }
  std::erase_if(sums_, [&](const auto& item) { return item.first.metric == metric; });
  std::erase_if(dirty_, [&](const auto& item) {
    if (item.first.metric != metric) return false;
    dirty_cells_ -= item.second.size();
    return true;
  });
}

void Counters::clear() {
  cells_.clear();
  sums_.clear();
  dirty_.clear();
  dirty_cells_ = 0;
}

std::uint64_t Counters::revision(RegionId region) const {
  const auto found = revisions_.find(region);
  return found == revisions_.end() ? 0 : found->second;
}

void Counters::rebuild() {
  sums_.clear();
  for (const auto& [key, days] : cells_) {
    for (const auto& [day, counted] : days) add_sum({key.metric, key.region, day, counted.value});
  }
}

}  // namespace jingwei::metrics

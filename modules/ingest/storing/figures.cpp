#include "modules/ingest/storing/figures.h"

#include <algorithm>

namespace jingwei::ingest {

Figures::Figures(const catalog::Resource& resource) {
  for (const auto& declared : resource.metrics) {
    Metric metric{&declared};
    if (declared.kind == catalog::MetricKind::last) {
      metric.field = resource.index_of(declared.field);
    } else if (!declared.where_field.empty()) {
      metric.field = resource.index_of(declared.where_field);
    }
    metrics_.push_back(metric);
  }
}

void Figures::count(const std::vector<ContentValue>& fields, RegionId region, Day day, double sign,
                    const std::vector<bool>& left_out) {
  if (!region) return;
  for (std::uint32_t at = 0; at < metrics_.size(); ++at) {
    if (!left_out.empty() && left_out[at]) continue;
    const Metric& metric = metrics_[at];
    double amount = sign;
    if (metric.field >= 0) {
      const ContentValue& value = fields[static_cast<std::size_t>(metric.field)];
      if (metric.declared->kind == catalog::MetricKind::last) {
        if (value.kind == ContentValue::Kind::absent) continue;
        amount *= value.kind == ContentValue::Kind::real ? value.real : static_cast<double>(value.integer);
      } else if (value.kind != ContentValue::Kind::text || value.text != metric.declared->where_value) {
        continue;
      }
    }
    Sum& sum = sums_[{at, static_cast<std::int32_t>(to_days(day)), region.value}];
    sum.delta += amount;
    if (metric.declared->kind == catalog::MetricKind::last) sum.reports += sign > 0 ? 1 : -1;
  }
}

std::vector<CountedChange> Figures::changes() const {
  std::vector<CountedChange> changes;
  for (const auto& [place, sum] : sums_) {
    const auto& declared = *metrics_[place.metric].declared;
    if (sum.delta != 0 || declared.kind == catalog::MetricKind::last)
      changes.push_back({declared.id, RegionId(place.region), from_days(place.day), sum.delta, sum.reports});
  }
  std::sort(changes.begin(), changes.end(), [](const CountedChange& a, const CountedChange& b) {
    return std::tie(a.metric, a.region, a.day) < std::tie(b.metric, b.region, b.day);
  });
  return changes;
}

}  // namespace jingwei::ingest

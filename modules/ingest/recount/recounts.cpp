#include "modules/ingest/recount/recounts.h"

#include <algorithm>

#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

std::string meaning_of(const catalog::Metric& metric) {
  if (metric.kind == catalog::MetricKind::last) return "last " + metric.field;
  if (metric.where_field.empty()) return "count";
  return "count " + metric.where_field + '=' + metric.where_value;
}

// It began by taking the number after `since`: slices decided behind it took a later one still.
bool counted_by_writer(const Recount& recount, const catalog::SliceHead& head) {
  return head.changed > recount.since + 1;
}

bool counted_by_writer(const Recount& recount, std::int64_t epoch) {
  return epoch > recount.since;
}

Result<Recounts> Recounts::read(storage::Reader& reader, const catalog::Resource& resource) {
  Recounts found;
  if (resource.metrics.empty()) return found;
  found.metrics_ = resource.metrics.size();
  const storage::Value key = resource.id;
  JW_TRY(reader.query(sql::recounts_of_resource, std::span(&key, 1), [&](const storage::Row& row) {
    Recount recount{std::string(row.text(0)), std::string(row.text(1)), row.integer(2),
                    row.integer(3),           row.integer(4),           row.integer(5)};
    const auto metric = std::ranges::find(resource.metrics, recount.metric, &catalog::Metric::id);
    found.position_.push_back(
        metric == resource.metrics.end() ? -1 : static_cast<int>(metric - resource.metrics.begin()));
    found.least_version_ = std::max(found.least_version_, recount.version);
    found.under_way_ = found.under_way_ || !recount.done();
    found.recounts_.push_back(std::move(recount));
    return true;
  }));
  return found;
}

Recounts::Uncounted Recounts::of_slice(const catalog::SliceHead& head) const {
  Uncounted uncounted;
  if (!under_way_) return uncounted;
  uncounted.resize(metrics_);
  for (std::size_t at = 0; at < recounts_.size(); ++at) {
    if (position_[at] >= 0 && head.first_id < recounts_[at].slices_below &&
        !counted_by_writer(recounts_[at], head))
      uncounted[static_cast<std::size_t>(position_[at])] = true;
  }
  return uncounted;
}

Recounts::Uncounted Recounts::of_row(std::int64_t id, std::int64_t epoch) const {
  Uncounted uncounted;
  if (!under_way_) return uncounted;
  uncounted.resize(metrics_);
  for (std::size_t at = 0; at < recounts_.size(); ++at) {
    if (position_[at] >= 0 && id < recounts_[at].rows_below && !counted_by_writer(recounts_[at], epoch))
      uncounted[static_cast<std::size_t>(position_[at])] = true;
  }
  return uncounted;
}

}  // namespace jingwei::ingest

#include "modules/metrics/metrics_service.h"

#include <limits>

#include "base/limits.h"
#include "base/log.h"
#include "modules/metrics/sql.gen.h"

namespace jingwei::metrics {

namespace {

constexpr std::size_t spark_days = 30;
constexpr std::chrono::milliseconds save_interval{100};
constexpr std::chrono::seconds lease_duration{10};
// Cells folded before they must be saved, so that one Change holds them with room for the largest slice.
constexpr std::size_t unsaved_cells = limits::change_writes / 4;

Fold fold_of(const catalog::Metric& metric) {
  return metric.kind == catalog::MetricKind::count ? Fold::roll_up : Fold::at_region;
}

}  // namespace

MetricsService::MetricsService(storage::Store& store, catalog::Catalog& catalog,
                               const region::Regions& regions, const Clock& clock)
    : store_(store),
      catalog_(catalog),
      regions_(regions),
      clock_(clock),
      lists_(1),
      tree_(regions.tree()),
      counters_({}, [this](RegionId region, const std::function<void(RegionId)>& visit) {
        region::Node node = tree_->find(region);
        if (node == region::no_node) return;
        while (node != tree_->root()) {
          node = tree_->parent(node);
          visit(tree_->id(node));
        }
      }) {
  take_metrics();
}

MetricsService::~MetricsService() {
  stop();
}

const std::vector<MetricInfo>& MetricsService::metrics() const {
  const std::lock_guard lock(mutex_);
  return lists_.back();
}

// One reading serves a whole page of events: the catalogue is then at least as new as each of them.
Result<void> MetricsService::follow_catalog(std::span<const storage::FeedEntry> entries) {
  for (const auto& entry : entries) {
    if (entry.kind == catalog::life_event_kind) return catalog_.follow(entry);
  }
  return {};
}

// A metric keeps its position for good; one that changed its way of counting gets another.
void MetricsService::take_metrics() {
  const std::uint64_t revision = catalog_.revision();
  const std::uint64_t events_revision = events_ == nullptr ? 0 : events_->revision();
  if (revision == catalog_revision_ && events_revision == events_revision_) return;
  catalog_revision_ = revision;
  events_revision_ = events_revision;
  std::vector<MetricInfo> list = lists_.back();
  for (auto& info : list) info.stands = false;
  const auto take = [&](const catalog::Resource& about, const catalog::Metric& metric) {
    const auto found = by_id_.find(metric.id);
    if (found != by_id_.end() && counters_.fold_of(found->second) == fold_of(metric)) {
      list[found->second] = {metric.id, &about, &metric};
      return;
    }
    by_id_[metric.id] = counters_.add_metric(fold_of(metric));
    list.push_back({metric.id, &about, &metric});
  };
  for (const auto& entry : catalog_.entries()) {
    for (const auto& metric : entry.resource.metrics) take(entry.resource, metric);
  }
  if (events_ != nullptr) {
    for (const auto& figure : events_->figures()) take(*figure.about, *figure.metric);
  }
  lists_.push_back(std::move(list));
}

Result<MetricIndex> MetricsService::find(std::string_view metric) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(metric);
  if (found == by_id_.end())
    return Error(ErrorCode::not_found, "metrics.not_found").with("metric", std::string(metric));
  return found->second;
}

Result<void> MetricsService::load() {
  JW_ASSIGN(auto reader, store_.read());
  const std::lock_guard lock(mutex_);
  tree_ = regions_.tree();
  take_metrics();
  counters_.clear();
  quality_.clear();
  quality_dirty_.clear();
  forgotten_.clear();
  ++quality_revision_;
  JW_ASSIGN(folded_, storage::read_cursor(*reader, cursor_name_));
  const storage::Value consumer = cursor_name_;
  JW_ASSIGN(const auto moment, storage::query_integer(*reader, sql::find_moment, std::span(&consumer, 1)));
  as_of_ = from_micros(moment.value_or(0));
  JW_TRY(reader->query(sql::all_values, {}, [&](const storage::Row& row) {
    if (const auto found = by_id_.find(row.text(0)); found != by_id_.end()) {
      counters_.restore({found->second, RegionId(row.integer(1)),
                         from_days(static_cast<std::int32_t>(row.integer(2))), row.real(3),
                         row.is_null(4) ? reports_unknown : row.integer(4)});
    }
    return true;
  }));
  return reader->query(sql::all_quality, {}, [&](const storage::Row& row) {
    SourceQuality& quality = quality_[std::string(row.text(0))];
    const std::string_view outcome = row.text(1);
    const std::int64_t rows = row.integer(3);
    if (outcome == "accepted") quality.accepted = rows;
    if (outcome == "cleaned") quality.cleaned = rows;
    if (outcome == "unchanged") quality.unchanged = rows;
    if (outcome == "refused" && row.text(2).empty()) quality.refused = rows;
    if (outcome == "refused" && !row.text(2).empty()) quality.reasons[std::string(row.text(2))] = rows;
    return true;
  });
}

void MetricsService::fold(const storage::FeedEntry& entry) {
  folded_ = entry.position;
  as_of_ = entry.at;
  if (entry.kind == ingest::recount_event_kind) return forget(entry);
  if (entry.kind == ingest::withdrawal_event_kind) return take_back(entry);
  if (entry.kind != ingest::slice_event_kind) {
    if (events_ == nullptr) return;
    const Day day = zone_->day_of(entry.at);
    events_->count(entry, [&](const std::string& metric, RegionId region, double delta) {
      if (const auto found = by_id_.find(metric); found != by_id_.end())
        counters_.add({found->second, region, day, delta, 0});
    });
    return;
  }
  auto event = ingest::parse_slice_event(entry.body);
  if (!event) {
    log::error("metrics.event_unreadable",
               {{"position", entry.position.to_string()}, {"fault", event.error().to_log()}});
    return;
  }
  for (const auto& change : event->counts) {
    if (const auto found = by_id_.find(change.metric); found != by_id_.end()) {
      counters_.add({found->second, change.region, change.day, change.delta, change.reports});
    }
  }
  SourceQuality& quality = quality_[event->resource];
  quality.accepted += event->accepted;
  quality.cleaned += event->cleaned;
  quality.unchanged += event->unchanged;
  quality.refused += event->refused;
  for (const auto& [reason, rows] : event->reasons) quality.reasons[reason] += rows;
  quality_dirty_[event->resource] = true;
  ++quality_revision_;
  note_pace(event->accepted + event->refused, entry.at);
}

// Rows of a batch that was withdrawn count among a source's no more.
void MetricsService::take_back(const storage::FeedEntry& entry) {
  const auto event = ingest::parse_withdrawal_event(entry.body);
  if (!event) {
    log::error("metrics.event_unreadable",
               {{"position", entry.position.to_string()}, {"fault", event.error().to_log()}});
    return;
  }
  SourceQuality& quality = quality_[event->resource];
  quality.accepted -= event->accepted;
  quality.cleaned -= event->cleaned;
  quality.unchanged -= event->unchanged;
  quality.refused -= event->refused;
  for (const auto& [reason, rows] : event->reasons) quality.reasons[reason] -= rows;
  quality_dirty_[event->resource] = true;
  ++quality_revision_;
}

void MetricsService::forget(const storage::FeedEntry& entry) {
  const auto event = ingest::parse_recount_event(entry.body);
  if (!event) {
    log::error("metrics.event_unreadable",
               {{"position", entry.position.to_string()}, {"fault", event.error().to_log()}});
    return;
  }
  const auto found = by_id_.find(event->metric);
  if (found != by_id_.end()) counters_.forget(found->second);
  forgotten_.insert(event->metric);
}

void MetricsService::note_pace(std::int64_t records, Instant committed_at) {
  const Instant now = clock_.now();
  // By when they were stored, so that catching up after a stall does not look like a flood.
  const std::int64_t second = to_micros(committed_at) / 1'000'000;
  Second& slot = pace_[static_cast<std::size_t>(second) % pace_.size()];
  if (slot.second != second) slot = {second, 0};
  slot.records += records;
  lag_ms_ = std::max(0.0, static_cast<double>((now - committed_at).count()) / 1000.0);
}

Result<bool> MetricsService::step(Saving saving) {
  storage::FeedPosition after;
  {
    const std::lock_guard lock(mutex_);
    after = folded_;
  }
  JW_ASSIGN(const auto entries, store_.read_feed(after, limits::feed_page_events));
  JW_TRY(follow_catalog(entries));
  std::vector<std::function<void()>> listeners;
  {
    const std::lock_guard lock(mutex_);
    if (auto tree = regions_.tree(); tree != tree_) {
      tree_ = std::move(tree);
      counters_.rebuild();
    }
    take_metrics();
    for (const auto& entry : entries) {
      const bool saves = saving == Saving::yes || holding_lease_;
      if (saves && counters_.dirty_cells() >= unsaved_cells) break;
      fold(entry);
    }
    if (!entries.empty()) listeners = listeners_;
  }
  for (const auto& notify : listeners) notify();
  if (saving == Saving::yes) JW_TRY(save());
  return !entries.empty();
}

Result<void> MetricsService::save() {
  bool too_far_ahead = false;
  {
    const std::lock_guard lock(mutex_);
    too_far_ahead = counters_.dirty_cells() >= limits::change_writes / 2;
  }
  // Another process saved until now and we folded on without saving: begin again from what it left.
  if (too_far_ahead) return load();
  // Another process may have saved meanwhile; figures are absolute, so saving ours from its position on is
  // right.
  storage::FeedPosition stored;
  {
    JW_ASSIGN(auto reader, store_.read());
    JW_ASSIGN(stored, storage::read_cursor(*reader, cursor_name_));
  }
  storage::Change change;
  std::vector<Cell> cells;
  std::map<std::string, bool> qualities;
  std::set<std::string> forgotten;
  storage::FeedPosition target;
  {
    const std::lock_guard lock(mutex_);
    if (folded_ <= stored) return {};
    target = folded_;
    cells = counters_.take_dirty();
    qualities.swap(quality_dirty_);
    forgotten.swap(forgotten_);
    for (const auto& metric : forgotten) change.writes.push_back({&sql::drop_metric, {metric}, std::nullopt});
    std::vector<std::vector<storage::Value>> values;
    for (const auto& cell : cells) {
      const std::string& id = lists_.back()[cell.metric].id;
      if (by_id_.at(id) != cell.metric) continue;  // counted otherwise now
      const std::int64_t day = to_days(cell.day);
      if (cell.gone) {
        change.writes.push_back({&sql::drop_value, {id, cell.region.value, day}, std::nullopt});
        continue;
      }
      const bool known = cell.reports > reports_unknown / 2;
      values.push_back({id, cell.region.value, day, cell.value,
                        known ? storage::Value(cell.reports) : storage::Value(storage::Null{})});
    }
    storage::put_rows(change, sql::put_value, sql::put_eight_values, std::move(values));
    for (const auto& [resource, unused] : qualities) add_quality_writes(change, resource);
    change.writes.push_back({&sql::put_moment, {cursor_name_, to_micros(as_of_)}, std::nullopt});
  }
  change.writes.push_back(storage::move_cursor(cursor_name_, stored, target));
  change.origin = storage::Origin::hub;
  auto committed = store_.commit(std::move(change));
  if (committed) return {};
  const std::lock_guard lock(mutex_);
  counters_.mark_dirty(cells);
  quality_dirty_.merge(qualities);
  forgotten_.merge(forgotten);
  if (committed.error().code == ErrorCode::conflict)
    return {};  // another process saved first; ours go with the next save
  return std::move(committed).error();
}

void MetricsService::add_quality_writes(storage::Change& change, const std::string& resource) const {
  const SourceQuality& quality = quality_.at(resource);
  const auto put = [&](std::string outcome, std::string reason, std::int64_t rows) {
    change.writes.push_back(
        {&sql::put_quality, {resource, std::move(outcome), std::move(reason), rows}, std::nullopt});
  };
  put("accepted", "", quality.accepted);
  put("cleaned", "", quality.cleaned);
  put("unchanged", "", quality.unchanged);
  put("refused", "", quality.refused);
  for (const auto& [reason, rows] : quality.reasons) put("refused", reason, rows);
}

RegionFigures MetricsService::figures(RegionId region) const {
  const std::lock_guard lock(mutex_);
  RegionFigures shown;
  shown.as_of = as_of_;
  shown.position = folded_;
  shown.revision = counters_.revision(region);
  shown.quality = quality_;
  shown.lag_ms = lag_ms_;
  const std::int64_t second = to_micros(clock_.now()) / 1'000'000;
  for (const auto& slot : pace_) {
    if (slot.second >= second - 2 && slot.second < second)
      shown.records_per_second += static_cast<double>(slot.records) / 2;
  }
  const std::vector<MetricInfo>& metrics = lists_.back();
  for (std::size_t at = 0; at < metrics.size(); ++at) {
    const auto metric = static_cast<MetricIndex>(at);
    if (!metrics[at].stands) continue;
    shown.figures.push_back(
        {metric, counters_.total(metric, region), counters_.days(metric, region, spark_days)});
  }
  const region::Node node = tree_->find(region);
  if (node == region::no_node) return shown;
  for (region::Node child = tree_->first_child(node); child != region::no_node;
       child = tree_->next_sibling(child)) {
    RegionFigures::Child values{tree_->id(child), {}};
    for (const auto& figure : shown.figures) {
      const bool reported = metrics[figure.metric].metric->kind == catalog::MetricKind::last;
      const bool absent = reported && !counters_.has(figure.metric, values.region);
      values.totals.push_back(absent ? std::numeric_limits<double>::quiet_NaN()
                                     : counters_.total(figure.metric, values.region));
    }
    shown.children.push_back(std::move(values));
  }
  return shown;
}

std::vector<DayValue> MetricsService::series(MetricIndex metric, RegionId region, Day from, Day to) const {
  const std::lock_guard lock(mutex_);
  return counters_.days_between(metric, region, from, to);
}

MetricsService::Mark MetricsService::mark(RegionId region) const {
  const std::lock_guard lock(mutex_);
  return {counters_.revision(region), quality_revision_};
}

void MetricsService::on_change(std::function<void()> notify) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(notify));
}

void MetricsService::start(const std::string& owner) {
  thread_ = std::thread([this, owner] { run(owner); });
}

void MetricsService::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void MetricsService::run(const std::string& owner) {
  // Saving takes at most a tenth of the time, however much there is to save.
  auto next_save = clock_.monotonic();
  while (!stopping_) {
    storage::FeedPosition seen;
    {
      const std::lock_guard lock(mutex_);
      seen = folded_;
    }
    store_.wait_for_feed(seen, save_interval);
    const auto began = clock_.monotonic();
    bool full = false;
    {
      const std::lock_guard lock(mutex_);
      full = counters_.dirty_cells() >= unsaved_cells;
    }
    bool saving = false;
    if (full || began >= next_save) {
      const auto leased = store_.take_lease(cursor_name_, owner, clock_.now(), lease_duration);
      saving = leased.ok() && *leased;
      const std::lock_guard lock(mutex_);
      holding_lease_ = saving;
    }
    const auto done = step(saving ? Saving::yes : Saving::no);
    if (!done) log::warn("metrics.step_failed", {{"fault", done.error().to_log()}});
    if (saving)
      next_save = clock_.monotonic() +
                  std::max<std::chrono::nanoseconds>(save_interval, 9 * (clock_.monotonic() - began));
  }
  if (const auto done = step(Saving::yes); !done)
    log::warn("metrics.save_failed", {{"fault", done.error().to_log()}});
}

}  // namespace jingwei::metrics

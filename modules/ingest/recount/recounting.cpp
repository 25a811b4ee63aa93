#include "modules/ingest/recount/recounting.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "modules/ingest/batch_loader.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

namespace {

using storage::Value;

constexpr std::size_t slices_a_step = 4;
constexpr std::size_t rows_a_step = 1'000;
constexpr std::int64_t nothing_counted = INT64_MAX;

std::string lease_of_recounts(const std::string& resource) {
  return "recount:" + resource;
}

}  // namespace

storage::FeedEvent to_feed_event(const RecountEvent& event) {
  JsonWriter json;
  json.begin_object();
  json.member("resource", event.resource);
  json.member("metric", event.metric);
  json.end_object();
  return {std::string(recount_event_kind), json.take()};
}

Result<RecountEvent> parse_recount_event(std::string_view body) {
  boost::json::error_code fault;
  const boost::json::value parsed =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), fault);
  const auto* object = fault ? nullptr : parsed.if_object();
  const auto* resource = object == nullptr ? nullptr : object->if_contains("resource");
  const auto* metric = object == nullptr ? nullptr : object->if_contains("metric");
  if (resource == nullptr || metric == nullptr || !resource->is_string() || !metric->is_string())
    return Error(ErrorCode::corrupt, "storage.damaged").because("a recount event");
  return RecountEvent{std::string(resource->as_string()), std::string(metric->as_string())};
}

struct Recounting::Step {
  const catalog::Entry& entry;
  storage::Reader& reader;
  Recount recount;
  Recount next;
  Figures figures;
  // That what is counted still stands. Single entries only hold the slice number, and one that ends a version
  // which was not counted yet takes nothing back.
  std::vector<storage::Write> rests_on;
};

Result<bool> Recounting::run(const std::atomic<bool>& stopping) {
  const std::uint64_t revision = parts_.catalog.revision();
  if (complete_at_ == revision + 1) return false;
  bool any = false;
  for (const auto& entry : parts_.catalog.entries()) {
    if (entry.resource.metrics.empty()) continue;
    JW_ASSIGN(const bool held, parts_.store.take_lease(lease_of_recounts(entry.resource.id), parts_.owner,
                                                       parts_.clock.now(), batch_lease));
    if (!held) return any;  // another process is at it
    auto leased = parts_.clock.monotonic();
    for (int overtaken = 0;;) {
      if (stopping) return Error(ErrorCode::cancelled, "ingest.stopped");
      if (parts_.clock.monotonic() - leased >= batch_lease / 3) {
        JW_ASSIGN(const bool still, parts_.store.take_lease(lease_of_recounts(entry.resource.id),
                                                            parts_.owner, parts_.clock.now(), batch_lease));
        if (!still) return any;
        leased = parts_.clock.monotonic();
      }
      const auto more = step(entry.resource.id);
      if (!more && (more.error().code != ErrorCode::conflict || ++overtaken == overtaken_attempts))
        return more.error();
      if (!more) continue;
      overtaken = 0;
      if (!*more) break;
      any = true;
    }
  }
  complete_at_ = revision + 1;
  return any;
}

Result<bool> Recounting::step(const std::string& resource) {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  const auto turn = records_.turn(*entry);
  Recounts recounts;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(recounts, Recounts::read(*reader, entry->resource));
  }
  JW_ASSIGN(const bool begun, begin_missing(*entry, recounts));
  if (begun) return true;
  for (const auto& recount : recounts.all()) {
    const bool declared = std::ranges::any_of(entry->resource.metrics, [&](const catalog::Metric& metric) {
      return metric.id == recount.metric && meaning_of(metric) == recount.meaning;
    });
    if (recount.done() || !declared) continue;
    JW_TRY(count_some(*entry, recount));
    return true;
  }
  return false;
}

Result<bool> Recounting::begin_missing(const catalog::Entry& entry, const Recounts& recounts) {
  for (const auto& metric : entry.resource.metrics) {
    const auto known = std::ranges::find(recounts.all(), metric.id, &Recount::metric);
    if (known != recounts.all().end() && known->meaning == meaning_of(metric)) continue;
    bool counted = false;
    if (known == recounts.all().end()) {
      JW_ASSIGN(counted, always_counted(entry, metric));
    }
    JW_TRY(begin(entry, metric, counted));
    return true;
  }
  return false;
}

// Whether every version of the definition that records may have come under declares it so.
Result<bool> Recounting::always_counted(const catalog::Entry& entry, const catalog::Metric& metric) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto versions, catalog::read_versions(*reader, entry.resource.id));
  return std::ranges::all_of(versions, [&](const catalog::Definition& definition) {
    const bool took_records = definition.state == catalog::LifeState::published ||
                              definition.state == catalog::LifeState::replaced ||
                              definition.state == catalog::LifeState::retired;
    if (!took_records || definition.version > entry.version) return true;
    return std::ranges::any_of(definition.resource.metrics, [&](const catalog::Metric& one) {
      return one.id == metric.id && meaning_of(one) == meaning_of(metric);
    });
  });
}

Result<void> Recounting::begin(const catalog::Entry& entry, const catalog::Metric& metric, bool counted) {
  const std::string& resource = entry.resource.id;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const std::int64_t number, catalog::slice_number(*reader, resource));
  reader.reset();
  const std::int64_t below = counted ? 0 : nothing_counted;
  storage::Change change;
  change.origin = storage::Origin::hub;
  const auto table_version = static_cast<std::int64_t>(entry.table->shape().table_version);
  change.writes.push_back(counted ? catalog::hold_slice_number(resource, number, table_version)
                                  : catalog::take_slice_number(resource, number, table_version));
  change.writes.push_back({&sql::forget_recount, {resource, metric.id}, std::nullopt});
  change.writes.push_back(
      {&sql::begin_recount,
       {resource, metric.id, meaning_of(metric), counted ? std::int64_t{0} : entry.version, number, below,
        below, to_micros(parts_.clock.now())},
       1});
  if (!counted) {
    change.events.push_back(to_feed_event(RecountEvent{resource, metric.id}));
    change.audit.push_back(
        {"hub", "metric.recount", "resource:" + resource, "{\"metric\":\"" + metric.id + "\"}"});
    log::info("ingest.recount", {{"resource", resource}, {"metric", metric.id}});
  }
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return {};
}

Result<void> Recounting::count_some(const catalog::Entry& entry, const Recount& recount) {
  const std::string& resource = entry.resource.id;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const std::int64_t number, catalog::slice_number(*reader, resource));
  Step step{entry, *reader, recount, recount, Figures(entry.resource), {}};
  if (recount.slices_below > 0) {
    JW_TRY(count_slices(step));
  } else {
    JW_TRY(count_rows(step));
  }
  reader.reset();
  SliceEvent event;
  event.resource = resource;
  event.counts = step.figures.changes();
  std::erase_if(event.counts, [&](const CountedChange& change) { return change.metric != recount.metric; });
  storage::BulkSlice slice;
  slice.table = entry.table->name();
  slice.columns = entry.table->columns();
  auto& change = slice.change;
  change.origin = storage::Origin::hub;
  change.writes.push_back(catalog::take_slice_number(
      resource, number, static_cast<std::int64_t>(entry.table->shape().table_version)));
  change.writes.insert(change.writes.end(), std::make_move_iterator(step.rests_on.begin()),
                       std::make_move_iterator(step.rests_on.end()));
  change.writes.push_back({&sql::move_recount,
                           {resource, recount.metric, recount.slices_below, recount.rows_below,
                            step.next.slices_below, step.next.rows_below},
                           1});
  change.events.push_back(to_feed_event(event));
  auto committed = parts_.store.append(std::move(slice));
  if (!committed) return std::move(committed).error();
  return {};
}

Result<void> Recounting::count_slices(Step& step) {
  const std::string& resource = step.entry.resource.id;
  const RowContent& content = records_.content_of(step.entry);
  JW_ASSIGN(const auto heads,
            catalog::slices_before(step.reader, resource, step.recount.slices_below, slices_a_step));
  for (const auto& head : heads) {
    if (counted_by_writer(step.recount, head)) continue;
    step.rests_on.push_back(catalog::hold_slice(resource, head));
    SliceReader slice(resource, head, parts_.sealer);
    for (std::int64_t at = 0; at < head.rows; ++at) {
      if (head.has_left(at)) continue;
      const auto row = slice.row(step.reader, at);
      if (!row && row.error().code == ErrorCode::gone) continue;
      if (!row) return row.error();
      JW_ASSIGN(const auto fields, content.fields_of(row->content));
      step.figures.count(fields, row->place.region, row->place.day, +1);
    }
  }
  step.next.slices_below = heads.size() < slices_a_step ? 0 : heads.back().first_id;
  return {};
}

Result<void> Recounting::count_rows(Step& step) {
  const RecordBuilder& builder = records_.builder_of(step.entry);
  const std::array<Value, 2> page = {step.recount.rows_below, static_cast<std::int64_t>(rows_a_step)};
  std::optional<Error> fault;
  std::size_t rows = 0;
  std::int64_t last_id = 0, versions = 0;
  JW_TRY(step.reader.query(step.entry.table->page(), page, [&](const storage::Row& row) {
    step.next.rows_below = row.integer(RecordColumn::id);
    if (rows++ == 0) last_id = step.next.rows_below;
    versions += row.integer(RecordColumn::version);
    const std::int64_t epoch = row.is_null(RecordColumn::epoch) ? -1 : row.integer(RecordColumn::epoch);
    if (counted_by_writer(step.recount, epoch) || !builder.can_be_opened(row)) return true;
    const auto values = builder.values_of(row);
    if (!values) {
      fault = values.error();
      return false;
    }
    step.figures.count(fields_of(*values), RegionId(row.integer(RecordColumn::region)),
                       from_days(static_cast<std::int32_t>(row.integer(RecordColumn::day))), +1);
    return true;
  }));
  if (fault) return *fault;
  if (rows > 0) {
    step.rests_on.push_back(
        {&step.entry.table->still_stand(),
         {step.entry.resource.id, step.next.rows_below, last_id, static_cast<std::int64_t>(rows), versions},
         1});
  }
  if (rows < rows_a_step) step.next.rows_below = 0;
  return {};
}

}  // namespace jingwei::ingest

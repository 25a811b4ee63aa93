#include "modules/ingest/withdrawal/undoing.h"

#include "modules/ingest/recount/recounts.h"
#include "modules/ingest/storing/slice_reader.h"

namespace jingwei::ingest {

using storage::Blob;
using storage::Value;

// A version in the record table.
struct Undoing::Version {
  std::string key;
  std::int64_t version = 0;
  std::int64_t id = 0;
  std::int64_t epoch = 0;
  BatchId batch;
  RegionId region;
  Day day{};
  bool stands = false;
  bool lost = false;          // its key was destroyed
  std::vector<Value> values;  // only where figures are wanted
};

Result<Undoing::Version> Undoing::version_of(const storage::Row& row, bool with_values) const {
  Version version;
  version.key = row.blob(RecordColumn::record_key);
  version.version = row.integer(RecordColumn::version);
  version.id = row.integer(RecordColumn::id);
  version.epoch = row.is_null(RecordColumn::epoch) ? -1 : row.integer(RecordColumn::epoch);
  version.batch = BatchId(row.integer(RecordColumn::batch));
  version.region = RegionId(row.integer(RecordColumn::region));
  version.day = from_days(static_cast<std::int32_t>(row.integer(RecordColumn::day)));
  version.stands = row.is_null(RecordColumn::known_to);
  version.lost = !builder_.can_be_opened(row);
  if (with_values && !version.lost) {
    JW_ASSIGN(version.values, builder_.values_of(row));
  }
  return version;
}

void Undoing::count(Figures& figures, const Version& version, double sign,
                    const std::vector<bool>& left_out) const {
  if (!version.lost) figures.count(fields_of(version.values), version.region, version.day, sign, left_out);
}

Result<Recounts> Undoing::recounts(storage::Reader& reader) const {
  JW_ASSIGN(auto found, Recounts::read(reader, entry_.resource));
  if (found.least_version() > entry_.version)
    return Error(ErrorCode::conflict, "storage.changed_meanwhile")
        .because("figures of " + entry_.resource.id);
  return found;
}

Result<UndoStep> Undoing::end_slice(storage::Reader& reader, const catalog::SliceHead& head,
                                    std::int64_t number, Instant now, bool with_figures) const {
  UndoStep step;
  step.ended = head.live;
  step.writes.push_back(catalog::end_slice(entry_.resource.id, head, number, now));
  Figures figures(entry_.resource);
  if (!with_figures || !figures.any_metrics()) return step;
  JW_ASSIGN(const auto recounting, recounts(reader));
  const auto left_out = recounting.of_slice(head);
  SliceReader slice(entry_.resource.id, head, sealer_);
  for (std::int64_t at = 0; at < head.rows; ++at) {
    if (head.has_left(at)) continue;
    const auto row = slice.row(reader, at);
    if (!row && row.error().code == ErrorCode::gone)
      continue;  // nothing is known of it any more: its figures stay
    if (!row) return row.error();
    JW_ASSIGN(const auto fields, content_.fields_of(row->content));
    figures.count(fields, row->place.region, row->place.day, -1, left_out);
  }
  step.counts = figures.changes();
  return step;
}

Result<UndoStep> Undoing::end_rows(storage::Reader& reader, const std::set<BatchId>& withdrawn,
                                   Cursor& cursor, std::size_t most, std::int64_t number, Instant now,
                                   bool with_figures) const {
  Figures figures(entry_.resource);
  const bool counting = with_figures && figures.any_metrics();
  JW_ASSIGN(const auto recounting, recounts(reader));
  std::optional<Error> fault;
  std::vector<Version> versions;
  const std::array<Value, 4> page = {batch_.value, Blob{cursor.key}, cursor.version,
                                     static_cast<std::int64_t>(most)};
  JW_TRY(reader.query(entry_.table->of_batch(), page, [&](const storage::Row& row) {
    auto version = version_of(row, counting);
    if (!version) {
      fault = std::move(version).error();
      return false;
    }
    versions.push_back(std::move(*version));
    return true;
  }));
  if (fault) return *fault;
  cursor.at_end = versions.size() < most;
  if (!versions.empty()) cursor = {versions.back().key, versions.back().version, cursor.at_end};

  // What stands again for each that stood.
  std::vector<std::vector<Value>> asked;
  std::vector<std::size_t> asked_for;
  for (std::size_t at = 0; at < versions.size(); ++at) {
    if (!versions[at].stands) continue;
    asked.push_back({Blob{versions[at].key}, versions[at].version});
    asked_for.push_back(at);
  }
  std::vector<std::optional<Version>> before(versions.size());
  JW_TRY(reader.query_each(entry_.table->earlier(), asked, [&](std::size_t at, const storage::Row& row) {
    auto& found = before[asked_for[at]];
    if (fault || found || withdrawn.contains(BatchId(row.integer(RecordColumn::batch)))) return;
    auto version = version_of(row, counting);
    if (!version) {
      fault = std::move(version).error();
      return;
    }
    found = std::move(*version);
  }));
  if (fault) return *fault;

  UndoStep step;
  const std::int64_t now_us = to_micros(now);
  for (std::size_t at = 0; at < versions.size(); ++at) {
    const Version& version = versions[at];
    // Whether it stands decides what is counted: who entered it anew meanwhile makes this step begin again.
    if (!version.stands) {
      step.writes.push_back({&entry_.table->withdraw_ended(), {Blob{version.key}, version.version}, 1});
      ++step.overtaken;
      continue;
    }
    step.writes.push_back({&entry_.table->withdraw(), {Blob{version.key}, version.version, now_us}, 1});
    if (counting) count(figures, version, -1, recounting.of_row(version.id, version.epoch));
    if (!before[at] || before[at]->lost) {  // nothing stands again that nobody can read
      ++step.ended;
      continue;
    }
    ++step.restored;
    step.writes.push_back({&entry_.table->restore(),
                           {Blob{version.key}, before[at]->version, version.version + 1, now_us, number},
                           1});
    if (counting) count(figures, *before[at], +1, {});
  }
  step.counts = figures.changes();
  return step;
}

}  // namespace jingwei::ingest

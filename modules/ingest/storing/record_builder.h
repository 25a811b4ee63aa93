// From accepted rows to what must be written: new records, next versions, closings and the figures that move.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/slice_event.h"
#include "modules/ingest/storing/figures.h"
#include "modules/ingest/storing/record_index.h"
#include "modules/ingest/storing/row_content.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::ingest {

// Positions in catalog::record_columns.
enum RecordColumn : int {
  record_key,
  version,
  id,
  resource_version,
  content,
  batch,
  line,
  region,
  day,
  valid_from,
  valid_to,
  known_from,
  known_to,
  withdrawn,
  epoch,
  cleaning
};

// What a row did to the store.
enum class RowOutcome : std::uint8_t { created, updated, unchanged };

// One slice on its way: versions to add, versions to close, figures to move.
struct Slice {
  storage::BulkSlice
      bulk;  // bulk.change holds the closings; the caller adds batch progress, refused rows and the event
  std::vector<CountedChange> counts;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;

  // What the last row became.
  RecordId record;
  std::int64_t version = 0;
  RowOutcome outcome = RowOutcome::created;

  // A packed slice to tell the index of once this is committed.
  std::int64_t packed_first_id = 0;
  std::int64_t packed_rows = 0;
  std::int64_t packed_number = 0;
  std::string packed_keys;
};

// Names the records that the slice writes.
void tell_records(const Slice& slice, SliceEvent& event);

// A version of a record that does not stand packed, as the table has it.
struct TableRow {
  std::int64_t id = 0;
  std::int64_t version = 0;
  std::string_view key, content_hash;
  std::string_view content;
  std::string_view cleaning;
  BatchId batch;
  std::int64_t line = 0;
  RegionId region;
  Day day{};
  Instant known_from{};
  std::optional<Instant> known_to;
  std::int64_t epoch = 0;
  std::int64_t resource_version = 0;
};

// Knows one resource's records. Thread-safe: all state is const, or guards itself (the index).
class RecordBuilder {
 public:
  RecordBuilder(const catalog::Entry& entry, const storage::Sealer& sealer, const RowContent& content,
                RecordIndex& index, std::size_t packed_rows_least);

  // Compares the rows with the versions that stand (those of a batch that is being withdrawn no longer do)
  // and prepares what must be written; the Change expects that nothing it rests on has moved. Rows of one
  // slice that share a key are versions of one record in the order given. Also a conflict: the resource's
  // figures are counted by a newer definition than this builder's. A record whose standing version can be
  // opened no more, since its key was destroyed, is new again: whatever the row says becomes its next
  // version, and what the lost one counts in figures stays. Errors: the store's; conflict when the resource
  // moves meanwhile (decide again).
  Result<Slice> build(storage::Store& store, const PackedRows& rows, BatchId batch, Instant now) const;

  // The values of a stored row (columns as RecordTable::columns()), opened. Errors: corrupt, gone.
  Result<std::vector<storage::Value>> values_of(const storage::Row& row) const;
  // Whether the keys stand that sealed values of such a row.
  bool can_be_opened(const storage::Row& row) const;

  // Appends a row in the order of RecordTable::columns().
  Result<void> append_cells(storage::BulkSlice& bulk, const TableRow& row) const;

 private:
  struct Current;
  struct Decision;

  Result<void> find_packed(Decision& decision) const;
  Result<void> find_tabled(Decision& decision) const;
  Result<void> decide_row(Decision& decision, std::uint32_t at) const;
  Result<void> end_standing(Decision& decision, const RowHash& key, Current& current) const;
  Result<void> move_to_table(Decision& decision, const RowHash& key, Current& current) const;
  Result<RowPlace> place_of(Decision& decision, const PackedAt& at) const;
  Result<void> write_version(Decision& decision, const PackedRow& row, Current& current) const;
  void pack(Decision& decision) const;
  void close(Decision& decision, const RowHash& key, const Current& current) const;

  const catalog::Entry& entry_;
  const storage::Sealer& sealer_;
  const RowContent& content_;
  RecordIndex& index_;
  const std::size_t packed_rows_least_;
};

}  // namespace jingwei::ingest

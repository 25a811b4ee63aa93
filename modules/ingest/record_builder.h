// From typed values to record versions: keys, contents, sealed cells, and what the figures gain and lose.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/slice_event.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::ingest {

// One accepted row. `values` has one entry per field: text, integer (also days, microseconds, 0/1 and region
// ids), real or Null.
struct TypedRow {
  std::int64_t line = 0;
  std::vector<storage::Value> values;
  RegionId region;  // none: the resource has no region field, or the row leaves it empty
  Day day{};
  bool cleaned = false;
};

// What a row did to the store.
enum class RowOutcome : std::uint8_t { created, updated, unchanged };

// One slice on its way: versions to add, versions to close, figures to move.
struct Slice {
  storage::BulkSlice
      bulk;  // bulk.change holds the closings; the caller adds batch progress, refused rows and the event
  std::vector<CountedChange> counts;
  std::vector<RowOutcome> outcomes;    // by row
  std::vector<RecordId> records;       // by row
  std::vector<std::int64_t> versions;  // by row
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
};

// Knows one resource's table. Thread-safe: all state is const.
class RecordBuilder {
 public:
  RecordBuilder(const catalog::Entry& entry, const storage::Sealer& sealer);

  // Compares the rows with the current versions and prepares what must be written. Rows of one slice that
  // share a key are versions of one record in the order given. Errors: the store's.
  Result<Slice> build(storage::Store& store, const std::vector<TypedRow>& rows, BatchId batch,
                      Instant now) const;

  // The values of a stored row (columns as RecordTable::columns()), opened. Errors: corrupt, gone.
  Result<std::vector<storage::Value>> values_of(const storage::Row& row) const;

 private:
  struct Current {
    std::int64_t version = 0;
    std::int64_t id = 0;
    std::string content;
    std::vector<storage::Value> values;  // opened; only when the resource has metrics
    RegionId region;
    Day day{};
    std::int64_t slice_row = -1;  // row of this slice that holds this version; -1 when it is stored already
  };

  std::string key_of(const TypedRow& row) const;
  std::string content_of(const TypedRow& row) const;
  Result<std::map<std::string, Current>> find_current(storage::Store& store,
                                                      const std::vector<std::string>& keys) const;
  void append_cells(storage::BulkSlice& bulk, const TypedRow& row, const std::string& key,
                    const std::string& content, std::int64_t id, std::int64_t version, BatchId batch,
                    Instant now) const;
  // Adds `sign` times what a record with these values counts.
  void count(std::map<std::tuple<std::string, RegionId, Day>, double>& figures,
             const std::vector<storage::Value>& values, RegionId region, Day day, double sign) const;

  const catalog::Entry& entry_;
  const storage::Sealer& sealer_;
  // Field positions by name: what a record says does not change when its definition gains fields or is
  // reordered.
  std::vector<std::size_t> by_name_;
};

}  // namespace jingwei::ingest

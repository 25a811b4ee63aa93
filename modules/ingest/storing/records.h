// The records of every resource, wherever they stand: packed in slices or in the resource's table.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "modules/ingest/storing/record_builder.h"
#include "modules/ingest/storing/record_view.h"
#include "modules/ingest/storing/slice_reader.h"

namespace jingwei::ingest {

// A record as a RecordView shows it.
struct Record {
  RecordId id;
  std::int64_t version = 0;
  RegionId region;
  Day day{};
  Instant valid_from{};
  Instant known_from{};
  BatchId batch;
  std::int64_t line = 0;               // of its batch's file; 0 for one entered by hand
  std::vector<storage::Value> values;  // by field
  std::vector<bool>
      closed;              // by field: the value is not the record's but what may be seen of it; empty: none
  std::string subject;     // pseudonym of the person of its first identifier
  bool discloses = false;  // some personal value is the record's own
  std::string cleaning;    // what was done to the values: "name:clean.width;phone:clean.width"
};

// A record that a withdrawal of its standing version's batch concerns.
struct WithdrawnRecord {
  RecordId id;
  Record ends;                         // as it stands, and ends
  bool restores = false;               // an earlier version stands again
  std::optional<Record> stands_again;  // that version; none where nothing does, or where it may not be seen
};

// How often a write is decided anew when slices or entries of others overtake it: each time one of them has
// come further, so somebody always does.
inline constexpr int overtaken_attempts = 200;

// Thread-safe.
class Records {
 public:
  // Slices of fewer new records than `packed_rows_least` go to the table row by row.
  Records(storage::Store& store, const storage::Sealer& sealer, const Zone& zone,
          std::size_t packed_rows_least)
      : store_(store), sealer_(sealer), zone_(zone), packed_rows_least_(packed_rows_least) {}

  // Good as long as this object and the entry.
  const RowContent& content_of(const catalog::Entry& entry);
  const RecordBuilder& builder_of(const catalog::Entry& entry) { return kept(entry).builder; }
  Result<Slice> build(const catalog::Entry& entry, const PackedRows& rows, BatchId batch, Instant now);
  // Held by a load from build() until its slice is committed.
  std::unique_lock<std::mutex> turn(const catalog::Entry& entry) {
    return index_of(entry.resource.id).turn();
  }
  // Tells that what build() prepared was committed.
  void committed(const catalog::Entry& entry, Slice& slice);
  // Before the first slice of a load: records entered so far need not be looked at again. Errors: the
  // store's.
  Result<void> begin_load(const catalog::Entry& entry);

  using Regions = RecordView::Regions;
  // Current versions that the view covers, newest record first. Errors: the store's, corrupt, gone.
  Result<std::vector<Record>> list(const catalog::Entry& entry, const RecordView& view, RecordId before,
                                   std::size_t most);
  // Those of them whose standing version came with the batch, newest first. Errors: list's.
  Result<std::vector<Record>> list_of_batch(const catalog::Entry& entry, const RecordView& view,
                                            BatchId batch, RecordId before, std::size_t most);
  // The same records with what stands again when the batch is withdrawn; versions of the `withdrawn` batches
  // do not. Errors: list's.
  Result<std::vector<WithdrawnRecord>> list_withdrawn(const catalog::Entry& entry, const RecordView& view,
                                                      BatchId batch, const std::set<BatchId>& withdrawn,
                                                      RecordId before, std::size_t most);
  // Those that stand under these keys (values in the order of the resource's key), each at its key's place;
  // nothing where none does, where the view does not cover it, and where its key was destroyed. Reads what
  // was asked for alone, however many records the resource has. Errors: the store's, corrupt.
  Result<std::vector<std::optional<Record>>> find_by_key(const catalog::Entry& entry, const RecordView& view,
                                                         std::span<const std::vector<storage::Value>> keys);
  // Errors: not_found (also what the view does not cover) and list's.
  Result<Record> find(const catalog::Entry& entry, const RecordView& view, RecordId id);

 private:
  // What is made once for an entry.
  struct Kept {
    Kept(const catalog::Entry& entry, const storage::Sealer& sealer, const Zone& zone, RecordIndex& index,
         std::size_t packed_rows_least)
        : content(entry.resource, entry.table->shape().hash, sealer, zone),
          builder(entry, sealer, content, index, packed_rows_least) {}
    RowContent content;
    RecordBuilder builder;
  };
  Kept& kept(const catalog::Entry& entry);
  RecordIndex& index_of(const std::string& resource);
  Result<std::vector<Record>> list_table(storage::Reader& reader, const catalog::Entry& entry,
                                         const Regions* under, RecordId before, std::size_t most);
  Result<void> list_slice(storage::Reader& reader, const catalog::Entry& entry,
                          const catalog::SliceHead& head, const Regions* under, std::int64_t before,
                          std::size_t most, std::vector<Record>& records);
  // Leaves what the view opens.
  void close(const catalog::Entry& entry, const RecordView& view, Record& record) const;
  Result<Record> find_anywhere(const catalog::Entry& entry, RecordId id);
  Result<std::vector<std::optional<Record>>> find_hashed(const catalog::Entry& entry,
                                                         std::span<const RowHash> keys);
  Result<Record> packed_record(const catalog::Entry& entry, const catalog::SliceHead& head,
                               const SliceRow& found, std::int64_t row);

  storage::Store& store_;
  const storage::Sealer& sealer_;
  const Zone& zone_;
  const std::size_t packed_rows_least_;
  std::mutex mutex_;
  std::unordered_map<const catalog::Entry*, std::unique_ptr<Kept>> kept_;
  std::unordered_map<std::string, std::unique_ptr<RecordIndex>> indexes_;
};

}  // namespace jingwei::ingest

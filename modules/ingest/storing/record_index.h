// Which records of one resource stand packed in slices, by key: in memory, following the store.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/storing/key_map.h"
#include "modules/ingest/storing/slice_format.h"
#include "storage/store.h"

namespace jingwei::ingest {

// A packed record: row `row` of the slice that begins at `first_id`.
struct PackedAt {
  std::int64_t first_id = 0;
  std::int64_t row = 0;
};

// Built when first needed (10 million keys: some seconds, 200 MB) and kept; 12–20 bytes a record.
// Thread-safe.
class RecordIndex {
 public:
  explicit RecordIndex(std::string resource) : resource_(std::move(resource)) {}

  // Holds the index still while a decision is made with `reader`.
  class View {
   public:
    // Nothing when no packed record has this key. Errors: the store's.
    Result<std::optional<PackedAt>> find(std::string_view key);
    void prefetch(std::uint64_t fingerprint) const { index_.packed_.prefetch(fingerprint); }
    // A record with this fingerprint stands packed; sure when false.
    bool may_be_packed(std::uint64_t key) const { return index_.packed_.contains(key); }
    // The record table may hold this key; sure when false. Only with Table::known.
    bool may_be_tabled(std::uint64_t key) const { return index_.tabled_.contains(key); }
    // Whether the keys stand that sealed this slice. Errors: the store's.
    Result<bool> can_be_opened(const catalog::SliceHead& head, const storage::Sealer& sealer);
    // Until the next call.
    Result<std::string_view> row_keys(std::int64_t first_id) { return index_.keys_of(reader_, first_id); }
    std::int64_t number() const { return number_; }
    // Lets others at the index; only number() may be asked from then on.
    void release() { lock_.unlock(); }

   private:
    friend class RecordIndex;
    View(RecordIndex& index, storage::Reader& reader, std::int64_t number)
        : index_(index), reader_(reader), number_(number), lock_(index.mutex_) {}
    RecordIndex& index_;
    storage::Reader& reader_;
    std::int64_t number_;
    std::unique_lock<std::mutex> lock_;
  };

  // Which keys a decision needs to know of beside the packed ones.
  enum class Table : std::uint8_t { asked_by_query, known };

  // Brings the index to the reader's slice number. Errors: conflict when it is ahead of this reader (decide
  // again with a newer one), the store's, corrupt.
  Result<View> follow(storage::Reader& reader, const catalog::RecordTable& table, Table wants);

  // Loads of one process store in turn: none decides on what another is about to change.
  std::unique_lock<std::mutex> turn() { return std::unique_lock(turn_); }

  // A slice of ours that was just committed under `number`, which followed the one decided at.
  void add(std::int64_t first_id, std::int64_t rows, std::string row_keys, std::int64_t number);

 private:
  struct Slice {
    std::int64_t first_id = 0;
    std::uint32_t rows = 0;
    std::uint32_t base = 0;  // ordinal of its first row
  };

  Result<void> follow_slices(storage::Reader& reader, std::int64_t number);
  void forget();
  void forget_keys(std::int64_t first_id);
  Result<const std::vector<std::string>*> marks_of(storage::Reader& reader, const catalog::SliceHead& head);
  Result<void> follow_table(storage::Reader& reader, const catalog::RecordTable& table);
  void add_keys(std::int64_t first_id, std::int64_t rows, std::string_view row_keys);
  void remove_keys(std::int64_t first_id, std::string_view row_keys);
  PackedAt place_of(std::uint32_t ordinal) const;
  Result<std::string_view> keys_of(storage::Reader& reader, std::int64_t first_id);
  void keep_keys(std::int64_t first_id, std::string row_keys);

  const std::string resource_;
  std::mutex turn_;
  std::mutex mutex_;
  std::int64_t number_ = -1;                // slice number up to which the packed keys are known
  std::vector<Slice> slices_;               // by base
  std::unordered_set<std::int64_t> known_;  // first ids of slices_
  std::unordered_map<std::int64_t, std::vector<std::string>>
      marks_;  // which keys sealed a slice that was met, by first id
  KeyMap packed_;
  KeyMap tabled_;
  std::int64_t tabled_until_ = -1;  // epoch up to which the table's keys are known; -1: none
  std::string tabled_name_;         // of the table they were read from

  // Least recently used first.
  std::list<std::pair<std::int64_t, std::string>> keys_;
  std::unordered_map<std::int64_t, std::list<std::pair<std::int64_t, std::string>>::iterator> keys_at_;
  std::size_t keys_bytes_ = 0;
};

}  // namespace jingwei::ingest

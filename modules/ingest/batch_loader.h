// Loads one batch: reads and cleans on one thread, compares and stores on another, slice by slice.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/repair/repair_chain.h"
#include "modules/ingest/row_typing.h"

namespace jingwei::ingest {

// Used once, by one thread.
class BatchLoader {
 public:
  BatchLoader(const IngestParts& parts, const catalog::Entry& entry, Batch batch,
              const std::atomic<bool>& stopping);
  ~BatchLoader();

  // Loads from where the batch stands to its end and marks it done; a file that cannot be read marks it
  // failed. `progress` after each committed slice. Errors: cancelled (stopping), the store's, conflict when
  // another process loads it.
  Result<void> run(const std::function<void(const BatchView&)>& progress);

 private:
  // Rows that were read and cleaned, on their way to the store.
  struct Portion {
    std::vector<TypedRow> rows;
    std::vector<RefusedRow> refused;
    std::vector<Attempt> attempts;  // rows that were sent to mend refused ones
    std::int64_t cleaned = 0;
    std::int64_t bytes_done = 0;
    RowPosition after;
    std::string format, encoding;
    std::string columns;  // the header, when there are refused rows to be given back in it
    std::vector<Note> notes;
    bool last = false;
    std::optional<Error> failure;  // the source gave up: nothing comes behind
    bool file_at_fault = false;    // …because of what the file is, not of the disk
  };

  void read_all();
  Result<void> read_rows();
  void describe(const RowReader& reader, const ColumnMap& map, Portion& portion) const;
  Result<void> check_columns(const RowReader& reader, const ColumnMap& map) const;
  void add_row(const Row& row, const CleanRow& clean, Portion& portion, const RowDefaults& defaults) const;
  void add_broken_row(const Row& row, std::size_t columns, Portion& portion) const;
  bool push(Portion portion);
  std::optional<Portion> pop();

  Result<void> store(const Portion& portion);
  Result<void> store_once(const Portion& portion);
  void add_progress(const Portion& portion, const Slice& slice, storage::Change& change, Batch& next) const;
  Result<void> finish(BatchState state, const std::string& error);
  Result<void> keep_lease();
  BatchView view() const;

  const IngestParts& parts_;
  const catalog::Entry& entry_;
  const std::atomic<bool>& stopping_;
  Batch batch_;
  RecordBuilder builder_;
  std::vector<FieldCleaner> cleaners_;

  std::chrono::nanoseconds began_{0};
  Instant began_at_{};
  std::int64_t rows_at_begin_ = 0;
  std::int64_t bytes_at_begin_ = 0;
  std::chrono::nanoseconds lease_taken_{0};

  std::mutex mutex_;  // guards the queue
  std::condition_variable moved_;
  std::deque<Portion> queue_;
  bool abandoned_ = false;
  std::thread reader_;
};

// Name of the lease under which a batch is loaded.
std::string lease_of(BatchId batch);
inline constexpr std::chrono::seconds batch_lease{30};

// Batch::error as stored, and back.
std::string error_to_text(const Error& error);
Error error_from_text(const std::string& text);

}  // namespace jingwei::ingest

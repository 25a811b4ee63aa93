// Loads one batch: rows are read and cleaned on threads of their own (row_pipeline.h), compared and stored on
// the caller's, slice by slice.
#pragma once

#include <functional>

#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/row_pipeline.h"
#include "modules/ingest/storing/records.h"

namespace jingwei::ingest {

// Used once, by one thread.
class BatchLoader {
 public:
  BatchLoader(const IngestParts& parts, Records& records, const catalog::Entry& entry, Batch batch,
              const std::atomic<bool>& stopping);

  // Loads from where the batch stands to its end and marks it done; a file that cannot be read marks it
  // failed. `progress` after each committed slice. Errors: cancelled (stopping), the store's, conflict when
  // another process loads it.
  Result<void> run(const std::function<void(const BatchView&)>& progress);

 private:
  std::size_t portion_rows() const;
  Result<std::unique_ptr<RowReader>> open_file(ReadOptions options);
  Result<void> store(const Portion& portion);
  Result<void> store_once(const Portion& portion);
  void add_progress(const Portion& portion, const Slice& slice, storage::Change& change, Batch& next) const;
  Result<void> finish(BatchState state, const std::string& error);
  Result<void> keep_lease();
  BatchView view() const;

  const IngestParts& parts_;
  Records& records_;
  const catalog::Entry& entry_;
  const std::atomic<bool>& stopping_;
  Batch batch_;
  std::vector<FieldCleaner> cleaners_;

  std::chrono::nanoseconds began_{0};
  Instant began_at_{};
  std::int64_t rows_at_begin_ = 0;
  std::int64_t bytes_at_begin_ = 0;
  std::chrono::nanoseconds lease_taken_{0};

  std::atomic<bool> many_change_{false};  // of the rows that were stored last

  std::int64_t bytes_read_ = 0;  // by the pipeline's reading thread
};

// Name of the lease under which a batch is loaded.
std::string lease_of(BatchId batch);
inline constexpr std::chrono::seconds batch_lease{30};

// Batch::error as stored, and back.
std::string error_to_text(const Error& error);
Error error_from_text(const std::string& text);

}  // namespace jingwei::ingest

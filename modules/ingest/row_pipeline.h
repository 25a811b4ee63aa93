// Reads a file and cleans its rows on several threads; what comes out is in the file's order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/reading/row_reader.h"
#include "modules/ingest/refused_cells.h"
#include "modules/ingest/repair/repair_chain.h"
#include "modules/ingest/storing/row_content.h"

namespace jingwei::ingest {

class PlaceReaders;

// Rows that were read and cleaned, on their way to the store.
struct Portion {
  PackedRows rows;
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

// What each cleaning thread has for itself.
struct CleaningTools {
  std::unique_ptr<CleanContext> context;
  std::shared_ptr<PlaceReaders> places;  // what the context reads places with
  RowDefaults defaults;
};

struct PipelineParts {
  const catalog::Resource& resource;
  std::span<const FieldCleaner> cleaners;
  const RowContent& content;
  std::function<CleaningTools()> make_tools;  // called on each cleaning thread
  // Opens the file to read; `options` tell how headers meet the fields. Called on the reading thread.
  std::function<Result<std::unique_ptr<RowReader>>(ReadOptions options)> open;
  std::function<std::int64_t()> bytes_read;   // of the file so far; called on the reading thread
  std::function<std::size_t()> portion_rows;  // how many to cut behind; called on the reading thread
  int threads = 1;                            // that clean, besides the one that reads
};

// Threads begin with the object and end with it. What the parts refer to must outlive it.
class RowPipeline {
 public:
  explicit RowPipeline(PipelineParts parts);
  ~RowPipeline();

  // The next portion in the file's order; waits for it. Nothing behind the last, or behind a failure.
  std::optional<Portion> pop();

 private:
  struct Chunk;  // rows as they were read, in memory of their own

  void read_all();
  Result<void> read_rows();
  bool push(std::unique_ptr<Chunk> chunk);
  std::unique_ptr<Chunk> fresh_chunk();
  void clean_all();
  Portion clean(const Chunk& chunk, RowCleaner& cleaner, CleaningTools& tools) const;
  Result<void> check_columns(const Chunk& chunk, const ColumnMap& map) const;

  PipelineParts parts_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable moved_;
  std::deque<std::unique_ptr<Chunk>> chunks_;
  std::vector<std::unique_ptr<Chunk>> spare_;
  std::map<std::uint64_t, Portion> portions_;
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
  bool read_ = false;  // nothing more comes from the reader
  bool ended_ = false;
  bool abandoned_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jingwei::ingest

// A batch (批次): one file of one resource on its way in, and how far it has come.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "modules/ingest/reading/row_reader.h"
#include "storage/store.h"

namespace jingwei::ingest {

enum class BatchState : std::uint8_t { queued, running, done, failed };
std::string_view name_of(BatchState state);

// Whether what came with a batch was taken back (withdrawal/withdrawal.h).
enum class BatchWithdrawal : std::uint8_t { none, running, done };
std::string_view name_of(BatchWithdrawal withdrawal);

// Rows by outcome; accepted = new + updated + unchanged. Kept beside the batch row and shown while it runs.
struct BatchCounts {
  std::int64_t rows_read = 0;
  std::int64_t accepted = 0;
  std::int64_t cleaned = 0;
  std::int64_t unchanged = 0;
  std::int64_t updated = 0;
  std::int64_t refused = 0;
  std::map<std::pair<std::string, std::string>, std::int64_t> reasons;  // (reason, field) → rows
};

struct Batch {
  BatchId id;
  std::string resource;
  std::string content;   // SHA-256 of the file, 32 bytes
  std::string filename;  // as the sender named it
  std::string path;      // where the bytes stand until the batch is done
  BatchState state = BatchState::queued;
  std::string format;    // "csv", "json-lines"; empty until read
  std::string encoding;  // "UTF-8", "GB18030", …
  BatchCounts counts;
  std::int64_t bytes_done = 0;
  std::int64_t bytes_total = 0;
  std::int64_t resume_offset = 0;  // of the decoded text: everything before it is committed
  std::int64_t resume_line = 1;
  std::string error;        // message id of why it failed
  std::vector<Note> notes;  // what the sender should know besides
  Instant started_at{};
  std::optional<Instant> finished_at;
  BatchId repairs;          // the batch whose refused rows this one mends; none: a batch of its own
  std::int64_t mended = 0;  // of `counts.refused`: taken meanwhile
  BatchWithdrawal withdrawal = BatchWithdrawal::none;
};

// A refused row by where it stood.
struct RefusedKey {
  BatchId batch;
  std::int64_t line = 0;
  auto operator<=>(const RefusedKey&) const = default;
};

// What became of a refused row.
enum class RefusedState : std::uint8_t { open, mended };
std::string_view name_of(RefusedState state);

// What a person wants to know while a batch runs; measured by the process that loads it, absent elsewhere.
struct BatchPace {
  double rows_per_second = 0;
  std::optional<double> seconds_left;
};

struct RefusedRow {
  std::int64_t line = 0;  // counted through where several sheets are read
  std::string field;
  std::string reason;  // message id
  std::vector<std::pair<std::string, std::string>> arguments;
  std::string original;
  RefusedState state = RefusedState::open;
  std::optional<RefusedKey> first_try;  // this row was sent to mend that one
  std::optional<RefusedKey> mended_by;  // batch none: taken by hand
  std::optional<Instant> closed_at;
  // Of a row in one of several sheets: the sheet, and the line it shows; empty otherwise.
  std::string sheet;
  std::int64_t sheet_line = 0;
};

// Where a row stands as a person looks for it: "二月 · 7", or the line alone.
std::string place_text(const RefusedRow& row);

// Reasons as one line for the batch row and back: "refuse.phone.prefix|phone|12;…".
std::string reasons_to_text(const BatchCounts& counts);
void reasons_from_text(std::string_view text, BatchCounts& counts);
// Arguments of a refusal as one line and back (unit and record separators between).
std::string arguments_to_text(const std::vector<std::pair<std::string, std::string>>& arguments);
std::vector<std::pair<std::string, std::string>> arguments_from_text(std::string_view text);
// The same of a refused row with its place on a sheet, which is sealed beside the arguments.
std::string refused_arguments_to_text(const RefusedRow& row);
void refused_arguments_from_text(std::string_view text, RefusedRow& row);

// Notes as one text for the batch row and back.
std::string notes_to_text(const std::vector<Note>& notes);
std::vector<Note> notes_from_text(std::string_view text);

// Reads one batch with a statement that selects the columns of sql/batches.sql.
Result<std::vector<Batch>> read_batches(storage::Reader& reader, const storage::Statement& statement,
                                        std::span<const storage::Value> parameters);

}  // namespace jingwei::ingest

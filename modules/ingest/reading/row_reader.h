// Rows of a file whatever its format: pulled one by one, in memory bounded by the longest row allowed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "modules/ingest/reading/encoding.h"

namespace jingwei::ingest {

// JSON tells text from numbers; CSV cells are always text. Numbers and truth stand as their text ("12.5",
// "true").
enum class CellKind : std::uint8_t { absent, text, number, boolean, null };

struct Cell {
  std::string_view text;
  CellKind kind = CellKind::absent;
};

// Why a whole row cannot be read; each has a sentence "refuse.row.<name>" in messages.yaml.
enum class RowProblem : std::uint8_t {
  none,
  few_fields,
  many_fields,
  unclosed_quote,  // within limits::row_bytes
  stray_quote,     // text between a closing quote and the next delimiter
  too_long,        // over limits::row_bytes
  nul_byte,
  bad_encoding,
  bad_json,
  not_object,
  nested_value,
  duplicate_key,
};

// Message id of the problem, such as "refuse.row.few_fields" {expected, found}; empty for none.
std::string_view message_of(RowProblem problem);

// Views are valid until the next call of next().
struct Row {
  std::uint64_t line = 0;       // the first line of the row, from 1
  std::uint64_t offset = 0;     // of its first byte in the decoded stream
  std::span<const Cell> cells;  // by column; fewer than columns() never happens unless there is a problem
  std::string_view original;    // the row's bytes in UTF-8 (bad bytes as they came), cut at
                                // limits::refused_original_bytes if too_long
  RowProblem problem = RowProblem::none;
  std::string_view problem_column;  // nested_value, duplicate_key
  std::size_t found = 0;            // few_fields, many_fields: fields of this row
};

// Where reading stands or begins again: nothing before `offset` of the decoded stream is needed any more.
struct RowPosition {
  std::uint64_t offset = 0;
  std::uint64_t line = 1;
};

enum class RowFormat : std::uint8_t { csv, json_lines };

// Not thread-safe. Empty lines, and CSV lines of delimiters only, are passed over.
class RowReader {
 public:
  virtual ~RowReader() = default;
  // Header of a CSV file; for JSON Lines the keys met so far, in order of appearance.
  virtual std::span<const std::string> columns() const = 0;
  // Grows when columns() does; whoever maps columns looks again then.
  std::uint32_t columns_version() const { return columns_version_; }
  // Reads the next row; false at the end. Rows with a problem are rows too, and reading goes on behind them.
  // Errors: only those of the source.
  virtual Result<bool> next(Row& row) = 0;
  // Behind the last row given: hand it to ReadOptions::resume to go on from there.
  virtual RowPosition position() const = 0;
  RowFormat format() const { return format_; }
  Encoding encoding() const { return encoding_; }

 protected:
  std::uint32_t columns_version_ = 1;

 private:
  friend Result<std::unique_ptr<RowReader>> open_rows(std::unique_ptr<ByteSource>, const struct ReadOptions&);
  RowFormat format_ = RowFormat::csv;
  Encoding encoding_ = Encoding::utf8;
};

struct ReadOptions {
  std::optional<RowFormat> format;   // absent: JSON Lines when the text begins with "{", CSV otherwise
  std::optional<Encoding> encoding;  // absent: detected
  char delimiter = '\0';             // absent: detected among , ; tab and |
  RowPosition resume;                // the header is always read from the beginning
};

// Errors: unsupported (not text), invalid ("ingest.empty_file", "ingest.header_unreadable"), those of the
// source.
Result<std::unique_ptr<RowReader>> open_rows(std::unique_ptr<ByteSource> source,
                                             const ReadOptions& options = {});

}  // namespace jingwei::ingest

// Rows of a file whatever its format: pulled one by one, in memory bounded by the longest row allowed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  fhir_version,   // an element that FHIR R4 does not have
  fhir_resource,  // no resource of FHIR
  too_deep,       // nested beyond limits::fhir_depth
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
  std::string_view problem_column;  // nested_value, duplicate_key, fhir_version
  std::size_t found = 0;            // few_fields, many_fields: fields of this row
  // Where several sheets are read, between which `line` counts through: the sheet, and the row in it as the
  // sheet shows it.
  std::string_view sheet;
  std::uint64_t sheet_line = 0;
};

// Where reading stands or begins again: nothing before `offset` of the decoded stream is needed any more.
struct RowPosition {
  std::uint64_t offset = 0;
  std::uint64_t line = 1;
};

enum class RowFormat : std::uint8_t { csv, json_lines, json, xlsx, fhir };
// What the file was packed in.
enum class Container : std::uint8_t { none, gzip, zip };

// Something a sender should know though no row was refused for it: sheets or files passed over, macros not
// run. `message` is an id in messages.yaml ("ingest.note.…"). No cell's value stands in the arguments.
struct Note {
  std::string message;
  std::vector<std::pair<std::string, std::string>> arguments;
  bool operator==(const Note&) const = default;
};

// How well a header fits what is wanted: how many of the columns are known. Decides between sheets and lines.
using HeaderFit = std::function<int(std::span<const std::string>)>;
// Whether a header is a table's of its own: no column is missing that must be there, none stands twice.
using HeaderTest = std::function<bool(std::span<const std::string>)>;
// The field a column is known as, from 0; -1 for none. Two names of one field are one column.
using ColumnField = std::function<int(std::string_view column)>;

// Not thread-safe. Empty lines, and CSV lines of delimiters only, are passed over.
class RowReader {
 public:
  virtual ~RowReader() = default;
  // The header; for JSON the keys met so far, in order of appearance.
  virtual std::span<const std::string> columns() const = 0;
  // Grows when columns() does; whoever maps columns looks again then.
  std::uint32_t columns_version() const { return columns_version_; }
  // Reads the next row; false at the end. Rows with a problem are rows too, and reading goes on behind them.
  // Errors: only those of the source.
  virtual Result<bool> next(Row& row) = 0;
  // Behind the last row given: hand it to ReadOptions::resume to go on from there.
  virtual RowPosition position() const = 0;
  // Told so far; grows as reading goes on. At most limits::batch_notes.
  virtual std::span<const Note> notes() const { return {}; }
  RowFormat format() const { return format_; }
  Encoding encoding() const { return encoding_; }
  Container container() const { return container_; }
  // Every column stands in the header; otherwise rows may bring more.
  bool has_header() const { return format_ == RowFormat::csv || format_ == RowFormat::xlsx; }

 protected:
  std::uint32_t columns_version_ = 1;

 public:
  // For those that open readers.
  void describe(RowFormat format, Encoding encoding, Container container) {
    format_ = format;
    encoding_ = encoding;
    container_ = container;
  }

 private:
  RowFormat format_ = RowFormat::csv;
  Encoding encoding_ = Encoding::utf8;
  Container container_ = Container::none;
};

// As a batch shows it: "csv", "json-lines", "json", "xlsx", "fhir", with "+gzip" or "+zip" behind.
std::string format_text(const RowReader& reader);

struct ReadOptions {
  std::optional<RowFormat> format;   // absent: told from the text's beginning
  std::optional<Encoding> encoding;  // absent: detected
  char delimiter = '\0';             // absent: detected
  RowPosition resume;                // the header is always read from the beginning
  HeaderFit fit;                     // absent: the number of columns with a name
  // Of nested values that fields ask for (catalog::FieldSource): they get columns before all others.
  std::vector<std::string> paths;
  HeaderTest whole;      // absent: of a workbook's sheets one is read
  ColumnField field_of;  // absent: columns of several sheets are the same by their names alone
};

// Errors: unsupported (not text), invalid ("ingest.empty_file", "ingest.header_unreadable"), those of the
// source.
Result<std::unique_ptr<RowReader>> open_rows(std::unique_ptr<ByteSource> source,
                                             const ReadOptions& options = {});

}  // namespace jingwei::ingest

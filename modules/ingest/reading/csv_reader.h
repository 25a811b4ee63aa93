// CSV as RFC 4180 has it and as people send it: any delimiter and quote, any line end, quotes where they
// stand.
#pragma once

#include <memory>
#include <string_view>

#include "modules/ingest/reading/line_buffer.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// How a file's fields are kept apart and quoted.
struct CsvDialect {
  char delimiter = ',';
  char quote = '"';  // or '
  bool backslash =
      false;  // \" inside a quoted field is a quote, as MySQL writes it; otherwise quotes are doubled
};

// What may keep fields apart: , ; tab | ^ ~ and ^A (Hive).
inline constexpr std::string_view csv_delimiters = ",;\t|^~\x01";

// The one of csv_delimiters whose count agrees best over the first lines of `text`; ',' when none stands in
// it.
char detect_delimiter(std::string_view text);

// How fields of `text` (its beginning) are quoted, the delimiter being known.
CsvDialect detect_dialect(std::string_view text, char delimiter);

// Reads the header from the beginning of `source` (decoded): the first row, or with `options.fit` the row
// that fits best of the first ones (header_choice.h). A quote opens a quoted field only at its beginning;
// after a row whose quotes cannot be told, reading goes on at the line after the row's first. Errors: invalid
// ("ingest.empty_file", "ingest.header_unreadable"), those of the source.
Result<std::unique_ptr<RowReader>> read_csv(std::unique_ptr<LineBuffer> buffer, CsvDialect dialect,
                                            const ReadOptions& options);

}  // namespace jingwei::ingest

// A refused row's original cut into the columns of its file again.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "modules/ingest/batch.h"
#include "modules/ingest/cleaning/field_columns.h"

namespace jingwei::ingest {

// What a workbook of refused rows has beside the file's own columns; the last three are hidden. The same in
// every language: mended workbooks are recognised by them.
inline constexpr std::string_view refused_reason_column = "_原因";
inline constexpr std::string_view refused_batch_column = "_批次";
inline constexpr std::string_view refused_line_column = "_行号";
inline constexpr std::string_view refused_check_column = "_校验";

// Header names as one text and back.
std::string columns_to_text(std::span<const std::string> columns);
std::vector<std::string> columns_from_text(std::string_view text);

// The cells of a delimited or JSON original in the order of `columns`, as the sender wrote them; fewer cells
// than columns come as they stand. Nothing when it cannot be cut: other columns or more of them, quotes that
// do not close, no JSON object. The delimiter of csv_delimiters counts that gives as many cells as there are
// columns.
std::optional<std::vector<std::string>> cells_of(std::string_view original,
                                                 std::span<const std::string> columns);

// The same where it is beyond doubt which cell is which: as many cells as columns, and by one delimiter
// alone.
std::optional<std::vector<std::string>> certain_cells_of(std::string_view original,
                                                         std::span<const std::string> columns);

// Cuts originals of one batch into texts by field.
struct RefusedCutter {
  std::vector<std::string> columns;  // of the batch's file
  FieldColumns columns_of_fields;    // bound to them
  std::vector<std::string> fields;   // names, in the resource's order
  // Every field of the resource that the file has; nothing when the original cannot be cut (cells_of).
  std::vector<std::pair<std::string, std::string>> fields_of(std::string_view original) const;
};

// What a workbook of refused rows carries beside each row, so that the mended one meets its first try: the
// first eight hexadecimal digits of SHA-256 of "batch:line:resource".
std::string refused_check(BatchId batch, std::int64_t line, std::string_view resource);

}  // namespace jingwei::ingest

// Rows of one worksheet as they stand in its XML: numbered, with the cells that hold something.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "modules/ingest/cleaning/arena.h"
#include "modules/ingest/reading/xlsx_workbook.h"

namespace jingwei::ingest {

struct SheetCell {
  std::uint32_t column = 0;  // from 0
  Cell cell;
};

// Views are valid until the next row is asked for.
struct SheetRow {
  std::uint32_t number = 0;          // from 1, as the sheet shows it
  std::span<const SheetCell> cells;  // by column, none twice; texts are never empty
  bool bad_text = false;             // some text is not UTF-8
  bool hidden = false;               // by a filter or by hand
  std::size_t formulas_without_value = 0;
};

// A rectangle of merged cells; rows from 1, columns from 0, both ends inside.
struct MergedRange {
  std::uint32_t first_row = 0, last_row = 0, first_column = 0, last_column = 0;
};

class XmlElements;

// Not thread-safe.
class SheetRows {
 public:
  // Errors: those of the archive.
  static Result<std::unique_ptr<SheetRows>> open(std::shared_ptr<const Workbook> workbook, std::size_t sheet);
  ~SheetRows();

  // False at the end. Errors: invalid ("ingest.workbook_damaged"), those of the archive.
  Result<bool> next(SheetRow& row);

 private:
  SheetRows(std::shared_ptr<const Workbook> workbook, std::unique_ptr<ByteSource> source);

  std::shared_ptr<const Workbook> workbook_;
  std::unique_ptr<XmlElements> elements_;
  std::vector<SheetCell> cells_;
  std::vector<char> rich_text_;
  Arena arena_;
  std::uint32_t last_row_ = 0;
};

// Merged ranges of a sheet, by first row. They stand behind the rows, so this reads the sheet to its end and
// proves on the way that its bytes are whole. Errors: too_large ("ingest.workbook_merges"), those of the
// archive.
Result<std::vector<MergedRange>> merged_ranges(const Workbook& workbook, std::size_t sheet);

// Column and row of a reference such as "BC12"; false when it is none.
bool parse_reference(std::string_view reference, std::uint32_t& column, std::uint32_t& row);

inline constexpr std::uint32_t sheet_columns_most = 16'384;
inline constexpr std::uint32_t sheet_rows_most = 1'048'576;

}  // namespace jingwei::ingest

// An Excel workbook that somebody sent, read and filled in place: what is not filled stays byte for byte or
// at least cell for cell as it was (formats, formulas, other sheets).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jingwei::spreadsheet {

struct GridCell {
  int column = 0;
  std::string text;      // as shown, numbers in plain form; of a formula its last result
  bool formula = false;  // never written over
};

struct GridRow {
  int row = 0;                  // from 0
  std::vector<GridCell> cells;  // by column; cells that only bear a format come with an empty text
};

// A joined range of cells; its text stands in the first.
struct Merged {
  int first_row = 0, first_column = 0, last_row = 0, last_column = 0;
  bool contains(int row, int column) const {
    return row >= first_row && row <= last_row && column >= first_column && column <= last_column;
  }
};

// What stands on one sheet.
struct Grid {
  std::vector<GridRow> rows;  // by row; rows without cells are left out
  std::vector<Merged> merged;

  const GridRow* find(int row) const;
  // The text at a place, of the joined range there; empty when there is none.
  std::string_view text(int row, int column) const;
  const GridCell* cell(int row, int column) const;
  // The joined range at a place; null when there is none.
  const Merged* merged_at(int row, int column) const;
};

struct SheetName {
  std::string name;
  bool hidden = false;
};

// Not thread-safe.
class WorkbookEdit {
 public:
  // Errors: those of Package::open; corrupt "spreadsheet.damaged"; too_large "spreadsheet.too_many_sheets".
  static Result<std::unique_ptr<WorkbookEdit>> open(std::string bytes);
  ~WorkbookEdit();

  const std::vector<SheetName>& sheets() const;
  // Errors: corrupt, too_large "spreadsheet.too_many_cells" (limits::form_cells).
  Result<Grid> grid(std::size_t sheet);

  // Puts a value into a cell, keeping its format; text stays text whatever it begins with. A cell with a
  // formula is left alone.
  Result<void> set_text(std::size_t sheet, int row, int column, std::string_view value);
  Result<void> set_number(std::size_t sheet, int row, int column, double value);
  // Adds a plain sheet behind the others; a name that is taken gets a number.
  Result<void> add_sheet(const std::string& name, const std::vector<std::vector<std::string>>& rows);

  // The workbook's bytes; formulas are worked out anew when it is opened. Errors: internal.
  Result<std::string> save();

 private:
  struct State;
  explicit WorkbookEdit(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace jingwei::spreadsheet

// Excel workbooks out (ECMA-376): row after row into a file, in memory that does not grow with the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jingwei::spreadsheet {

// How a cell looks. Every style but `number` and `date` shows text as it is, whatever it begins with.
enum class CellStyle : std::uint8_t {
  text,             // "@": Excel neither turns digits into numbers nor text into formulas
  number,           // General
  date,             // yyyy-mm-dd, typed as a date
  header,           // bold, white on the product's green
  required_header,  // the same with an orange ground
  wrong,            // a refused cell: light red
  quiet,            // grey, for remarks
  title,            // large and bold
  mark              // the line that says the data are synthetic
};

enum class ColumnShow : std::uint8_t { shown, hidden };

// What a cell must hold; Excel refuses the rest with the sentence given.
struct CellRule {
  enum class Kind : std::uint8_t { list_of, list_range, date, integer, number, text_length, formula } kind;
  std::vector<std::string> choices;  // of list_of; at most 255 characters together with their commas
  std::string formula;               // of list_range ("=Choices_1") and formula ("=LEN(A2)=18")
  double min = 0, max = 0;           // of integer, number, text_length; of date days since 1899-12-30
  std::string title, sentence;       // of the box that tells what is wrong (at most 32 and 255 characters)
  std::string hint_title, hint;      // shown when the cell is chosen; may be empty
  enum class Strictness : std::uint8_t { stop, warn } strictness = Strictness::stop;
};

// One workbook on its way out. Rows of a sheet come in order, top to bottom; a finished row is on disk. Text
// is always written as text, never as a formula: what a department sent cannot run in somebody's Excel. Text
// that is not UTF-8 has its bad bytes replaced, and is cut at limits::workbook_cell_characters.
// Not thread-safe.
class WorkbookWriter {
 public:
  // Writes to `path`, replacing what stands there; complete only after close().
  explicit WorkbookWriter(const std::string& path);
  // A workbook that was not closed leaves no file behind.
  ~WorkbookWriter();

  // Begins a sheet and makes it the one the other functions write to. Names are at most 31 characters without
  // []:*?/\ — others are mended.
  void sheet(const std::string& name);
  void hide_sheet();

  // Width in characters; a Chinese character counts two.
  void column(int index, double width, CellStyle style, ColumnShow show = ColumnShow::shown);
  void text(int row, int column, std::string_view value, CellStyle style = CellStyle::text);
  void number(int row, int column, double value, CellStyle style = CellStyle::number);
  // Joins cells of one row under one text.
  void joined(int row, int first_column, int last_column, std::string_view value, CellStyle style);
  // A remark on a cell; past limits::workbook_comments a workbook takes no more (Excel becomes slow).
  void comment(int row, int column, std::string_view sentence);
  void freeze(int rows);
  void filter(int first_row, int last_row, int last_column);
  void rule(int first_row, int last_row, int column, const CellRule& rule);
  // Names a range of a sheet's column: "Regions" for ='lists'!$A$1:$A$20.
  void name_range(const std::string& name, const std::string& sheet, int column, int rows);

  // Errors: exhausted "spreadsheet.not_written" (disk), too_large "spreadsheet.too_many_rows".
  Result<void> close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Width a text takes in a column: 1 for narrow characters, 2 for wide ones.
double shown_width(std::string_view text);
// The letters of a column: 0 → "A", 27 → "AB".
std::string column_letters(int column);

}  // namespace jingwei::spreadsheet

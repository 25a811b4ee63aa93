#include "modules/ingest/reading/xlsx_reader.h"

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/reading/header_choice.h"
#include "modules/ingest/reading/xlsx_sheet.h"

namespace jingwei::ingest {

namespace {

// How far below the header a merged header cell may reach.
constexpr std::uint32_t header_reach = 5;

struct Table {
  std::size_t sheet = 0;
  HeaderChoice header;
  std::uint32_t first_row = 0, last_row = 0;  // of the header
};

// The header of a sheet; none when it holds nothing.
Result<std::optional<Table>> find_table(const std::shared_ptr<const Workbook>& workbook, std::size_t sheet,
                                        const HeaderFit& fit) {
  JW_ASSIGN(auto rows, SheetRows::open(workbook, sheet));
  std::vector<std::vector<std::string>> texts;
  std::vector<std::uint32_t> numbers;
  SheetRow row;
  while (texts.size() < limits::header_rows) {
    JW_ASSIGN(const bool more, rows->next(row));
    if (!more) break;
    if (row.cells.empty()) continue;
    // Cells far to the right are no header of ours, and thirty rows of them would cost memory.
    std::vector<std::string> line;
    for (const SheetCell& cell : row.cells) {
      if (cell.column >= limits::row_fields) break;
      line.resize(cell.column + 1);
      line.back() = cell.cell.text.substr(0, limits::refused_original_bytes);
    }
    if (line.empty()) continue;
    texts.push_back(std::move(line));
    numbers.push_back(row.number);
  }
  if (texts.empty()) return std::optional<Table>();
  Table table;
  table.sheet = sheet;
  table.header = choose_header(texts, fit);
  table.first_row = numbers[table.header.first];
  table.last_row = numbers[table.header.first + table.header.lines - 1];
  return std::optional<Table>(std::move(table));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class XlsxReader final : public RowReader {
 public:
  XlsxReader(std::shared_ptr<const Workbook> workbook, Table table, std::vector<MergedRange> merges,
             std::unique_ptr<SheetRows> rows, std::vector<Note> notes, RowPosition resume)
      : workbook_(std::move(workbook)),
        table_(std::move(table)),
        merges_(std::move(merges)),
        rows_(std::move(rows)),
        notes_(std::move(notes)),
        position_(resume) {
    data_behind_ = table_.last_row;
    for (const MergedRange& range : merges_) {
      if (range.first_row >= table_.first_row && range.first_row <= table_.last_row &&
          range.first_column < table_.header.columns.size() &&
          range.last_row - range.first_row < header_reach)
        data_behind_ = std::max(data_behind_, range.last_row);
    }
    cells_.resize(table_.header.columns.size());
    describe(RowFormat::xlsx, Encoding::utf8, Container::none);
  }

  std::span<const std::string> columns() const override { return table_.header.columns; }
  std::span<const Note> notes() const override { return notes_; }
  RowPosition position() const override { return position_; }

  Result<bool> next(Row& row) override {
    SheetRow sheet_row;
    for (;;) {
      JW_ASSIGN(const bool more, rows_->next(sheet_row));
      if (!more) return false;
      if (sheet_row.number <= data_behind_) continue;
      const bool any = place_cells(sheet_row);
      fill_merged(sheet_row.number);
      if (sheet_row.formulas_without_value > 0) tell_of_formulas(sheet_row);
      if (any && sheet_row.hidden) tell_of_hidden(sheet_row.number);
      // Rows before the place to go on from were read only for what merged cells and notes carry on.
      if (!any || sheet_row.number <= position_.offset) continue;
      position_ = {sheet_row.number, sheet_row.number + 1};
      row = Row{};
      row.line = row.offset = sheet_row.number;
      row.cells = cells_;
      row.found = cells_.size();
      write_original();
      row.original = original_;
      if (sheet_row.bad_text) row.problem = RowProblem::bad_encoding;
      return true;
    }
  }

 private:
  struct Spread {
    MergedRange range;
    std::string text;
    CellKind kind;
  };

  // False when the row has nothing of its own within the table.
  bool place_cells(const SheetRow& row) {
    std::fill(cells_.begin(), cells_.end(), Cell{});
    bool any = false;
    for (const SheetCell& cell : row.cells) {
      if (cell.column < cells_.size() && !(table_.header.columns[cell.column].empty())) {
        cells_[cell.column] = cell.cell;
        any = true;
      } else if (!is_merged_above(row.number, cell.column)) {
        tell_of_outside(row.number);
      }
    }
    return any;
  }

  bool is_merged_above(std::uint32_t row, std::uint32_t column) const {
    return std::ranges::any_of(spreads_, [&](const Spread& spread) {
      return row > spread.range.first_row && column >= spread.range.first_column &&
             column <= spread.range.last_column;
    });
  }

  // Takes up the ranges that begin at this row, gives their values to the cells that have none, drops those
  // that end here.
  void fill_merged(std::uint32_t row) {
    if (next_merge_ == merges_.size() && spreads_.empty()) return;
    for (; next_merge_ < merges_.size() && merges_[next_merge_].first_row <= row; ++next_merge_) {
      const MergedRange& range = merges_[next_merge_];
      if (range.first_row != row || range.first_column >= cells_.size()) continue;
      const Cell& from = cells_[range.first_column];
      // Ranges that lie over one another are no workbook's: as many as columns are enough.
      if (!from.text.empty() && spreads_.size() < cells_.size())
        spreads_.push_back({range, std::string(from.text), from.kind});
    }
    std::erase_if(spreads_, [&](const Spread& spread) { return spread.range.last_row < row; });
    for (const Spread& spread : spreads_) {
      const std::size_t end = std::min<std::size_t>(spread.range.last_column + 1, cells_.size());
      for (std::size_t column = spread.range.first_column; column < end; ++column) {
        if (cells_[column].text.empty() && !table_.header.columns[column].empty())
          cells_[column] = {spread.text, spread.kind};
      }
    }
  }

  void tell_of_formulas(const SheetRow& row) {
    formulas_ += row.formulas_without_value;
    set_note(formulas_note_, {"ingest.note.formulas_without_value",
                              {{"count", std::to_string(formulas_)}, {"row", std::to_string(row.number)}}});
  }

  void tell_of_outside(std::uint32_t row) {
    if (outside_rows_ == 0) first_outside_ = row;
    if (last_outside_ != row) ++outside_rows_;
    last_outside_ = row;
    set_note(outside_note_,
             {"ingest.note.cells_outside",
              {{"rows", std::to_string(outside_rows_)}, {"row", std::to_string(first_outside_)}}});
  }

  void tell_of_hidden(std::uint32_t row) {
    if (hidden_rows_++ == 0) first_hidden_ = row;
    set_note(hidden_note_,
             {"ingest.note.rows_hidden",
              {{"rows", std::to_string(hidden_rows_)}, {"row", std::to_string(first_hidden_)}}});
  }

  // Adds the note or brings it up to date.
  void set_note(std::size_t& at, Note note) {
    if (at == no_note) {
      at = notes_.size();
      notes_.emplace_back();
    }
    notes_[at] = std::move(note);
  }

  void write_original() {
    original_.clear();
    for (std::size_t at = 0; at < cells_.size(); ++at) {
      if (at > 0) original_ += ',';
      const std::string_view text = cells_[at].text;
      if (original_.size() + text.size() > limits::row_bytes) break;
      if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        original_ += text;
        continue;
      }
      original_ += '"';
      for (const char c : text) original_.append(c == '"' ? 2 : 1, c);
      original_ += '"';
    }
  }

  static constexpr std::size_t no_note = ~std::size_t{0};

  std::shared_ptr<const Workbook> workbook_;
  Table table_;
  std::vector<MergedRange> merges_;
  std::unique_ptr<SheetRows> rows_;
  std::vector<Note> notes_;
  RowPosition position_;
  std::uint32_t data_behind_ = 0;
  std::size_t next_merge_ = 0;
  std::vector<Spread> spreads_;
  std::vector<Cell> cells_;
  std::string original_;
  std::size_t formulas_ = 0, formulas_note_ = no_note;
  std::size_t outside_rows_ = 0, outside_note_ = no_note;
  std::uint32_t first_outside_ = 0, last_outside_ = 0;
  std::size_t hidden_rows_ = 0, hidden_note_ = no_note;
  std::uint32_t first_hidden_ = 0;
};

// What the sender should know of the sheets that are not read.
std::vector<Note> notes_on(const Workbook& workbook, const Table& table, const std::vector<Table>& others) {
  std::vector<std::string> hidden, unfit, fit_too;
  for (std::size_t at = 0; at < workbook.sheets.size(); ++at) {
    if (at == table.sheet) continue;
    const std::string& name = workbook.sheets[at].name;
    if (workbook.sheets[at].hidden) {
      hidden.push_back(name);
      continue;
    }
    const auto other = std::ranges::find(others, at, &Table::sheet);
    if (other == others.end()) continue;  // an empty sheet is nothing to tell of
    const bool as_good = table.header.fit > 0 && other->header.fit == table.header.fit;
    (as_good ? fit_too : unfit).push_back(name);
  }
  std::vector<Note> notes;
  if (workbook.has_macros) notes.push_back({"ingest.note.macros", {}});
  const auto tell = [&](std::string_view message, const std::vector<std::string>& names) {
    if (!names.empty())
      notes.push_back(
          {std::string(message), {{"sheet", workbook.sheets[table.sheet].name}, {"sheets", joined(names)}}});
  };
  tell("ingest.note.sheets_fit_too", fit_too);
  tell("ingest.note.sheets_passed", unfit);
  tell("ingest.note.sheets_hidden", hidden);
  return notes;
}

}  // namespace

Result<std::unique_ptr<RowReader>> read_workbook(std::shared_ptr<ZipArchive> archive,
                                                 const ReadOptions& options) {
  JW_ASSIGN(const auto workbook, open_workbook(std::move(archive)));
  std::vector<Table> tables;
  for (std::size_t at = 0; at < workbook->sheets.size(); ++at) {
    if (workbook->sheets[at].hidden) continue;
    JW_ASSIGN(auto table, find_table(workbook, at, options.fit));
    if (table) tables.push_back(std::move(*table));
  }
  if (tables.empty()) return Error(ErrorCode::invalid, "ingest.workbook_empty");
  const auto best = std::ranges::max_element(tables, {}, [](const Table& table) { return table.header.fit; });
  Table table = *best;
  JW_ASSIGN(auto merges, merged_ranges(*workbook, table.sheet));
  JW_ASSIGN(auto rows, SheetRows::open(workbook, table.sheet));
  std::vector<Note> notes = notes_on(*workbook, table, tables);
  return std::unique_ptr<RowReader>(std::make_unique<XlsxReader>(
      workbook, std::move(table), std::move(merges), std::move(rows), std::move(notes), options.resume));
}

}  // namespace jingwei::ingest

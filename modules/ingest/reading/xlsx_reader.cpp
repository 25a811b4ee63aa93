#include "modules/ingest/reading/xlsx_reader.h"

#include <unordered_map>

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/reading/header_choice.h"
#include "modules/ingest/reading/xlsx_sheet.h"
#include "modules/ingest/reading/xml_elements.h"

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

// Columns of several sheets as those of one table: the first sheet's, then what the others bring.
class JoinedColumns {
 public:
  explicit JoinedColumns(ColumnField field_of) : field_of_(std::move(field_of)) {}

  // Where each column of a sheet stands among all; -1: it has no name, or there are limits::row_fields
  // already. Columns met for the first time are added.
  std::vector<int> places_of(std::span<const std::string> header) {
    const bool first = names_.empty();
    std::vector<int> places(header.size(), -1);
    std::unordered_map<std::string, std::size_t> met;  // a name may stand twice on a sheet
    for (std::size_t at = 0; at < header.size(); ++at) {
      if (header[at].empty()) {
        if (first) names_.emplace_back();
        continue;
      }
      std::string key = key_of(header[at]);
      const std::size_t time = met[key]++;
      std::vector<int>& known = known_[std::move(key)];
      if (time == known.size()) {
        if (names_.size() >= limits::row_fields) continue;
        known.push_back(static_cast<int>(names_.size()));
        names_.push_back(header[at]);
      }
      if (time < known.size()) places[at] = known[time];
    }
    return places;
  }
  std::span<const std::string> names() const { return names_; }

 private:
  // No header holds a control character in front of a number.
  std::string key_of(const std::string& name) const {
    const int field = field_of_ ? field_of_(name) : -1;
    return field < 0 ? name : '\x01' + std::to_string(field);
  }

  ColumnField field_of_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::vector<int>> known_;  // by key, in order
};

// A position's offset: the sheet, from 1, above the row in it. Below that bits, a load that began when one
// sheet of a workbook was read counts rows of that sheet alone, and ends so.
constexpr int sheet_shift = 21;
constexpr std::uint64_t sheet_row_mask = (std::uint64_t{1} << sheet_shift) - 1;
static_assert(sheet_rows_most <= sheet_row_mask);

// Which sheets are read, in the workbook's order.
struct ChosenSheets {
  std::vector<std::size_t> sheets;
  bool alone_as_before = false;  // goes on with a position that knows no sheet
};

class XlsxReader final : public RowReader {
 public:
  XlsxReader(std::shared_ptr<const Workbook> workbook, ChosenSheets chosen, JoinedColumns columns,
             HeaderFit fit, std::vector<Note> notes, RowPosition resume)
      : workbook_(std::move(workbook)),
        chosen_(std::move(chosen)),
        columns_(std::move(columns)),
        fit_(std::move(fit)),
        notes_(std::move(notes)),
        position_(resume) {
    describe(RowFormat::xlsx, Encoding::utf8, Container::none);
  }

  // To be called once, before anything else. Errors: those of the first sheet.
  Result<void> begin() { return open_sheet(); }

  std::span<const std::string> columns() const override { return columns_.names(); }
  std::span<const Note> notes() const override { return notes_; }
  RowPosition position() const override { return position_; }

  Result<bool> next(Row& row) override {
    SheetRow sheet_row;
    while (at_ < chosen_.sheets.size()) {
      if (!rows_) JW_TRY(open_sheet());
      auto more = rows_->next(sheet_row);
      if (!more) return in_sheet(std::move(more).error());
      if (!*more) {
        rows_.reset();
        ++at_;
        continue;
      }
      last_row_ = sheet_row.number;
      if (sheet_row.number <= data_behind_) continue;
      const bool any = place_cells(sheet_row);
      fill_merged(sheet_row.number);
      if (sheet_row.formulas_without_value > 0) tell_of_formulas(sheet_row);
      if (any && sheet_row.hidden) tell_of_hidden(sheet_row.number);
      // Rows before the place to go on from were read only for what merged cells and notes carry on.
      const std::uint64_t offset = sheet_begin() | sheet_row.number;
      if (!any || offset <= position_.offset) continue;
      row = Row{};
      row.line = lines_before_ + sheet_row.number;
      row.offset = offset;
      position_ = {row.offset, row.line + 1};
      if (several()) {
        row.sheet = name();
        row.sheet_line = sheet_row.number;
      }
      row.cells = laid_out();
      row.found = row.cells.size();
      write_original(row.cells);
      row.original = original_;
      if (sheet_row.bad_text) row.problem = RowProblem::bad_encoding;
      return true;
    }
    return false;
  }

 private:
  struct Spread {
    MergedRange range;
    std::string text;
    CellKind kind;
  };
  static constexpr std::size_t no_note = ~std::size_t{0};
  // What was told of one sheet, and where it stands in the notes.
  struct Told {
    std::size_t formulas = 0, formulas_note = no_note;
    std::size_t outside_rows = 0, outside_note = no_note;
    std::uint32_t first_outside = 0, last_outside = 0;
    std::size_t hidden_rows = 0, hidden_note = no_note;
    std::uint32_t first_hidden = 0;
  };

  bool several() const { return chosen_.sheets.size() > 1; }
  const std::string& name() const { return workbook_->sheets[chosen_.sheets[at_]].name; }
  std::uint64_t sheet_begin() const {
    return chosen_.alone_as_before ? 0 : (std::uint64_t{chosen_.sheets[at_]} + 1) << sheet_shift;
  }

  // Only the sheet that is read stands in memory: its header is looked for again when its turn comes.
  Result<void> open_sheet() {
    const std::size_t sheet = chosen_.sheets[at_];
    last_row_ = 0;
    auto found = find_table(workbook_, sheet, fit_);
    if (!found) return in_sheet(std::move(found).error());
    if (!*found) return in_sheet(workbook_damaged("rows gone"));
    table_ = std::move(**found);
    auto merges = merged_ranges(*workbook_, sheet);
    if (!merges) return in_sheet(std::move(merges).error());
    merges_ = std::move(*merges);
    auto rows = SheetRows::open(workbook_, sheet);
    if (!rows) return in_sheet(std::move(rows).error());
    rows_ = std::move(*rows);
    const std::size_t known = columns_.names().size();
    places_ = columns_.places_of(table_.header.columns);
    if (columns_.names().size() != known) ++columns_version_;  // the file changed under our hands
    next_merge_ = 0;
    spreads_.clear();
    told_ = {};
    data_behind_ = table_.last_row;
    for (const MergedRange& range : merges_) {
      if (range.first_row >= table_.first_row && range.first_row <= table_.last_row &&
          range.first_column < places_.size() && range.last_row - range.first_row < header_reach)
        data_behind_ = std::max(data_behind_, range.last_row);
    }
    cells_.assign(places_.size(), Cell{});
    const bool goes_on = position_.offset >> sheet_shift == sheet_begin() >> sheet_shift;
    lines_before_ = position_.line - 1 - (goes_on ? position_.offset & sheet_row_mask : 0);
    return {};
  }

  // Of several sheets the one at fault is named.
  Error in_sheet(Error error) const {
    if (!several()) return error;
    if (error.code != ErrorCode::invalid) return std::move(error).with("sheet", name());
    Error told(ErrorCode::invalid, last_row_ == 0 ? "ingest.sheet_damaged" : "ingest.sheet_broken_off");
    return std::move(told)
        .with("sheet", name())
        .with("row", std::to_string(last_row_))
        .because(error.to_log());
  }

  // The cells in the order of all columns.
  std::span<const Cell> laid_out() {
    if (!several()) return cells_;
    laid_.assign(columns_.names().size(), Cell{});
    for (std::size_t at = 0; at < cells_.size(); ++at) {
      if (places_[at] >= 0) laid_[static_cast<std::size_t>(places_[at])] = cells_[at];
    }
    return laid_;
  }

  // False when the row has nothing of its own within the table.
  bool place_cells(const SheetRow& row) {
    std::fill(cells_.begin(), cells_.end(), Cell{});
    bool any = false;
    for (const SheetCell& cell : row.cells) {
      if (cell.column < cells_.size() && places_[cell.column] >= 0) {
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
        if (cells_[column].text.empty() && places_[column] >= 0) cells_[column] = {spread.text, spread.kind};
      }
    }
  }

  void tell_of_formulas(const SheetRow& row) {
    told_.formulas += row.formulas_without_value;
    set_note(told_.formulas_note,
             {"ingest.note.formulas_without_value",
              {{"count", std::to_string(told_.formulas)}, {"row", row_text(row.number)}}});
  }

  void tell_of_outside(std::uint32_t row) {
    if (told_.outside_rows == 0) told_.first_outside = row;
    if (told_.last_outside != row) ++told_.outside_rows;
    told_.last_outside = row;
    set_note(told_.outside_note,
             {"ingest.note.cells_outside",
              {{"rows", std::to_string(told_.outside_rows)}, {"row", row_text(told_.first_outside)}}});
  }

  void tell_of_hidden(std::uint32_t row) {
    if (told_.hidden_rows++ == 0) told_.first_hidden = row;
    set_note(told_.hidden_note,
             {"ingest.note.rows_hidden",
              {{"rows", std::to_string(told_.hidden_rows)}, {"row", row_text(told_.first_hidden)}}});
  }

  // A row as the notes tell of it.
  std::string row_text(std::uint32_t row) const {
    return (several() ? name() + " · " : "") + std::to_string(row);
  }

  // Adds the note or brings it up to date.
  void set_note(std::size_t& at, Note note) {
    if (at == no_note) {
      if (notes_.size() >= limits::batch_notes) return;
      at = notes_.size();
      notes_.emplace_back();
    }
    notes_[at] = std::move(note);
  }

  void write_original(std::span<const Cell> cells) {
    original_.clear();
    for (std::size_t at = 0; at < cells.size(); ++at) {
      if (at > 0) original_ += ',';
      const std::string_view text = cells[at].text;
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

  std::shared_ptr<const Workbook> workbook_;
  ChosenSheets chosen_;
  JoinedColumns columns_;
  HeaderFit fit_;
  std::vector<Note> notes_;
  RowPosition position_;
  std::size_t at_ = 0;              // of the chosen sheets
  std::uint64_t lines_before_ = 0;  // of the sheets before

  Table table_;  // of the present sheet, like what follows
  std::vector<MergedRange> merges_;
  std::unique_ptr<SheetRows> rows_;
  std::vector<int> places_;  // JoinedColumns::places_of
  std::uint32_t data_behind_ = 0, last_row_ = 0;
  std::size_t next_merge_ = 0;
  std::vector<Spread> spreads_;
  Told told_;

  std::vector<Cell> cells_, laid_;
  std::string original_;
};

bool contains(const std::vector<std::size_t>& sheets, std::size_t sheet) {
  return std::ranges::find(sheets, sheet) != sheets.end();
}

// What the sender should know of the sheets: those that are read where they are several, and those that are
// not.
std::vector<Note> notes_on(const Workbook& workbook, const std::vector<std::size_t>& read,
                           const std::vector<Table>& tables, int fits_too) {
  std::vector<std::string> names, hidden, unfit, fit_too;
  for (std::size_t at = 0; at < workbook.sheets.size(); ++at) {
    const std::string& name = workbook.sheets[at].name;
    if (contains(read, at)) {
      names.push_back(name);
      continue;
    }
    if (workbook.sheets[at].hidden) {
      hidden.push_back(name);
      continue;
    }
    const auto other = std::ranges::find(tables, at, &Table::sheet);
    if (other == tables.end()) continue;  // an empty sheet is nothing to tell of
    (fits_too > 0 && other->header.fit == fits_too ? fit_too : unfit).push_back(name);
  }
  std::vector<Note> notes;
  if (workbook.has_macros) notes.push_back({"ingest.note.macros", {}});
  const auto tell = [&](std::string_view message, const std::vector<std::string>& told) {
    if (!told.empty())
      notes.push_back({std::string(message), {{"sheet", names.front()}, {"sheets", joined(told)}}});
  };
  if (names.size() > 1) tell("ingest.note.sheets_read", names);
  tell("ingest.note.sheets_fit_too", fit_too);
  tell(names.size() > 1 ? "ingest.note.sheets_left" : "ingest.note.sheets_passed", unfit);
  tell("ingest.note.sheets_hidden", hidden);
  return notes;
}

// What the visible sheets of a workbook hold.
struct FoundTables {
  std::vector<Table> tables;
  std::vector<std::size_t> broken;  // sheets whose beginning cannot be read
  std::optional<Error> fault;       // of the first of them
};

Result<FoundTables> find_tables(const std::shared_ptr<const Workbook>& workbook, const HeaderFit& fit) {
  FoundTables found;
  for (std::size_t at = 0; at < workbook->sheets.size(); ++at) {
    if (workbook->sheets[at].hidden) continue;
    auto table = find_table(workbook, at, fit);
    if (!table) {
      if (table.error().code != ErrorCode::invalid) return std::move(table).error();
      found.broken.push_back(at);
      if (!found.fault) found.fault = std::move(table).error();
    } else if (*table) {
      found.tables.push_back(std::move(**table));
    }
  }
  return found;
}

}  // namespace

Result<std::unique_ptr<RowReader>> read_workbook(std::shared_ptr<ZipArchive> archive,
                                                 const ReadOptions& options) {
  JW_ASSIGN(const auto workbook, open_workbook(std::move(archive)));
  JW_ASSIGN(const FoundTables found, find_tables(workbook, options.fit));
  ChosenSheets chosen;
  chosen.alone_as_before = options.resume.offset > 0 && options.resume.offset <= sheet_row_mask;
  const bool one = chosen.alone_as_before || !options.whole;
  const auto best =
      std::ranges::max_element(found.tables, {}, [](const Table& table) { return table.header.fit; });
  JoinedColumns columns(options.field_of);
  for (const Table& table : found.tables) {
    // A few names that a legend shares with a table make no table of it.
    if (one || table.header.fit * 2 < best->header.fit || !options.whole(table.header.columns)) continue;
    chosen.sheets.push_back(table.sheet);
    columns.places_of(table.header.columns);
  }
  // Nobody knows whether a broken sheet would have fitted: rows before it are taken, then it is told.
  if (!chosen.sheets.empty()) {
    chosen.sheets.insert(chosen.sheets.end(), found.broken.begin(), found.broken.end());
    std::ranges::sort(chosen.sheets);
  } else if (found.fault) {
    return *found.fault;
  } else if (found.tables.empty()) {
    return Error(ErrorCode::invalid, "ingest.workbook_empty");
  } else {
    chosen.sheets = {best->sheet};
    columns.places_of(best->header.columns);
  }
  std::vector<Note> notes = notes_on(*workbook, chosen.sheets, found.tables, one ? best->header.fit : 0);
  auto reader = std::make_unique<XlsxReader>(workbook, std::move(chosen), std::move(columns), options.fit,
                                             std::move(notes), options.resume);
  JW_TRY(reader->begin());
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace jingwei::ingest

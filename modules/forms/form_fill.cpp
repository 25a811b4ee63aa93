#include "modules/forms/form_fill.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "base/text.h"
#include "modules/forms/form_records.h"

namespace jingwei::forms {

namespace {

using Arguments = std::vector<std::pair<std::string, std::string>>;

std::string letters(int column) {
  std::string text;
  for (int rest = column + 1; rest > 0; rest = (rest - 1) / 26)
    text.insert(text.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return text;
}

std::string shortened(const std::string& whole) {
  auto points = text::code_points(whole);
  if (points.size() > note_characters_most) points.resize(note_characters_most);
  return text::from_code_points(points);
}

// Fills one table of one sheet.
class TableFiller {
 public:
  TableFiller(const BookContext& context, const metrics::MetricsService& metrics, const Clock& clock,
              spreadsheet::WorkbookEdit& book, const spreadsheet::Grid& grid, const FormTable& table,
              Language language)
      : context_(context),
        metrics_(metrics),
        clock_(clock),
        book_(book),
        grid_(grid),
        table_(table),
        language_(language),
        tree_(context.regions.tree()),
        resolver_(tree_, context.hub_region) {}

  Result<void> fill(const FillOptions& options, std::vector<FormNote>& notes) {
    sheet_ = book_.sheets()[table_.sheet].name;
    find_rows(notes);
    if (about_regions()) {
      if (options.under) JW_TRY(place_children(*options.under, notes));
      JW_TRY(fill_regions(notes));
    }
    if (table_.resource != nullptr) JW_TRY(fill_records(notes));
    tell_columns(notes);
    return {};
  }
  // Pseudonyms of those whose files filled something.
  const std::set<std::string>& persons() const { return persons_; }

 private:
  bool about_regions() const {
    return std::any_of(table_.columns.begin(), table_.columns.end(), [](const FormColumn& column) {
      return column.kind == ColumnKind::region_code || column.kind == ColumnKind::region_name;
    });
  }

  void find_rows(std::vector<FormNote>& notes) {
    for (const auto& row : grid_.rows) {
      if (row.row <= table_.header_row) continue;
      if (rows_.size() == limits::form_rows) {
        notes.push_back({sheet_, "", "", "",
                         said("forms.notes.rows_most", {{"limit", std::to_string(limits::form_rows)}})});
        break;
      }
      rows_.push_back(row.row);
    }
  }

  std::string said(const char* id, const Arguments& arguments = {}) const {
    return render(id, arguments, language_);
  }
  void tell_row(std::vector<FormNote>& notes, int row, std::string text) const {
    notes.push_back(
        {sheet_, said("forms.notes.row", {{"row", std::to_string(row + 1)}}), "", "", std::move(text)});
  }

  // Cells that bear something, also of a joined range, are left as they are.
  Result<void> put(int row, const FormColumn& column, const std::string& value, bool number = false) {
    if (value.empty()) return {};
    const auto* merged = grid_.merged_at(row, column.column);
    if (merged != nullptr && (merged->first_row != row || merged->first_column != column.column)) return {};
    const auto* cell = grid_.cell(row, column.column);
    if (cell != nullptr && (cell->formula || !cell->text.empty())) return {};
    if (number) {
      JW_TRY(book_.set_number(table_.sheet, row, column.column, std::stod(value)));
    } else {
      JW_TRY(book_.set_text(table_.sheet, row, column.column, value));
    }
    ++filled_[column.column];
    return {};
  }

  // What the row says of its region: a code, else the names from the top down.
  std::string region_text(int row) const {
    std::string names;
    for (int level = 0; level <= 6; ++level) {
      for (const auto& column : table_.columns) {
        const std::string_view text = grid_.text(row, column.column);
        if (text.empty()) continue;
        if (column.kind == ColumnKind::region_code) return std::string(text);
        if (column.kind == ColumnKind::region_name && column.level == level)
          names += (names.empty() ? "" : "/") + std::string(text);
      }
    }
    return names;
  }

  Result<void> fill_regions(std::vector<FormNote>& notes) {
    for (const int row : rows_) {
      const std::string text = region_text(row);
      if (text.empty()) continue;
      const auto match = resolver_.resolve(text);
      if (match.outcome != ingest::RegionMatch::Outcome::found) {
        const bool ambiguous = match.outcome == ingest::RegionMatch::Outcome::ambiguous;
        tell_row(notes, row,
                 said(ambiguous ? "forms.notes.region_ambiguous" : "forms.notes.region_unknown",
                      {{"text", shortened(text)}}));
        continue;
      }
      JW_TRY(fill_region(row, tree_->find(RegionId(match.region_id))));
    }
    return {};
  }

  Result<void> fill_region(int row, region::Node node) {
    for (const auto& column : table_.columns) {
      switch (column.kind) {
        case ColumnKind::region_code:
          JW_TRY(put(row, column, tree_->code(node)));
          break;
        case ColumnKind::region_name:
          JW_TRY(put(row, column, name_at(node, column.level)));
          break;
        case ColumnKind::region_path:
          JW_TRY(put(row, column, tree_->path_text(node)));
          break;
        case ColumnKind::region_level:
          JW_TRY(put(row, column, std::string(region::title_of(tree_->level(node), language_))));
          break;
        case ColumnKind::region_parent:
          if (node != tree_->root()) JW_TRY(put(row, column, std::string(tree_->name(tree_->parent(node)))));
          break;
        case ColumnKind::region_count:
          JW_TRY(put(row, column, std::to_string(tree_->child_count(node)), true));
          break;
        case ColumnKind::figure:
          JW_TRY(fill_figure(row, column, node));
          break;
        case ColumnKind::field:
          break;
      }
    }
    return {};
  }

  // The region itself, or the one of that level above it; empty when there is none.
  std::string name_at(region::Node node, int level) const {
    if (level == 0) return std::string(tree_->name(node));
    for (const region::Node at : tree_->path(node)) {
      if (static_cast<int>(tree_->level(at)) == level) return std::string(tree_->name(at));
    }
    return "";
  }

  Result<void> fill_figure(int row, const FormColumn& column, region::Node node) {
    const auto figures = metrics_.figures(tree_->id(node));
    as_of_ = figures.as_of;
    for (const auto& figure : figures.figures) {
      if (figure.metric == column.figure && figure.total == figure.total)
        JW_TRY(put(row, column, std::to_string(figure.total), true));
    }
    return {};
  }

  // An empty form about regions: the children of a region, one a row, up to the first row that bears
  // something.
  Result<void> place_children(const std::string& code, std::vector<FormNote>& notes) {
    const region::Node under = tree_->find(code);
    if (under == region::no_node)
      return Error(ErrorCode::not_found, "forms.under_unknown").with("code", code).at("under");
    int row = table_.header_row + 1;
    std::size_t left = tree_->child_count(under);
    for (region::Node child = tree_->first_child(under); child != region::no_node;
         child = tree_->next_sibling(child)) {
      const auto* standing = grid_.find(row);
      const bool taken =
          standing != nullptr && std::any_of(standing->cells.begin(), standing->cells.end(),
                                             [](const auto& cell) { return !cell.text.empty(); });
      if (taken || row - table_.header_row > static_cast<int>(limits::form_rows)) break;
      JW_TRY(fill_region(row++, child));
      --left;
    }
    if (left > 0) tell_row(notes, row, said("forms.notes.not_room", {{"count", std::to_string(left)}}));
    return {};
  }

  Result<void> fill_records(std::vector<FormNote>& notes) {
    if (table_.resource->sharing == catalog::Sharing::none) return {};
    CellReader reader(context_, *table_.resource, clock_);
    if (table_.whole_key) JW_TRY(fill_by_key(reader, notes));
    return table_.named_by.empty() ? Result<void>() : fill_known(reader, notes);
  }

  // The column of a field that stands in the form.
  int column_of(int field) const {
    const auto found = std::find_if(
        table_.columns.begin(), table_.columns.end(),
        [&](const FormColumn& column) { return column.kind == ColumnKind::field && column.field == field; });
    return found == table_.columns.end() ? -1 : found->column;
  }
  Result<CellReader::Cell> read(CellReader& reader, int row, int field) const {
    const int column = column_of(field);
    return reader.read(column < 0 ? "" : grid_.text(row, column), field);
  }

  // The resource's own record, which a row's key means.
  Result<void> fill_by_key(CellReader& reader, std::vector<FormNote>& notes) {
    const auto& resource = *table_.resource;
    std::vector<int> rows;
    std::vector<std::vector<storage::Value>> keys;
    for (const int row : rows_) {
      std::vector<storage::Value> key;
      std::string unread;
      for (const auto& name : resource.key) {
        const int field = resource.index_of(name);
        JW_ASSIGN(const auto cell, read(reader, row, field));
        if (cell.refused)
          unread = resource.fields[static_cast<std::size_t>(field)].title.in(language_);
        else if (!std::holds_alternative<storage::Null>(cell.value))
          key.push_back(cell.value);
      }
      if (!unread.empty()) tell_row(notes, row, said("forms.notes.key_refused", {{"reason", unread}}));
      if (key.size() < resource.key.size()) continue;
      rows.push_back(row);
      keys.push_back(std::move(key));
    }
    JW_ASSIGN(const auto sight, context_.sight(resource));
    JW_ASSIGN(const auto records, context_.ingest.find_by_key(resource.id, keys, sight));
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (!records[at]) {
        tell_row(notes, rows[at], said("forms.notes.record_unknown"));
        continue;
      }
      JW_TRY(fill_record(rows[at], *records[at]));
    }
    return {};
  }

  // What the hub knows of whom a row names by a number (a document, a credit code, a household's, venue's or
  // device's own), wherever it knows it from, as far as the asker may see it.
  Result<void> fill_known(CellReader& reader, std::vector<FormNote>& notes) {
    std::vector<int> rows;
    std::vector<FormRow> asked;
    for (const int row : rows_) {
      FormRow said_there;
      for (const auto& fields : table_.named_by) {
        for (const int field : fields) {
          const auto& known = table_.resource->fields[static_cast<std::size_t>(field)];
          JW_ASSIGN(const auto cell, read(reader, row, field));
          if (const std::string text = cell.text(); !text.empty()) said_there[known.name] = text;
          // Where the key is whole it has said so.
          if (cell.refused && !table_.whole_key) {
            tell_row(notes, row, said("forms.notes.key_refused", {{"reason", known.title.in(language_)}}));
          }
        }
      }
      if (said_there.empty()) continue;
      rows.push_back(row);
      asked.push_back(std::move(said_there));
    }
    if (asked.empty()) return {};
    JW_ASSIGN(const auto known,
              context_.known->of({*table_.resource, asked, context_.caller, context_.purpose}, language_));
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (known[at].empty() && !table_.whole_key)
        tell_row(notes, rows[at], said("forms.notes.subject_unknown"));
      JW_TRY(fill_values(rows[at], known[at]));
    }
    return {};
  }

  Result<void> fill_values(int row, const KnownValues& known) {
    for (const auto& column : table_.columns) {
      if (column.kind != ColumnKind::field) continue;
      const auto& field = table_.resource->fields[static_cast<std::size_t>(column.field)];
      const auto value = known.find(field.name);
      if (value == known.end()) continue;
      const std::size_t before = filled_[column.column];
      const bool figure =
          field.type == catalog::FieldType::integer || field.type == catalog::FieldType::number;
      JW_TRY(put(row, column, value->second.text, figure));
      if (filled_[column.column] == before) continue;
      known_from_[column.column].insert(value->second.source);
      if (!value->second.person.empty()) persons_.insert(value->second.person);
    }
    return {};
  }

  Result<void> fill_record(int row, const ingest::Record& record) {
    for (const auto& column : table_.columns) {
      if (column.kind != ColumnKind::field) continue;
      const auto& field = table_.resource->fields[column.field];
      const auto& value = record.values[column.field];
      if (field.personal != catalog::Personal::none || std::holds_alternative<storage::Null>(value)) continue;
      const bool number =
          field.type == catalog::FieldType::integer || field.type == catalog::FieldType::number;
      JW_TRY(put(row, column, ingest::readable(value, field, *tree_, language_).value_or(""), number));
    }
    return {};
  }

  void tell_columns(std::vector<FormNote>& notes) const {
    const std::string tree_source = said("forms.notes.tree", {{"day", to_iso(tree_->edition())}});
    std::vector<FormNote> told;
    for (const auto& column : table_.columns) {
      const auto count = filled_.find(column.column);
      FormNote note{
          sheet_, letters(column.column), column.title, "", "", count == filled_.end() ? 0 : count->second};
      note.text = said("forms.notes.filled", {{"count", std::to_string(note.filled)}});
      if (column.kind == ColumnKind::figure) {
        note.source = said("forms.notes.figure",
                           {{"metric", metrics_.metrics()[column.figure].metric->title.in(language_)},
                            {"time", to_rfc3339(as_of_)}});
      } else if (column.kind != ColumnKind::field) {
        note.source = tree_source;
      } else {
        const auto& resource = *table_.resource;
        const auto& field = resource.fields[column.field];
        const bool key = (table_.whole_key && std::find(resource.key.begin(), resource.key.end(),
                                                        field.name) != resource.key.end()) ||
                         std::any_of(table_.named_by.begin(), table_.named_by.end(), [&](const auto& fields) {
                           return std::find(fields.begin(), fields.end(), column.field) != fields.end();
                         });
        if (resource.sharing == catalog::Sharing::none) {
          note.text = said("forms.notes.not_shared");
        } else if (key) {
          note.text = said("forms.notes.key");
        } else if (field.personal != catalog::Personal::none) {
          note.text = said("forms.notes.personal");
        } else if (!table_.whole_key) {
          note.text = said("forms.notes.filled", {{"count", std::to_string(note.filled)}});
        } else {
          note.source = said("forms.notes.resource", {{"resource", resource.title.in(language_)},
                                                      {"provider", resource.provider.in(language_)}});
        }
      }
      if (const auto from = known_from_.find(column.column); from != known_from_.end()) {
        std::string sources;
        for (const auto& source : from->second) sources += (sources.empty() ? "" : ", ") + source;
        note.source = said("forms.notes.file", {{"sources", sources}});
        note.text = said("forms.notes.filled", {{"count", std::to_string(note.filled)}});
      }
      told.push_back(std::move(note));
    }
    for (const auto& title : table_.unclear)
      told.push_back({sheet_, "", title, "", said("forms.notes.unclear")});
    for (const auto& title : table_.unknown)
      told.push_back({sheet_, "", title, "", said("forms.notes.unknown")});
    notes.insert(notes.begin(), told.begin(), told.end());
  }

  const BookContext& context_;
  const metrics::MetricsService& metrics_;
  const Clock& clock_;
  spreadsheet::WorkbookEdit& book_;
  const spreadsheet::Grid& grid_;
  const FormTable& table_;
  Language language_;
  std::shared_ptr<const region::Tree> tree_;
  ingest::TreeRegionResolver resolver_;
  std::string sheet_;
  std::vector<int> rows_;              // below the header, that are filled
  std::map<int, std::size_t> filled_;  // cells by column
  std::set<std::string> persons_;
  std::map<int, std::set<std::string>> known_from_;  // titles of the resources that a column was filled from
  Instant as_of_{};
};

Result<void> add_notes_sheet(spreadsheet::WorkbookEdit& book, const std::vector<FormNote>& notes,
                             bool synthetic, const Clock& clock, Language language) {
  const auto said = [&](const char* id, const Arguments& arguments = {}) {
    return render(id, arguments, language);
  };
  std::vector<std::vector<std::string>> rows;
  if (synthetic) rows.push_back({said("forms.synthetic")});
  rows.push_back({said("forms.notes.head", {{"day", to_rfc3339(clock.now())}})});
  rows.push_back({said("forms.notes.kept")});
  rows.push_back({said("forms.notes.lost")});
  rows.push_back({said("forms.notes.sheet"), said("forms.notes.place"), said("forms.notes.column"),
                  said("forms.notes.source"), said("forms.notes.what")});
  for (const auto& note : notes)
    rows.push_back({note.sheet, note.place, note.column, note.source, note.text});
  return book.add_sheet(said("forms.notes"), rows);
}

}  // namespace

Result<FilledForm> fill_form(const BookContext& context, const metrics::MetricsService& metrics,
                             const Clock& clock, std::string bytes, const FillOptions& options,
                             Language language) {
  JW_ASSIGN(const auto book, spreadsheet::WorkbookEdit::open(std::move(bytes)));
  FilledForm form;
  bool recognised = false;
  for (std::size_t sheet = 0; sheet < book->sheets().size(); ++sheet) {
    if (book->sheets()[sheet].hidden) continue;
    JW_ASSIGN(const auto grid, book->grid(sheet));
    JW_ASSIGN(auto table, find_table(context, metrics, grid, options.resource));
    std::vector<FormNote> notes;
    if (table) {
      recognised = true;
      table->sheet = sheet;
      TableFiller filler(context, metrics, clock, *book, grid, *table, language);
      JW_TRY(filler.fill(options, notes));
      form.persons.insert(form.persons.end(), filler.persons().begin(), filler.persons().end());
    } else {
      notes.push_back({book->sheets()[sheet].name, "", "", "", render("forms.notes.no_table", {}, language)});
    }
    form.notes.insert(form.notes.end(), notes.begin(), notes.end());
  }
  if (!recognised) return Error(ErrorCode::invalid, "forms.not_recognised");
  for (const auto& note : form.notes) form.cells += note.filled;
  if (form.notes.size() > notes_most) {
    const std::size_t more = form.notes.size() - notes_most;
    form.notes.resize(notes_most);
    form.notes.push_back(
        {"", "", "", "", render("forms.notes.more", Arguments{{"count", std::to_string(more)}}, language)});
  }
  JW_TRY(add_notes_sheet(*book, form.notes, context.synthetic, clock, language));
  JW_ASSIGN(form.bytes, book->save());
  return form;
}

}  // namespace jingwei::forms

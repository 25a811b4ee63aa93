#include "spreadsheet/workbook_edit.h"

#include <charconv>
#include <cmath>
#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "base/limits.h"
#include "base/text.h"
#include "spreadsheet/package.h"
#include "spreadsheet/workbook_writer.h"

namespace jingwei::spreadsheet {

namespace {

constexpr const char* relationships_space =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
constexpr const char* main_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
constexpr const char* worksheet_kind =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
constexpr const char* worksheet_media =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";

// Tags may bear a prefix ("x:row").
std::string_view local(const char* name) {
  const std::string_view whole = name;
  return whole.substr(whole.rfind(':') + 1);  // npos + 1 is 0
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  for (const auto& node : parent.children())
    if (local(node.name()) == name) return node;
  return {};
}

std::string prefix_of(const pugi::xml_node& node) {
  const std::string whole = node.name();
  const std::size_t colon = whole.rfind(':');
  return colon == std::string::npos ? "" : whole.substr(0, colon + 1);
}

std::string attribute(const pugi::xml_node& node, std::string_view name) {
  for (const auto& one : node.attributes())
    if (local(one.name()) == name) return one.value();
  return {};
}

// "AB12" → row 11, column 27; nothing for anything else.
std::optional<std::pair<int, int>> place_of(std::string_view reference) {
  int column = 0;
  std::size_t at = 0;
  while (at < reference.size() && at < 3 && reference[at] >= 'A' && reference[at] <= 'Z')
    column = column * 26 + (reference[at++] - 'A' + 1);
  int row = 0;
  const char* end = reference.data() + reference.size();
  const auto [stop, fault] = std::from_chars(reference.data() + at, end, row);
  if (at == 0 || fault != std::errc{} || stop != end || row < 1 ||
      row > static_cast<int>(limits::workbook_rows))
    return std::nullopt;
  return std::pair{row - 1, column - 1};
}

std::optional<Merged> range_of(std::string_view reference) {
  const std::size_t colon = reference.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto from = place_of(reference.substr(0, colon)), to = place_of(reference.substr(colon + 1));
  if (!from || !to) return std::nullopt;
  return Merged{from->first, from->second, to->first, to->second};
}

// Numbers in plain form: 13800000000, not 1.38E10.
std::string plain_number(const std::string& text) {
  if (text.find_first_of("eE") == std::string::npos && text.size() <= 15) return text;
  const double number = std::strtod(text.c_str(), nullptr);
  if (std::isfinite(number) && number == std::floor(number) && std::fabs(number) < 1e18)
    return std::to_string(static_cast<std::int64_t>(number));
  char digits[64];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// Text of a shared or inline string: its runs together, without phonetic readings.
std::string rich_text(const pugi::xml_node& item) {
  std::string text;
  for (const auto& node : item.children()) {
    if (local(node.name()) == "t") text += node.text().get();
    if (local(node.name()) == "r") text += child(node, "t").text().get();
  }
  return text;
}

// XML 1.0 has no place for most control characters.
std::string clean(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    const char32_t point = text::next_code_point(value, at);
    const bool allowed = point == '\t' || point == '\n' || point == '\r' || point >= 0x20;
    if (allowed && point != 0xFFFE && point != 0xFFFF) text::append_code_point(out, point);
  }
  return out;
}

std::string folder_of(const std::string& part) {
  return part.substr(0, part.rfind('/') + 1);
}

// A relationship's target as a part's name.
std::string resolved(const std::string& folder, const std::string& target) {
  return target.starts_with('/') ? target.substr(1) : folder + target;
}

struct Document {
  pugi::xml_document xml;
  std::map<int, pugi::xml_node> rows;  // of a sheet
  bool changed = false;
};

std::string saved(const pugi::xml_document& xml) {
  std::ostringstream out;
  const bool declared = xml.first_child().type() == pugi::node_declaration;
  xml.save(out, "", pugi::format_raw | (declared ? pugi::format_no_declaration : pugi::format_default),
           pugi::encoding_utf8);
  return out.str();
}

}  // namespace

struct WorkbookEdit::State {
  explicit State(Package package_) : package(std::move(package_)) {}

  Package package;
  std::string workbook_part;
  Document workbook, relationships;
  std::vector<SheetName> sheets;
  std::vector<std::string> parts;  // by sheet
  std::map<std::string, Document> documents;
  std::vector<std::string> strings;
  bool strings_read = false;
  bool touched = false;

  std::string relationships_part() const {
    return folder_of(workbook_part) + "_rels/" + workbook_part.substr(workbook_part.rfind('/') + 1) + ".rels";
  }

  Result<void> load(const std::string& part, Document& into) {
    JW_ASSIGN(const std::string text, package.read(part));
    if (!into.xml.load_buffer(text.data(), text.size(), pugi::parse_full | pugi::parse_ws_pcdata))
      return damaged(part);
    return {};
  }

  Result<void> load_workbook() {
    Document root;
    JW_TRY(load("_rels/.rels", root));
    for (const auto& node : root.xml.document_element().children()) {
      if (attribute(node, "Type").ends_with("/officeDocument"))
        workbook_part = resolved("", attribute(node, "Target"));
    }
    if (workbook_part.empty() || !package.has(workbook_part) || !package.has(relationships_part()))
      return Error(ErrorCode::unsupported, "spreadsheet.not_a_workbook");
    JW_TRY(load(workbook_part, workbook));
    JW_TRY(load(relationships_part(), relationships));
    const auto list = child(workbook.xml.document_element(), "sheets");
    if (!list) return Error(ErrorCode::unsupported, "spreadsheet.not_a_workbook");
    for (const auto& sheet : list.children()) {
      if (local(sheet.name()) != "sheet") continue;
      const std::string part = part_of_relationship(attribute(sheet, "id"));
      if (part.empty() || !package.has(part)) continue;  // a chart sheet or a lost one: nothing to fill there
      const std::string state = sheet.attribute("state").value();
      sheets.push_back({sheet.attribute("name").value(), state == "hidden" || state == "veryHidden"});
      parts.push_back(part);
    }
    if (sheets.size() > limits::form_sheets)
      return Error(ErrorCode::too_large, "spreadsheet.too_many_sheets")
          .with("limit", std::to_string(limits::form_sheets));
    if (sheets.empty()) return damaged(workbook_part);
    return {};
  }

  std::string part_of_relationship(const std::string& id) const {
    for (const auto& node : relationships.xml.document_element().children()) {
      if (attribute(node, "Id") == id && attribute(node, "Type").ends_with("/worksheet"))
        return resolved(folder_of(workbook_part), attribute(node, "Target"));
    }
    return {};
  }

  Result<void> read_strings() {
    if (strings_read) return {};
    strings_read = true;
    for (const auto& node : relationships.xml.document_element().children()) {
      if (!attribute(node, "Type").ends_with("/sharedStrings")) continue;
      Document shared;
      JW_TRY(load(resolved(folder_of(workbook_part), attribute(node, "Target")), shared));
      for (const auto& item : shared.xml.document_element().children())
        if (local(item.name()) == "si") strings.push_back(rich_text(item));
    }
    return {};
  }

  Result<Document*> sheet(std::size_t index) {
    const std::string& part = parts.at(index);
    const auto [found, fresh] = documents.try_emplace(part);
    Document& document = found->second;
    if (!fresh) return &document;
    JW_TRY(load(part, document));
    int next = 0;
    for (const auto& row : child(document.xml.document_element(), "sheetData").children()) {
      if (local(row.name()) != "row") continue;
      const int number = row.attribute("r") ? row.attribute("r").as_int() - 1 : next;
      document.rows[number] = row;
      next = number + 1;
    }
    return &document;
  }

  std::string text_of(const pugi::xml_node& cell) const {
    const std::string kind = cell.attribute("t").value();
    if (kind == "inlineStr") return rich_text(child(cell, "is"));
    const std::string value = child(cell, "v").text().get();
    if (kind == "s") {
      std::size_t index = strings.size();
      std::from_chars(value.data(), value.data() + value.size(), index);
      return index < strings.size() ? strings[index] : "";
    }
    if (kind == "str" || kind == "b" || kind == "e" || kind == "d") return value;
    return value.empty() ? "" : plain_number(value);
  }

  // The cell's node, made in its place where it is missing.
  Result<pugi::xml_node> cell_at(std::size_t index, int row, int column) {
    JW_ASSIGN(Document * document, sheet(index));
    const auto root = document->xml.document_element();
    auto data = child(root, "sheetData");
    if (!data) return damaged(parts[index]);
    const std::string prefix = prefix_of(root);
    auto& line = document->rows[row];
    if (!line) {
      const auto behind = document->rows.upper_bound(row);
      line = behind == document->rows.end()
                 ? data.append_child((prefix + "row").c_str())
                 : data.insert_child_before((prefix + "row").c_str(), behind->second);
      line.append_attribute("r") = row + 1;
    }
    line.remove_attribute("spans");
    document->changed = touched = true;
    pugi::xml_node before;
    int next = 0;
    for (auto cell : line.children()) {
      if (local(cell.name()) != "c") continue;
      const auto place = place_of(cell.attribute("r").value());
      const int at = place ? place->second : next;
      next = at + 1;
      if (at == column) return cell;
      if (at > column) {
        before = cell;
        break;
      }
    }
    auto made = before ? line.insert_child_before((prefix + "c").c_str(), before)
                       : line.append_child((prefix + "c").c_str());
    made.append_attribute("r") = (column_letters(column) + std::to_string(row + 1)).c_str();
    return made;
  }
};

const GridRow* Grid::find(int row) const {
  const auto found = std::lower_bound(rows.begin(), rows.end(), row,
                                      [](const GridRow& one, int number) { return one.row < number; });
  return found != rows.end() && found->row == row ? &*found : nullptr;
}

const GridCell* Grid::cell(int row, int column) const {
  const GridRow* line = find(row);
  if (line == nullptr) return nullptr;
  for (const auto& one : line->cells)
    if (one.column == column) return &one;
  return nullptr;
}

const Merged* Grid::merged_at(int row, int column) const {
  for (const auto& range : merged)
    if (range.contains(row, column)) return &range;
  return nullptr;
}

std::string_view Grid::text(int row, int column) const {
  if (const Merged* range = merged_at(row, column)) {
    row = range->first_row;
    column = range->first_column;
  }
  const GridCell* found = cell(row, column);
  return found == nullptr ? std::string_view() : std::string_view(found->text);
}

WorkbookEdit::WorkbookEdit(std::unique_ptr<State> state) : state_(std::move(state)) {}
WorkbookEdit::~WorkbookEdit() = default;

Result<std::unique_ptr<WorkbookEdit>> WorkbookEdit::open(std::string bytes) {
  JW_ASSIGN(auto package, Package::open(std::move(bytes)));
  auto state = std::make_unique<State>(std::move(package));
  JW_TRY(state->load_workbook());
  return std::unique_ptr<WorkbookEdit>(new WorkbookEdit(std::move(state)));
}

const std::vector<SheetName>& WorkbookEdit::sheets() const {
  return state_->sheets;
}

Result<Grid> WorkbookEdit::grid(std::size_t sheet) {
  JW_TRY(state_->read_strings());
  JW_ASSIGN(const Document* document, state_->sheet(sheet));
  Grid grid;
  std::size_t cells = 0;
  for (const auto& [number, row] : document->rows) {
    GridRow line{number, {}};
    int next = 0;
    for (const auto& cell : row.children()) {
      if (local(cell.name()) != "c") continue;
      const auto place = place_of(cell.attribute("r").value());
      const int column = place ? place->second : next;
      next = column + 1;
      if (column >= static_cast<int>(limits::form_columns)) continue;
      if (++cells > limits::form_cells)
        return Error(ErrorCode::too_large, "spreadsheet.too_many_cells")
            .with("limit", std::to_string(limits::form_cells));
      line.cells.push_back({column, state_->text_of(cell), static_cast<bool>(child(cell, "f"))});
    }
    if (!line.cells.empty()) grid.rows.push_back(std::move(line));
  }
  for (const auto& range : child(document->xml.document_element(), "mergeCells").children()) {
    if (grid.merged.size() >= limits::form_merged) break;
    if (const auto found = range_of(range.attribute("ref").value())) grid.merged.push_back(*found);
  }
  return grid;
}

Result<void> WorkbookEdit::set_text(std::size_t sheet, int row, int column, std::string_view value) {
  JW_ASSIGN(auto cell, state_->cell_at(sheet, row, column));
  if (child(cell, "f")) return {};
  const std::string prefix = prefix_of(cell);
  cell.remove_children();
  cell.remove_attribute("t");
  cell.append_attribute("t") = "inlineStr";
  auto text = cell.append_child((prefix + "is").c_str()).append_child((prefix + "t").c_str());
  text.append_attribute("xml:space") = "preserve";
  text.text() = clean(value).c_str();
  return {};
}

Result<void> WorkbookEdit::set_number(std::size_t sheet, int row, int column, double value) {
  JW_ASSIGN(auto cell, state_->cell_at(sheet, row, column));
  if (child(cell, "f")) return {};
  cell.remove_children();
  cell.remove_attribute("t");
  char digits[64];
  const std::string text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  cell.append_child((prefix_of(cell) + "v").c_str()).text() = text.c_str();
  return {};
}

Result<void> WorkbookEdit::add_sheet(const std::string& name,
                                     const std::vector<std::vector<std::string>>& rows) {
  std::string free_name = name;
  const auto taken = [&] {
    return std::any_of(state_->sheets.begin(), state_->sheets.end(),
                       [&](const SheetName& sheet) { return sheet.name == free_name; });
  };
  for (int number = 2; taken(); ++number) free_name = name + " " + std::to_string(number);
  const std::string folder = folder_of(state_->workbook_part);
  int number = 1;
  const auto part_name = [&] { return folder + "worksheets/sheet" + std::to_string(number) + ".xml"; };
  while (state_->package.has(part_name())) ++number;

  pugi::xml_document sheet;
  auto root = sheet.append_child("worksheet");
  root.append_attribute("xmlns") = main_space;
  auto columns = root.append_child("cols").append_child("col");
  columns.append_attribute("min") = 1;
  columns.append_attribute("max") = 8;
  columns.append_attribute("width") = 24;
  columns.append_attribute("customWidth") = 1;
  auto data = root.append_child("sheetData");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto line = data.append_child("row");
    line.append_attribute("r") = static_cast<int>(row) + 1;
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      auto cell = line.append_child("c");
      cell.append_attribute("r") =
          (column_letters(static_cast<int>(column)) + std::to_string(row + 1)).c_str();
      cell.append_attribute("t") = "inlineStr";
      auto text = cell.append_child("is").append_child("t");
      text.append_attribute("xml:space") = "preserve";
      text.text() = clean(rows[row][column]).c_str();
    }
  }
  state_->package.put(part_name(), saved(sheet));

  Document types;
  JW_TRY(state_->load("[Content_Types].xml", types));
  auto type_root = types.xml.document_element();
  auto type = type_root.append_child((prefix_of(type_root) + "Override").c_str());
  type.append_attribute("PartName") = ("/" + part_name()).c_str();
  type.append_attribute("ContentType") = worksheet_media;
  state_->package.put("[Content_Types].xml", saved(types.xml));

  auto links = state_->relationships.xml.document_element();
  const std::string id = "rIdJingwei" + std::to_string(number);
  auto link = links.append_child((prefix_of(links) + "Relationship").c_str());
  link.append_attribute("Id") = id.c_str();
  link.append_attribute("Type") = worksheet_kind;
  link.append_attribute("Target") = ("worksheets/sheet" + std::to_string(number) + ".xml").c_str();

  auto book = state_->workbook.xml.document_element();
  auto list = child(book, "sheets");
  int sheet_id = 0;
  for (const auto& one : list.children()) sheet_id = std::max(sheet_id, one.attribute("sheetId").as_int());
  auto entry = list.append_child((prefix_of(book) + "sheet").c_str());
  entry.append_attribute("name") = free_name.c_str();
  entry.append_attribute("sheetId") = sheet_id + 1;
  entry.append_attribute("xmlns:jwr") = relationships_space;
  entry.append_attribute("jwr:id") = id.c_str();
  state_->sheets.push_back({free_name, false});
  state_->parts.push_back(part_name());
  state_->touched = true;
  return {};
}

Result<std::string> WorkbookEdit::save() {
  for (auto& [part, document] : state_->documents) {
    if (!document.changed) continue;
    auto root = document.xml.document_element();
    if (auto dimension = child(root, "dimension"))
      root.remove_child(dimension);  // optional, and wrong by now
    state_->package.put(part, saved(document.xml));
  }
  if (state_->touched) {
    auto book = state_->workbook.xml.document_element();
    auto calculation = child(book, "calcPr");
    if (!calculation) {
      // In the order of the schema: behind the names that are defined, else behind the sheets.
      pugi::xml_node before;
      for (const char* name : {"sheets", "functionGroups", "externalReferences", "definedNames"})
        if (auto found = child(book, name)) before = found;
      calculation = book.insert_child_after((prefix_of(book) + "calcPr").c_str(), before);
    }
    calculation.remove_attribute("fullCalcOnLoad");
    calculation.append_attribute("fullCalcOnLoad") = 1;
    state_->package.put(state_->workbook_part, saved(state_->workbook.xml));
    state_->package.put(state_->relationships_part(), saved(state_->relationships.xml));
  }
  return state_->package.save();
}

}  // namespace jingwei::spreadsheet

#include "modules/ingest/reading/xlsx_sheet.h"

#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "modules/ingest/reading/xml_elements.h"

namespace jingwei::ingest {

namespace {

// What a <c> says, before its value is worked out.
struct RawCell {
  std::string_view reference, type, value;
  unsigned style = 0;
  pugi::xml_node inline_text;
  bool formula = false, has_value = false;
};

RawCell raw_cell(const pugi::xml_node& node) {
  RawCell raw;
  for (const auto& attribute : node.attributes()) {
    const char* const name = attribute.name();
    if (name[0] == '\0' || name[1] != '\0') continue;
    const std::string_view value = attribute.value();
    if (name[0] == 'r') raw.reference = value;
    if (name[0] == 't') raw.type = value;
    if (name[0] == 's') std::from_chars(value.data(), value.data() + value.size(), raw.style);
  }
  for (const auto& child : node.children()) {
    const std::string_view name = local_name(child.name());
    if (name == "v") {
      raw.value = child.child_value();
      raw.has_value = true;
    } else if (name == "is") {
      raw.inline_text = child;
      raw.has_value = true;
    } else if (name == "f") {
      raw.formula = true;
    }
  }
  return raw;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

Cell value_of(const RawCell& raw, const Workbook& workbook, std::vector<char>& rich_text, Arena& arena) {
  if (raw.type == "s") {
    const std::string_view digits = trimmed(raw.value);
    std::size_t index = ~std::size_t{0};
    std::from_chars(digits.data(), digits.data() + digits.size(), index);
    Cell cell{{}, CellKind::text};
    // A string that is not there: the value is lost, and the sender should hear of it.
    if (!workbook.strings.find(index, cell.text)) cell.text = "#REF!";
    return cell;
  }
  if (raw.type == "inlineStr") {
    rich_text.clear();
    append_rich_text(raw.inline_text, rich_text);
    return {arena.copy({rich_text.data(), rich_text.size()}), CellKind::text};
  }
  if (raw.type == "str" || raw.type == "e") {
    if (!has_escapes(raw.value)) return {raw.value, CellKind::text};
    char* const place = arena.allocate(raw.value.size());
    return {{place, unescape_text(raw.value, place)}, CellKind::text};
  }
  if (raw.type == "b") return {trimmed(raw.value) == "1" ? "true" : "false", CellKind::boolean};
  if (raw.type == "d") {
    // 2020-01-05T00:00:00: a day without a time of day is a day.
    std::string_view text = trimmed(raw.value);
    if (text.ends_with("T00:00:00") || text.ends_with("T00:00:00Z")) text = text.substr(0, text.find('T'));
    return {text, CellKind::text};
  }
  const CellFormat format = raw.style < workbook.formats.size() ? workbook.formats[raw.style] : CellFormat{};
  const std::string_view text = shown_number(trimmed(raw.value), format, workbook.days, arena);
  return {text, format.look == NumberLook::plain ? CellKind::number : CellKind::text};
}

}  // namespace

bool parse_reference(std::string_view reference, std::uint32_t& column, std::uint32_t& row) {
  std::size_t at = 0;
  std::uint32_t letters = 0;
  for (; at < reference.size() && at < 4; ++at) {
    const char c = reference[at] >= 'a' ? static_cast<char>(reference[at] - 32) : reference[at];
    if (c < 'A' || c > 'Z') break;
    letters = letters * 26 + static_cast<std::uint32_t>(c - 'A' + 1);
  }
  if (at == 0 || letters > sheet_columns_most) return false;
  std::uint32_t digits = 0;
  const auto [end, fault] =
      std::from_chars(reference.data() + at, reference.data() + reference.size(), digits);
  if (fault != std::errc() || end != reference.data() + reference.size()) return false;
  if (digits == 0 || digits > sheet_rows_most) return false;
  column = letters - 1;
  row = digits;
  return true;
}

SheetRows::SheetRows(std::shared_ptr<const Workbook> workbook, std::unique_ptr<ByteSource> source)
    : workbook_(std::move(workbook)),
      elements_(std::make_unique<XmlElements>(std::move(source), "sheetData", "row")) {}

SheetRows::~SheetRows() = default;

Result<std::unique_ptr<SheetRows>> SheetRows::open(std::shared_ptr<const Workbook> workbook,
                                                   std::size_t sheet) {
  JW_ASSIGN(auto source, workbook->archive->open_entry(workbook->sheets.at(sheet).entry));
  return std::unique_ptr<SheetRows>(new SheetRows(std::move(workbook), std::move(source)));
}

Result<bool> SheetRows::next(SheetRow& row) {
  JW_ASSIGN(const pugi::xml_node node, elements_->next());
  if (!node) return false;
  cells_.clear();
  arena_.reset();
  row = SheetRow{};
  // Rows without a number follow one another; a number that goes back is no order to keep.
  const unsigned number = node.attribute("r").as_uint(0);
  row.number = std::max(number, last_row_ + 1);
  if (row.number > sheet_rows_most) return workbook_damaged("row number");
  last_row_ = row.number;
  row.hidden = node.attribute("hidden").as_bool();
  std::uint32_t following = 0;
  for (const auto& child : node.children()) {
    if (local_name(child.name()) != "c") continue;
    const RawCell raw = raw_cell(child);
    std::uint32_t column = 0, ignored = 0;
    if (!parse_reference(raw.reference, column, ignored)) column = following;
    if (column < following || column >= sheet_columns_most) return workbook_damaged("cells out of order");
    following = column + 1;
    if (!raw.has_value) {
      if (raw.formula) ++row.formulas_without_value;
      continue;
    }
    const Cell cell = value_of(raw, *workbook_, rich_text_, arena_);
    if (cell.text.empty()) continue;
    if (elements_->doubtful() && !text::is_utf8(cell.text)) row.bad_text = true;
    cells_.push_back({column, cell});
  }
  row.cells = cells_;
  return true;
}

Result<std::vector<MergedRange>> merged_ranges(const Workbook& workbook, std::size_t sheet) {
  JW_ASSIGN(auto source, workbook.archive->open_entry(workbook.sheets.at(sheet).entry));
  std::vector<MergedRange> ranges;
  XmlElements elements(std::move(source), "mergeCells", "mergeCell", XmlElements::Before::any_length);
  for (;;) {
    JW_ASSIGN(const pugi::xml_node node, elements.next());
    if (!node) break;
    const std::string_view reference = node.attribute("ref").value();
    const std::size_t colon = std::min(reference.find(':'), reference.size());
    MergedRange range;
    if (!parse_reference(reference.substr(0, colon), range.first_column, range.first_row) ||
        !parse_reference(reference.substr(std::min(colon + 1, reference.size())), range.last_column,
                         range.last_row) ||
        range.last_row < range.first_row || range.last_column < range.first_column)
      continue;
    ranges.push_back(range);
    if (ranges.size() > limits::workbook_merges)
      return Error(ErrorCode::too_large, "ingest.workbook_merges")
          .with("most", std::to_string(limits::workbook_merges));
  }
  JW_TRY(elements.drain());
  std::ranges::sort(ranges, {},
                    [](const MergedRange& range) { return std::pair(range.first_row, range.first_column); });
  return ranges;
}

}  // namespace jingwei::ingest

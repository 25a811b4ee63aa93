#include "spreadsheet/workbook_writer.h"

#include <xlsxwriter.h>

#include <array>
#include <cstdio>

#include "base/limits.h"
#include "base/text.h"

namespace jingwei::spreadsheet {

namespace {

constexpr std::size_t sheet_name_characters = 31;
constexpr std::size_t rule_title_characters = 32;
constexpr std::size_t rule_sentence_characters = 255;
constexpr double widest_column = 60;
constexpr double line_height = 20;
constexpr std::uint8_t text_format = 49;  // "@" among the formats every spreadsheet knows

bool is_wide(char32_t point) {
  return (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
         (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
         (point >= 0xFE30 && point <= 0xFE4F) || (point >= 0xFF00 && point <= 0xFF60) ||
         (point >= 0xFFE0 && point <= 0xFFE6) || (point >= 0x20000 && point <= 0x3FFFD);
}

// XML 1.0 has no place for two code points, and Excel counts UTF-16 units.
std::string clean_cell(std::string_view value, std::size_t most_units) {
  std::string out;
  out.reserve(value.size());
  std::size_t units = 0;
  for (std::size_t at = 0; at < value.size();) {
    char32_t point = text::next_code_point(value, at);
    if (point == 0xFFFE || point == 0xFFFF || point == 0) point = 0xFFFD;
    units += point > 0xFFFF ? 2 : 1;
    if (units > most_units) break;
    text::append_code_point(out, point);
  }
  return out;
}

std::string clean_sheet_name(const std::string& name) {
  std::string out = clean_cell(name, sheet_name_characters);
  for (char& c : out) {
    if (std::string_view("[]:*?/\\'").find(c) != std::string_view::npos) c = '-';
  }
  return out.empty() ? "Sheet" : out;
}

}  // namespace

struct WorkbookWriter::State {
  std::string path;
  lxw_workbook* book = nullptr;
  lxw_worksheet* sheet = nullptr;
  std::array<lxw_format*, 9> formats{};
  std::size_t comments = 0;
  std::vector<std::string> names;
  bool too_many_rows = false;

  lxw_format* format(CellStyle style) { return formats[static_cast<std::size_t>(style)]; }

  lxw_format* make(CellStyle style) {
    lxw_format* format = workbook_add_format(book);
    format_set_font_name(format, "Microsoft YaHei");
    format_set_font_size(format, 10);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (style == CellStyle::date) {
      format_set_num_format(format, "yyyy-mm-dd");
    } else if (style != CellStyle::number) {
      format_set_num_format_index(format, text_format);
    }
    switch (style) {
      case CellStyle::header:
      case CellStyle::required_header:
        format_set_bold(format);
        format_set_font_color(format, LXW_COLOR_WHITE);
        format_set_bg_color(format, style == CellStyle::header ? 0x1F6F63 : 0xB4551D);
        format_set_border(format, LXW_BORDER_THIN);
        format_set_border_color(format, 0xD7DEDC);
        format_set_text_wrap(format);
        break;
      case CellStyle::wrong:
        format_set_bg_color(format, 0xFBD9CF);
        format_set_font_color(format, 0x8A2A08);
        break;
      case CellStyle::quiet:
        format_set_font_color(format, 0x5B6B68);
        format_set_text_wrap(format);
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
        break;
      case CellStyle::title:
        format_set_bold(format);
        format_set_font_size(format, 14);
        break;
      case CellStyle::mark:
        format_set_bold(format);
        format_set_font_color(format, 0x8A3208);
        format_set_bg_color(format, 0xFDEEE6);
        break;
      default:
        break;
    }
    return format;
  }
};

WorkbookWriter::WorkbookWriter(const std::string& path) : state_(std::make_unique<State>()) {
  state_->path = path;
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  state_->book = workbook_new_opt(path.c_str(), &options);
  JW_ASSERT(state_->book != nullptr);
  for (std::size_t at = 0; at < state_->formats.size(); ++at)
    state_->formats[at] = state_->make(static_cast<CellStyle>(at));
}

WorkbookWriter::~WorkbookWriter() {
  if (state_->book == nullptr) return;
  lxw_workbook_free(state_->book);
  std::remove(state_->path.c_str());
}

void WorkbookWriter::sheet(const std::string& name) {
  std::string mended = clean_sheet_name(name);
  for (int number = 2; workbook_get_worksheet_by_name(state_->book, mended.c_str()) != nullptr; ++number)
    mended = clean_cell(clean_sheet_name(name), sheet_name_characters - 4) + " " + std::to_string(number);
  state_->sheet = workbook_add_worksheet(state_->book, mended.c_str());
  JW_ASSERT(state_->sheet != nullptr);
  worksheet_set_default_row(state_->sheet, line_height, LXW_FALSE);
}

void WorkbookWriter::hide_sheet() {
  worksheet_hide(state_->sheet);
}

void WorkbookWriter::column(int index, double width, CellStyle style, ColumnShow show) {
  const auto at = static_cast<lxw_col_t>(index);
  lxw_row_col_options options{};
  options.hidden = show == ColumnShow::hidden ? LXW_TRUE : LXW_FALSE;
  worksheet_set_column_opt(state_->sheet, at, at, std::min(std::max(width, 4.0), widest_column),
                           state_->format(style), &options);
}

void WorkbookWriter::text(int row, int column, std::string_view value, CellStyle style) {
  if (row >= static_cast<int>(limits::workbook_rows)) {
    state_->too_many_rows = true;
    return;
  }
  const std::string cell = clean_cell(value, limits::workbook_cell_characters);
  worksheet_write_string(state_->sheet, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(column),
                         cell.c_str(), state_->format(style));
}

void WorkbookWriter::number(int row, int column, double value, CellStyle style) {
  if (row >= static_cast<int>(limits::workbook_rows)) {
    state_->too_many_rows = true;
    return;
  }
  worksheet_write_number(state_->sheet, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(column), value,
                         state_->format(style));
}

void WorkbookWriter::joined(int row, int first_column, int last_column, std::string_view value,
                            CellStyle style) {
  if (first_column == last_column) return text(row, first_column, value, style);
  const std::string cell = clean_cell(value, limits::workbook_cell_characters);
  worksheet_merge_range(state_->sheet, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(first_column),
                        static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(last_column), cell.c_str(),
                        state_->format(style));
}

void WorkbookWriter::comment(int row, int column, std::string_view sentence) {
  if (state_->comments >= limits::workbook_comments) return;
  ++state_->comments;
  char author[] = "Jingwei";
  lxw_comment_options options{};
  options.author = author;
  options.width = 260;
  worksheet_write_comment_opt(state_->sheet, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(column),
                              clean_cell(sentence, limits::workbook_cell_characters).c_str(), &options);
}

void WorkbookWriter::freeze(int rows) {
  worksheet_freeze_panes(state_->sheet, static_cast<lxw_row_t>(rows), 0);
}

void WorkbookWriter::filter(int first_row, int last_row, int last_column) {
  worksheet_autofilter(state_->sheet, static_cast<lxw_row_t>(first_row), 0,
                       static_cast<lxw_row_t>(std::max(first_row, last_row)),
                       static_cast<lxw_col_t>(last_column));
}

void WorkbookWriter::rule(int first_row, int last_row, int column, const CellRule& rule) {
  lxw_data_validation validation{};
  std::string title = clean_cell(rule.title, rule_title_characters);
  std::string sentence = clean_cell(rule.sentence, rule_sentence_characters);
  std::string hint_title = clean_cell(rule.hint_title, rule_title_characters);
  std::string hint = clean_cell(rule.hint, rule_sentence_characters);
  std::string formula = rule.formula;
  std::vector<std::string> words = rule.choices;
  std::vector<char*> choices;
  for (auto& word : words) choices.push_back(word.data());
  choices.push_back(nullptr);
  validation.ignore_blank = LXW_VALIDATION_ON;
  validation.show_input = hint.empty() ? LXW_VALIDATION_OFF : LXW_VALIDATION_ON;
  validation.show_error = LXW_VALIDATION_ON;
  validation.dropdown = LXW_VALIDATION_ON;
  validation.error_type = rule.strictness == CellRule::Strictness::stop ? LXW_VALIDATION_ERROR_TYPE_STOP
                                                                        : LXW_VALIDATION_ERROR_TYPE_WARNING;
  validation.criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
  validation.minimum_number = rule.min;
  validation.maximum_number = rule.max;
  if (!title.empty()) validation.error_title = title.data();
  if (!sentence.empty()) validation.error_message = sentence.data();
  if (!hint_title.empty()) validation.input_title = hint_title.data();
  if (!hint.empty()) validation.input_message = hint.data();
  switch (rule.kind) {
    case CellRule::Kind::list_of:
      validation.validate = LXW_VALIDATION_TYPE_LIST;
      validation.value_list = choices.data();
      break;
    case CellRule::Kind::list_range:
      validation.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
      validation.value_formula = formula.data();
      break;
    case CellRule::Kind::date:
      validation.validate = LXW_VALIDATION_TYPE_DATE_NUMBER;
      break;
    case CellRule::Kind::integer:
      validation.validate = LXW_VALIDATION_TYPE_INTEGER;
      break;
    case CellRule::Kind::number:
      validation.validate = LXW_VALIDATION_TYPE_DECIMAL;
      break;
    case CellRule::Kind::text_length:
      validation.validate = LXW_VALIDATION_TYPE_LENGTH;
      break;
    case CellRule::Kind::formula:
      validation.validate = LXW_VALIDATION_TYPE_CUSTOM_FORMULA;
      validation.value_formula = formula.data();
      break;
  }
  worksheet_data_validation_range(state_->sheet, static_cast<lxw_row_t>(first_row),
                                  static_cast<lxw_col_t>(column), static_cast<lxw_row_t>(last_row),
                                  static_cast<lxw_col_t>(column), &validation);
}

void WorkbookWriter::name_range(const std::string& name, const std::string& sheet, int column, int rows) {
  const std::string letters = column_letters(column);
  const std::string range =
      "='" + sheet + "'!$" + letters + "$1:$" + letters + "$" + std::to_string(std::max(rows, 1));
  workbook_define_name(state_->book, name.c_str(), range.c_str());
}

Result<void> WorkbookWriter::close() {
  const lxw_error fault = workbook_close(state_->book);
  state_->book = nullptr;
  if (fault != LXW_NO_ERROR || state_->too_many_rows) {
    std::remove(state_->path.c_str());
    if (state_->too_many_rows)
      return Error(ErrorCode::too_large, "spreadsheet.too_many_rows")
          .with("limit", std::to_string(limits::workbook_rows));
    return Error(ErrorCode::exhausted, "spreadsheet.not_written").because(lxw_strerror(fault));
  }
  return {};
}

double shown_width(std::string_view text) {
  double width = 0;
  for (std::size_t at = 0; at < text.size();) width += is_wide(text::next_code_point(text, at)) ? 2 : 1;
  return width;
}

std::string column_letters(int column) {
  std::string letters;
  for (++column; column > 0; column = (column - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
  return letters;
}

}  // namespace jingwei::spreadsheet

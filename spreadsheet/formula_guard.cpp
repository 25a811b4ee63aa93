#include "spreadsheet/formula_guard.h"

namespace jingwei::spreadsheet {

namespace {

bool is_plain_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  bool digits = false, point = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits = true;
    } else if (c == '.' && !point) {
      point = true;
    } else {
      return false;
    }
  }
  return digits;
}

}  // namespace

bool looks_like_formula(std::string_view text) {
  if (text.empty()) return false;
  const bool begins = std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos ||
                      text.starts_with("＝") || text.starts_with("＋") || text.starts_with("－") ||
                      text.starts_with("＠");
  return begins && !is_plain_number(text);
}

std::string csv_cell(std::string_view text) {
  std::string cell = looks_like_formula(text) ? "'" : "";
  cell += text;
  if (cell.find_first_of(",\"\r\n\t") == std::string::npos && cell.find_first_not_of(' ') == 0) return cell;
  if (cell.empty()) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace jingwei::spreadsheet

// Keeps text that looks like a formula from being run by a spreadsheet (CSV and Excel formula injection).
#pragma once

#include <string>
#include <string_view>

namespace jingwei::spreadsheet {

// Whether a spreadsheet might take the text for a formula or a command: it begins with = + - @ (also full
// width), tab, carriage return or line feed, and is no plain number such as -12.5.
bool looks_like_formula(std::string_view text);

// One CSV cell (RFC 4180). Text that looks like a formula gets an apostrophe in front, which spreadsheets
// hide and Jingwei's own reading takes off again; cells with quotes, commas or line ends are quoted.
std::string csv_cell(std::string_view text);

}  // namespace jingwei::spreadsheet

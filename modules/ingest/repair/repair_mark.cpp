#include "modules/ingest/repair/repair_mark.h"

#include <charconv>

#include "base/text.h"
#include "modules/ingest/refused_cells.h"

namespace jingwei::ingest {

namespace {

// The digits of a cell; a spreadsheet may have put a text mark or spaces around them.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view around = " \t'\"";
  const std::size_t first = text.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(around) - first + 1);
}

std::int64_t number_of(std::string_view text) {
  text = trimmed(text);
  if (text.ends_with(".0")) text.remove_suffix(2);
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size() ? number : 0;
}

}  // namespace

MarkColumns find_mark_columns(std::span<const std::string> columns) {
  MarkColumns found;
  for (std::size_t at = 0; at < columns.size(); ++at) {
    const std::string_view name = trimmed(columns[at]);
    if (name == refused_batch_column) found.batch = static_cast<int>(at);
    if (name == refused_line_column) found.line = static_cast<int>(at);
    if (name == refused_check_column) found.check = static_cast<int>(at);
  }
  return found;
}

std::optional<RefusedKey> first_try_of(std::span<const Cell> cells, const MarkColumns& columns,
                                       std::string_view resource) {
  if (!columns.complete()) return std::nullopt;
  const auto text = [&](int column) {
    return static_cast<std::size_t>(column) < cells.size() ? cells[static_cast<std::size_t>(column)].text
                                                           : std::string_view();
  };
  const RefusedKey key{BatchId(number_of(text(columns.batch))), number_of(text(columns.line))};
  if (!key.batch || key.line <= 0) return std::nullopt;
  if (text::lower_ascii(trimmed(text(columns.check))) != refused_check(key.batch, key.line, resource))
    return std::nullopt;
  return key;
}

}  // namespace jingwei::ingest

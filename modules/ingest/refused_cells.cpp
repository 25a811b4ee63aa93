#include "modules/ingest/refused_cells.h"

#include <algorithm>

#include <boost/json.hpp>

#include "modules/ingest/reading/csv_reader.h"
#include "storage/digest.h"

namespace jingwei::ingest {

namespace {

constexpr char unit_separator = '\x1f';
constexpr std::size_t check_digits = 8;

// RFC 4180 in any dialect. Nothing when a quote does not close or text stands behind a closing quote.
std::optional<std::vector<std::string>> cut(std::string_view line, const CsvDialect& dialect) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  std::vector<std::string> cells(1);
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == dialect.delimiter) {
      cells.emplace_back();
      ++at;
      continue;
    }
    if (line[at] != dialect.quote || !cells.back().empty()) {
      cells.back() += line[at++];
      continue;
    }
    for (++at;; ++at) {
      if (at >= line.size()) return std::nullopt;
      const char next = at + 1 < line.size() ? line[at + 1] : '\0';
      const bool escaped = dialect.backslash && line[at] == '\\' && (next == dialect.quote || next == '\\');
      if (escaped || (line[at] == dialect.quote && next == dialect.quote)) {
        cells.back() += line[++at];
      } else if (line[at] == dialect.quote) {
        break;
      } else {
        cells.back() += line[at];
      }
    }
    ++at;
    while (at < line.size() && line[at] == ' ') ++at;
    if (at < line.size() && line[at] != dialect.delimiter) return std::nullopt;
  }
  return cells;
}

std::optional<std::vector<std::string>> cells_of_json(std::string_view original,
                                                      std::span<const std::string> columns) {
  boost::json::error_code fault;
  const boost::json::value parsed = boost::json::parse(original, fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  std::vector<std::string> cells(columns.size());
  for (const auto& [key, value] : parsed.as_object()) {
    const auto found = std::find(columns.begin(), columns.end(), std::string_view(key));
    if (found == columns.end()) return std::nullopt;
    if (value.is_null()) continue;
    cells[static_cast<std::size_t>(found - columns.begin())] =
        value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
  }
  return cells;
}

}  // namespace

std::string columns_to_text(std::span<const std::string> columns) {
  std::string text;
  for (const auto& column : columns) text += column + unit_separator;
  return text;
}

std::vector<std::string> columns_from_text(std::string_view text) {
  std::vector<std::string> columns;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(unit_separator), text.size());
    columns.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return columns;
}

std::optional<std::vector<std::string>> cells_of(std::string_view original,
                                                 std::span<const std::string> columns) {
  if (columns.empty()) return std::nullopt;
  const std::size_t first = original.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && original[first] == '{') return cells_of_json(original, columns);
  std::optional<std::vector<std::string>> best;
  for (const char delimiter : csv_delimiters) {
    auto cells = cut(original, detect_dialect(original, delimiter));
    if (!cells || cells->size() > columns.size()) continue;
    if (!best || cells->size() > best->size()) best = std::move(cells);
  }
  // A row of one cell among many columns was cut at nothing.
  if (best && best->size() == 1 && columns.size() > 1) return std::nullopt;
  return best;
}

std::optional<std::vector<std::string>> certain_cells_of(std::string_view original,
                                                         std::span<const std::string> columns) {
  auto cells = cells_of(original, columns);
  if (!cells || cells->size() != columns.size()) return std::nullopt;
  const std::size_t first = original.find_first_not_of(" \t\r\n");
  if (columns.size() == 1 || (first != std::string_view::npos && original[first] == '{')) return cells;
  const auto cutting = std::count_if(csv_delimiters.begin(), csv_delimiters.end(), [&](char delimiter) {
    const auto found = cut(original, detect_dialect(original, delimiter));
    return found && found->size() == columns.size();
  });
  if (cutting != 1) return std::nullopt;
  return cells;
}

std::vector<std::pair<std::string, std::string>> RefusedCutter::fields_of(std::string_view original) const {
  std::vector<std::pair<std::string, std::string>> texts;
  const auto cells = cells_of(original, columns);
  if (!cells) return texts;
  std::vector<Cell> row;
  for (const auto& text : *cells) row.push_back({text, CellKind::text});
  Arena arena;
  for (std::size_t at = 0; at < fields.size(); ++at) {
    if (columns_of_fields.map().shown_of_field[at] < 0) continue;
    texts.emplace_back(fields[at], columns_of_fields.text_of(at, row, arena));
  }
  return texts;
}

std::string refused_check(BatchId batch, std::int64_t line, std::string_view resource) {
  return storage::sha256_hex(batch.to_string() + ":" + std::to_string(line) + ":" + std::string(resource))
      .substr(0, check_digits);
}

}  // namespace jingwei::ingest

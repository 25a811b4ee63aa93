#include "modules/ingest/repair/refused_view.h"

#include <algorithm>

#include <boost/json.hpp>

#include "base/limits.h"

namespace jingwei::ingest {

namespace {

constexpr const char* nothing_shown = "***";
constexpr std::string_view own_columns[] = {refused_reason_column, refused_batch_column, refused_line_column,
                                            refused_check_column};

// Cells that fit their columns: of a row that was refused as a whole, or that can be cut in two ways, nobody
// knows which is which; nor of one that is not kept whole.
std::optional<std::vector<std::string>> fitting_cells(const RefusedRow& row,
                                                      std::span<const std::string> columns) {
  if (row.field.empty() || row.original.size() >= limits::refused_original_bytes) return std::nullopt;
  return certain_cells_of(row.original, columns);
}

std::string csv_line_of(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) {
    if (&cell != &cells.front()) line += ',';
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line;
}

std::string json_line_of(const std::vector<std::string>& columns, const std::vector<std::string>& cells) {
  boost::json::object object;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    if (!cells[at].empty()) object[columns[at]] = cells[at];
  }
  return boost::json::serialize(object);
}

bool is_json_line(std::string_view original) {
  const std::size_t first = original.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && original[first] == '{';
}

bool tells_of_somebody(const catalog::Field& field) {
  return field.personal != catalog::Personal::none;
}

}  // namespace

Result<RefusedView> RefusedView::make(const IngestService& service, const Batch& batch,
                                      const access::Sight& sight) {
  JW_ASSIGN(const catalog::Entry* entry, service.parts().catalog.find(batch.resource));
  JW_ASSIGN(auto view, RecordView::make(sight, entry->resource, service.parts().regions.tree()));
  JW_ASSIGN(auto cutter, service.refused_cutter(batch));
  JW_ASSIGN(auto persons, RefusedPersons::make(service, batch));
  JW_ASSIGN(auto cleaners, cleaners_of(entry->resource));
  return RefusedView(service, *entry, std::move(view), std::move(cutter), std::move(persons),
                     std::move(cleaners));
}

RefusedView::RefusedView(const IngestService& service, const catalog::Entry& entry, RecordView view,
                         RefusedCutter cutter, RefusedPersons persons, std::vector<FieldCleaner> cleaners)
    : entry_(&entry),
      view_(std::move(view)),
      cutter_(std::move(cutter)),
      persons_(std::move(persons)),
      columns_(cutter_.columns.size()),
      cleaners_(std::make_unique<const std::vector<FieldCleaner>>(std::move(cleaners))),
      tools_(make_cleaning_tools(service.parts(), entry.resource)),
      cleaner_(*cleaners_) {
  const auto& fields = entry.resource.fields;
  const ColumnMap& map = cleaner_.bind(cutter_.columns);
  for (std::size_t at = 0; at < fields.size(); ++at) {
    // By its header and as the first that its source names: a column may be both, of different fields.
    for (const int column : {map.shown_of_field[at], map.column_of_field[at]}) {
      if (column >= 0) columns_[static_cast<std::size_t>(column)].fields.push_back(at);
    }
  }
  personal_ = std::any_of(fields.begin(), fields.end(), tells_of_somebody);
  personal_file_ = columns_.empty();
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    Column& column = columns_[at];
    column.mark = std::ranges::find(own_columns, cutter_.columns[at]) != std::end(own_columns);
    const bool plain = !column.fields.empty() &&
                       std::none_of(column.fields.begin(), column.fields.end(),
                                    [&](std::size_t field) { return tells_of_somebody(fields[field]); });
    if (!plain && !column.mark) personal_file_ = true;
  }
}

// As RowContent::append gives an accepted row its region.
RegionId RefusedView::region_of(const RefusedRow& row) {
  const auto cells = fitting_cells(row, cutter_.columns);
  if (!cells) return {};
  std::vector<Cell> read;
  read.reserve(cells->size());
  for (const auto& text : *cells) read.push_back({text, text.empty() ? CellKind::absent : CellKind::text});
  Row raw;
  raw.cells = read;
  const CleanRow& clean = cleaner_.clean(raw, *tools_.context);
  const catalog::Resource& resource = entry_->resource;
  const auto value_of = [&](const std::string& field) -> const Cleaned& {
    return clean.fields[static_cast<std::size_t>(resource.index_of(field))];
  };
  const auto filled = [&](const std::string& field) { return value_of(field).status != CleanStatus::empty; };
  bool any = false;
  for (const auto& field : resource.region_fields) {
    if (!filled(field)) continue;
    any = true;
    const auto unless = resource.region_unless.find(field);
    if (unless != resource.region_unless.end() && filled(unless->second)) continue;
    const Cleaned& value = value_of(field);
    if (value.status == CleanStatus::refused) return {};
    if (const RegionId region(value.integer); region) return region;
  }
  return any ? RegionId() : tools_.defaults.region;
}

void RefusedView::mask(ShownRow& shown, RegionId region) const {
  const auto& fields = entry_->resource.fields;
  const auto cells = fitting_cells(shown.row, cutter_.columns);
  if (!cells) {
    shown.masked = true;
    shown.row.original = nothing_shown;
    shown.fields.clear();
    return;
  }
  std::vector<std::string> masked = *cells;
  for (std::size_t at = 0; at < masked.size() && at < columns_.size(); ++at) {
    const Column& column = columns_[at];
    if (masked[at].empty() || column.mark) continue;
    const auto closed = std::find_if(column.fields.begin(), column.fields.end(),
                                     [&](std::size_t field) { return !view_.opens(field, region); });
    if (closed != column.fields.end()) {
      masked[at] = catalog::masked(masked[at], fields[*closed].personal);
    } else if (column.fields.empty()) {
      masked[at] = nothing_shown;
    }
  }
  for (auto& [name, text] : shown.fields) {
    const auto field = static_cast<std::size_t>(entry_->resource.index_of(name));
    if (!view_.opens(field, region)) text = catalog::masked(text, fields[field].personal);
  }
  if (masked == *cells) return;
  shown.masked = true;
  shown.row.original =
      is_json_line(shown.row.original) ? json_line_of(cutter_.columns, masked) : csv_line_of(masked);
}

ShownRow RefusedView::show(const RefusedRow& row) {
  ShownRow shown{row, cutter_.fields_of(row.original)};
  if (!personal_) return shown;
  // Nothing personal was meant to be in this file, and nothing stands in the row for which there is no
  // column.
  if (!personal_file_ && cells_of(row.original, cutter_.columns)) return shown;
  const auto& fields = entry_->resource.fields;
  const RegionId region = region_of(row);
  bool all_open = true, told = false;
  for (std::size_t at = 0; at < fields.size(); ++at) {
    if (!tells_of_somebody(fields[at])) continue;
    const bool open = view_.opens(at, region);
    all_open = all_open && open;
    told = told || (open && std::any_of(shown.fields.begin(), shown.fields.end(), [&](const auto& one) {
                      return one.first == fields[at].name && !one.second.empty();
                    }));
  }
  if (!all_open) mask(shown, region);
  if (all_open || (told && !shown.fields.empty())) persons_.add(row.original);
  return shown;
}

std::string RefusedView::personal_titles(std::string_view between, Language language) const {
  std::string titles;
  for (const auto& field : entry_->resource.fields) {
    if (!tells_of_somebody(field)) continue;
    if (!titles.empty()) titles += between;
    titles += field.title.in(language);
  }
  return titles;
}

}  // namespace jingwei::ingest

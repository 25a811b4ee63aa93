// What the columns of a form mean that somebody sent: regions, fields of a resource, figures. Internal to
// forms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/forms/workbooks.h"
#include "modules/metrics/metrics_service.h"
#include "spreadsheet/workbook_edit.h"

namespace jingwei::forms {

inline constexpr int header_rows_most = 60;              // among which a form's header is looked for
inline constexpr std::size_t notes_most = 500;           // that a filled form tells
inline constexpr std::size_t note_characters_most = 60;  // of a cell that a note repeats

enum class ColumnKind : std::uint8_t {
  region_code,    // a region's code; says which region a row means
  region_name,    // a name, or names from the top down; says which region a row means
  region_path,    // filled: names from the top down
  region_level,   // filled
  region_parent,  // filled: name of the region above
  region_count,   // filled: how many regions stand directly below
  figure,         // filled: a metric's total in the row's region
  field           // a field of the chosen resource; of its key: says which record a row means
};

struct FormColumn {
  int column = 0;
  std::string title;  // as the form says it
  ColumnKind kind = ColumnKind::field;
  int level = 0;                    // of region_name: what the title says, 0 when it says none
  int field = -1;                   // of field: position in the resource
  metrics::MetricIndex figure = 0;  // of figure
};

// A table found on a sheet.
struct FormTable {
  std::size_t sheet = 0;
  int header_row = 0;                           // the last row of the header, from 0
  const catalog::Resource* resource = nullptr;  // whose fields the form has; null: regions alone
  bool whole_key = false;                       // its key stands in the form: rows mean records of it
  std::vector<std::vector<int>> named_by;       // fields that together say whom a row is about
  std::vector<FormColumn> columns;
  std::vector<std::string> unknown;  // titles nobody knows
  std::vector<std::string> unclear;  // titles that stand twice, or mean a field twice: left alone
};

// Looks for the header in the first header_rows_most rows: the row of which most titles are known,
// one of them saying what a row is about. Titles are compared as ingest compares headers (names, titles,
// `columns`); of a header in two rows the lower counts, both together where the lower one repeats itself.
// `resource` empty: the resource most of whose fields stand there with its whole key; where no key is whole,
// with the numbers that say whom its records are about. When two fit equally well none is taken. Nothing when
// no row will do. Errors: not_found (resource).
Result<std::optional<FormTable>> find_table(const BookContext& context,
                                            const metrics::MetricsService& metrics,
                                            const spreadsheet::Grid& grid, const std::string& resource);

}  // namespace jingwei::forms

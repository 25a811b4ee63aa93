#include "modules/forms/form_columns.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "modules/forms/form_records.h"

namespace jingwei::forms {

namespace {

struct Meaning {
  ColumnKind kind;
  int level = 0;
};

// Words of both languages, from the catalogue of messages: what people write above such a column.
const std::map<std::string, Meaning>& region_words() {
  static const auto words = [] {
    std::map<std::string, Meaning> all;
    const std::pair<const char*, Meaning> lists[] = {
        {"forms.words.region_code", {ColumnKind::region_code}},
        {"forms.words.region_name", {ColumnKind::region_name}},
        {"forms.words.region_path", {ColumnKind::region_path}},
        {"forms.words.region_level", {ColumnKind::region_level}},
        {"forms.words.region_parent", {ColumnKind::region_parent}},
        {"forms.words.region_count", {ColumnKind::region_count}},
        {"forms.words.province", {ColumnKind::region_name, 1}},
        {"forms.words.city", {ColumnKind::region_name, 2}},
        {"forms.words.district", {ColumnKind::region_name, 3}},
        {"forms.words.street", {ColumnKind::region_name, 4}},
        {"forms.words.community", {ColumnKind::region_name, 5}},
        {"forms.words.grid", {ColumnKind::region_name, 6}}};
    for (const auto& [id, meaning] : lists) {
      for (const Language language : {Language::zh, Language::en}) {
        const std::string list = render(id, {}, language);
        for (std::size_t at = 0; at <= list.size();) {
          const std::size_t end = std::min(list.find('|', at), list.size());
          all.emplace(ingest::normal_header(std::string_view(list).substr(at, end - at)), meaning);
          at = end + 1;
        }
      }
    }
    return all;
  }();
  return words;
}

// The titles of a row by column. A lower title that stands twice is joined with the one above it.
std::vector<std::string> titles_of(const spreadsheet::Grid& grid, int row) {
  int last = -1;
  for (const int at : {row - 1, row}) {
    if (at < 0) continue;
    if (const auto* found = grid.find(at); found != nullptr && !found->cells.empty())
      last = std::max(last, found->cells.back().column);
  }
  last = std::min<int>(last, limits::form_columns - 1);
  std::vector<std::string> titles;
  std::map<std::string, int> seen;
  for (int column = 0; column <= last; ++column) {
    titles.emplace_back(grid.text(row, column));
    if (!titles.back().empty()) ++seen[titles.back()];
  }
  for (int column = 0; column <= last && row > 0; ++column) {
    std::string& title = titles[column];
    const std::string above(grid.text(row - 1, column));
    if (!title.empty() && seen[title] > 1 && !above.empty() && above != title) title = above + title;
  }
  return titles;
}

// Which column each field of a resource takes.
struct Fit {
  const catalog::Resource* resource = nullptr;
  std::vector<int> columns;
  bool whole_key = false;
  std::vector<std::vector<int>> named_by;  // those that stand whole
  int score = 0;                           // 0: nothing tells what a row means, or nothing else stands there
};

Result<Fit> fit_of(const BookContext& context, const catalog::Resource& resource,
                   const std::vector<std::string>& titles) {
  Fit fit{&resource, {}, false, {}, 0};
  JW_ASSIGN(fit.columns, context.ingest.columns_of_fields(resource.id, titles));
  const auto standing = std::count_if(fit.columns.begin(), fit.columns.end(), [](int at) { return at >= 0; });
  std::size_t telling = fit.columns.size();  // the fewest fields that say what a row means
  const auto positions = [&](const std::vector<std::string>& names) {
    std::vector<int> fields;
    for (const auto& name : names) fields.push_back(resource.index_of(name));
    const bool whole = std::all_of(fields.begin(), fields.end(), [&](int field) {
      return field >= 0 && fit.columns[static_cast<std::size_t>(field)] >= 0;
    });
    if (!whole) fields.clear();
    if (!fields.empty()) telling = std::min(telling, fields.size());
    return fields;
  };
  fit.whole_key = !positions(resource.key).empty();
  if (context.known != nullptr) {
    for (const auto& names : context.known->named_by(resource)) {
      if (auto fields = positions(names); !fields.empty()) fit.named_by.push_back(std::move(fields));
    }
  }
  const bool told = fit.whole_key || !fit.named_by.empty();
  if (told && static_cast<std::size_t>(standing) > telling) fit.score = static_cast<int>(standing);
  return fit;
}

// The resource whose key stands whole in the header beside most of its other fields; where there is none,
// whose subjects' numbers do.
Result<Fit> choose(const BookContext& context, const std::string& wanted,
                   const std::vector<std::string>& titles) {
  if (!wanted.empty()) {
    JW_ASSIGN(const catalog::Entry* entry, context.catalog.find(wanted));
    return fit_of(context, entry->resource, titles);
  }
  Fit best;
  bool tied = false;
  for (const auto& entry : context.catalog.entries()) {
    JW_ASSIGN(Fit fit, fit_of(context, entry.resource, titles));
    if (fit.score == 0) continue;
    const auto rank = [](const Fit& one) { return std::pair(one.whole_key, one.score); };
    if (rank(fit) > rank(best)) {
      best = std::move(fit);
      tied = false;
    } else if (rank(fit) == rank(best)) {
      tied = true;
    }
  }
  return tied ? Fit{} : best;
}

Result<FormTable> table_at(const BookContext& context, const metrics::MetricsService& metrics,
                           const spreadsheet::Grid& grid, int row, const std::string& resource) {
  FormTable table;
  table.header_row = row;
  const auto titles = titles_of(grid, row);
  JW_ASSIGN(const Fit fit, choose(context, resource, titles));
  std::vector<int> field_of(titles.size(), -1);
  if (fit.score > 0) {
    table.resource = fit.resource;
    table.whole_key = fit.whole_key;
    table.named_by = fit.named_by;
    for (std::size_t field = 0; field < fit.columns.size(); ++field) {
      if (fit.columns[field] >= 0) field_of[fit.columns[field]] = static_cast<int>(field);
    }
  }
  std::map<std::string, int> times;
  for (const auto& title : titles) ++times[ingest::normal_header(title)];
  for (std::size_t at = 0; at < titles.size(); ++at) {
    const std::string normal = ingest::normal_header(titles[at]);
    if (normal.empty()) continue;
    FormColumn column{static_cast<int>(at), titles[at]};
    if (times[normal] > 1) {
      if (const auto* merged = grid.merged_at(row, static_cast<int>(at));
          merged == nullptr || merged->first_column == static_cast<int>(at))
        table.unclear.push_back(titles[at]);
      continue;
    }
    const auto word = region_words().find(normal);
    if (field_of[at] >= 0) {
      column.field = field_of[at];
    } else if (word != region_words().end()) {
      column.kind = word->second.kind;
      column.level = word->second.level;
    } else {
      std::vector<metrics::MetricIndex> figures;
      for (metrics::MetricIndex index = 0; index < metrics.metrics().size(); ++index) {
        const auto& metric = *metrics.metrics()[index].metric;
        if (normal == ingest::normal_header(metric.title.zh) ||
            normal == ingest::normal_header(metric.title.en) || normal == metric.id)
          figures.push_back(index);
      }
      if (figures.size() != 1) {
        (figures.empty() ? table.unknown : table.unclear).push_back(titles[at]);
        continue;
      }
      column.kind = ColumnKind::figure;
      column.figure = figures.front();
    }
    table.columns.push_back(std::move(column));
  }
  return table;
}

// Whether something in the table says what a row is about, and something else could be filled.
bool useful(const FormTable& table) {
  const bool about_regions =
      std::any_of(table.columns.begin(), table.columns.end(), [](const FormColumn& column) {
        return column.kind == ColumnKind::region_code || column.kind == ColumnKind::region_name;
      });
  return (about_regions || table.resource != nullptr) && table.columns.size() >= 2;
}

}  // namespace

Result<std::optional<FormTable>> find_table(const BookContext& context,
                                            const metrics::MetricsService& metrics,
                                            const spreadsheet::Grid& grid, const std::string& resource) {
  std::optional<FormTable> best;
  if (!resource.empty()) JW_TRY(context.catalog.find(resource));
  for (const auto& row : grid.rows) {
    if (row.row >= header_rows_most) break;
    JW_ASSIGN(FormTable table, table_at(context, metrics, grid, row.row, resource));
    if (useful(table) && (!best || table.columns.size() >= best->columns.size())) best = std::move(table);
  }
  return best;
}

}  // namespace jingwei::forms

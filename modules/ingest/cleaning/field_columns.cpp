#include "modules/ingest/cleaning/field_columns.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"

namespace jingwei::ingest {

namespace {

using Indexes = std::vector<std::uint32_t>;  // one for each piece of a path; 0 where no list stands

// One column of a path: which elements of the lists on the way it means.
struct Place {
  std::size_t column = 0;
  Indexes indexes;
};

// "a.b[2].c" as the path "a.b.c" and the indexes 0, 2, 0; nothing when it has no such form.
bool cut_name(std::string_view name, std::string& path, Indexes& indexes) {
  path.clear();
  indexes.clear();
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    std::string_view piece = name.substr(at, end - at);
    std::uint32_t index = 0;
    if (!piece.empty() && piece.back() == ']') {
      const std::size_t open = piece.rfind('[');
      if (open == std::string_view::npos || open + 2 > piece.size() - 1 || piece.size() - open > 9)
        return false;
      for (const char c : piece.substr(open + 1, piece.size() - open - 2)) {
        if (c < '0' || c > '9') return false;
        index = index * 10 + static_cast<std::uint32_t>(c - '0');
      }
      piece = piece.substr(0, open);
    }
    if (!path.empty()) path += '.';
    path += piece;
    indexes.push_back(index);
    at = end + 1;
  }
  return true;
}

// How many pieces two paths have in common at their beginning.
std::size_t common_pieces(std::string_view one, std::string_view other) {
  std::size_t pieces = 0;
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(one.find('.', at), one.size());
    const std::string_view piece = one.substr(0, end);
    if (!other.starts_with(piece) || (other.size() > end && other[end] != '.')) return pieces;
    ++pieces;
    if (end == one.size() || end == other.size()) return pieces;
    at = end + 1;
  }
}

bool agree(const Indexes& one, const Indexes& other, std::size_t pieces) {
  return std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(pieces), other.begin());
}

// A condition at one element: some of the columns must hold one of the texts.
struct BoundCondition {
  std::vector<std::size_t> columns;
  const std::vector<std::string>* texts = nullptr;
};

// One element a source may be taken from.
struct BoundElement {
  std::vector<std::size_t> columns;  // to be joined, in order
  std::vector<BoundCondition> where;
};

std::string_view cell_text(std::span<const Cell> cells, std::size_t column) {
  return column < cells.size() ? cells[column].text : std::string_view{};
}

bool holds(const BoundCondition& condition, std::span<const Cell> cells) {
  return std::any_of(condition.columns.begin(), condition.columns.end(), [&](std::size_t column) {
    const std::string_view text = cell_text(cells, column);
    return !text.empty() &&
           std::find(condition.texts->begin(), condition.texts->end(), text) != condition.texts->end();
  });
}

}  // namespace

std::string normal_header(std::string_view header) {
  std::string folded = text::lower_ascii(text::nfkc(header));
  if (const std::size_t bracket = folded.find('('); bracket != std::string::npos && bracket > 0)
    folded.resize(bracket);
  std::string out;
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t point = text::next_code_point(folded, at);
    const bool mark = point == '*' || point == ':' || point == '_' || point == '-';
    if (!mark && !text::is_white_space(point) && !text::is_invisible(point))
      text::append_code_point(out, point);
  }
  return out;
}

struct FieldColumns::State {
  std::vector<ColumnWish> fields;
  std::unordered_map<std::string, std::size_t> field_of_name;  // by normal header
  std::unordered_map<std::string, std::vector<Place>> places;  // of every path that some source names
  std::vector<std::vector<BoundElement>> elements;             // by field
  ColumnMap map;

  int field_of(std::string_view column) const;
  void bind_names(std::span<const std::string> columns);
  void bind_sources(std::span<const std::string> columns);
  void bind_source(const SourceSpec& source, std::vector<BoundElement>& bound) const;
  BoundElement element_at(const SourceSpec& source, const Indexes& at, std::size_t pieces) const;
};

FieldColumns::FieldColumns(std::vector<ColumnWish> fields) : state_(std::make_unique<State>()) {
  auto& names = state_->field_of_name;
  for (std::size_t i = 0; i < fields.size(); ++i) names.emplace(normal_header(fields[i].name), i);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (const auto& alias : fields[i].columns) names.emplace(normal_header(alias), i);
    for (const auto& source : fields[i].from) {
      for (const auto& path : source.paths) state_->places[path];
      for (const auto& [path, texts] : source.where) state_->places[path];
    }
  }
  state_->elements.resize(fields.size());
  state_->fields = std::move(fields);
}

FieldColumns::FieldColumns(FieldColumns&&) noexcept = default;
FieldColumns& FieldColumns::operator=(FieldColumns&&) noexcept = default;
FieldColumns::~FieldColumns() = default;
const ColumnMap& FieldColumns::map() const {
  return state_->map;
}
int FieldColumns::field_of(std::string_view column) const {
  return state_->field_of(column);
}

// Columns that begin with _ are the marks of refused rows (refused_cells.h), never a field's.
int FieldColumns::State::field_of(std::string_view column) const {
  if (column.starts_with('_')) return -1;
  const auto found = field_of_name.find(normal_header(column));
  return found == field_of_name.end() ? -1 : static_cast<int>(found->second);
}

void FieldColumns::State::bind_names(std::span<const std::string> columns) {
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (columns[column].starts_with('_')) continue;
    const int field = field_of(columns[column]);
    if (field < 0) {
      if (!columns[column].empty()) map.unknown.push_back(columns[column]);
    } else if (int& taken = map.column_of_field[static_cast<std::size_t>(field)]; taken >= 0) {
      map.doubled.push_back(columns[column]);
    } else {
      taken = static_cast<int>(column);
    }
  }
}

void FieldColumns::State::bind_sources(std::span<const std::string> columns) {
  for (auto& [path, found] : places) found.clear();
  std::string path;
  Indexes indexes;
  std::vector<std::string> taken;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (!cut_name(columns[column], path, indexes)) continue;
    const auto found = places.find(path);
    if (found == places.end()) continue;
    found->second.push_back({column, indexes});
    taken.push_back(columns[column]);
  }
  for (auto& [named, found] : places)
    std::ranges::sort(found, [](const Place& a, const Place& b) { return a.indexes < b.indexes; });
  std::ranges::sort(taken);
  std::erase_if(map.unknown, [&](const auto& name) { return std::ranges::binary_search(taken, name); });
  for (std::size_t i = 0; i < fields.size(); ++i) {
    elements[i].clear();
    for (const auto& source : fields[i].from) bind_source(source, elements[i]);
  }
}

void FieldColumns::State::bind_source(const SourceSpec& source, std::vector<BoundElement>& bound) const {
  // Elements are told apart by what all paths share; of one path, by all of it.
  const std::string& first = source.paths.front();
  std::size_t shared = static_cast<std::size_t>(std::ranges::count(first, '.')) + 1;
  for (const auto& path : source.paths)
    if (path != first) shared = std::min(shared, common_pieces(first, path));
  std::vector<Indexes> seen;
  for (const auto& path : source.paths) {
    for (const Place& place : places.at(path)) {
      Indexes at(place.indexes.begin(), place.indexes.begin() + static_cast<std::ptrdiff_t>(shared));
      if (std::ranges::find(seen, at) == seen.end()) seen.push_back(std::move(at));
    }
  }
  std::ranges::sort(seen);
  for (const Indexes& at : seen) bound.push_back(element_at(source, at, shared));
}

BoundElement FieldColumns::State::element_at(const SourceSpec& source, const Indexes& at,
                                             std::size_t pieces) const {
  BoundElement element;
  for (const auto& path : source.paths) {
    for (const Place& place : places.at(path))
      if (agree(at, place.indexes, pieces)) element.columns.push_back(place.column);
  }
  for (const auto& [path, texts] : source.where) {
    BoundCondition condition;
    condition.texts = &texts;
    const std::size_t shared = std::min(pieces, common_pieces(source.paths.front(), path));
    for (const Place& place : places.at(path))
      if (agree(at, place.indexes, shared)) condition.columns.push_back(place.column);
    element.where.push_back(std::move(condition));
  }
  return element;
}

const ColumnMap& FieldColumns::bind(std::span<const std::string> columns) {
  State& state = *state_;
  state.map = {};
  state.map.column_of_field.assign(state.fields.size(), -1);
  state.bind_names(columns);
  if (!state.places.empty()) state.bind_sources(columns);
  state.map.shown_of_field = state.map.column_of_field;
  for (std::size_t i = 0; i < state.fields.size(); ++i) {
    int& shown = state.map.shown_of_field[i];
    if (!state.elements[i].empty()) shown = static_cast<int>(state.elements[i].front().columns.front());
    if (state.fields[i].required && shown < 0) state.map.missing.push_back(state.fields[i].name);
  }
  return state.map;
}

std::string_view FieldColumns::text_of(std::size_t field, std::span<const Cell> cells, Arena& arena) const {
  JW_ASSERT(state_->map.column_of_field.size() == state_->fields.size());
  for (const BoundElement& element : state_->elements[field]) {
    if (!std::ranges::all_of(element.where, [&](const auto& condition) { return holds(condition, cells); }))
      continue;
    std::size_t size = 0;
    std::string_view only;
    for (const std::size_t column : element.columns) {
      const std::string_view text = cell_text(cells, column);
      if (text.empty()) continue;
      only = text;
      size += text.size() + 1;
    }
    if (size == 0) continue;
    if (size == only.size() + 1) return only;
    char* const joined = arena.allocate(size);
    std::size_t at = 0;
    for (const std::size_t column : element.columns) {
      const std::string_view text = cell_text(cells, column);
      if (text.empty()) continue;
      at += text.copy(joined + at, text.size());
      joined[at++] = ' ';
    }
    return {joined, size - 1};
  }
  const int column = state_->map.column_of_field[field];
  return column < 0 ? std::string_view{} : cell_text(cells, static_cast<std::size_t>(column));
}

}  // namespace jingwei::ingest

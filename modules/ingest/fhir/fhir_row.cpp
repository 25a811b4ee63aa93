#include "modules/ingest/fhir/fhir_row.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/limits.h"

namespace jingwei::ingest {

namespace {

using namespace std::string_view_literals;

// Elements that come in one of several types, named valueQuantity, valueString … (“value[x]”): the type
// becomes a piece of its own, value.quantity.
constexpr std::array choice_stems = {"additive"sv,      "collected"sv,     "deceased"sv, "effective"sv,
                                     "fastingStatus"sv, "multipleBirth"sv, "time"sv,     "value"sv};

constexpr std::size_t key_bytes = 1'024;
constexpr std::size_t path_bytes = 8 * 1'024;

void append_piece(std::string& path, std::string_view key) {
  if (!path.empty()) path += '.';
  const bool hidden = key.starts_with('_');  // _valueString holds what is told about valueString
  const std::string_view plain = key.substr(hidden ? 1 : 0);
  for (const std::string_view stem : choice_stems) {
    if (!plain.starts_with(stem) || plain.size() == stem.size()) continue;
    const char first = plain[stem.size()];
    if (first < 'A' || first > 'Z') continue;
    path.append(key.substr(0, stem.size() + (hidden ? 1 : 0)));
    path += '.';
    path += static_cast<char>(first - 'A' + 'a');
    path.append(plain.substr(stem.size() + 1));
    return;
  }
  path.append(key);
}

CellKind cell_kind(JsonKind kind) {
  switch (kind) {
    case JsonKind::number:
      return CellKind::number;
    case JsonKind::boolean:
      return CellKind::boolean;
    case JsonKind::null:
      return CellKind::null;
    default:
      return CellKind::text;
  }
}

void append_member(std::string& object, std::string_view key, const Cell& value) {
  object += object.empty() ? '{' : ',';
  append_json_string(object, key);
  object += ':';
  if (value.kind == CellKind::text) {
    append_json_string(object, value.text);
  } else {
    object += value.kind == CellKind::null ? "null"sv : value.text;
  }
}

}  // namespace

FhirRows::FhirRows(std::span<const std::string> asked) : asked_(asked.begin(), asked.end()) {
  column_of(fhir_rest_column);
}

bool FhirRows::is_asked(std::string_view path) const {
  std::string plain;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] == '[') at = std::min(path.find(']', at), path.size() - 1) + 1;
    if (at < path.size()) plain += path[at];
  }
  return asked_.contains(plain);
}

std::size_t FhirRows::column_of(std::string_view path) {
  if (const auto known = index_.find(path); known != index_.end()) return known->second;
  if (columns_.size() == limits::fhir_columns || path.size() > key_bytes ||
      (columns_.size() >= limits::fhir_open_columns && !is_asked(path)))
    return limits::fhir_columns;
  columns_.emplace_back(path);
  cells_.emplace_back();
  index_.emplace(path, columns_.size() - 1);
  ++version_;
  return columns_.size() - 1;
}

void FhirRows::lay(const JsonTree& tree, FhirSet& set, const FhirResult& result, Row& row) {
  tree_ = &tree;
  set_ = &set;
  result_ = &result;
  for (const std::size_t column : filled_) cells_[column] = Cell{};
  filled_.clear();
  laid_.clear();
  path_.clear();
  rest_.clear();
  leaves_ = 0;
  if (result.json != no_json) lay_value(result.json, {});
  for (const FhirId id : {result.observation, result.report}) {
    if (id == no_fhir) continue;
    if (id == result.report) path_ = "report";
    FhirResource& resource = set.resource(id);
    resource.used = true;
    laid_.insert(id);
    if (path_.empty() && !resource.full_url.empty()) {
      append_piece(path_, "fullUrl");
      put({{}, resource.full_url, no_json, no_json, JsonKind::text}, true);
      path_.clear();
    }
    lay_members(resource.json, {id, 0, true});
    if (resource.root == id) lay_unreferred(id, {id, 0, false});
    path_.clear();
  }
  if (set.bundle() != no_json) {
    path_ = "bundle";
    lay_members(set.bundle(), {no_fhir, 0, true}, "entry");
  }
  row.problem = leaves_ > limits::fhir_leaves ? RowProblem::too_long : result.problem;
  row.problem_column = result.problem_column;
  if (!rest_.empty()) {
    rest_ += '}';
    cells_[0] = {rest_, CellKind::text};
    filled_.push_back(0);
  }
  write_original();
  row.original = original_;
  row.cells = cells_;
}

void FhirRows::lay_members(JsonId object, Scope scope, std::string_view but_for) {
  const JsonTree& tree = *tree_;
  for (JsonId inner = tree[object].first; inner != no_json; inner = tree[inner].next)
    if (but_for.empty() || tree[inner].key != but_for) lay_member(tree[inner].key, inner, scope);
}

void FhirRows::lay_member(std::string_view key, JsonId value, Scope scope) {
  const bool top = scope.from != no_fhir && (path_.empty() || path_ == "report");
  // Contained resources stand where they are referred to, those that are nowhere by themselves.
  if (key == "contained" && scope.from != no_fhir) {
    const FhirResource& said_by = set_->resource(scope.from);
    if (said_by.root == scope.from && tree_->member(said_by.json, key) == value) return;
  }
  const std::size_t before = path_.size();
  append_piece(path_, key);
  // The narrative says in words for eyes what the other elements say.
  if (key == "text" && (*tree_)[value].kind == JsonKind::object) scope.columns = false;
  if (top && key == "result" && result_->observation != no_fhir && scope.from == result_->report) {
    lay_results_of(value, scope);
  } else {
    lay_value(value, scope);
  }
  path_.resize(before);
}

void FhirRows::lay_value(JsonId value, Scope scope) {
  const JsonNode& node = (*tree_)[value];
  if (leaves_ > limits::fhir_leaves) return;
  if (path_.size() > path_bytes) {
    leaves_ = limits::fhir_leaves + 1;
    return;
  }
  const std::size_t before = path_.size();
  switch (node.kind) {
    case JsonKind::object: {
      const JsonId said = tree_->member(value, "reference");
      if (said != no_json && (*tree_)[said].kind == JsonKind::text && scope.from != no_fhir) {
        lay_reference(value, scope);
      } else {
        lay_members(value, scope);
      }
      return;
    }
    case JsonKind::array: {
      std::size_t index = 0;
      for (JsonId inner = node.first; inner != no_json; inner = (*tree_)[inner].next, ++index) {
        if (index > 0) path_ += '[' + std::to_string(index) + ']';
        Scope one = scope;
        if (index >= limits::fhir_elements) one.columns = false;
        lay_value(inner, one);
        path_.resize(before);
      }
      return;
    }
    default:
      put(node, scope.columns);
  }
}

// What the reference says itself, and then what it leads to, under the same path: subject.reference,
// subject.name.family.
void FhirRows::lay_reference(JsonId reference, Scope scope) {
  const JsonTree& tree = *tree_;
  const std::string_view said = tree.text(reference, "reference");
  const FhirId meant = set_->resolve(said, scope.from);
  if (meant == no_fhir && !said.empty() && counted_.insert(said).second) ++unresolved_;
  bool expands = false;
  if (meant != no_fhir) {
    FhirResource& resource = set_->resource(meant);
    const bool row_of_its_own = resource.type == "Observation" || resource.type == "DiagnosticReport";
    const bool near = said.starts_with('#') || scope.depth < limits::fhir_reference_depth;
    expands = !row_of_its_own && near && laid_.insert(meant).second;
    if (expands) {
      resource.used = true;
      Scope inner = scope;
      inner.from = meant;
      ++inner.depth;
      lay_members(resource.json, inner);
      if (resource.root == meant) {
        inner.columns = false;
        lay_unreferred(meant, inner);
      }
    }
  }
  const std::size_t before = path_.size();
  for (JsonId inner = tree[reference].first; inner != no_json; inner = tree[inner].next) {
    const std::string_view key = tree[inner].key;
    const bool own = key == "reference" || key == "display" || key == "type";
    if (!expands || own) {
      lay_member(key, inner, scope);
      continue;
    }
    if (key == "identifier") {
      // Behind the identifiers of the resource itself.
      const JsonId list = tree.member(set_->resource(meant).json, "identifier");
      std::size_t index = list == no_json ? 0 : 1;
      if (list != no_json && tree[list].kind == JsonKind::array) {
        index = 0;
        for (JsonId one = tree[list].first; one != no_json; one = tree[one].next) ++index;
      }
      append_piece(path_, key);
      if (index > 0) path_ += '[' + std::to_string(index) + ']';
      lay_value(inner, scope);
    } else {
      append_piece(path_, "reference");
      Scope quiet = scope;
      quiet.columns = false;
      lay_member(key, inner, quiet);
    }
    path_.resize(before);
  }
}

// Of a report's results the one that led here, and those that lead to nothing.
void FhirRows::lay_results_of(JsonId results, Scope scope) {
  if ((*tree_)[results].kind != JsonKind::array) return lay_value(results, scope);
  const std::size_t before = path_.size();
  std::size_t index = 0;
  for (JsonId inner = (*tree_)[results].first; inner != no_json; inner = (*tree_)[inner].next) {
    const FhirId meant = set_->resolve(tree_->text(inner, "reference"), scope.from);
    const bool elsewhere =
        meant != no_fhir && meant != result_->observation && set_->resource(meant).type == "Observation";
    if (elsewhere) continue;
    if (index > 0) path_ += '[' + std::to_string(index) + ']';
    Scope one = scope;
    if (index++ >= limits::fhir_elements) one.columns = false;
    lay_value(inner, one);
    path_.resize(before);
  }
}

void FhirRows::lay_unreferred(FhirId root, Scope scope) {
  const JsonId contained = tree_->member(set_->resource(root).json, "contained");
  if (contained == no_json) return;
  if ((*tree_)[contained].kind != JsonKind::array) {
    const std::size_t before = path_.size();
    append_piece(path_, "contained");
    lay_value(contained, scope);
    path_.resize(before);
    return;
  }
  // Its contained resources follow it in the set, in the order of the list, but for what is no resource.
  std::size_t index = 0;
  FhirId id = root + 1;
  for (JsonId inner = (*tree_)[contained].first; inner != no_json; inner = (*tree_)[inner].next, ++index) {
    const bool known =
        id < set_->resources().size() && set_->resource(id).root == root && set_->resource(id).json == inner;
    if (!known) continue;
    const FhirResource& resource = set_->resource(id++);
    if (resource.referred_to || resource.type == "Observation") continue;
    const std::size_t before = path_.size();
    append_piece(path_, "contained");
    if (index > 0) path_ += '[' + std::to_string(index) + ']';
    lay_value(inner, scope);
    path_.resize(before);
  }
}

void FhirRows::put(const JsonNode& leaf, bool column) {
  if (++leaves_ > limits::fhir_leaves) return;
  const Cell cell{leaf.kind == JsonKind::null ? std::string_view{} : leaf.text, cell_kind(leaf.kind)};
  if (column) {
    const std::size_t at = column_of(path_);
    if (at < limits::fhir_columns && cells_[at].kind == CellKind::absent && at != 0) {
      cells_[at] = cell;
      filled_.push_back(at);
      return;
    }
  }
  append_member(rest_, path_, cell);
}

// The row as a flat object, so that a refused one can be shown, mended and sent again by its columns.
void FhirRows::write_original() {
  original_.clear();
  for (const std::size_t at : filled_) {
    append_member(original_, columns_[at], cells_[at]);
    if (original_.size() > limits::refused_original_bytes) break;
  }
  if (original_.empty()) original_ = "{";
  original_ += '}';
  if (original_.size() > limits::refused_original_bytes) original_.resize(limits::refused_original_bytes);
}

}  // namespace jingwei::ingest

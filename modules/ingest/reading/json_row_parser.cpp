#include "modules/ingest/reading/json_row_parser.h"

#include <simdjson.h>

#include "base/limits.h"
#include "modules/ingest/reading/json_number.h"
#include "modules/ingest/reading/line_buffer.h"

namespace jingwei::ingest {

namespace {

namespace ondemand = simdjson::ondemand;

// Keys are kept as columns as long as the file is read, so their length is bounded as their number is.
constexpr std::size_t key_bytes = 1'024;

}  // namespace

std::string_view without_end(std::string_view text) {
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n')) {
    text.remove_suffix(1);
  }
  return text;
}

struct JsonRowParser::State {
  void parse(std::string_view line, Row& row) {
    static_assert(LineBuffer::padding >= simdjson::SIMDJSON_PADDING);
    cells_.assign(columns_.size(), Cell{});
    try {
      row.problem = read_object(line, row);
    } catch (const simdjson::simdjson_error&) {
      row.problem = RowProblem::bad_json;
    }
    row.cells = cells_;
  }

  RowProblem read_object(std::string_view line, Row& row) {
    ondemand::document document;
    if (parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING).get(document)) {
      return RowProblem::bad_json;
    }
    ondemand::json_type type;
    if (document.type().get(type)) return RowProblem::bad_json;
    if (type != ondemand::json_type::object) return RowProblem::not_object;
    ondemand::object object;
    if (document.get_object().get(object)) return RowProblem::bad_json;
    RowProblem problem = RowProblem::none;
    std::size_t expected = 0, problem_column = 0;
    for (auto found : object) {
      ondemand::field field;
      std::string_view key;
      if (std::move(found).get(field) || field.unescaped_key().get(key)) return RowProblem::bad_json;
      if (key.size() > key_bytes) return RowProblem::too_long;
      const std::size_t column = column_of(key, expected);
      if (column == limits::row_fields) return RowProblem::many_fields;
      expected = column + 1;
      if (cells_[column].kind != CellKind::absent) {
        row.problem_column = columns_[column];
        return RowProblem::duplicate_key;
      }
      const RowProblem one = read_value(field.value(), cells_[column]);
      if (one == RowProblem::bad_json) return one;
      if (one == RowProblem::nested_value && problem == RowProblem::none) {
        problem = one;
        problem_column = column;
      }
    }
    // Named only now: further keys may have moved the names.
    if (problem != RowProblem::none) row.problem_column = columns_[problem_column];
    const char* behind = nullptr;
    if (document.current_location().get(behind) != simdjson::OUT_OF_BOUNDS) return RowProblem::bad_json;
    return problem;
  }

  RowProblem read_value(ondemand::value value, Cell& cell) {
    ondemand::json_type type;
    if (value.type().get(type)) return RowProblem::bad_json;
    switch (type) {
      case ondemand::json_type::string:
        cell.kind = CellKind::text;
        return value.get_string().get(cell.text) ? RowProblem::bad_json : RowProblem::none;
      case ondemand::json_type::object:
      case ondemand::json_type::array:
        cell.kind = CellKind::text;
        return RowProblem::nested_value;
      case ondemand::json_type::number:
        cell = {without_end(value.raw_json_token()), CellKind::number};
        return is_json_number(cell.text) ? RowProblem::none : RowProblem::bad_json;
      case ondemand::json_type::boolean:
        cell = {without_end(value.raw_json_token()), CellKind::boolean};
        return cell.text == "true" || cell.text == "false" ? RowProblem::none : RowProblem::bad_json;
      case ondemand::json_type::null:
        cell = {{}, CellKind::null};
        return without_end(value.raw_json_token()) == "null" ? RowProblem::none : RowProblem::bad_json;
    }
    return RowProblem::bad_json;
  }

  // Keys mostly stand in the same order in every line, so the expected column is tried first.
  std::size_t column_of(std::string_view key, std::size_t expected) {
    if (expected < columns_.size() && columns_[expected] == key) return expected;
    if (const auto known = index_.find(std::string(key)); known != index_.end()) return known->second;
    if (columns_.size() == limits::row_fields) return limits::row_fields;
    columns_.emplace_back(key);
    cells_.emplace_back();
    index_.emplace(key, columns_.size() - 1);
    ++version_;
    return columns_.size() - 1;
  }

  ondemand::parser parser_;
  std::vector<std::string> columns_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<Cell> cells_;
  std::uint32_t version_ = 1;
};

JsonRowParser::JsonRowParser() : state_(std::make_unique<State>()) {}

JsonRowParser::~JsonRowParser() = default;

void JsonRowParser::parse(std::string_view text, Row& row) {
  state_->parse(text, row);
}

std::span<const std::string> JsonRowParser::columns() const {
  return state_->columns_;
}

std::uint32_t JsonRowParser::columns_version() const {
  return state_->version_;
}

}  // namespace jingwei::ingest

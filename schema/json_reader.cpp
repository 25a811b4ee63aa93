#include "schema/json_reader.h"

#include <simdjson.h>

#include <cstring>
#include <unordered_set>
#include <variant>

#include "schema/scalar.h"

namespace jingwei::schema {

namespace {

namespace ondemand = simdjson::ondemand;

static_assert(json_padding >= simdjson::SIMDJSON_PADDING);

// Buffers grown beyond this by one large text are given back after it.
constexpr std::size_t kept_buffer_bytes = 256 * 1024;

// One step of the way to a value, for its JSON pointer.
struct Step {
  std::string_view name;
  std::size_t index = 0;
  bool is_index = false;
};

void append_pointer(std::string& pointer, const Step& step) {
  pointer += '/';
  if (step.is_index) {
    pointer += std::to_string(step.index);
    return;
  }
  for (const char c : step.name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

// Walks one document. Methods return false when the text itself is broken and the walk must end.
class Reader {
 public:
  // The root's fault list, filled as the walk goes.
  std::vector<Error> faults;
  bool broken = false;
  bool too_deep = false;

  bool read_value(const Type& type, bool nullable, ondemand::value value, Datum& into) {
    ondemand::json_type actual;
    if (value.type().get(actual) != simdjson::SUCCESS) return breaks();
    if (actual == ondemand::json_type::null && type.kind != Kind::json) {
      bool null = false;
      if (value.is_null().get(null) != simdjson::SUCCESS || !null) return breaks();
      if (nullable) {
        into = Datum::null(type);
      } else {
        fault(Error(ErrorCode::invalid, "schema.null_not_allowed"));
      }
      return true;
    }
    switch (type.kind) {
      case Kind::object: {
        ondemand::object object;
        if (actual != ondemand::json_type::object) return wrong_kind(type);
        return value.get_object().get(object) == simdjson::SUCCESS ? read_object(type, object, into)
                                                                   : breaks();
      }
      case Kind::list: {
        ondemand::array array;
        if (actual != ondemand::json_type::array) return wrong_kind(type);
        return value.get_array().get(array) == simdjson::SUCCESS ? read_list(type, array, into) : breaks();
      }
      case Kind::json: {
        std::string json;
        if (!copy_value(value, json)) return false;
        into = Datum::of_json(type, std::move(json));
        return true;
      }
      case Kind::boolean: {
        bool truth = false;
        if (actual != ondemand::json_type::boolean) return wrong_kind(type);
        if (value.get_bool().get(truth) != simdjson::SUCCESS) return breaks();
        into = Datum::of_boolean(type, truth);
        return true;
      }
      case Kind::integer:
      case Kind::number:
        if (actual != ondemand::json_type::number) return wrong_kind(type);
        return read_number(type, value, into);
      default:
        break;
    }
    std::string_view text;
    if (actual != ondemand::json_type::string) return wrong_kind(type);
    if (value.get_string().get(text) != simdjson::SUCCESS) return breaks();
    auto datum = parse_text(type, text, {});
    if (datum.ok()) {
      into = *std::move(datum);
    } else {
      Error error = std::move(datum).error();
      error.arguments.pop_back();  // the empty field name
      fault(std::move(error));
    }
    return true;
  }

  bool read_object(const Type& type, ondemand::object object, Datum& into) {
    if (!enter()) return false;
    const std::size_t count = type.fields.size();
    std::vector<Datum> fields(count);
    std::uint64_t few_seen = 0;
    std::vector<bool> many_seen(count > 64 ? count : 0);
    std::size_t expected = 0;  // fields mostly come in the type's order
    for (auto entry : object) {
      std::string_view key;
      ondemand::field field;
      if (std::move(entry).get(field) != simdjson::SUCCESS ||
          field.unescaped_key().get(key) != simdjson::SUCCESS)
        return breaks();
      std::optional<std::size_t> index;
      if (expected < count && type.fields[expected].name == key) {
        index = expected;
      } else {
        index = type.field_index(key);
      }
      Step step{key};
      if (!index) {
        path_.push_back(step);
        fault(Error(ErrorCode::invalid, "schema.unknown_field"));
        path_.pop_back();
        if (full()) return true;
        std::string ignored;
        if (!copy_value(field.value(), ignored)) return false;
        continue;
      }
      expected = *index + 1;
      const Field& known = type.fields[*index];
      step.name = known.name;
      path_.push_back(step);
      const bool again = count > 64 ? many_seen[*index] : (few_seen >> *index & 1) != 0;
      if (count > 64) {
        many_seen[*index] = true;
      } else {
        few_seen |= std::uint64_t{1} << *index;
      }
      bool good = true;
      if (again) {
        fault(Error(ErrorCode::invalid, "schema.duplicate_field"));
      } else {
        good = read_value(*known.type, known.nullable, field.value(), fields[*index]);
      }
      path_.pop_back();
      if (!good) return false;
      if (full()) return true;
    }
    for (std::size_t index = 0; index < count && !full(); ++index) {
      const bool seen = count > 64 ? many_seen[index] : (few_seen >> index & 1) != 0;
      if (seen || !type.fields[index].required) continue;
      path_.push_back(Step{type.fields[index].name});
      fault(Error(ErrorCode::invalid, "schema.field_missing"));
      path_.pop_back();
    }
    --depth_;
    into = Datum::of_items(type, std::move(fields));
    return true;
  }

  bool read_list(const Type& type, ondemand::array array, Datum& into) {
    if (!enter()) return false;
    std::vector<Datum> items;
    const std::size_t most = type.max_items ? static_cast<std::size_t>(*type.max_items) : SIZE_MAX;
    for (auto element : array) {
      ondemand::value value;
      if (std::move(element).get(value) != simdjson::SUCCESS) return breaks();
      if (items.size() >= most) {
        fault(Error(ErrorCode::invalid, "schema.list_too_long").with("limit", std::to_string(most)));
        stopped_ = true;
        return true;
      }
      path_.push_back(Step{{}, items.size(), true});
      items.emplace_back();
      const bool good = read_value(*type.of, false, value, items.back());
      path_.pop_back();
      if (!good) return false;
      if (full()) return true;
    }
    if (type.min_items && items.size() < static_cast<std::size_t>(*type.min_items))
      fault(
          Error(ErrorCode::invalid, "schema.list_too_short").with("limit", std::to_string(*type.min_items)));
    --depth_;
    into = Datum::of_items(type, std::move(items));
    return true;
  }

  // Appends the value as compact JSON, checking all of it: on-demand parsing looks only at what it is asked
  // for.
  bool copy_value(ondemand::value value, std::string& out) {
    ondemand::json_type actual;
    if (value.type().get(actual) != simdjson::SUCCESS) return breaks();
    switch (actual) {
      case ondemand::json_type::object: {
        ondemand::object object;
        return value.get_object().get(object) == simdjson::SUCCESS ? copy_object(object, out) : breaks();
      }
      case ondemand::json_type::array: {
        ondemand::array array;
        return value.get_array().get(array) == simdjson::SUCCESS ? copy_array(array, out) : breaks();
      }
      case ondemand::json_type::string: {
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) return breaks();
        append_json_string(out, text);
        return true;
      }
      case ondemand::json_type::boolean: {
        bool truth = false;
        if (value.get_bool().get(truth) != simdjson::SUCCESS) return breaks();
        out += truth ? "true" : "false";
        return true;
      }
      case ondemand::json_type::null: {
        bool null = false;
        if (value.is_null().get(null) != simdjson::SUCCESS || !null) return breaks();
        out += "null";
        return true;
      }
      case ondemand::json_type::number: {
        // Checked as a number, kept as written, so that nothing of it is lost.
        std::string_view token = value.raw_json_token();
        const std::size_t end = token.find_last_not_of(" \t\r\n");
        double number = 0;
        if (value.get_double().get(number) != simdjson::SUCCESS) return breaks();
        out += token.substr(0, end + 1);
        return true;
      }
    }
    return breaks();
  }

  bool copy_object(ondemand::object object, std::string& out) {
    if (!enter()) return false;
    std::unordered_set<std::string_view> keys;
    out += '{';
    bool first = true;
    for (auto entry : object) {
      std::string_view key;
      ondemand::field field;
      if (std::move(entry).get(field) != simdjson::SUCCESS ||
          field.unescaped_key().get(key) != simdjson::SUCCESS)
        return breaks();
      path_.push_back(Step{key});
      if (!keys.insert(key).second) fault(Error(ErrorCode::invalid, "schema.duplicate_field"));
      if (!first) out += ',';
      first = false;
      append_json_string(out, key);
      out += ':';
      const bool good = copy_value(field.value(), out);
      path_.pop_back();
      if (!good) return false;
    }
    out += '}';
    --depth_;
    return true;
  }

  bool copy_array(ondemand::array array, std::string& out) {
    if (!enter()) return false;
    out += '[';
    std::size_t index = 0;
    for (auto element : array) {
      ondemand::value value;
      if (std::move(element).get(value) != simdjson::SUCCESS) return breaks();
      if (index != 0) out += ',';
      path_.push_back(Step{{}, index++, true});
      const bool good = copy_value(value, out);
      path_.pop_back();
      if (!good) return false;
    }
    out += ']';
    --depth_;
    return true;
  }

  bool wrong_kind(const Type& type) {
    fault(Error(ErrorCode::invalid, "schema.expected_" + std::string(name_of(type.kind))));
    return true;
  }

  // The walk has ended early with enough faults told.
  bool full() const { return stopped_ || faults.size() >= most_field_faults; }

 private:
  bool read_number(const Type& type, ondemand::value value, Datum& into) {
    if (type.kind == Kind::number) {
      double number = 0;
      if (value.get_double().get(number) != simdjson::SUCCESS) {
        fault(Error(ErrorCode::invalid, "schema.number_out_of_range"));
      } else if (auto bad = check_number(type, number)) {
        fault(std::move(*bad));
      } else {
        into = Datum::of_number(type, number);
      }
      return true;
    }
    std::int64_t number = 0;
    if (value.get_int64().get(number) == simdjson::SUCCESS) {
      if (auto bad = check_integer(type, number)) {
        fault(std::move(*bad));
      } else {
        into = Datum::of_integer(type, number);
      }
      return true;
    }
    std::string_view token = value.raw_json_token();
    token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    const bool digits = token.find_first_not_of("-0123456789") == std::string_view::npos;
    fault(Error(ErrorCode::invalid, digits ? "schema.number_out_of_range" : "schema.expected_integer"));
    return true;
  }

  bool enter() {
    if (++depth_ <= static_cast<int>(limits::json_depth)) return true;
    too_deep = true;
    return false;
  }

  bool breaks() {
    broken = true;
    return false;
  }

  void fault(Error error) {
    if (faults.size() >= most_field_faults) return;
    std::string pointer;
    for (const auto& step : path_) append_pointer(pointer, step);
    error.arguments.emplace_back("field", pointer);
    error.field = std::move(pointer);
    faults.push_back(std::move(error));
  }

  std::vector<Step> path_;
  int depth_ = 0;
  bool stopped_ = false;
};

Error bad_json() {
  return Error(ErrorCode::invalid, "schema.bad_json");
}

struct Scratch {
  ondemand::parser parser;
  std::string text;
};

Scratch& scratch() {
  thread_local Scratch mine;
  return mine;
}

Result<Datum> read_document(const Type& type, ondemand::document& document) {
  Reader reader;
  Datum root;
  ondemand::json_type actual;
  bool good = document.type().get(actual) == simdjson::SUCCESS;
  if (!good) return bad_json();
  const bool any = type.kind == Kind::json;
  if (actual == ondemand::json_type::object && (any || type.kind == Kind::object)) {
    ondemand::object object;
    std::string json;
    good = document.get_object().get(object) == simdjson::SUCCESS &&
           (any ? reader.copy_object(object, json) : reader.read_object(type, object, root));
    if (any) root = Datum::of_json(type, std::move(json));
  } else if (actual == ondemand::json_type::array && (any || type.kind == Kind::list)) {
    ondemand::array array;
    std::string json;
    good = document.get_array().get(array) == simdjson::SUCCESS &&
           (any ? reader.copy_array(array, json) : reader.read_list(type, array, root));
    if (any) root = Datum::of_json(type, std::move(json));
  } else {
    reader.wrong_kind(type);
    good = true;
  }
  if (reader.too_deep)
    return Error(ErrorCode::invalid, "schema.json_too_deep")
        .with("limit", std::to_string(limits::json_depth));
  if (!good) return bad_json();
  if (!reader.faults.empty()) {
    Error error = reader.faults.front();
    error.field.clear();
    error.causes = std::move(reader.faults);
    return error;
  }
  // A location after the root means trailing text.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return bad_json();
  return root;
}

}  // namespace

Result<Datum> read_json_padded(const Type& type, std::string_view json, std::size_t readable,
                               std::size_t most_bytes) {
  JW_ASSERT(readable >= json.size() + json_padding);
  if (json.size() > most_bytes)
    return Error(ErrorCode::too_large, "schema.json_too_large").with("limit", std::to_string(most_bytes));
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Error(ErrorCode::invalid, "schema.json_missing");
  Scratch& mine = scratch();
  ondemand::document document;
  if (mine.parser.iterate(simdjson::padded_string_view(json.data(), json.size(), readable)).get(document) !=
      simdjson::SUCCESS)
    return bad_json();
  auto result = read_document(type, document);
  if (mine.parser.capacity() > kept_buffer_bytes) mine.parser = ondemand::parser();
  return result;
}

Result<Datum> read_json(const Type& type, std::string_view json, std::size_t most_bytes) {
  if (json.size() > most_bytes)
    return Error(ErrorCode::too_large, "schema.json_too_large").with("limit", std::to_string(most_bytes));
  std::string& text = scratch().text;
  text.reserve(json.size() + json_padding);
  text.assign(json);
  // Bytes between size and capacity are ours to read.
  auto result = read_json_padded(type, text, text.capacity(), most_bytes);
  if (text.capacity() > kept_buffer_bytes) text = std::string();
  return result;
}

}  // namespace jingwei::schema

#include "engines/rules/document.h"

#include <algorithm>

#include "engines/rules/json_text.h"

namespace jingwei::rules {

namespace {

// Values of open lists and objects wait on one stack; closing moves them into the arena.
struct ValueBuilder {
  explicit ValueBuilder(Arena& arena_) : arena(arena_) {}

  struct Open {
    std::size_t first;
  };
  Arena& arena;
  std::vector<Member> waiting;  // names are empty inside lists
  std::vector<Open> open;
  std::string_view name;

  bool add(const Value& value) {
    waiting.push_back({name, value});
    name = {};
    return true;
  }
  bool null() { return add(Value()); }
  bool boolean(bool truth) { return add(Value::boolean(truth)); }
  bool integer(std::int64_t value) { return add(Value::integer(value)); }
  bool number(double value) { return add(Value::number(value)); }
  bool text(std::string&& value) { return add(Value::text(arena.keep(value))); }
  bool begin_list() { return begin(); }
  bool begin_object() { return begin(); }
  bool begin() {
    // The name of the list or object itself waits in its own entry, filled when it closes.
    waiting.push_back({name, Value()});
    name = {};
    open.push_back({waiting.size()});
    return true;
  }
  bool end_list() {
    const std::size_t first = open.back().first;
    auto items = arena.take<Value>(waiting.size() - first);
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = waiting[first + i].value;
    return close(first, Value::list(items));
  }
  bool end_object() {
    const std::size_t first = open.back().first;
    auto members = arena.take<Member>(waiting.size() - first);
    std::copy(waiting.begin() + static_cast<std::ptrdiff_t>(first), waiting.end(), members.begin());
    return close(first, Value::object(members));
  }
  bool close(std::size_t first, const Value& value) {
    waiting.resize(first);
    waiting.back().value = value;
    open.pop_back();
    return true;
  }
  bool key(std::string&& key) {
    name = arena.keep(key);
    return true;
  }
};

}  // namespace

Result<Document> Document::parse(std::string_view json, std::string_view file) {
  if (json.size() > limits::data_bytes)
    return Error(ErrorCode::too_large, "rules.too_large").with("most", std::to_string(limits::data_bytes));
  Document document;
  ValueBuilder builder(document.arena_);
  JsonText<ValueBuilder> reader(json, limits::data_depth, builder);
  if (!reader.read()) {
    const auto [line, column] = reader.place(reader.offset());
    std::string place(file);
    if (!place.empty()) place += ':';
    place += std::to_string(line) + ":" + std::to_string(column);
    if (reader.too_deep())
      return Error(ErrorCode::invalid, "rules.too_deep")
          .with("place", place)
          .with("most", std::to_string(limits::data_depth));
    return Error(ErrorCode::invalid, "rules.bad_json")
        .with("place", place)
        .with("expected", reader.fault() ? reader.fault() : "JSON");
  }
  document.root_ = builder.waiting.front().value;
  return document;
}

Document Document::of_parts(const Value& payload, const Value& external) {
  Document document;
  auto members = document.arena_.take<Member>(2);
  members[0] = {"payload", payload};
  members[1] = {"external", external};
  document.root_ = Value::object(members);
  return document;
}

}  // namespace jingwei::rules

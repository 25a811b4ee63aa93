#include "engines/rules/syntax.h"

#include "engines/rules/json_text.h"

namespace jingwei::rules {

namespace {

// Builds the tree; `open` are the lists and objects that are not closed yet.
struct TreeBuilder {
  JsonText<TreeBuilder>* reader = nullptr;
  Syntax root;
  std::vector<Syntax*> open;
  std::string name;
  std::string duplicate;
  std::size_t nodes = 0;
  bool too_many = false;

  Syntax* add(Syntax::Kind kind) {
    if (++nodes > limits::rule_nodes) {
      too_many = true;
      return nullptr;
    }
    Syntax node;
    node.kind = kind;
    std::tie(node.line, node.column) = reader->place(reader->value_offset());
    if (open.empty()) {
      root = std::move(node);
      return &root;
    }
    Syntax& parent = *open.back();
    if (parent.kind == Syntax::Kind::list) return &parent.items.emplace_back(std::move(node));
    return &parent.members.emplace_back(SyntaxMember{std::move(name), std::move(node)}).value;
  }

  bool null() { return add(Syntax::Kind::null); }
  bool boolean(bool truth) {
    Syntax* const node = add(Syntax::Kind::boolean);
    if (node) node->boolean = truth;
    return node;
  }
  bool integer(std::int64_t value) {
    Syntax* const node = add(Syntax::Kind::integer);
    if (node) node->integer = value;
    return node;
  }
  bool number(double value) {
    const bool whole = std::abs(value) < 9e15 && value == std::trunc(value);
    if (whole) return integer(static_cast<std::int64_t>(value));
    Syntax* const node = add(Syntax::Kind::number);
    if (node) node->number = value;
    return node;
  }
  bool text(std::string&& value) {
    Syntax* const node = add(Syntax::Kind::text);
    if (node) node->text = std::move(value);
    return node;
  }
  bool begin(Syntax::Kind kind) {
    Syntax* const node = add(kind);
    if (node) open.push_back(node);
    return node;
  }
  bool end() {
    open.pop_back();
    return true;
  }
  bool begin_list() { return begin(Syntax::Kind::list); }
  bool end_list() { return end(); }
  bool begin_object() { return begin(Syntax::Kind::object); }
  bool end_object() { return end(); }
  bool key(std::string&& key) {
    if (open.back()->find(key)) {
      duplicate = std::move(key);
      return false;
    }
    name = std::move(key);
    return true;
  }
};

std::string place_text(std::string_view file, int line, int column) {
  std::string place(file);
  if (line > 0) {
    if (!place.empty()) place += ':';
    place += std::to_string(line) + ":" + std::to_string(column);
  }
  return place;
}

}  // namespace

const Syntax* Syntax::find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string place_of(const Syntax& at, std::string_view file) {
  return place_text(file, at.line, at.column);
}

Result<Syntax> parse_syntax(std::string_view json, std::string_view file) {
  if (json.size() > limits::rule_bytes)
    return Error(ErrorCode::too_large, "rules.too_large").with("most", std::to_string(limits::rule_bytes));
  TreeBuilder builder;
  JsonText<TreeBuilder> reader(json, limits::rule_depth, builder);
  builder.reader = &reader;
  if (reader.read()) return std::move(builder.root);
  const bool at_key = !builder.duplicate.empty();
  const auto [line, column] = reader.place(at_key ? reader.value_offset() : reader.offset());
  const std::string place = place_text(file, line, column);
  if (builder.too_many)
    return Error(ErrorCode::too_large, "rules.too_many_nodes")
        .with("place", place)
        .with("most", std::to_string(limits::rule_nodes));
  if (reader.too_deep())
    return Error(ErrorCode::invalid, "rules.too_deep")
        .with("place", place)
        .with("most", std::to_string(limits::rule_depth));
  if (at_key)
    return Error(ErrorCode::invalid, "rules.duplicate_key")
        .with("place", place)
        .with("key", builder.duplicate);
  return Error(ErrorCode::invalid, "rules.bad_json")
      .with("place", place)
      .with("expected", reader.fault() ? reader.fault() : "JSON");
}

}  // namespace jingwei::rules

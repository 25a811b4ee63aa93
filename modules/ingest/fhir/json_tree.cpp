#include "modules/ingest/fhir/json_tree.h"

#include <simdjson.h>

#include <algorithm>

#include "modules/ingest/reading/json_number.h"
#include "modules/ingest/reading/line_buffer.h"

namespace jingwei::ingest {

namespace ondemand = simdjson::ondemand;

struct JsonTree::Reader {
  ondemand::parser parser;
  std::vector<JsonNode>* nodes = nullptr;
  Arena* texts = nullptr;
  std::size_t depth = 0;
  bool deep = false;
  std::vector<std::string_view> keys;  // of the objects that are open

  // Each returns the value's place, or no_json for a fault.
  JsonId read(ondemand::value& value, std::string_view key, std::size_t level);
  JsonId read_object(ondemand::value& value, JsonId id, std::size_t level);
  JsonId read_array(ondemand::value& value, JsonId id, std::size_t level);
  bool read_leaf(ondemand::value& value, ondemand::json_type type, JsonNode& node);
  void link(JsonId parent, JsonId& last, JsonId child) const;
};

JsonId JsonTree::Reader::read(ondemand::value& value, std::string_view key, std::size_t level) {
  ondemand::json_type type;
  if (value.type().get(type)) return no_json;
  const auto id = static_cast<JsonId>(nodes->size());
  nodes->push_back({});
  nodes->back().key = key;
  if (type == ondemand::json_type::object || type == ondemand::json_type::array) {
    if (level == depth) {
      deep = true;
      return no_json;
    }
    return type == ondemand::json_type::object ? read_object(value, id, level + 1)
                                               : read_array(value, id, level + 1);
  }
  return read_leaf(value, type, nodes->back()) ? id : no_json;
}

JsonId JsonTree::Reader::read_object(ondemand::value& value, JsonId id, std::size_t level) {
  (*nodes)[id].kind = JsonKind::object;
  ondemand::object object;
  if (value.get_object().get(object)) return no_json;
  const std::size_t before = keys.size();
  JsonId last = no_json;
  for (auto found : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(found).get(field) || field.unescaped_key().get(key)) return no_json;
    key = texts->copy(key);
    keys.push_back(key);
    ondemand::value inner = field.value();
    const JsonId child = read(inner, key, level);
    if (child == no_json) return no_json;
    link(id, last, child);
  }
  std::sort(keys.begin() + static_cast<std::ptrdiff_t>(before), keys.end());
  if (std::adjacent_find(keys.begin() + static_cast<std::ptrdiff_t>(before), keys.end()) != keys.end())
    (*nodes)[id].doubled = true;
  keys.resize(before);
  return id;
}

JsonId JsonTree::Reader::read_array(ondemand::value& value, JsonId id, std::size_t level) {
  (*nodes)[id].kind = JsonKind::array;
  ondemand::array array;
  if (value.get_array().get(array)) return no_json;
  JsonId last = no_json;
  for (auto found : array) {
    ondemand::value inner;
    if (std::move(found).get(inner)) return no_json;
    const JsonId child = read(inner, {}, level);
    if (child == no_json) return no_json;
    link(id, last, child);
  }
  return id;
}

bool JsonTree::Reader::read_leaf(ondemand::value& value, ondemand::json_type type, JsonNode& node) {
  std::string_view text;
  if (type == ondemand::json_type::string) {
    node.kind = JsonKind::text;
    if (value.get_string().get(text)) return false;
    node.text = texts->copy(text);
    return true;
  }
  const std::string_view token = value.raw_json_token();
  const std::size_t end = token.find_last_not_of(" \t\r\n");
  text = token.substr(0, end == std::string_view::npos ? 0 : end + 1);
  node.text = texts->copy(text);
  switch (type) {
    case ondemand::json_type::number:
      node.kind = JsonKind::number;
      return is_json_number(text);
    case ondemand::json_type::boolean:
      node.kind = JsonKind::boolean;
      return text == "true" || text == "false";
    default:
      node.kind = JsonKind::null;
      return text == "null";
  }
}

void JsonTree::Reader::link(JsonId parent, JsonId& last, JsonId child) const {
  if (last == no_json) {
    (*nodes)[parent].first = child;
  } else {
    (*nodes)[last].next = child;
  }
  last = child;
  if ((*nodes)[child].doubled) (*nodes)[parent].doubled = true;
}

JsonTree::JsonTree() : reader_(std::make_unique<Reader>()) {}
JsonTree::~JsonTree() = default;

std::optional<JsonId> JsonTree::add(std::string_view text, std::size_t depth, JsonFault& fault) {
  static_assert(LineBuffer::padding >= simdjson::SIMDJSON_PADDING);
  const std::size_t before = nodes_.size();
  Reader& reader = *reader_;
  reader.nodes = &nodes_;
  reader.texts = &texts_;
  reader.depth = depth;
  reader.deep = false;
  reader.keys.clear();
  JsonId root = no_json;
  try {
    ondemand::document document;
    // Only an object or an array may be the root of what is read here.
    if (!reader.parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING)
             .get(document)) {
      ondemand::value value;
      if (!document.get_value().get(value)) root = reader.read(value, {}, 0);
      const char* behind = nullptr;
      if (document.current_location().get(behind) != simdjson::OUT_OF_BOUNDS) root = no_json;
    }
  } catch (const simdjson::simdjson_error&) {
    root = no_json;
  }
  if (root != no_json) return root;
  nodes_.resize(before);
  fault = reader.deep ? JsonFault::deep : JsonFault::broken;
  return std::nullopt;
}

void JsonTree::clear() {
  nodes_.clear();
  texts_.reset();
}

JsonId JsonTree::member(JsonId object, std::string_view key) const {
  if (nodes_[object].kind != JsonKind::object) return no_json;
  for (JsonId id = nodes_[object].first; id != no_json; id = nodes_[id].next)
    if (nodes_[id].key == key) return id;
  return no_json;
}

std::string_view JsonTree::text(JsonId object, std::string_view key) const {
  const JsonId id = member(object, key);
  return id != no_json && nodes_[id].kind == JsonKind::text ? nodes_[id].text : std::string_view{};
}

}  // namespace jingwei::ingest

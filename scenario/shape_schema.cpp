#include "scenario/shape_schema.h"

#include <set>

#include "base/json.h"

namespace jingwei::scenario {

namespace {

// Writes shapes; named ones become references, and are remembered as wanted.
class Writer {
 public:
  explicit Writer(JsonWriter& out, std::set<const Shape*>& wanted) : out_(out), wanted_(wanted) {}

  void write(const Shape& shape, const schema::Title& what) {
    out_.begin_object();
    members(shape, what);
    out_.end_object();
  }

  // The place of a shape: a reference when it has a name.
  void place(const Shape& shape, const schema::Title& what) {
    if (shape.name.empty()) return write(shape, what);
    wanted_.insert(&shape);
    out_.begin_object();
    // Beside $ref draft 7 looks at nothing, so that the explanation goes around it.
    out_.key("allOf");
    out_.begin_array();
    out_.begin_object();
    out_.member("$ref", "#/definitions/" + shape.name);
    out_.end_object();
    out_.end_array();
    describe(what);
    out_.end_object();
  }

 private:
  void describe(const schema::Title& what) {
    if (!what.empty()) out_.member("description", what.en + " / " + what.zh);
  }

  void bounds(const Shape& shape, std::string_view least, std::string_view most) {
    if (shape.min) out_.member(least, *shape.min);
    if (shape.max) out_.member(most, *shape.max);
  }

  void members(const Shape& shape, const schema::Title& what) {
    describe(what.empty() ? shape.what : what);
    switch (shape.kind) {
      case ShapeKind::any:
        return;
      case ShapeKind::text:
        if (shape.pattern.empty()) {
          // An unquoted 1 is read as the text it is written as.
          scalar_types();
        } else {
          out_.member("type", "string");
          out_.member("pattern", "^(?:" + shape.pattern + ")$");
        }
        if (shape.max) out_.member("maxLength", *shape.max);
        return;
      case ShapeKind::date:
        out_.member("type", "string");
        out_.member("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
        return;
      case ShapeKind::integer:
        out_.member("type", "integer");
        return bounds(shape, "minimum", "maximum");
      case ShapeKind::number:
        out_.member("type", "number");
        return bounds(shape, "minimum", "maximum");
      case ShapeKind::boolean:
        out_.member("type", "boolean");
        return;
      case ShapeKind::choice:
        out_.key("enum");
        out_.begin_array();
        for (const auto& value : shape.values) out_.value(value);
        out_.end_array();
        return;
      case ShapeKind::list:
        out_.member("type", "array");
        out_.key("items");
        place(*shape.of, {});
        return bounds(shape, "minItems", "maxItems");
      case ShapeKind::map:
        out_.member("type", "object");
        out_.key("additionalProperties");
        place(*shape.of, {});
        return bounds(shape, "minProperties", "maxProperties");
      case ShapeKind::object:
        return object(shape);
      case ShapeKind::either:
        out_.key("anyOf");
        out_.begin_array();
        for (const Shape* option : shape.options) place(*option, {});
        out_.end_array();
    }
  }

  void scalar_types() {
    out_.key("type");
    out_.begin_array();
    for (const std::string_view type : {"string", "number", "boolean"}) out_.value(type);
    out_.end_array();
  }

  void object(const Shape& shape) {
    out_.member("type", "object");
    out_.key("properties");
    out_.begin_object();
    for (const auto& member : shape.members) {
      out_.key(member.key);
      place(*member.shape, member.what);
    }
    out_.end_object();
    bool any = false;
    for (const auto& member : shape.members) any = any || member.required;
    if (any) {
      out_.key("required");
      out_.begin_array();
      for (const auto& member : shape.members) {
        if (member.required) out_.value(member.key);
      }
      out_.end_array();
    }
    out_.member("additionalProperties", false);
  }

  JsonWriter& out_;
  std::set<const Shape*>& wanted_;
};

std::string one(const Shape& shape, std::set<const Shape*>& wanted) {
  JsonWriter out;
  Writer(out, wanted).write(shape, shape.what);
  return out.take();
}

}  // namespace

std::string schema_name(std::string_view file) {
  return std::string(file.substr(0, file.rfind('.'))) + ".json";
}

std::string json_schema_of(const Shapes& shapes, std::string_view file) {
  std::set<const Shape*> wanted, written;
  const Shape* top = shapes.of_file(file);
  JW_ASSERT(top != nullptr);
  const std::string root = one(*top, wanted);
  std::map<std::string, std::string> definitions;
  while (written.size() < wanted.size()) {
    const auto todo = wanted;
    for (const Shape* shape : todo) {
      if (written.insert(shape).second) definitions.emplace(shape->name, one(*shape, wanted));
    }
  }
  // The members of the top level stand in the document itself.
  std::string text = "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": \"" +
                     std::string(file) + "\",\n  ";
  text += root.substr(1, root.size() - 2);
  text += ",\n  \"definitions\": {";
  bool first = true;
  for (const auto& [name, definition] : definitions) {
    text += std::string(first ? "\n" : ",\n") + "    \"" + name + "\": " + definition;
    first = false;
  }
  return text + "\n  }\n}\n";
}

}  // namespace jingwei::scenario

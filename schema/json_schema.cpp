#include "schema/json_schema.h"

namespace jingwei::schema {

namespace {

template <typename Number>
void member_if(JsonWriter& out, std::string_view name, const std::optional<Number>& value) {
  if (value) out.member(name, *value);
}

std::string_view json_type(Kind kind) {
  switch (kind) {
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::boolean:
      return "boolean";
    case Kind::object:
      return "object";
    case Kind::list:
      return "array";
    default:
      return "string";
  }
}

std::string_view format_of(Kind kind) {
  switch (kind) {
    case Kind::integer:
      return "int64";
    case Kind::number:
      return "double";
    case Kind::date:
      return "date";
    case Kind::datetime:
      return "date-time";
    default:
      return "";
  }
}

void write_choices(JsonWriter& out, const Type& type, bool nullable) {
  out.key("enum");
  out.begin_array();
  for (const auto& choice : type.choices) out.value(choice.id);
  if (nullable) out.null();
  out.end_array();
  if (type.choices.empty() || type.choices.front().title.empty()) return;
  out.key("x-enum-titles");
  out.begin_object();
  for (const auto& choice : type.choices) {
    out.key(choice.id);
    out.begin_object();
    out.member("zh", choice.title.zh);
    out.member("en", choice.title.en);
    out.end_object();
  }
  out.end_object();
}

void write_schema(JsonWriter& out, const Type& type, Refs refs, std::string_view prefix, const Title& title,
                  bool nullable);

void write_object(JsonWriter& out, const Type& type, std::string_view prefix) {
  bool any_required = false;
  out.key("properties");
  out.begin_object();
  for (const auto& field : type.fields) {
    out.key(field.name);
    write_schema(out, *field.type, Refs::follow, prefix, field.title, field.nullable);
    any_required = any_required || field.required;
  }
  out.end_object();
  if (any_required) {
    out.key("required");
    out.begin_array();
    for (const auto& field : type.fields) {
      if (field.required) out.value(field.name);
    }
    out.end_array();
  }
  out.member("additionalProperties", false);
}

// The reader's pattern matches the whole text, JSON Schema's matches anywhere.
std::string anchored(const std::string& pattern) {
  if (pattern.starts_with('^') && pattern.ends_with('$')) return pattern;
  return "^(?:" + pattern + ")$";
}

void write_reference(JsonWriter& out, const Type& type, std::string_view prefix, const Title& title,
                     bool nullable) {
  out.begin_object();
  const auto reference = [&] { out.member("$ref", std::string(prefix) + type.name); };
  if (nullable) {
    out.key("anyOf");
    out.begin_array();
    out.begin_object();
    reference();
    out.end_object();
    out.begin_object();
    out.member("type", "null");
    out.end_object();
    out.end_array();
  } else {
    reference();
  }
  write_title(out, title);
  out.end_object();
}

void write_schema(JsonWriter& out, const Type& type, Refs refs, std::string_view prefix, const Title& title,
                  bool nullable) {
  if (!type.name.empty() && refs == Refs::follow) return write_reference(out, type, prefix, title, nullable);
  out.begin_object();
  write_title(out, title);
  if (!type.description.empty()) {
    out.member("description", type.description.en);
    out.member("x-description-zh", type.description.zh);
  }
  if (type.kind != Kind::json) {
    out.key("type");
    if (nullable) {
      out.begin_array();
      out.value(json_type(type.kind));
      out.value("null");
      out.end_array();
    } else {
      out.value(json_type(type.kind));
    }
  }
  if (!format_of(type.kind).empty()) out.member("format", format_of(type.kind));
  if (type.kind == Kind::id) out.member("pattern", "^[1-9][0-9]{0,18}$");
  if (!type.pattern.empty()) out.member("pattern", anchored(type.pattern));
  member_if(out, "minLength", type.min_length);
  member_if(out, "maxLength", type.max_length);
  member_if(out, "minimum", type.kind == Kind::integer ? std::optional<double>() : type.min_number);
  member_if(out, "maximum", type.kind == Kind::integer ? std::optional<double>() : type.max_number);
  member_if(out, "minimum", type.min_integer);
  member_if(out, "maximum", type.max_integer);
  if (type.kind == Kind::choice) write_choices(out, type, nullable);
  if (type.kind == Kind::object) write_object(out, type, prefix);
  if (type.kind == Kind::list) {
    out.key("items");
    write_schema(out, *type.of, Refs::follow, prefix, type.of->title, false);
    member_if(out, "minItems", type.min_items);
    member_if(out, "maxItems", type.max_items);
  }
  out.end_object();
}

}  // namespace

void write_title(JsonWriter& out, const Title& title) {
  if (title.empty()) return;
  out.member("title", title.en);
  out.member("x-title-zh", title.zh);
}

void write_json_schema(JsonWriter& out, const Type& type, Refs refs, std::string_view prefix) {
  write_schema(out, type, refs, prefix, type.name.empty() || refs == Refs::expand ? type.title : Title{},
               false);
}

std::string pretty_json(std::string_view json) {
  std::string out;
  out.reserve(json.size() * 2);
  std::size_t depth = 0;
  bool quoted = false;
  const auto new_line = [&] { out.append("\n").append(depth * 2, ' '); };
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (quoted) {
      out += c;
      if (c == '\\') {
        out += json[++at];
      } else if (c == '"') {
        quoted = false;
      }
      continue;
    }
    const char next = at + 1 < json.size() ? json[at + 1] : '\0';
    if ((c == '{' && next == '}') || (c == '[' && next == ']')) {
      out += c;
      out += next;
      ++at;
    } else if (c == '{' || c == '[') {
      out += c;
      ++depth;
      new_line();
    } else if (c == '}' || c == ']') {
      --depth;
      new_line();
      out += c;
    } else if (c == ',') {
      out += c;
      new_line();
    } else if (c == ':') {
      out += ": ";
    } else {
      quoted = c == '"';
      out += c;
    }
  }
  return out;
}

}  // namespace jingwei::schema

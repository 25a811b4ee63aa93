// Type → JSON Schema 2020-12, as OpenAPI 3.1 embeds it.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "schema/type.h"

namespace jingwei::schema {

enum class Refs : std::uint8_t {
  follow,  // a named type is a $ref
  expand,  // the outermost named type is written out; those inside it are $refs
};

// Writes the schema of `type` as one JSON value. Named types become {"$ref": prefix + name}.
// Titles stand in English under `title` and in Chinese under `x-title-zh`; choices list theirs under
// `x-enum-titles`.
void write_json_schema(JsonWriter& out, const Type& type, Refs refs,
                       std::string_view prefix = "#/components/schemas/");

// Members of `title` (en) and `x-title-zh`, when there is a title.
void write_title(JsonWriter& out, const Title& title);

// Compact JSON → two spaces a level, one member a line; empty brackets stay together. `json` must be valid.
std::string pretty_json(std::string_view json);

}  // namespace jingwei::schema

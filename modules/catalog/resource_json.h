// A resource's definition as JSON: what the desk edits, what is kept of every version, and, JSON being YAML,
// what parse_resources reads back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "modules/catalog/resource.h"

namespace jingwei::catalog {

// One object with the keys of docs/formats/resources.md, in their order; what is absent or a default is left
// out. The package is no part of it.
void write_definition(JsonWriter& json, const Resource& resource);
std::string definition_text(const Resource& resource);

// The reverse. Errors: as parse_resources; places name `file`.
Result<Resource> parse_definition(std::string_view definition, const std::string& file,
                                  const std::string& package);

// One thing in which two definitions differ, for people to read.
struct Difference {
  enum class Kind : std::uint8_t { added, removed, changed };
  Kind kind = Kind::changed;
  std::string path;    // "sharing", "fields.phone", "fields.phone.required", "metrics.people.title.zh"
  std::string before;  // as text; empty when added
  std::string after;   // empty when removed
};
std::string_view name_of(Difference::Kind kind);

// What leads from `before` to `after`, in the order of the definition: plain keys first, then field by field,
// then metric by metric. A field or metric that came or went is one difference. Empty when they mean the
// same.
std::vector<Difference> differences(const Resource& before, const Resource& after);

}  // namespace jingwei::catalog

// Reads resources.yaml of a scenario package.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modules/catalog/resource.h"

namespace jingwei::schema {
struct YamlNode;
class YamlFaults;
}  // namespace jingwei::schema

namespace jingwei::catalog {

// All resources of one file. `file` is the name errors tell. Unknown keys, unknown types, keys or metrics
// that name no field, doubled ids and missing translations are errors (invalid, with file:line, all of them
// as causes).
Result<std::vector<Resource>> parse_resources(std::string_view yaml, const std::string& file,
                                              const std::string& package);

// One field with the keys of a resource's fields, for whoever else asks people for values. Faults are added.
Field parse_field(const schema::YamlNode& node, schema::YamlFaults& faults);

}  // namespace jingwei::catalog

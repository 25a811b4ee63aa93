// Reads resources.yaml of a scenario package.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modules/catalog/resource.h"

namespace jingwei::catalog {

// All resources of one file. `file` is the name errors tell. Unknown keys, unknown types, keys or metrics
// that name no field, doubled ids and missing translations are errors (invalid, with file:line, all of them
// as causes).
Result<std::vector<Resource>> parse_resources(std::string_view yaml, const std::string& file,
                                              const std::string& package);

}  // namespace jingwei::catalog

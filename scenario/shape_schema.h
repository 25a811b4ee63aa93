// Shapes as JSON Schema (draft 7, which YAML editors understand).
#pragma once

#include <string>
#include <string_view>

#include "scenario/shape.h"

namespace jingwei::scenario {

// The schema of one of `shapes.files()`: two spaces a level, definitions one a line, ending in a line feed.
std::string json_schema_of(const Shapes& shapes, std::string_view file);

// "process.yaml" → "process.json".
std::string schema_name(std::string_view file);

}  // namespace jingwei::scenario

// All modules' api.yaml → one OpenAPI 3.1 document.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/api_source.h"
#include "tools/message_source.h"

namespace jingwei::tools {

// The document, pretty-printed and ending in a line feed; the same bytes for the same input. Modules in the
// order given.
std::string generate_openapi(const std::vector<std::unique_ptr<ApiModule>>& modules);

// openapi.gen.h and openapi.gen.cpp with `std::string_view jingwei::openapi_document()`; `include` is the
// header's path.
GeneratedPair generate_openapi_source(const std::string& document, const std::string& include);

}  // namespace jingwei::tools

// Writing generated C++: literals, lines and files that change only when their content does.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei::tools {

// `text` as a C++ string literal with quotes; every byte survives.
std::string cpp_literal(std::string_view text);
// `text` as a raw string literal R"sql(…)sql", for text of several lines. `text` must not hold `)sql"`.
std::string cpp_raw_literal(std::string_view text);
// True for a lower_case name that is no C++ keyword: usable as a C++ identifier.
bool is_identifier(std::string_view name);
// "get_region" → "GetRegion".
std::string pascal_case(std::string_view name);
// The line that opens every generated file.
std::string generated_note(std::string_view source);
// Writes `content` unless the file holds it already. Errors: unavailable, denied, exhausted.
Result<void> write_if_changed(const std::string& path, std::string_view content);
// The whole file. Errors: not_found, unavailable.
Result<std::string> read_source(const std::string& path);

}  // namespace jingwei::tools

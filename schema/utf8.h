// Walking UTF-8 without allocating.
#pragma once

#include <cstddef>
#include <string_view>

namespace jingwei::schema {

inline constexpr char32_t bad_code_point = 0xFFFFFFFF;

// Removes the first code point of `text` (not empty) and returns it; bad_code_point for bytes that are not
// UTF-8 (RFC 3629), one byte removed.
char32_t take_code_point(std::string_view& text);

// Code points in `text`; nothing is said about malformed text.
std::size_t count_code_points(std::string_view text);

bool is_valid_utf8(std::string_view text);

}  // namespace jingwei::schema

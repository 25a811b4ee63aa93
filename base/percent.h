// Percent-encoding (RFC 3986, 2.1).
#pragma once

#include <string>
#include <string_view>

namespace jingwei {

// Letters, digits and "-._~".
bool is_unreserved(char c);
// Those stay; every other byte becomes %XX. Fits paths, queries, forms and RFC 8187 values.
std::string percent_encoded(std::string_view text);

}  // namespace jingwei

// What requests say in words of their own.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace jingwei::identity {

// "Chrome, Linux", as far as the browser says: no more than who looks needs to know a session by.
std::string label_of(const http::Request& request);
// Of an even count of lower-case hexadecimal digits.
std::string bytes_of_hex(std::string_view hex);

}  // namespace jingwei::identity

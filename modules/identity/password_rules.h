// Which passwords are taken.
#pragma once

#include <string_view>

#include "base/result.h"

namespace jingwei::identity {

inline constexpr std::size_t password_least = 10;  // code points
inline constexpr std::size_t password_most_bytes = 256;

// Long enough, not one of those tried first, not made of the login or the name. No rules about kinds of
// characters: they make passwords easier to guess, not harder (NIST SP 800-63B §5.1.1.2). Errors: invalid, at
// "password".
Result<void> check_password(std::string_view password, std::string_view login, std::string_view name);

}  // namespace jingwei::identity

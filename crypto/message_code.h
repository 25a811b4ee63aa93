// Codes that show that a message comes from whoever holds a secret.
#pragma once

#include <string>
#include <string_view>

namespace jingwei::crypto {

// HMAC-SHA-256 (RFC 2104, FIPS 198-1): 32 bytes.
std::string hmac_sha256(std::string_view secret, std::string_view message);

}  // namespace jingwei::crypto

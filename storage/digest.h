// SHA-256, for equality hashes and the texts of landed migrations.
#pragma once

#include <string>
#include <string_view>

namespace jingwei::storage {

std::string sha256(std::string_view bytes);      // 32 bytes
std::string sha256_hex(std::string_view bytes);  // 64 digits

}  // namespace jingwei::storage

#include "storage/pseudonym.h"

namespace jingwei::storage {

std::string pseudonym_of(const Sealer& sealer, std::string_view identifier) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string name = "person:";
  for (const char c : sealer.equality_hash("audit_entry", "subject", identifier)) {
    const auto byte = static_cast<unsigned char>(c);
    name += digits[byte >> 4];
    name += digits[byte & 15];
  }
  return name;
}

}  // namespace jingwei::storage

// What is known of a key without its secret.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/aead.h"

namespace jingwei::crypto {

using KeyId = std::uint32_t;

enum class KeyKind : std::uint8_t {
  data,      // seals values; one per scope and month
  equality,  // hashes whole values; one per scope
};
// "data", "equality".
std::string_view name_of(KeyKind kind);

struct KeyInfo {
  KeyId id = 0;
  KeyKind kind = KeyKind::data;
  Suite suite = Suite::standard;
  std::string scope;  // "resident-register|epidemic-control,grid-services": table, then purposes
  std::string month;  // "2026-11"; "-" for equality keys
  Instant created{};
  std::optional<Instant> destroyed;
  std::string destroyed_by;  // who ordered it
};

}  // namespace jingwei::crypto

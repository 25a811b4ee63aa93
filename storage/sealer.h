// The one seam every personal field passes on its way to and from disk (ARCHITECTURE.md, what keeps it safe).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei::storage {

// Where a sealed value stands; becomes the associated data of its encryption, so that a cell moved elsewhere
// does not open.
struct Cell {
  std::string_view table;
  std::int64_t row = 0;
  std::string_view column;
};

// Of a whole value.
using EqualityHash = std::array<char, 16>;

inline std::string bytes_of(const EqualityHash& hash) {
  return {hash.data(), hash.size()};
}

// The first byte of what `seal` returns names the scheme.
class Sealer {
 public:
  virtual ~Sealer() = default;
  // Sees to it that the table has the keys that `seal` and `equality_hash` need: without them those throw.
  // Before work that no caller could be told of. Errors: exhausted (no room for a new key), gone,
  // unavailable.
  virtual Result<void> prepare(std::string_view) const { return {}; }
  virtual std::string seal(const Cell& cell, std::string_view plain) const = 0;
  // Errors: corrupt when the bytes fail their check; gone when the key has been destroyed.
  virtual Result<std::string> open(const Cell& cell, std::string_view sealed) const = 0;
  // Whether the key under which a value was sealed still stands: its first `mark_bytes` bytes tell.
  static constexpr std::size_t mark_bytes = 5;
  virtual bool key_stands(std::string_view) const { return true; }
  virtual EqualityHash equality_hash(std::string_view table, std::string_view column,
                                     std::string_view plain) const = 0;
  // The same of many values: hashes[i] of plains[i].
  virtual void equality_hashes(std::string_view table, std::string_view column,
                               std::span<const std::string_view> plains,
                               std::span<EqualityHash> hashes) const;
};

// Scheme 0: the value as it is, hashes by SHA-256 without a key. Stands in until the keystore arrives; says
// so in `jingwei doctor`.
std::unique_ptr<Sealer> plain_sealer();

}  // namespace jingwei::storage

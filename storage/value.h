// What a column holds, on either storage.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"

namespace jingwei::storage {

// Opaque bytes (BYTEA / BLOB): sealed personal fields, hashes, boundaries.
struct Blob {
  std::string bytes;
  auto operator<=>(const Blob&) const = default;
};

struct Null {
  auto operator<=>(const Null&) const = default;
};

// Null, BIGINT, DOUBLE PRECISION, TEXT or BYTEA. Instants are micros (BIGINT), days are days since 1970
// (BIGINT), truth is 0 or 1.
using Value = std::variant<Null, std::int64_t, double, std::string, Blob>;

inline Value instant_or_null(const std::optional<Instant>& instant) {
  if (instant) return to_micros(*instant);
  return Null{};
}

// One row while a query runs; views are valid until the callback returns. Reading NULL as a number gives 0,
// as text "".
class Row {
 public:
  virtual ~Row() = default;
  virtual int columns() const = 0;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual std::string_view blob(int column) const = 0;
};

}  // namespace jingwei::storage

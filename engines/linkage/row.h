// One record as linkage compares it: the normal form of every field, and the sound of every name.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engines/linkage/field.h"

namespace jingwei::linkage {

// A 64-bit hash of bytes, the same on every machine.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);
std::uint64_t mix(std::uint64_t value);

// The hash a normal form goes by in frequency tables and row hashes; 0 for the empty one only.
std::uint64_t value_hash(std::string_view form);

// Views into bytes that somebody else keeps; an empty value says nothing. Only the first `fields` places are
// meant.
struct RowView {
  std::size_t fields = 0;
  std::array<std::string_view, fields_most> values, sounds;
};

// Adds a field's value to the hash of a row. Rows are numbered by this hash, so that nothing depends on the
// order in which they came; it begins with 0.
inline std::uint64_t with_value(std::uint64_t row_hash, std::uint64_t value) {
  return mix(row_hash + value + 1);
}
std::uint64_t hash_of(const RowView& row);

// A row in one piece of bytes: for each field the length of its value and the value; names are followed by
// length and sound. Equal bytes are equal rows.
std::string pack(const RowView& row, std::span<const Field> fields);
// `packed` must come from pack() with the same fields, and outlive the view.
RowView unpack(std::string_view packed, std::span<const Field> fields);

}  // namespace jingwei::linkage

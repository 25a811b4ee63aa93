#include "engines/linkage/row.h"

#include <cstring>

#include "base/bytes.h"

namespace jingwei::linkage {

namespace {

std::string_view take_text(const char*& at) {
  // Lengths are below 2^14: a value is at most normal_form_bytes long, its sound a few times that.
  std::size_t size = static_cast<unsigned char>(*at++);
  if (size >= 0x80) size = (size & 0x7F) | static_cast<std::size_t>(static_cast<unsigned char>(*at++)) << 7;
  const std::string_view text(at, size);
  at += size;
  return text;
}

constexpr std::size_t packed_text_most = (1 << 14) - 1;

}  // namespace

// The finalizer of MurmurHash3 (A. Appleby, public domain): every bit of the input reaches every bit.
std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xFF51AFD7ED558CCDULL;
  value ^= value >> 33;
  value *= 0xC4CEB9FE1A85EC53ULL;
  return value ^ value >> 33;
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = mix(seed ^ bytes.size() * 0x9E3779B97F4A7C15ULL);
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = mix(hash ^ word) + 0x9E3779B97F4A7C15ULL;
    bytes.remove_prefix(8);
  }
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return mix(hash ^ word);
}

std::uint64_t value_hash(std::string_view form) {
  if (form.empty()) return 0;
  const std::uint64_t hash = hash_bytes(form, 0x6A77);
  return hash == 0 ? 1 : hash;
}

std::uint64_t hash_of(const RowView& row) {
  std::uint64_t hash = 0;
  for (std::size_t field = 0; field < row.fields; ++field)
    hash = with_value(hash, value_hash(row.values[field]));
  return hash;
}

std::string pack(const RowView& row, std::span<const Field> fields) {
  std::string bytes;
  for (std::size_t field = 0; field < fields.size(); ++field) {
    append_text(bytes, row.values[field].substr(0, packed_text_most));
    if (is_name(fields[field].type)) append_text(bytes, row.sounds[field].substr(0, packed_text_most));
  }
  return bytes;
}

RowView unpack(std::string_view packed, std::span<const Field> fields) {
  RowView row;
  row.fields = fields.size();
  const char* at = packed.data();
  for (std::size_t field = 0; field < fields.size(); ++field) {
    row.values[field] = take_text(at);
    if (is_name(fields[field].type)) row.sounds[field] = take_text(at);
  }
  return row;
}

}  // namespace jingwei::linkage

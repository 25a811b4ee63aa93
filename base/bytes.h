// Numbers and texts as bytes, little end first; varints as in Protocol Buffers (seven bits a byte, the low
// ones first).
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace jingwei {

inline void append_fixed32(std::string& bytes, std::uint32_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}
inline void append_fixed64(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}
// Of bytes that are there: `at` + 4 lies within them.
inline std::uint32_t fixed32_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}
inline void append_varint(std::string& bytes, std::uint64_t number) {
  while (number >= 0x80) {
    bytes += static_cast<char>(number | 0x80);
    number >>= 7;
  }
  bytes += static_cast<char>(number);
}
// Small negatives stay short: 0, -1, 1, -2 …
inline void append_signed_varint(std::string& bytes, std::int64_t number) {
  append_varint(bytes, static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63));
}
inline void append_text(std::string& bytes, std::string_view text) {
  append_varint(bytes, text.size());
  bytes += text;
}

// The same into room that is there; they give where the next byte goes.
inline constexpr std::size_t varint_bytes_most = 10;
inline char* put_fixed32(char* to, std::uint32_t number) {
  std::memcpy(to, &number, sizeof number);
  return to + sizeof number;
}
inline char* put_fixed64(char* to, std::uint64_t number) {
  std::memcpy(to, &number, sizeof number);
  return to + sizeof number;
}
inline char* put_varint(char* to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) *to++ = static_cast<char>(number | 0x80);
  *to++ = static_cast<char>(number);
  return to;
}
inline char* put_signed_varint(char* to, std::int64_t number) {
  return put_varint(to, static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63));
}
inline char* put_text(char* to, std::string_view text) {
  to = put_varint(to, text.size());
  return to + text.copy(to, text.size());
}

// Reads what the functions above wrote. Past the end every read gives zeros and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return !ok_ || at_ == bytes_.size(); }
  std::size_t left() const { return bytes_.size() - at_; }

  std::uint8_t byte() {
    if (!has(1)) return 0;
    return static_cast<std::uint8_t>(bytes_[at_++]);
  }
  std::uint32_t fixed32() { return fixed<std::uint32_t>(); }
  std::uint64_t fixed64() { return fixed<std::uint64_t>(); }
  std::uint64_t varint() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint64_t part = byte();
      number |= (part & 0x7f) << shift;
      if ((part & 0x80) == 0) return number;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t signed_varint() {
    const std::uint64_t number = varint();
    return static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1));
  }
  std::string_view text() { return take(varint()); }
  std::string_view take(std::uint64_t size) {
    if (size > left()) {
      ok_ = false;
      return {};
    }
    const std::string_view part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }

 private:
  bool has(std::size_t size) {
    if (size > left()) ok_ = false;
    return ok_;
  }
  template <typename Number>
  Number fixed() {
    Number number = 0;
    if (!has(sizeof number)) return 0;
    std::memcpy(&number, bytes_.data() + at_, sizeof number);
    at_ += sizeof number;
    return number;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace jingwei

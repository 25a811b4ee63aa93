// A zip archive put together in memory, nothing packed: what a fuzzer wraps its bytes in so that they get
// past the check sums.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jingwei::testing {

inline std::uint32_t crc32_of(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> all{};
    for (std::uint32_t at = 0; at < all.size(); ++at) {
      std::uint32_t value = at;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? 0xEDB88320U ^ (value >> 1U) : value >> 1U;
      all[at] = value;
    }
    return all;
  }();
  std::uint32_t sum = 0xFFFFFFFFU;
  for (const char byte : bytes) sum = table[(sum ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ (sum >> 8U);
  return ~sum;
}

// Files by name, in their order (APPNOTE.TXT 4.3: local headers, central directory, end record).
inline std::string stored_zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string zip, directory;
  const auto put = [](std::string& out, std::uint32_t value, int bytes) {
    for (int at = 0; at < bytes; ++at) out += static_cast<char>(value >> (8 * at) & 0xFFU);
  };
  for (const auto& [name, text] : files) {
    std::string common;     // of both headers
    put(common, 10, 2);     // version needed
    put(common, 0x800, 2);  // names in UTF-8
    put(common, 0, 2);      // stored
    put(common, 0, 2);      // time
    put(common, 0x21, 2);   // 1980-01-01
    put(common, crc32_of(text), 4);
    put(common, static_cast<std::uint32_t>(text.size()), 4);
    put(common, static_cast<std::uint32_t>(text.size()), 4);
    put(common, static_cast<std::uint32_t>(name.size()), 2);
    put(common, 0, 2);  // extra field
    directory += "PK\x01\x02";
    put(directory, 10, 2);  // made by
    directory += common;
    put(directory, 0, 2);  // comment
    put(directory, 0, 2);  // disk
    put(directory, 0, 2);  // inner attributes
    put(directory, 0, 4);  // outer attributes
    put(directory, static_cast<std::uint32_t>(zip.size()), 4);
    directory += name;
    zip += "PK\x03\x04" + common + name + text;
  }
  const auto begin = static_cast<std::uint32_t>(zip.size());
  zip += directory;
  zip += "PK\x05\x06";
  put(zip, 0, 4);
  put(zip, static_cast<std::uint32_t>(files.size()), 2);
  put(zip, static_cast<std::uint32_t>(files.size()), 2);
  put(zip, static_cast<std::uint32_t>(directory.size()), 4);
  put(zip, begin, 4);
  put(zip, 0, 2);
  return zip;
}

}  // namespace jingwei::testing

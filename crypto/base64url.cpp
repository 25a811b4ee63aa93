#include "crypto/base64url.h"

#include <cstdint>

namespace jingwei::crypto {

namespace {

constexpr std::string_view url_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view plain_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string written(std::string_view bytes, std::string_view letters) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3 + 2);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += letters[(held >> (bits - 6)) & 63];
    held &= (1U << bits) - 1;
  }
  if (bits > 0) text += letters[(held << (6 - bits)) & 63];
  return text;
}

std::optional<std::string> read(std::string_view text, std::string_view letters) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = letters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bytes += static_cast<char>((held >> (bits - 8)) & 255);
      bits -= 8;
    }
    held &= (1U << bits) - 1;
  }
  if (held != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  return written(bytes, url_letters);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return read(text, url_letters);
}

std::string base64(std::string_view bytes) {
  std::string text = written(bytes, plain_letters);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return read(text.substr(0, text.size() - padding), plain_letters);
}

}  // namespace jingwei::crypto

#include "crypto/one_time.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace jingwei::crypto {

namespace {

constexpr std::uint32_t code_modulus = 1'000'000;
constexpr std::size_t code_digits = 6;

// In time that does not depend on where two texts differ.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t at = 0; at < a.size(); ++at) difference |= static_cast<unsigned char>(a[at] ^ b[at]);
  return difference == 0;
}

}  // namespace

std::string one_time_code(std::string_view secret, std::int64_t counter) {
  std::array<unsigned char, 8> message{};
  auto left = static_cast<std::uint64_t>(counter);
  for (auto byte = message.rbegin(); byte != message.rend(); ++byte, left >>= 8)
    *byte = static_cast<unsigned char>(left & 0xff);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), message.data(), message.size(),
       digest.data(), &size);
  // RFC 4226 §5.3, dynamic truncation.
  const std::size_t offset = digest[size - 1] & 0x0f;
  const std::uint32_t number = (static_cast<std::uint32_t>(digest[offset] & 0x7f) << 24) |
                               (static_cast<std::uint32_t>(digest[offset + 1]) << 16) |
                               (static_cast<std::uint32_t>(digest[offset + 2]) << 8) | digest[offset + 3];
  std::string code = std::to_string(number % code_modulus);
  code.insert(0, code_digits - code.size(), '0');
  return code;
}

std::int64_t one_time_counter(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()) / one_time_step;
}

std::optional<std::int64_t> find_one_time_step(std::string_view secret, std::string_view code, Instant now,
                                               std::int64_t used) {
  const std::int64_t present = one_time_counter(now);
  for (const std::int64_t step : {present, present - 1, present + 1}) {
    if (step > used && same(code, one_time_code(secret, step))) return step;
  }
  return std::nullopt;
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) text += letters[(held >> (bits - 5)) & 31];
    held &= (1U << bits) - 1;
  }
  if (bits > 0) text += letters[(held << (5 - bits)) & 31];
  return text;
}

}  // namespace jingwei::crypto

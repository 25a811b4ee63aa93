// Signatures that others make and this hub only checks: RS256 and ES256 of JSON Web Algorithms (RFC 7518
// §3.3, §3.4).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei::crypto {

enum class WebAlgorithm : std::uint8_t {
  rs256,  // RSASSA-PKCS1-v1_5 with SHA-256
  es256,  // ECDSA on P-256 with SHA-256; the signature is R and S of 32 bytes each
};

inline constexpr int least_rsa_bits = 2'048;
inline constexpr int most_rsa_bits = 8'192;  // beyond, checking takes whoever signs in too long

// One public key. Immutable; thread-safe.
class WebKey {
 public:
  // Big-endian numbers as a JSON Web Key holds them. Errors: invalid "crypto.bad_web_key" (too small, too
  // large, no key).
  static Result<WebKey> rsa(std::string_view modulus, std::string_view exponent);
  // Errors: invalid "crypto.bad_web_key" (not 32 bytes each, not on the curve).
  static Result<WebKey> p256(std::string_view x, std::string_view y);

  WebAlgorithm algorithm() const { return algorithm_; }
  // False for any signature of another length, key or message.
  bool fits(std::string_view message, std::string_view signature) const;

 private:
  struct Key;
  WebKey(WebAlgorithm algorithm, std::shared_ptr<const Key> key)
      : algorithm_(algorithm), key_(std::move(key)) {}
  WebAlgorithm algorithm_;
  std::shared_ptr<const Key> key_;
};

}  // namespace jingwei::crypto

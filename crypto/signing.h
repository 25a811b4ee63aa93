// Signatures of this hub (Ed25519, RFC 8032, through libsodium).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/aead.h"

namespace jingwei::crypto {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

class SigningKey {
 public:
  explicit SigningKey(const Secret& seed);
  ~SigningKey();  // wipes the key
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  Signature sign(std::string_view message) const;
  const PublicKey& public_key() const { return public_key_; }

 private:
  std::array<std::uint8_t, 64> secret_{};
  PublicKey public_key_{};
};

bool verify(std::string_view message, const Signature& signature, const PublicKey& key);

}  // namespace jingwei::crypto

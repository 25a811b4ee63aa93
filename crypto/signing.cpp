#include "crypto/signing.h"

#include <sodium.h>

namespace jingwei::crypto {

namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

SigningKey::SigningKey(const Secret& seed) {
  ::crypto_sign_seed_keypair(public_key_.data(), secret_.data(),
                             reinterpret_cast<const unsigned char*>(seed.bytes().data()));
}

SigningKey::~SigningKey() {
  ::sodium_memzero(secret_.data(), secret_.size());
}

Signature SigningKey::sign(std::string_view message) const {
  Signature signature;
  ::crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(), secret_.data());
  return signature;
}

bool verify(std::string_view message, const Signature& signature, const PublicKey& key) {
  return ::crypto_sign_verify_detached(signature.data(), bytes_of(message), message.size(), key.data()) == 0;
}

}  // namespace jingwei::crypto

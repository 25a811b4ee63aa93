#include "crypto/password.h"

#include <sodium.h>

#include <stdexcept>

namespace jingwei::crypto {

std::string hash_password(std::string_view password, const PasswordCost& cost) {
  char hash[crypto_pwhash_STRBYTES] = {};
  if (sodium_init() < 0 || crypto_pwhash_str_alg(hash, password.data(), password.size(), cost.passes,
                                                 cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::runtime_error("no memory to hash a password");
  }
  return hash;
}

bool password_fits(std::string_view hash, std::string_view password) {
  if (sodium_init() < 0 || hash.size() >= crypto_pwhash_STRBYTES) return false;
  char kept[crypto_pwhash_STRBYTES] = {};
  hash.copy(kept, sizeof kept - 1);
  return crypto_pwhash_str_verify(kept, password.data(), password.size()) == 0;
}

bool is_outdated(std::string_view hash, const PasswordCost& cost) {
  const std::string kept(hash);
  return crypto_pwhash_str_needs_rehash(kept.c_str(), cost.passes, cost.memory_bytes) != 0;
}

}  // namespace jingwei::crypto

// Public keys by which programs of departments sign their requests, in place of a key that they carry.
#pragma once

#include <string>
#include <vector>

#include "modules/identity/account.h"
#include "modules/identity/parts.h"

namespace jingwei::identity {

struct Signer {
  TokenId id;  // the keyid of its signatures
  AccountId account;
  std::string public_key;  // 32 bytes, Ed25519
  std::string label;
  Instant made_at{}, ends_at{};
  std::optional<Instant> ended_at;
};

// Thread-safe.
class Signers {
 public:
  explicit Signers(const IdentityParts& parts) : parts_(parts) {}

  // `public_key` in base64. Errors: invalid "identity.bad_public_key", conflict "identity.public_key_taken",
  // the store's.
  Result<Signer> add(const Account& account, const std::string& public_key, const std::string& label,
                     Instant ends_at, const WriteRequest& request);
  // Errors: not_found "identity.no_session", the store's.
  Result<void> end(AccountId account, TokenId id, const WriteRequest& request);
  // Those that stand, newest first.
  Result<std::vector<Signer>> of(AccountId account) const;

 private:
  const IdentityParts& parts_;
};

Signer signer_of(const storage::Row& row);

}  // namespace jingwei::identity

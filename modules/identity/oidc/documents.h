// Papers of residents that a citizen-ID service vouches for: who somebody is, beyond their telephone.
#pragma once

#include <string>
#include <vector>

#include "modules/identity/account.h"
#include "modules/identity/parts.h"

namespace jingwei::identity {

struct Document {
  AccountId account;
  std::string kind;    // one of document_kinds()
  std::string number;  // capitals and digits
  std::string name;    // as the paper has it
  std::string provider;
  Instant verified_at{};
};

// As numbers of papers are compared: capitals and digits alone. Empty for what no paper bears.
std::string document_key(std::string_view typed);

// Thread-safe.
class Documents {
 public:
  explicit Documents(const IdentityParts& parts) : parts_(parts) {}

  // Oldest first. Errors: the store's, corrupt, gone.
  Result<std::vector<Document>> of(AccountId account) const;
  // Whose paper it is; none when nobody has shown it.
  Result<std::optional<AccountId>> find(const std::string& number) const;
  // The same names for the same paper as everywhere in the audit log.
  Result<std::vector<std::string>> pseudonyms_of(AccountId account) const;
  // Of the paper shown last; empty while no document says who it is.
  Result<std::string> pseudonym_behind(AccountId account) const;
  // Of whoever has the paper; empty for what no paper bears, or where the key is not to be had.
  std::string pseudonym_of(const std::string& typed) const;
  // Adds the writes that keep it: expects that nobody else has it. Errors: the store's, the sealer's.
  Result<void> keep(const Document& document, storage::Change& change) const;

 private:
  storage::Value hash_of(std::string_view number) const;
  const IdentityParts& parts_;
};

}  // namespace jingwei::identity

// Sign-in services of others (OpenID Connect) as a system administrator sets them up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modules/identity/parts.h"

namespace jingwei::identity {

enum class Audience : std::uint8_t { staff, resident };
enum class FirstLogin : std::uint8_t {
  refuse,
  create,  // an account without grants; residents always get one
};
std::string_view name_of(Audience audience);
std::string_view name_of(FirstLogin first);

struct Provider {
  std::string id;  // kebab-case
  std::string zh, en;
  Audience audience = Audience::staff;
  std::string issuer;
  std::string client_id;
  std::string client_secret;  // empty: a public client, which PKCE alone protects
  std::string scopes = "openid profile email";
  std::string return_address;  // as registered there: this hub's address and "/desk/return"
  std::string account_claim;   // staff: holds the login of an account here; empty: none does
  std::string name_claim = "name";
  std::string document_kind_claim, document_number_claim;           // residents
  std::vector<std::pair<std::string, std::string>> document_words;  // its word, ours
  FirstLogin first_login = FirstLogin::refuse;
  bool second_factor = false;  // its sign-in counts as two
  bool enabled = true;
  Instant changed_at{};
  std::string changed_by;
  std::int64_t row_version = 0;
};

// Ours for what papers there are: "citizen_id", "passport_foreign", "home_return_permit", …
const std::vector<std::string_view>& document_kinds();

// What was typed: without a secret the one that stands is kept.
struct ProviderDraft {
  Provider provider;
  std::optional<std::string> secret;
  std::int64_t version = 0;  // 0: a new one
};

// Thread-safe.
class Providers {
 public:
  explicit Providers(const IdentityParts& parts) : parts_(parts) {}

  // By id, with their secrets. Errors: the store's, corrupt, gone.
  Result<std::vector<Provider>> all() const;
  // Errors: not_found "identity.no_provider".
  Result<Provider> get(const std::string& id) const;
  // Errors: invalid with a cause per field, conflict "identity.provider_changed", the store's.
  Result<Provider> put(const ProviderDraft& draft, const WriteRequest& request);
  // Whoever it stands for signs in there no more; their accounts and sessions stay. Errors: not_found,
  // conflict.
  Result<void> drop(const std::string& id, const WriteRequest& request);

 private:
  Result<Provider> provider_of(const storage::Row& row) const;
  const IdentityParts& parts_;
};

}  // namespace jingwei::identity

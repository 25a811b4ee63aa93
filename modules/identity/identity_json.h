// Accounts, grants, roles and sessions as JSON (api.yaml).
#pragma once

#include <string>

#include "base/json.h"
#include "base/messages.h"
#include "modules/identity/identity_service.h"
#include "modules/identity/oidc/documents.h"
#include "modules/identity/oidc/provider.h"

namespace jingwei::identity {

// What rendering needs of the hub. `account_name` is empty where nobody is to be named.
struct Shown {
  const Roles& roles;
  const region::Tree& tree;
  Language language;
};

void write_grant(JsonWriter& json, const HeldGrant& grant, const std::string& account_name,
                 const Shown& shown);
// Without grants where `grants` is null.
void write_account(JsonWriter& json, const Account& account, const std::vector<HeldGrant>* grants,
                   const Shown& shown);
void write_order(JsonWriter& json, const AccountOrder& one, IdentityService& identity, Language language);
void write_token(JsonWriter& json, const Token& token, TokenId current);
void write_signer(JsonWriter& json, const Signer& one, const std::string& key_id);
// What tells apart who was sent a code; empty: their device does.
std::string asker_json(const std::string& asker);
// The number but for its last four letters masked.
void write_document(JsonWriter& json, const Document& document);
// Without its secret.
void write_provider(JsonWriter& json, const Provider& one);
void write_role(JsonWriter& json, const KnownRole& known);
std::string permissions_json(Language language);
// `who` is null for the local operator.
void write_me(JsonWriter& json, const access::Caller& caller, const SignedIn* who, Instant now,
              const Shown& shown);

}  // namespace jingwei::identity

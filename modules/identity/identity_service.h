// Identity (身份): accounts, roles and grants, signing in, and who is behind a token.
#pragma once

#include <memory>

#include "modules/identity/account_orders.h"
#include "modules/identity/accounts.h"
#include "modules/identity/holders.h"
#include "modules/identity/oidc/provider_sign_in.h"
#include "modules/identity/roles.h"
#include "modules/identity/sign_in.h"
#include "modules/identity/signers.h"
#include "modules/identity/tokens.h"

namespace jingwei::identity {

// Thread-safe.
class IdentityService {
 public:
  explicit IdentityService(IdentityParts parts);
  ~IdentityService();

  // Reads roles. Before anything else. Errors: the store's.
  Result<void> open();
  // Forgets what an event of another process, or of this one, makes stale; other events cost nothing. Errors:
  // the store's.
  Result<void> follow(const storage::FeedEntry& event);
  // Writes down once a minute when sessions were last used, until stop().
  void start();
  void stop();

  Accounts& accounts() { return accounts_; }
  AccountOrders& orders() { return orders_; }
  Roles& roles() { return roles_; }
  const Roles& roles() const { return roles_; }
  Tokens& tokens() { return tokens_; }
  SignIn& sign_in() { return sign_in_; }
  Signers& signers() { return signers_; }
  ProviderSignIn& elsewhere() { return elsewhere_; }
  // That somebody broke the glass: a text message to everybody who may review it, and a line in the program's
  // log. What cannot be sent stays under the reviews all the same.
  void alarm(const Account& who, const HeldGrant& grant);
  // That somebody suspended an account: likewise, to every audit administrator.
  void tell_of_suspension(const Account& who, const std::string& by);
  // Text messages to people.
  TextGateway& texts() { return gateway_; }
  const IdentityParts& parts() const { return parts_; }

 private:
  // To whoever holds such a role now, but for one. Errors: the store's, the gateway's.
  Result<void> text_holders(const std::function<bool(const access::Role&)>& of, AccountId but,
                            const std::string& words);

  IdentityParts parts_;
  Roles roles_;
  Accounts accounts_;
  AccountOrders orders_;
  Tokens tokens_;
  FileGateway gateway_;
  SignIn sign_in_;
  ProviderSignIn elsewhere_;
  Signers signers_;
  int rounds_ = 0;  // of saving_, a minute each
  storage::Loop saving_;
};

}  // namespace jingwei::identity

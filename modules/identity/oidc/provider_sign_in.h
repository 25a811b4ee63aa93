// Signing in at somebody else's service: OpenID Connect Core 1.0 §3.1 (authorization code), with PKCE (RFC
// 7636), state and nonce.
#pragma once

#include <string>

#include "modules/identity/oidc/documents.h"
#include "modules/identity/oidc/provider_talk.h"
#include "modules/identity/sign_in.h"

namespace jingwei::identity {

struct Begun {
  std::string address;  // where the browser goes
  std::string attempt;  // cookie: what was asked, sealed; only the browser that begins can finish
};

// What the browser brings back.
struct Returned {
  std::string state, code, issuer;
  std::string refusal;  // "access_denied": the service let nobody through
};

// Somebody came through. `done` is empty when an account here was joined to the service, or when the code of
// their authenticator is still wanted (then `attempt` is the cookie to go on with).
struct CameThrough {
  std::optional<SignInDone> done;
  std::string attempt;
  std::string next;
  bool code_wanted = false;
};

// Keeps nothing until somebody has come through: what an attempt needs travels sealed in a cookie.
// Thread-safe.
class ProviderSignIn {
 public:
  ProviderSignIn(const IdentityParts& parts, Accounts& accounts, SignIn& sign_in, Web web);

  static constexpr std::chrono::minutes attempt_life{10};

  // `next` is a path of this site. `account`: who is signed in already and wants the service joined to their
  // account; none for a sign-in. Errors: not_found, unavailable, invalid.
  Result<Begun> begin(const std::string& provider, const std::string& next, AccountId account);
  // `attempt` is the cookie. Each attempt serves once. Errors: unauthenticated "identity.attempt_over" (not
  // begun in this browser, too long ago, used), "identity.service_refused", "identity.id_token_refused";
  // denied "identity.nobody_here", "identity.account_closed", "identity.document_unknown"; conflict
  // "identity.paper_taken"; the store's; unavailable.
  Result<CameThrough> finish(const Returned& returned, const std::string& attempt, AccountId account,
                             const Origin& origin);
  // The code of the authenticator of whoever came through a service that does not count as a second factor.
  // Errors: unauthenticated "identity.wrong_code", "identity.attempt_over", rate_limited, denied.
  Result<CameThrough> confirm(const std::string& code, const std::string& attempt, const Origin& origin);

  Providers& providers() { return providers_; }
  ProviderTalk& talk() { return talk_; }
  Documents& documents() { return documents_; }

 private:
  struct Attempt {
    std::string step;  // "begun", "through"
    std::string provider, state, nonce, verifier, next;
    AccountId account;
    Instant ends;
  };
  std::string sealed(const Attempt& attempt) const;
  Result<Attempt> opened(const std::string& cookie, std::string_view step) const;
  Result<void> spend(const Attempt& attempt, std::string_view what);
  Result<Account> account_of(const Provider& provider, const Claims& claims, AccountId joining);
  Result<std::optional<AccountId>> linked(const std::string& subject) const;
  Result<Account> join(const Provider& provider, AccountId account, storage::Change change);
  Result<Account> make(const Provider& provider, const Claims& claims,
                       const std::optional<Document>& document);
  void add_link(const Provider& provider, const Claims& claims, AccountId account,
                storage::Change& change) const;
  Result<std::optional<Document>> document_of(const Provider& provider, const Claims& claims) const;
  std::string subject_of(const Provider& provider, const Claims& claims) const;
  Result<void> note_refusal(const Provider& provider, const Error& error);

  const IdentityParts& parts_;
  Accounts& accounts_;
  SignIn& sign_in_;
  Providers providers_;
  ProviderTalk talk_;
  Documents documents_;
};

}  // namespace jingwei::identity

// Sessions and keys: who is behind a token, answered from memory.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/caller.h"
#include "modules/identity/accounts.h"
#include "modules/identity/me_text.h"
#include "storage/loop.h"

namespace jingwei::identity {

// Who is signed in, as routes see it.
struct SignedIn {
  Token token;
  AccountKind kind = AccountKind::staff;
  bool must_change = false;           // until then only the account itself can be used
  bool second_factor = false;         // one is set up
  bool second_factor_wanted = false;  // until one is set up only the account itself can be used
  std::string department;
  std::string public_key;         // of who signs requests; empty for tokens that are carried
  std::vector<HeldGrant> grants;  // behind the caller's, with who gave them and why
  std::shared_ptr<const access::Caller> caller;
  std::shared_ptr<MeText> me = std::make_shared<MeText>();
};

struct OpenedToken {
  std::string text;  // shown once: "jw_" and 43 letters
  Token token;
};

// A token is 24 random bytes and 8 that only this hub can compute of them, so that made-up ones cost no look
// into the database; stored is its SHA-256. Thread-safe.
class Tokens {
 public:
  Tokens(const IdentityParts& parts, const Accounts& accounts, const Roles& roles);

  // Errors: the store's.
  Result<OpenedToken> open(const Account& account, TokenKind kind, const std::string& label, Instant ends_at,
                           const char* event, const WriteRequest& request, Manner manner = Manner::own);
  // Null for what is unknown, ended or has been idle too long. From memory; the first time a token is seen
  // here, one look into the database.
  std::shared_ptr<const SignedIn> find(std::string_view text);
  // Whether somebody ended a token of this hub, or closed its account: what a device kept under it is to go.
  // Lapsed ones were ended by nobody. One look into the database, and none for made-up tokens. Errors: the
  // store's.
  Result<bool> was_ended(std::string_view text) const;
  // The same without counting as a use: whether a session whose stream is open still stands.
  std::shared_ptr<const SignedIn> look(std::string_view text);
  // Who signs by a key (signers.h), by the keyid of the signature. Null for what is unknown or ended.
  std::shared_ptr<const SignedIn> find_signer(std::string_view key_id);
  // "17.0f…": the id and a mark that only this hub can compute of it, so that made-up ones cost no look into
  // the database.
  std::string key_id_of(TokenId id) const;
  // Errors: not_found (not one of this account's), the store's.
  Result<void> end(AccountId account, TokenId id, const char* event, const WriteRequest& request);
  Result<std::vector<Token>> list(AccountId account) const;

  // Forgets what an event makes stale.
  void forget_account(AccountId account);
  void forget_token(TokenId id);
  void forget_all();
  // Writes down when sessions were last used, and once a day moves the end of those that last by being used
  // (residents', enterprises'). Errors: the store's.
  Result<void> save_seen();
  // Forgets sessions and keys that ended a month ago; what became of them stands in the audit log.
  // `more` goes with it. Errors: the store's.
  Result<void> drop_old(storage::Change more = {});
  // Of the process: how many tokens are known.
  std::size_t size() const;

 private:
  struct Known {
    SignedIn who;
    std::chrono::microseconds idle{0};
    std::atomic<std::int64_t> seen_at{0};
    std::atomic<std::int64_t> saved_at{0};
  };
  std::string mark_of(std::string_view random) const;
  bool is_of_this_hub(std::string_view text) const;
  std::shared_ptr<Known> known_by(std::string_view text);
  Result<std::shared_ptr<Known>> load(const std::string& hash) const;
  Result<std::shared_ptr<Known>> load_signer(TokenId id) const;
  Result<std::shared_ptr<Known>> known_of(const Token& token, std::vector<HeldGrant> held) const;
  // From memory, or by `load` and kept, unless something was forgotten meanwhile.
  std::shared_ptr<Known> kept(const std::string& key,
                              const std::function<Result<std::shared_ptr<Known>>()>& load);
  bool is_over(const Known& known, Instant now) const;
  bool wants_second_factor(const std::vector<HeldGrant>& held) const;
  // The end that a use at `seen` moves a session to; nothing where it stays.
  std::optional<Instant> moved_end(const SignedIn& who, Instant seen) const;

  const IdentityParts& parts_;
  const Accounts& accounts_;
  const Roles& roles_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Known>> known_;  // by SHA-256; signers by "signer:17"
  std::uint64_t forgotten_ =
      0;  // grows whenever something is forgotten: a load that ran meanwhile is not kept
};

}  // namespace jingwei::identity

// Accounts and what they are granted, as they stand in the store.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/random.h"
#include "modules/identity/account.h"
#include "modules/identity/parts.h"
#include "modules/identity/roles.h"

namespace jingwei::identity {

struct NewAccount {
  AccountKind kind = AccountKind::staff;
  std::string login;
  std::string name;
  std::string phone;
  std::string department;
  bool with_password = true;  // one is made, to be changed at the first sign-in
  std::string password;       // of commands that set up a demo: given, and not to be changed
};

// `password` stands here and nowhere else: it is shown once.
struct CreatedAccount {
  Account account;
  std::string password;
};

struct AccountQuery {
  std::optional<AccountKind> kind;
  std::optional<AccountState> state;
  AccountId before;
  std::size_t most = 50;
};

struct AccountEdit {
  std::optional<std::string> name;
  std::optional<std::string> department;
  std::optional<AccountState> state;
};

struct NewGrant {
  AccountId account;
  std::string role;
  std::string region;  // code
  std::string department;
  std::optional<Instant> from, until;
  std::string reason;
};

struct Lending {
  GrantId grant;  // one of the lender's own
  AccountId to;
  std::optional<Instant> from;
  Instant until{};
  std::string reason;
};

struct GrantQuery {
  std::optional<GrantKind> kind;
  bool unreviewed = false;
  GrantId before;
  std::size_t most = 50;
};

// Thread-safe.
class Accounts {
 public:
  Accounts(const IdentityParts& parts, const Roles& roles) : parts_(parts), roles_(roles) {}

  // Told after every change of an account or its grants. Before anything runs.
  void on_change(std::function<void(AccountId)> changed) { changed_ = std::move(changed); }

  // Errors: not_found "identity.no_account", the store's, corrupt, gone.
  Result<Account> get(AccountId id) const;
  // Nothing when nobody has it.
  Result<std::optional<Account>> find_by_login(std::string_view login) const;
  Result<std::optional<Account>> find_by_phone(std::string_view phone) const;
  // Newest first.
  Result<std::vector<Account>> list(const AccountQuery& query) const;

  // Errors: invalid (login, name, phone), conflict "identity.login_taken", the store's.
  // `with` adds to the same Change what the account's id must stand in.
  using With = std::function<Result<void>(AccountId, storage::Change&)>;
  Result<CreatedAccount> create(const NewAccount& wanted, const WriteRequest& request, const With& with = {});
  // Adds to the same Change what stands or falls with it.
  using Also = std::function<void(storage::Change&)>;
  // Closing ends every session and key. Errors: denied (one's own account; "identity.second_person": closing
  // an account that holds an administration, asked by an account without `confirmed_by`), conflict, the
  // store's.
  Result<Account> edit(AccountId id, const AccountEdit& edit, const WriteRequest& request,
                       const Also& also = {});
  // Nobody gets in by it for 72 hours, then all is as it was: what one administrator does alone where another
  // cannot be waited for. Errors: denied (one's own), gone (closed), invalid (no reason), conflict
  // "identity.suspended_lately" (less than seven days after the end of the last one), the store's.
  Result<Account> suspend(AccountId id, const std::string& reason, const WriteRequest& request);
  // Ends a suspension before its time. Errors: denied (one's own), conflict, the store's.
  Result<Account> let_in_again(AccountId id, const WriteRequest& request);
  // A password made for them, and no second factor any more; every session ends. Errors: as edit; denied
  // "identity.second_person": an account that holds an administration, asked by an account without
  // `confirmed_by`.
  Result<CreatedAccount> reset(AccountId id, const WriteRequest& request, const Also& also = {});
  // Before a key is given to an account: whoever gives it could use it. Errors: denied
  // "identity.no_keys_for_administrators".
  Result<void> check_keys(const Account& account, const WriteRequest& request) const;
  // Errors: conflict when somebody else changed the account meanwhile, the store's.
  Result<void> set_password(const Account& account, const std::string& hash, bool must_change,
                            TokenId but_token, const WriteRequest& request);
  // Empty `secret`: none any more.
  Result<void> set_second_factor(const Account& account, const std::string& secret, std::int64_t used_step,
                                 const WriteRequest& request);
  // Takes note that a step of the authenticator has served. Errors: denied when it had, the store's.
  Result<void> use_step(AccountId id, std::int64_t step);

  Result<std::vector<HeldGrant>> grants_of(AccountId account) const;
  Result<std::vector<HeldGrant>> grants_of(storage::Reader& reader, AccountId account) const;
  // Whether a grant that stands is one of the three administrations.
  Result<bool> administers(AccountId account) const;
  // The department somebody works for: of the account, else of a grant that stands; empty for none.
  Result<std::string> office_of(const Account& account) const;
  Result<std::vector<HeldGrant>> list_grants(const GrantQuery& query) const;
  // Errors: not_found (account, role, region), denied "identity.grant_to_oneself",
  // "identity.two_administrations" (of the three administrators' roles an account has one),
  // "identity.second_person" (such a role, asked by an account without `confirmed_by`), invalid (times), the
  // store's.
  Result<HeldGrant> grant(const NewGrant& wanted, const WriteRequest& request, const Also& also = {});
  // What `grant` would give, not yet given. Errors: as grant, but for "identity.second_person".
  Result<HeldGrant> plan(const NewGrant& wanted, const Account& account, const std::string& actor) const;
  Result<HeldGrant> get_grant(GrantId id) const;
  // Grants lent from it end with it. Errors: not_found, gone, denied "identity.second_person" (another's
  // administration, asked by an account without `confirmed_by`), the store's.
  Result<void> end_grant(GrantId id, const WriteRequest& request, const Also& also = {});
  // Errors: denied (not one's own, an administrator's, itself lent), invalid (longer than 31 days),
  // not_found.
  Result<HeldGrant> lend(const Account& lender, const Lending& wanted, const WriteRequest& request);
  // Emergency reading below a region for an hour: told to the security administrators, who look at it
  // afterwards. Errors: invalid (no reason), not_found (region).
  Result<HeldGrant> break_glass(const Account& account, const std::string& region, const std::string& reason,
                                const WriteRequest& request);
  Result<HeldGrant> review(GrantId id, const WriteRequest& request);

 private:
  Result<RegionId> region_of(const std::string& code) const;
  Result<std::optional<Account>> find(const storage::Statement& statement, const storage::Value& key) const;
  Result<Account> account_of(const storage::Row& row) const;
  Result<void> commit(storage::Change change, const Account& account);
  Result<HeldGrant> add(HeldGrant grant, const char* event, const WriteRequest& request,
                        std::optional<storage::Write> guard, const Error& moved, const Also& also = {});
  Result<std::vector<std::pair<GrantId, AccountId>>> lent_of(GrantId id) const;
  Result<void> end_grants(const std::vector<std::pair<GrantId, AccountId>>& grants, GrantId asked,
                          const std::string& role, const WriteRequest& request, const Also& also = {});
  Result<void> check_duties(AccountId account, const access::Role& wanted) const;
  std::string hash_of(std::string_view column, std::string_view value) const;
  std::string sealed(AccountId id, std::string_view column, std::string_view value) const;

  const IdentityParts& parts_;
  const Roles& roles_;
  std::function<void(AccountId)> changed_ = [](AccountId) {};
};

// A login as it is compared: without spaces around, in lower case.
std::string login_key(std::string_view typed);
// "correct-…": four groups of five letters and digits without those that are mistaken for others.
std::string make_password(Random& random);

}  // namespace jingwei::identity

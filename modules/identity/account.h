// Accounts, grants and tokens as values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"

namespace jingwei::identity {

using AccountId = Id<struct AccountTag>;
using GrantId = Id<struct GrantTag>;
using TokenId = Id<struct TokenTag>;

enum class AccountKind : std::uint8_t { staff, resident, enterprise, client, device };
enum class AccountState : std::uint8_t { open, closed };
enum class GrantKind : std::uint8_t { given, lent, break_glass };
enum class TokenKind : std::uint8_t { session, key };
// How a session came to be.
enum class Manner : std::uint8_t {
  own,       // by password or phone
  provider,  // at a sign-in service
  vouched,   // at one that counts as two factors
  screen,    // for a wall screen: long, and for reading figures only
};

std::string_view name_of(AccountKind kind);
std::string_view name_of(AccountState state);
std::string_view name_of(GrantKind kind);
std::string_view name_of(TokenKind kind);
std::string_view name_of(Manner manner);
std::optional<Manner> manner_named(std::string_view name);
std::optional<AccountKind> account_kind_named(std::string_view name);
std::optional<GrantKind> grant_kind_named(std::string_view name);

// Residents and enterprises, who act for themselves; not staff, programs and devices.
bool is_person(AccountKind kind);

// As the audit log and other modules name an account: "account:17".
std::string actor_of(AccountId account);
// The account that an actor is; none where the hub itself, a program or another platform acted.
std::optional<AccountId> account_of(std::string_view actor);

struct Account {
  AccountId id;
  AccountKind kind = AccountKind::staff;
  AccountState state = AccountState::open;
  std::string login;  // as it is typed at sign-in, in lower case; empty for those who come by phone or key
  std::string name;
  std::string phone;
  std::string department;     // provider id; empty for none
  std::string password_hash;  // Argon2id; empty: none
  bool must_change = false;   // the password was made for them
  std::string second_factor;  // secret of the authenticator; empty: none
  std::int64_t used_step = 0;
  Instant created_at{};
  std::string created_by;
  std::int64_t row_version = 0;
  // Of the last suspension, also when it is over.
  std::optional<Instant> suspended_until = {};

  bool is_suspended(Instant now) const { return suspended_until && now < *suspended_until; }
  // Neither closed nor suspended: whoever holds it gets in.
  bool lets_in(Instant now) const { return state == AccountState::open && !is_suspended(now); }
  std::string actor() const { return actor_of(id); }
};

struct HeldGrant {
  GrantId id;
  AccountId account;
  std::string role;
  RegionId region;
  std::string department;
  Instant from{};
  std::optional<Instant> until;
  GrantKind kind = GrantKind::given;
  GrantId of_grant;
  std::string reason;
  std::string granted_by;
  Instant granted_at{};
  std::optional<Instant> ended_at;
  std::string ended_by;
  std::optional<Instant> reviewed_at;
  std::string reviewed_by;
};

struct Token {
  TokenId id;
  TokenKind kind = TokenKind::session;
  Manner manner = Manner::own;
  AccountId account;
  std::string label;  // "Chromium, Linux"; a key's purpose
  Instant opened_at{};
  Instant seen_at{};
  Instant ends_at{};
  std::optional<Instant> ended_at;
};

}  // namespace jingwei::identity

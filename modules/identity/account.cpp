#include "modules/identity/account.h"

#include <array>

namespace jingwei::identity {

namespace {

constexpr std::string_view actor_prefix = "account:";
constexpr std::array<std::string_view, 5> account_kinds = {"staff", "resident", "enterprise", "client",
                                                           "device"};
constexpr std::array<std::string_view, 4> manners = {"", "provider", "vouched", "screen"};
constexpr std::array<std::string_view, 3> grant_kinds = {"given", "lent", "break_glass"};

template <typename Kind, std::size_t count>
std::optional<Kind> named(const std::array<std::string_view, count>& names, std::string_view name) {
  for (std::size_t at = 0; at < count; ++at) {
    if (names[at] == name) return static_cast<Kind>(at);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(AccountKind kind) {
  return account_kinds[static_cast<std::size_t>(kind)];
}

std::string_view name_of(AccountState state) {
  return state == AccountState::open ? "open" : "closed";
}

std::string_view name_of(GrantKind kind) {
  return grant_kinds[static_cast<std::size_t>(kind)];
}

std::string_view name_of(TokenKind kind) {
  return kind == TokenKind::session ? "session" : "key";
}

std::string_view name_of(Manner manner) {
  return manners[static_cast<std::size_t>(manner)];
}

std::optional<Manner> manner_named(std::string_view name) {
  return named<Manner>(manners, name);
}

std::optional<AccountKind> account_kind_named(std::string_view name) {
  return named<AccountKind>(account_kinds, name);
}

std::optional<GrantKind> grant_kind_named(std::string_view name) {
  return named<GrantKind>(grant_kinds, name);
}

bool is_person(AccountKind kind) {
  return kind == AccountKind::resident || kind == AccountKind::enterprise;
}

std::string actor_of(AccountId account) {
  return std::string(actor_prefix) + account.to_string();
}

std::optional<AccountId> account_of(std::string_view actor) {
  if (!actor.starts_with(actor_prefix)) return std::nullopt;
  return AccountId::parse(actor.substr(actor_prefix.size()));
}

}  // namespace jingwei::identity

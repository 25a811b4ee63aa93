// What no administrator does alone: one asks for it, another confirms it, and then it is done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "modules/identity/accounts.h"

namespace jingwei::identity {

using OrderId = Id<struct AccountOrderTag>;

enum class OrderKind : std::uint8_t { reset, grant, end_grant, close };
enum class OrderState : std::uint8_t { waiting, done, dropped };
std::string_view name_of(OrderKind kind);
std::optional<OrderKind> order_kind_named(std::string_view name);
std::string_view name_of(OrderState state);

struct AccountOrder {
  OrderId id;
  OrderKind kind = OrderKind::reset;
  OrderState state = OrderState::waiting;
  NewGrant grant;  // of a reset or a closing the account and the reason alone; of an end what is ended
  std::string asked_by;
  Instant asked_at{};
  Instant ends_at{};  // it lapses then
  std::string decided_by;
  std::optional<Instant> decided_at;
  GrantId of_grant = {};  // of an end: the grant
};

struct OrderDone {
  AccountOrder order;
  std::string password;  // of a reset: made for the account, shown once
};

// The security administrator keeps all accounts; with the password of another administrator's, or with a
// second one of their making that holds the role, they would do the others' work. So resets of accounts that
// hold an administration, closings of them, and grants and ends of grants of one, are asked for by an order
// and done by whoever confirms it: somebody else who holds an administration of the whole area, or this
// machine's operator. Thread-safe.
class AccountOrders {
 public:
  AccountOrders(const IdentityParts& parts, const Roles& roles, Accounts& accounts)
      : parts_(parts), roles_(roles), accounts_(accounts) {}

  // Errors: invalid "identity.no_second_needed" (it can be done at once), denied (one's own account,
  // "identity.administrators_are_staff", two administrations), conflict "identity.order_waits", what the
  // reset or grant itself would answer.
  // `of_grant` names the grant to be ended; the account is then its holder's.
  Result<AccountOrder> ask(OrderKind kind, const NewGrant& wanted, const std::string& actor,
                           GrantId of_grant = {});
  // Errors: not_found "identity.no_order", conflict "identity.order_decided", gone "identity.order_lapsed",
  // denied "identity.same_person" (whoever asked, or whose account it is), "identity.administrators_confirm",
  // and what the reset or grant answers now.
  Result<OrderDone> confirm(OrderId id, const std::string& actor);
  // By whoever asked, or may confirm. Errors: as confirm.
  Result<AccountOrder> drop(OrderId id, const std::string& actor);
  // Newest first; `waiting`: only those that can still be confirmed. Errors: denied
  // "identity.administrators_confirm", the store's.
  enum class Which : std::uint8_t { all, waiting };
  Result<std::vector<AccountOrder>> list(Which which, OrderId before, std::size_t most,
                                         const std::string& actor) const;

 private:
  Result<AccountOrder> planned(OrderKind kind, const NewGrant& wanted, const std::string& actor,
                               GrantId of_grant) const;
  Result<AccountOrder> get(OrderId id) const;
  Result<AccountOrder> waiting(OrderId id) const;
  // Whether `actor` holds an administration of the whole area now, as staff, or is this machine's operator.
  Result<void> check_administrator(const std::string& actor) const;
  storage::Write decided(const AccountOrder& one) const;
  // What another decided meanwhile is said to be decided; else `fault`.
  Error why(OrderId id, Error fault) const;

  const IdentityParts& parts_;
  const Roles& roles_;
  Accounts& accounts_;
};

}  // namespace jingwei::identity

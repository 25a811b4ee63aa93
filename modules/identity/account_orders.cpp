#include "modules/identity/account_orders.h"

#include <algorithm>

#include "base/json.h"
#include "modules/identity/sql.gen.h"
#include "storage/bare_words.h"

namespace jingwei::identity {

namespace {

constexpr std::chrono::days order_life{7};
constexpr std::size_t order_reason_most = 500;
constexpr std::string_view order_kinds[] = {"reset", "grant", "end_grant", "close"};
constexpr std::string_view order_states[] = {"waiting", "done", "dropped"};

constexpr std::string_view order_table = "identity_account_order";

Result<AccountOrder> account_order_of(const storage::Row& row, const storage::Sealer& sealer) {
  AccountOrder one;
  one.id = OrderId(row.integer(0));
  one.kind = order_kind_named(row.text(1)).value_or(OrderKind::reset);
  for (const auto state : {OrderState::waiting, OrderState::done, OrderState::dropped}) {
    if (row.text(2) == name_of(state)) one.state = state;
  }
  one.grant.account = AccountId(row.integer(3));
  one.grant.role = row.text(4);
  one.grant.region = row.text(5);
  one.grant.department = row.text(6);
  if (!row.is_null(7)) one.grant.from = from_micros(row.integer(7));
  if (!row.is_null(8)) one.grant.until = from_micros(row.integer(8));
  JW_ASSIGN(one.grant.reason, storage::words_of(sealer, {order_table, one.id.value, "reason"}, row, 9, 16));
  one.asked_by = row.text(10);
  one.asked_at = from_micros(row.integer(11));
  one.ends_at = from_micros(row.integer(12));
  one.decided_by = row.text(13);
  if (!row.is_null(14)) one.decided_at = from_micros(row.integer(14));
  if (!row.is_null(15)) one.of_grant = GrantId(row.integer(15));
  return one;
}

Result<std::vector<AccountOrder>> query_orders(storage::Reader& reader, const storage::Statement& statement,
                                               std::span<const storage::Value> parameters,
                                               const storage::Sealer& sealer) {
  std::vector<AccountOrder> orders;
  std::optional<Error> fault;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    auto one = account_order_of(row, sealer);
    if (!one) {
      fault = std::move(one).error();
      return false;
    }
    orders.push_back(std::move(*one));
    return true;
  }));
  if (fault) return std::move(*fault);
  return orders;
}

storage::AuditEntry order_entry(const std::string& actor, const char* event, const AccountOrder& one) {
  JsonWriter json;
  json.begin_object();
  json.member("order", one.id.to_string());
  json.member("kind", name_of(one.kind));
  if (!one.grant.role.empty()) json.member("role", one.grant.role);
  if (one.of_grant) json.member("grant", one.of_grant.to_string());
  json.member("asked_by", one.asked_by);
  json.end_object();
  return {actor, event, actor_of(one.grant.account), json.take()};
}

}  // namespace

std::string_view name_of(OrderKind kind) {
  return order_kinds[static_cast<std::size_t>(kind)];
}

std::optional<OrderKind> order_kind_named(std::string_view name) {
  for (const auto kind : {OrderKind::reset, OrderKind::grant, OrderKind::end_grant, OrderKind::close}) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string_view name_of(OrderState state) {
  return order_states[static_cast<std::size_t>(state)];
}

// What would be asked for, or why it is not for two.
Result<AccountOrder> AccountOrders::planned(OrderKind kind, const NewGrant& wanted, const std::string& actor,
                                            GrantId of_grant) const {
  AccountOrder one;
  one.kind = kind;
  one.grant.account = wanted.account;
  one.grant.reason = wanted.reason;
  if (one.grant.reason.size() > order_reason_most)
    return Error(ErrorCode::invalid, "identity.reason_missing").at("/reason");
  if (kind == OrderKind::end_grant) {
    JW_ASSIGN(const HeldGrant held, accounts_.get_grant(of_grant));
    const auto role = roles_.find(held.role);
    const bool own = actor_of(held.account) == actor;
    if (held.ended_at)
      return Error(ErrorCode::gone, "identity.grant_ended").with("grant", of_grant.to_string());
    if (own || !role || role->duty() == access::Duty::work)
      return Error(ErrorCode::invalid, "identity.no_second_needed").at("/grant");
    one.of_grant = of_grant;
    one.grant.account = held.account;
    one.grant.role = held.role;
    const auto tree = parts_.regions.tree();
    if (const auto node = tree->find(held.region); node != region::no_node)
      one.grant.region = tree->code(node);
    one.grant.department = held.department;
    return one;
  }
  JW_ASSIGN(const Account account, accounts_.get(wanted.account));
  if (kind == OrderKind::grant) {
    JW_ASSIGN(const HeldGrant planned, accounts_.plan(wanted, account, actor));
    const auto role = roles_.find(planned.role);
    if (!role || role->duty() == access::Duty::work)
      return Error(ErrorCode::invalid, "identity.no_second_needed").at("/role");
    if (account.kind != AccountKind::staff)
      return Error(ErrorCode::denied, "identity.administrators_are_staff").at("/role");
    one.grant = wanted;
    return one;
  }
  if (account.actor() == actor) return Error(ErrorCode::denied, "identity.own_account");
  if (kind == OrderKind::reset && account.login.empty())
    return Error(ErrorCode::invalid, "identity.login_missing");
  if (kind == OrderKind::close && account.state == AccountState::closed)
    return Error(ErrorCode::gone, "identity.account_closed").with("account", account.id.to_string());
  JW_ASSIGN(const bool administers, accounts_.administers(account.id));
  if (!administers) return Error(ErrorCode::invalid, "identity.no_second_needed");
  return one;
}

Result<AccountOrder> AccountOrders::ask(OrderKind kind, const NewGrant& wanted, const std::string& actor,
                                        GrantId of_grant) {
  JW_ASSIGN(AccountOrder one, planned(kind, wanted, actor, of_grant));
  const Instant now = parts_.clock.now();
  {
    const storage::Value parameters[] = {one.grant.account.value, std::string(name_of(kind)), one.grant.role,
                                         to_micros(now)};
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(const auto waits, storage::query_integer(*reader, sql::count_waiting_orders, parameters));
    if (waits.value_or(0) > 0) return Error(ErrorCode::conflict, "identity.order_waits");
  }
  JW_TRY(parts_.sealer.prepare(order_table));
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  one.id = OrderId(id);
  one.asked_by = actor;
  one.asked_at = now;
  one.ends_at = now + order_life;
  storage::Change change;
  change.writes.push_back(
      {&sql::add_order,
       {id, std::string(name_of(kind)), one.grant.account.value, one.grant.role, one.grant.region,
        one.grant.department, storage::instant_or_null(one.grant.from),
        storage::instant_or_null(one.grant.until),
        storage::sealed_words(parts_.sealer, {order_table, id, "reason"}, one.grant.reason), actor,
        to_micros(one.asked_at), to_micros(one.ends_at),
        one.of_grant ? storage::Value(one.of_grant.value) : storage::Value(storage::Null{})},
       1});
  change.audit.push_back(order_entry(actor, "account.order.ask", one));
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return one;
}

Result<AccountOrder> AccountOrders::get(OrderId id) const {
  const storage::Value key = id.value;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto found, query_orders(*reader, sql::order_by_id, std::span(&key, 1), parts_.sealer));
  if (found.empty()) return Error(ErrorCode::not_found, "identity.no_order").with("order", id.to_string());
  return std::move(found.front());
}

Result<AccountOrder> AccountOrders::waiting(OrderId id) const {
  JW_ASSIGN(AccountOrder one, get(id));
  if (one.state != OrderState::waiting)
    return Error(ErrorCode::conflict, "identity.order_decided").with("order", id.to_string());
  if (one.ends_at <= parts_.clock.now())
    return Error(ErrorCode::gone, "identity.order_lapsed").with("order", id.to_string());
  return one;
}

Result<void> AccountOrders::check_administrator(const std::string& actor) const {
  const auto id = account_of(actor);
  if (!id) return {};
  JW_ASSIGN(const Account account, accounts_.get(*id));
  JW_ASSIGN(const auto held, accounts_.grants_of(*id));
  const Instant now = parts_.clock.now();
  const RegionId whole = parts_.hub_region();
  const bool administers =
      account.kind == AccountKind::staff && account.lets_in(now) &&
      std::any_of(held.begin(), held.end(), [&](const HeldGrant& grant) {
        const auto role = roles_.find(grant.role);
        const bool stands = !grant.ended_at && grant.from <= now && (!grant.until || now < *grant.until);
        return stands && grant.kind == GrantKind::given && role && role->duty() != access::Duty::work &&
               grant.region == whole && grant.department.empty();
      });
  if (administers) return {};
  return Error(ErrorCode::denied, "identity.administrators_confirm");
}

storage::Write AccountOrders::decided(const AccountOrder& one) const {
  return {&sql::decide_order,
          {one.id.value, std::string(name_of(one.state)), one.decided_by, to_micros(*one.decided_at)},
          1};
}

Error AccountOrders::why(OrderId id, Error fault) const {
  if (fault.code != ErrorCode::conflict) return fault;
  const auto still = waiting(id);
  return still ? fault : still.error();
}

Result<OrderDone> AccountOrders::confirm(OrderId id, const std::string& actor) {
  JW_TRY(check_administrator(actor));
  JW_ASSIGN(AccountOrder one, waiting(id));
  if (one.asked_by == actor || actor_of(one.grant.account) == actor)
    return Error(ErrorCode::denied, "identity.same_person").at("/step");
  // What somebody asked for who is no administrator any more is nobody's wish.
  if (!check_administrator(one.asked_by))
    return Error(ErrorCode::gone, "identity.order_lapsed").with("order", id.to_string());
  one.state = OrderState::done;
  one.decided_by = actor;
  one.decided_at = parts_.clock.now();
  const auto also = [&](storage::Change& change) {
    change.writes.push_back(decided(one));
    change.audit.push_back(order_entry(actor, "account.order.confirm", one));
  };
  const WriteRequest request{one.asked_by, std::nullopt, actor};
  OrderDone done;
  if (one.kind == OrderKind::reset) {
    auto made = accounts_.reset(one.grant.account, request, also);
    if (!made) return why(id, std::move(made).error());
    done.password = std::move(made->password);
  } else if (one.kind == OrderKind::end_grant) {
    const auto ended = accounts_.end_grant(one.of_grant, request, also);
    if (!ended) return why(id, ended.error());
  } else if (one.kind == OrderKind::close) {
    AccountEdit closing;
    closing.state = AccountState::closed;
    const auto closed = accounts_.edit(one.grant.account, closing, request, also);
    if (!closed) return why(id, closed.error());
  } else {
    const auto given = accounts_.grant(one.grant, request, also);
    if (!given) return why(id, given.error());
  }
  done.order = std::move(one);
  return done;
}

Result<AccountOrder> AccountOrders::drop(OrderId id, const std::string& actor) {
  JW_ASSIGN(AccountOrder one, waiting(id));
  if (one.asked_by != actor) JW_TRY(check_administrator(actor));
  one.state = OrderState::dropped;
  one.decided_by = actor;
  one.decided_at = parts_.clock.now();
  storage::Change change;
  change.writes.push_back(decided(one));
  change.audit.push_back(order_entry(actor, "account.order.drop", one));
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return why(id, std::move(committed).error());
  return one;
}

Result<std::vector<AccountOrder>> AccountOrders::list(Which which, OrderId before, std::size_t most,
                                                      const std::string& actor) const {
  JW_TRY(check_administrator(actor));
  const storage::Value parameters[] = {before ? before.value : INT64_MAX, static_cast<std::int64_t>(most),
                                       std::int64_t{which == Which::waiting ? 1 : 0},
                                       to_micros(parts_.clock.now())};
  JW_ASSIGN(auto reader, parts_.store.read());
  return query_orders(*reader, sql::page_of_orders, parameters, parts_.sealer);
}

}  // namespace jingwei::identity

#include "modules/identity/account_order_routes.h"

#include "base/json_items.h"
#include "modules/identity/identity_json.h"

namespace jingwei::identity {

using http::problem;

namespace {

std::string told_or_empty(const schema::Datum& given) {
  return given.present() ? given.text() : std::string();
}

std::optional<Instant> moment_of(const schema::Datum& given) {
  return given.present() ? std::optional<Instant>(given.instant()) : std::nullopt;
}

}  // namespace

http::Response OrderHandlers::ask(const http::Request& http, const schema::Datum& body) {
  const OrderKind kind = order_kind_named(body["kind"].text()).value_or(OrderKind::reset);
  const GrantId of_grant(body["grant"].present() ? body["grant"].integer() : 0);
  const NewGrant wanted{
      AccountId(body["account"].integer()), told_or_empty(body["role"]), told_or_empty(body["region"]),
      told_or_empty(body["department"]),    moment_of(body["from"]),     moment_of(body["until"]),
      told_or_empty(body["reason"])};
  const auto asked = identity_.orders().ask(kind, wanted, http.actor(), of_grant);
  if (!asked) return problem(asked.error(), http.language);
  JsonWriter json;
  write_order(json, *asked, identity_, http.language);
  return http::Response::json(json.take(), 201);
}

Result<Account> OrderHandlers::edit(const http::Request& http, AccountId id, const schema::Datum& body) {
  AccountEdit edit;
  if (body["name"].present()) edit.name = body["name"].text();
  if (body["department"].present()) edit.department = body["department"].text();
  if (body["state"].present())
    edit.state = body["state"].text() == "open" ? AccountState::open : AccountState::closed;
  const WriteRequest request{http.actor()};
  if (!body["suspended"].present()) return identity_.accounts().edit(id, edit, request);
  if (edit.name || edit.department || edit.state) JW_TRY(identity_.accounts().edit(id, edit, request));
  if (!body["suspended"].boolean()) return identity_.accounts().let_in_again(id, request);
  auto suspended = identity_.accounts().suspend(id, told_or_empty(body["reason"]), request);
  if (suspended) identity_.tell_of_suspension(*suspended, http.actor());
  return suspended;
}

http::Response OrderHandlers::list(const http::Request& http, bool waiting, OrderId before,
                                   std::size_t most) {
  const auto all = identity_.orders().list(
      waiting ? AccountOrders::Which::waiting : AccountOrders::Which::all, before, most + 1, http.actor());
  if (!all) return problem(all.error(), http.language);
  return http::Response::json(page_json(*all, most, [&](JsonWriter& json, const AccountOrder& one) {
    write_order(json, one, identity_, http.language);
  }));
}

http::Response OrderHandlers::step(const http::Request& http, OrderId order, const schema::Datum& body) {
  OrderDone done;
  if (body["step"].text() == "confirm") {
    auto confirmed = identity_.orders().confirm(order, http.actor());
    if (!confirmed) return problem(confirmed.error(), http.language);
    done = std::move(*confirmed);
  } else {
    auto dropped = identity_.orders().drop(order, http.actor());
    if (!dropped) return problem(dropped.error(), http.language);
    done.order = std::move(*dropped);
  }
  JsonWriter json;
  json.begin_object();
  json.key("order");
  write_order(json, done.order, identity_, http.language);
  json.key("password");
  if (done.password.empty()) {
    json.null();
  } else {
    json.value(done.password);
  }
  json.end_object();
  return http::Response::json(json.take());
}

}  // namespace jingwei::identity

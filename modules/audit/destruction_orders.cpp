#include "modules/audit/destruction_orders.h"

#include <limits>

#include "base/json.h"
#include "modules/audit/sql.gen.h"
#include "storage/bare_words.h"

namespace jingwei::audit {

namespace {

constexpr std::string_view names[] = {"asked", "done", "dropped"};

constexpr std::string_view destruction_table = "audit_order";

Result<DestructionOrder> order_of(const storage::Row& row, const storage::Sealer& sealer) {
  DestructionOrder one;
  one.id = OrderId(row.integer(0));
  one.position = static_cast<std::uint64_t>(row.integer(1));
  one.order = row.text(2);
  JW_ASSIGN(one.reason, storage::words_of(sealer, {destruction_table, one.id.value, "reason"}, row, 3, 9));
  for (const auto state : {OrderState::asked, OrderState::done, OrderState::dropped}) {
    if (row.text(4) == name_of(state)) one.state = state;
  }
  one.asked_by = row.text(5);
  one.asked_at = from_micros(row.integer(6));
  one.decided_by = row.text(7);
  if (!row.is_null(8)) one.decided_at = from_micros(row.integer(8));
  return one;
}

std::string detail_of(const DestructionOrder& one) {
  JsonWriter json;
  json.begin_object();
  json.member("position", static_cast<std::int64_t>(one.position));
  json.member("order", one.order);
  json.end_object();
  return json.take();
}

}  // namespace

std::string_view name_of(OrderState state) {
  return names[static_cast<std::size_t>(state)];
}

Result<DestructionOrder> DestructionOrders::ask(std::uint64_t position, const std::string& order,
                                                const std::string& reason, const std::string& actor) {
  JW_ASSIGN(const Leaf leaf, service_.find_leaf(position));
  if (leaf.salt.empty())
    return Error(ErrorCode::conflict, "audit.destroyed_already").with("position", std::to_string(position));
  {
    JW_ASSIGN(auto reader, store_.read());
    const storage::Value place = static_cast<std::int64_t>(position);
    JW_ASSIGN(const auto asked,
              storage::query_integer(*reader, sql::open_orders_of_position, std::span(&place, 1)));
    if (asked.value_or(0) > 0)
      return Error(ErrorCode::conflict, "audit.asked_already").with("position", std::to_string(position));
  }
  JW_TRY(sealer_.prepare(destruction_table));
  DestructionOrder one;
  JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
  one.id = OrderId(id);
  one.position = position;
  one.order = order;
  one.reason = reason;
  one.asked_by = actor;
  one.asked_at = clock_.now();
  storage::Change change;
  change.writes.push_back({&sql::add_order,
                           {id, static_cast<std::int64_t>(position), order,
                            storage::sealed_words(sealer_, {destruction_table, id, "reason"}, reason), actor,
                            to_micros(one.asked_at)},
                           1});
  change.audit.push_back({actor, "audit.destroy.ask", "order:" + one.id.to_string(), detail_of(one)});
  auto committed = store_.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return one;
}

Result<std::vector<DestructionOrder>> DestructionOrders::query(
    const storage::Statement& statement, std::span<const storage::Value> parameters) const {
  std::vector<DestructionOrder> all;
  std::optional<Error> fault;
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(statement, parameters, [&](const storage::Row& row) {
    auto one = order_of(row, sealer_);
    if (!one) {
      fault = std::move(one).error();
      return false;
    }
    all.push_back(std::move(*one));
    return true;
  }));
  if (fault) return std::move(*fault);
  return all;
}

Result<DestructionOrder> DestructionOrders::get(OrderId id) const {
  const storage::Value key = id.value;
  JW_ASSIGN(auto found, query(sql::order_by_id, std::span(&key, 1)));
  if (found.empty()) return Error(ErrorCode::not_found, "audit.no_order").with("id", id.to_string());
  return std::move(found.front());
}

Result<DestructionOrder> DestructionOrders::decide(OrderId id, OrderState state, const std::string& actor) {
  JW_ASSIGN(DestructionOrder one, get(id));
  const auto decided = [&] {
    return Error(ErrorCode::conflict, "audit.order_decided").with("id", id.to_string());
  };
  if (one.state != OrderState::asked) return decided();
  if (state == OrderState::done && one.asked_by == actor)
    return Error(ErrorCode::denied, "audit.same_person");
  storage::Change change;
  if (state == OrderState::done) {
    JW_ASSIGN(change, service_.destroy(one.position, actor, one.order));
  } else {
    change.audit.push_back({actor, "audit.destroy.drop", "order:" + id.to_string(), detail_of(one)});
  }
  one.state = state;
  one.decided_by = actor;
  one.decided_at = clock_.now();
  change.writes.push_back(
      {&sql::decide_order, {id.value, std::string(name_of(state)), actor, to_micros(*one.decided_at)}, 1});
  auto committed = store_.commit(std::move(change));
  if (committed) return one;
  if (committed.error().code == ErrorCode::conflict) return decided();
  return std::move(committed).error();
}

Result<std::vector<DestructionOrder>> DestructionOrders::list(OrderId before, std::size_t most) const {
  const storage::Value parameters[] = {before ? before.value : std::numeric_limits<std::int64_t>::max(),
                                       static_cast<std::int64_t>(most)};
  return query(sql::page_of_orders, parameters);
}

Result<std::size_t> seal_reasons(storage::Store& store, const storage::Sealer& sealer) {
  return storage::seal_bare(store, sealer,
                            {destruction_table, "reason", &sql::bare_reasons, &sql::seal_reason});
}

}  // namespace jingwei::audit

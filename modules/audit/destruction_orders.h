// Destroying the words of an entry: one person asks for it by an order, another carries it out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "modules/audit/audit_service.h"
#include "storage/sealer.h"

namespace jingwei::audit {

using OrderId = Id<struct OrderTag>;

enum class OrderState : std::uint8_t { asked, done, dropped };
std::string_view name_of(OrderState state);

struct DestructionOrder {
  OrderId id;
  std::uint64_t position = 0;
  std::string order;
  std::string reason;  // sealed on disk, and in no entry of the log: it may say what is to be destroyed
  OrderState state = OrderState::asked;
  std::string asked_by;
  Instant asked_at{};
  std::string decided_by;
  std::optional<Instant> decided_at;
};

// Thread-safe.
class DestructionOrders {
 public:
  DestructionOrders(AuditService& service, storage::Store& store, const storage::Sealer& sealer,
                    const Clock& clock)
      : service_(service), store_(store), sealer_(sealer), clock_(clock) {}

  // Errors: not_found "audit.no_entry", conflict "audit.destroyed_already" or "audit.asked_already", the
  // store's.
  Result<DestructionOrder> ask(std::uint64_t position, const std::string& order, const std::string& reason,
                               const std::string& actor);
  // Errors: not_found "audit.no_order", conflict "audit.order_decided", denied "audit.same_person" (to carry
  // out; whoever asked may drop it), the store's.
  Result<DestructionOrder> decide(OrderId id, OrderState state, const std::string& actor);
  // Newest first.
  Result<std::vector<DestructionOrder>> list(OrderId before, std::size_t most) const;

 private:
  Result<DestructionOrder> get(OrderId id) const;
  Result<std::vector<DestructionOrder>> query(const storage::Statement& statement,
                                              std::span<const storage::Value> parameters) const;
  AuditService& service_;
  storage::Store& store_;
  const storage::Sealer& sealer_;
  const Clock& clock_;
};

}  // namespace jingwei::audit

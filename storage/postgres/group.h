// Commits several Changes in one transaction of one connection, in pipeline mode.
#pragma once

#include "storage/postgres/connection.h"
#include "storage/store.h"

namespace jingwei::storage::postgres {

// What became of one transaction.
enum class Fate : std::uint8_t {
  committed,
  refused,   // a Change of the group is at fault; nothing was written
  retry,     // nothing was written; the same may work at another try (deadlock, lost before COMMIT)
  in_doubt,  // the connection broke while COMMIT was under way
};

struct GroupOutcome {
  Fate fate = Fate::committed;
  std::vector<FeedPosition> positions;  // per Change, when committed; zero for one without events
  std::size_t culprit = 0;              // when refused
  Error error;                          // unless committed
  bool repeated = false;                // the culprit's idempotency row stands already
};

// Sends everything without waiting, looks at the results, and only then sends COMMIT: two round trips for any
// number of statements. No savepoints: they cost a round of statements in every Change for the sake of the
// rare failing one. `first` runs at the beginning of the transaction, before the pipeline (COPY).
GroupOutcome commit_group(Connection& connection, std::span<Change* const> changes, Instant now,
                          const std::function<Result<void>()>& first = nullptr);

// The earlier answer to an idempotency row, or the mismatch.
Result<Committed> find_earlier(Connection& connection, const Idempotency& row);

}  // namespace jingwei::storage::postgres

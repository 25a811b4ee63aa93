// What a service decides: a value that the app commits in one transaction (docs/decisions/003).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/statement.h"
#include "storage/value.h"

namespace jingwei::storage {

// One row write. With `expect_rows`, any other count of touched rows is a failed expectation and the whole
// Change is undone: UPDATE … WHERE id = $1 AND version = $2 with expect_rows = 1 is an expected row version.
// A broken UNIQUE or CHECK is reported as `conflict` too.
struct Write {
  const Statement* statement = nullptr;
  std::vector<Value> parameters;
  std::optional<std::int64_t> expect_rows;
};

// What happened, for consumers. Ids, kinds, old and new values of what is counted; never personal data.
struct FeedEvent {
  std::string kind;  // "region.changed", "ingest.slice"
  std::string body;  // one JSON object
};

// Who did what; sequenced into the Merkle log later. `subject` is a pseudonym or an id, never an identifier.
struct AuditEntry {
  std::string actor;
  std::string event;  // as named in api.yaml: "batch.upload"
  std::string subject;
  std::string detail;  // one JSON object without personal data
};

// Makes a write safe to repeat. `answer` is kept and given again when the same (actor, operation, key) comes
// with the same body hash.
struct Idempotency {
  std::string actor;
  std::string operation;
  std::string key;
  std::string body_hash;
  std::string answer;
};

// Who waits for a Change to be durable. Loads rest while writes of people come one after another (bulk.h);
// what the hub writes on its own account (consumers, sequencers, timers, loads) says so and holds no load up.
enum class Origin : std::uint8_t { person, hub };

// `shard` is the distribution key all row writes of this Change share (0 for reference tables and
// single-server data).
struct Change {
  std::int64_t shard = 0;
  Origin origin = Origin::person;  // of whoever commits it: add() leaves it as it is
  std::vector<Write> writes;
  std::vector<FeedEvent> events;
  std::vector<AuditEntry> audit;
  std::optional<Idempotency> idempotency;

  // Changes of several modules add up; both must have the same shard, or one of them shard 0; one idempotency
  // row at most.
  void add(Change&& other);
};

// Where a transaction stands in the feed: ordered by transaction, then by sequence inside it.
// A transaction's number orders it among the committed: on PostgreSQL its xid, on SQLite a counter of the one
// writer.
struct FeedPosition {
  std::int64_t transaction = 0;
  std::int64_t sequence = 0;
  auto operator<=>(const FeedPosition&) const = default;
  std::string to_string() const;  // "123.45"
  static std::optional<FeedPosition> parse(std::string_view text);
};

// What a commit gives back, after it is durable.
struct Committed {
  FeedPosition position;
  // Set when the idempotency row stood already with the same body hash: nothing was written, this is the
  // earlier answer.
  std::optional<std::string> earlier_answer;
};

// Many rows of one table, appended behind interactive writes; with `change` (batch progress, one feed event)
// in the same transaction.
struct BulkSlice {
  std::string table;
  std::vector<std::string> columns;
  std::vector<Value> cells;  // row after row, columns.size() each
  Change change;
  std::size_t decided = 0;  // rows of the file that it stands for, by which its time is judged; 0: it is not
};

}  // namespace jingwei::storage

// The storage port. Two implementations (storage/embedded, storage/postgres) pass one suite
// (storage/store_suite).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "storage/change.h"

namespace jingwei::storage {

// A consistent snapshot of the database. Used by one thread; short-lived (PostgreSQL: a read-only transaction
// ≤ 5 s).
class Reader {
 public:
  virtual ~Reader() = default;
  // Calls `row` for each row until it returns false. Errors: unavailable, internal (bad SQL).
  virtual Result<void> query(const Statement& statement, std::span<const Value> parameters,
                             const std::function<bool(const Row&)>& row) = 0;
  // The same statement once per parameter list, pipelined where the storage can; `row` gets the list's index.
  virtual Result<void> query_each(const Statement& statement, std::span<const std::vector<Value>> parameters,
                                  const std::function<void(std::size_t, const Row&)>& row) = 0;
  // The last transaction this snapshot sees.
  virtual Result<FeedPosition> position() = 0;
};

// One event as consumers read it.
struct FeedEntry {
  FeedPosition position;
  Instant at;
  std::int64_t shard = 0;
  std::string kind;
  std::string body;
};

// A timer row claimed by lease; acting on it and `complete` go in one Change.
struct Timer {
  TimerId id;
  Instant due;
  std::string kind;
  std::string body;  // JSON
  std::int64_t attempt = 0;
  std::string lease_owner;
};

// Thread-safe. Closing (the destructor) finishes what is queued.
class Store {
 public:
  virtual ~Store() = default;
  virtual Dialect dialect() const = 0;

  // Brings every module's tables up to date, in the order given; each step in its own transaction; steps done
  // are skipped. Errors: corrupt when a landed step's text has changed or the data are newer than this
  // program.
  virtual Result<void> migrate(std::span<const Migration> migrations) = 0;

  virtual Result<std::unique_ptr<Reader>> read() = 0;

  // Commits and calls back (from a storage thread; do little there) when durable or refused.
  // Errors: conflict (failed expectation or constraint), invalid "idempotency.mismatch", exhausted (disk),
  // unavailable.
  virtual void commit(Change change, std::function<void(Result<Committed>)> done) = 0;
  // The same, waiting. On an idle store the transaction runs on the calling thread, which saves two
  // hand-overs; a callback of somebody else's Change never does. Not to be called from a callback.
  virtual Result<Committed> commit(Change change);

  // Appends rows behind interactive writes. Returns when durable. Errors as commit.
  virtual Result<Committed> append(BulkSlice slice) = 0;

  // How many rows a load had best decide on at once now: `most`, or fewer while people's writes come one
  // after another, so that none of them waits long behind a slice.
  virtual std::size_t rows_at_once(std::size_t most) { return most; }

  // First of `count` consecutive fresh ids; from a block of this process, so mostly without I/O.
  virtual Result<std::int64_t> allocate_ids(std::int64_t count = 1) = 0;

  // The feed after a position, oldest first, at most `most` events; only what can no longer be overtaken.
  virtual Result<std::vector<FeedEntry>> read_feed(FeedPosition after, std::size_t most) = 0;
  // Waits until something newer than `after` may be readable or `patience` has passed; for consumers' threads
  // only.
  virtual void wait_for_feed(FeedPosition after, std::chrono::milliseconds patience) = 0;

  // Claims up to `most` due timers of these kinds for `lease`; a lapsed lease may be claimed by another.
  virtual Result<std::vector<Timer>> claim_timers(std::span<const std::string> kinds,
                                                  const std::string& owner, Instant now,
                                                  std::chrono::seconds lease, std::size_t most) = 0;

  // True when this process (`owner`) holds or now takes the named lease until now + duration.
  virtual Result<bool> take_lease(const std::string& name, const std::string& owner, Instant now,
                                  std::chrono::seconds duration) = 0;
};

// Pieces of a Change that every module needs (statements in storage/sql/core.sql).
// Rows of one table, eight by a statement that takes eight of them one after another, what is left by one
// that takes one: a statement costs more than a row. Each row has to come about.
void put_rows(Change& change, const Statement& one, const Statement& eight,
              std::vector<std::vector<Value>> rows);
Write add_timer(TimerId id, Instant due, std::string kind, std::string body);
Write complete_timer(const Timer& timer);               // expects that this owner's lease still stands
Write postpone_timer(const Timer& timer, Instant due);  // gives the lease back; same expectation
Write move_cursor(const std::string& consumer, FeedPosition from,
                  FeedPosition to);  // expects `from` to stand
Result<FeedPosition> read_cursor(Reader& reader, const std::string& consumer);

// Convenience over Reader::query.
Result<std::optional<std::int64_t>> query_integer(Reader& reader, const Statement& statement,
                                                  std::span<const Value> parameters);

// Reads, decides, commits; decides again on `conflict`, at most limits::decide_attempts times
// (docs/decisions/003).
Result<Committed> decide_and_commit(Store& store, const std::function<Result<Change>(Reader&)>& decide);

struct EmbeddedOptions {
  std::string folder;  // the data folder; created when absent, locked while open
  const Clock* clock = nullptr;
  std::string
      vfs;  // SQLite VFS name; empty for the system's. Tests hand in storage/faulty's (then no folder lock).
  int readers = 4;
};
// Errors: conflict "storage.locked" (another process holds the folder), corrupt, denied, exhausted.
Result<std::unique_ptr<Store>> open_embedded(const EmbeddedOptions& options);

struct PostgresOptions {
  std::string uri;  // postgresql://…
  const Clock* clock = nullptr;
  int writers = 4;
  int readers = 8;
};
Result<std::unique_ptr<Store>> open_postgres(const PostgresOptions& options);

}  // namespace jingwei::storage

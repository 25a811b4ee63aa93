// Writers of the PostgreSQL storage: threads with a connection each, committing what waits in groups.
#pragma once

#include <deque>

#include "storage/postgres/feed_watch.h"
#include "storage/postgres/group.h"
#include "storage/postgres/link.h"

namespace jingwei::storage::postgres {

struct Job {
  Change change;
  std::function<void(Result<Committed>)> done;
};

// Group commit. A Change with a shard always goes to the same writer, so Changes of one shard are committed
// in the order they were handed in and do not wait for each other's row locks; those of shard 0 go to whoever
// is free.
//
// When a Change of a group is refused, the transaction is rolled back, the rest is tried again without it,
// and the culprit runs alone; after two such rounds everything runs alone. Deadlocks and serialization
// failures are tried again, alone, five times. A connection lost before COMMIT is opened again and the group
// repeated; one lost during COMMIT leaves it open whether it was made: a Change with an idempotency row finds
// out by itself, one without is told "storage.in_doubt".
//
// Whoever waits for its Change anyway commits it on its own thread and the writer's connection, when that
// writer is idle and nothing waits for it.
//
// Thread-safe. The destructor finishes what is queued.
class WriterPool {
 public:
  WriterPool(const std::string& uri, int writers, const Clock& clock, FeedWatch& watch);
  ~WriterPool();
  WriterPool(const WriterPool&) = delete;
  WriterPool& operator=(const WriterPool&) = delete;

  void submit(Job job);
  // As submit, but waits.
  Result<Committed> commit(Change change);

 private:
  struct Writer {
    explicit Writer(const std::string& uri) : link(uri) {}
    Link link;
    // Guarded by the pool's mutex.
    std::deque<Job> own;
    bool busy = false;  // a thread uses the link
    std::condition_variable work;
    std::thread thread;
  };

  void run(Writer& writer);
  bool take_jobs(Writer& writer, std::vector<Job>& jobs);
  bool has_work(const Writer& writer) const { return !writer.own.empty() || !shared_.empty(); }
  Writer* own_writer(const Change& change);
  Writer* find_idle();
  Writer* claim_idle(const Change& change);
  void leave(Writer& writer);
  void commit_all(Writer& writer, std::vector<Job> jobs);
  void commit_alone(Writer& writer, Job job, bool in_doubt);
  void finish(Job& job, Result<Committed> result);
  Result<Connection*> connect(Writer& writer);

  const Clock& clock_;
  FeedWatch& watch_;  // told of every commit
  mutable std::mutex mutex_;
  std::deque<Job> shared_;
  std::size_t waiting_ = 0;
  std::size_t next_ = 0;  // of shard 0: which writer is looked at first
  bool closing_ = false;
  std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace jingwei::storage::postgres

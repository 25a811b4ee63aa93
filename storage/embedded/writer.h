// The one writer: a thread, a queue of interactive Changes, and a queue of bulk slices behind it.
#pragma once

#include <deque>

#include "storage/embedded/checkpointer.h"
#include "storage/embedded/connection.h"
#include "storage/store.h"

namespace jingwei::storage::embedded {

// One thing to do in a transaction of the writer: a Change, or a task on the connection (claims, ids,
// migrations), or both with rows to append before the Change.
struct Job {
  Change change;
  std::function<Result<void>(Connection&)> task;
  std::function<void(Result<Committed>)> done;
  // Of the bulk queue: it is short and goes with the next job, whoever's it is; alone only when none comes
  // for `company_patience`.
  bool rides = false;
  std::function<void(std::chrono::nanoseconds)> took = {};  // told how long its statements were
};

// Group commit: what waits is run in one transaction, each job under its own savepoint; a job that fails is
// rolled back alone and told so; then one COMMIT, synced, then the callbacks. A job of the bulk queue has a
// transaction to itself and goes when no interactive job waits, or when it has waited for `bulk_patience`;
// one that `rides` shares an interactive job's transaction and its sync. So do the riders, what the hub
// writes on its own account while people write: they cost nobody a sync of their own.
//
// Whoever waits for its job anyway runs it on its own thread when nothing but a rider is queued and nobody
// writes: `writing_` says who may touch the connection, the writer's thread or such a caller.
//
// Thread-safe. The destructor finishes what is queued.
class Writer {
 public:
  Writer(std::unique_ptr<Connection> connection, const Clock& clock, FeedPosition head,
         std::int64_t last_xact, Checkpointer& checkpointer);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void submit(Job job);
  void submit_bulk(Job job);
  // Waits, as run_now does, but for company as well: for other jobs of any kind, so long at most.
  Result<Committed> run_riding(Job job, std::chrono::nanoseconds patience);
  // As submit, but waits; `done` is not called.
  Result<Committed> run_now(Job job);
  // Waits; the task's own error or the commit's. `run_alone` goes through the bulk queue.
  Result<void> run_now(std::function<Result<void>(Connection&)> task);
  Result<void> run_alone(std::function<Result<void>(Connection&)> task);

  // The last event committed by this process.
  FeedPosition head() const;
  // Waits until the head lies behind `after`, or `patience` has passed, or the writer closes.
  void wait_for_head(FeedPosition after, std::chrono::milliseconds patience);

 private:
  void run();
  bool take_jobs(std::vector<Job>& jobs, bool& bulk);
  using Queue = std::deque<std::pair<Job, std::chrono::steady_clock::time_point>>;
  bool bulk_is_due() const;
  bool riders_are_due() const;
  bool slice_rides() const { return !bulk_.empty() && bulk_.front().first.rides; }
  void take_bulk(std::vector<Job>& jobs);
  void take_company(std::vector<Job>& jobs);
  void leave();
  std::vector<Result<Committed>> commit_group(std::span<Job> jobs);
  static bool is_one_statement(const Job& job);
  Result<Committed> run_job(Job& job);
  Result<Committed> run_saved(Job& job);
  Result<Committed> apply(Change& change);
  Result<std::optional<Committed>> earlier(const Idempotency& row);
  Result<void> put_events(const Change& change);
  Result<void> put_idempotency(const Idempotency& row, FeedPosition position);

  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  Checkpointer& checkpointer_;

  // Of the thread that writes: the transaction being written.
  std::int64_t xact_;
  std::int64_t sequence_ = 0;
  FeedPosition position_;  // last event, counting what is not yet committed
  std::int64_t now_us_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable committed_;
  std::deque<Job> interactive_;
  int groups_since_slice_ = 0;
  Queue bulk_;    // with the instant it was queued
  Queue riders_;  // with the instant until which it waits for company
  FeedPosition head_;
  bool writing_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace jingwei::storage::embedded

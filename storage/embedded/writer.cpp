#include "storage/embedded/writer.h"

#include <future>

#include "base/limits.h"
#include "base/log.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::embedded {

namespace {

// Under a steady stream of interactive work a bulk slice waits at most this long.
constexpr std::chrono::milliseconds bulk_patience{50};

Result<void> command(Connection& connection, const char* text) {
  JW_ASSIGN(Prepared * statement, connection.prepare(std::string(text)));
  JW_ASSIGN([[maybe_unused]] const auto rows, statement->run({}));
  return {};
}

Error not_expected(const Write& write, std::int64_t rows) {
  return Error(ErrorCode::conflict, "storage.changed_meanwhile")
      .because(write.statement->name + " touched " + std::to_string(rows) + " rows");
}

Result<void> submit_and_wait(const std::function<void(Job)>& submit, std::function<Result<void>(Connection&)> task) {
  auto promise = std::make_shared<std::promise<Result<Committed>>>();
  auto future = promise->get_future();
  submit(Job{{}, std::move(task), [promise](Result<Committed> result) { promise->set_value(std::move(result)); }});
  auto result = future.get();
  if (!result) return std::move(result).error();
  return {};
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock, FeedPosition head, std::int64_t last_xact,
               Checkpointer& checkpointer)
    : connection_(std::move(connection)),
      clock_(clock),
      checkpointer_(checkpointer),
      xact_(last_xact),
      position_(head),
      head_(head),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  committed_.notify_all();
  thread_.join();
}

void Writer::submit(Job job) {
  {
    std::unique_lock lock(mutex_);
    if (closing_ || interactive_.size() >= limits::commit_queue) {
      lock.unlock();
      job.done(Error(ErrorCode::unavailable, "storage.busy"));
      return;
    }
    interactive_.push_back(std::move(job));
  }
  work_.notify_one();
}

void Writer::submit_bulk(Job job) {
  {
    std::lock_guard lock(mutex_);
    bulk_.emplace_back(std::move(job), clock_.monotonic());
  }
  work_.notify_one();
}

Result<void> Writer::run_now(std::function<Result<void>(Connection&)> task) {
  return submit_and_wait([this](Job job) { submit(std::move(job)); }, std::move(task));
}

Result<void> Writer::run_alone(std::function<Result<void>(Connection&)> task) {
  return submit_and_wait([this](Job job) { submit_bulk(std::move(job)); }, std::move(task));
}

FeedPosition Writer::head() const {
  std::lock_guard lock(mutex_);
  return head_;
}

void Writer::wait_for_head(FeedPosition after, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  committed_.wait_for(lock, patience, [&] { return closing_ || head_ > after; });
}

void Writer::run() {
  std::vector<Job> jobs;
  bool bulk = false;
  while (take_jobs(jobs, bulk)) {
    const auto begin = clock_.monotonic();
    commit_group(jobs);
    const auto took = clock_.monotonic() - begin;
    if (bulk && took > 2 * limits::bulk_slice_time) {
      log::debug("storage.slow_slice", {{"ms", std::chrono::duration<double, std::milli>(took).count()}});
    }
    jobs.clear();
  }
}

// Waits for work; false when closing and everything is done.
bool Writer::take_jobs(std::vector<Job>& jobs, bool& bulk) {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return closing_ || !interactive_.empty() || !bulk_.empty(); });
  bulk = !bulk_.empty() && (interactive_.empty() || clock_.monotonic() - bulk_.front().second >= bulk_patience);
  if (bulk) {
    jobs.push_back(std::move(bulk_.front().first));
    bulk_.pop_front();
    return true;
  }
  while (!interactive_.empty() && jobs.size() < limits::group_changes) {
    jobs.push_back(std::move(interactive_.front()));
    interactive_.pop_front();
  }
  return !jobs.empty();
}

void Writer::commit_group(std::vector<Job>& jobs) {
  std::vector<Result<Committed>> results;
  results.reserve(jobs.size());
  ++xact_;
  sequence_ = 0;
  now_us_ = to_micros(clock_.now());
  auto outcome = [&]() -> Result<void> {
    JW_TRY(command(*connection_, "BEGIN IMMEDIATE"));
    for (auto& job : jobs) {
      results.push_back(run_job(job));
      // A full disk may make SQLite roll the whole transaction back; then none of the group has happened.
      if (!connection_->in_transaction()) {
        return results.back() ? Error(ErrorCode::unavailable, "storage.unavailable") : results.back().error();
      }
    }
    return command(*connection_, "COMMIT");
  }();
  if (!outcome) {
    if (connection_->in_transaction()) (void)command(*connection_, "ROLLBACK");
    log::error("storage.commit_failed", {{"error", outcome.error().to_log()}, {"changes", jobs.size()}});
  }
  {
    std::lock_guard lock(mutex_);
    if (outcome) head_ = position_;
    position_ = head_;
    // A number that nothing bears is given out again, so that the feed counts without gaps.
    if (!outcome || sequence_ == 0) --xact_;
  }
  committed_.notify_all();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    // What failed by itself keeps its own reason, even when the group was lost as well.
    const bool own_fault = i < results.size() && !results[i];
    jobs[i].done(outcome || own_fault ? std::move(results[i]) : Result<Committed>(outcome.error()));
  }
  checkpointer_.after_commit(*connection_);
}

Result<Committed> Writer::run_job(Job& job) {
  JW_TRY(command(*connection_, "SAVEPOINT job"));
  const std::int64_t sequence = sequence_;
  const FeedPosition position = position_;
  auto result = [&]() -> Result<Committed> {
    if (job.task) JW_TRY(job.task(*connection_));
    return apply(job.change);
  }();
  if (!result && connection_->in_transaction()) {
    sequence_ = sequence;
    position_ = position;
    JW_TRY(command(*connection_, "ROLLBACK TO job"));
  }
  if (connection_->in_transaction()) JW_TRY(command(*connection_, "RELEASE job"));
  return result;
}

Result<Committed> Writer::apply(Change& change) {
  if (change.writes.size() > limits::change_writes) {
    return Error(ErrorCode::too_large, "storage.too_many_writes").with("limit", std::to_string(limits::change_writes));
  }
  if (change.idempotency) {
    JW_ASSIGN(auto before, earlier(*change.idempotency));
    if (before) return std::move(*before);
  }
  for (const Write& write : change.writes) {
    JW_ASSIGN(Prepared * statement, connection_->prepare(*write.statement));
    JW_ASSIGN(const std::int64_t rows, statement->run(write.parameters));
    if (write.expect_rows && *write.expect_rows != rows) return not_expected(write, rows);
  }
  JW_TRY(put_events(change));
  if (change.idempotency) JW_TRY(put_idempotency(*change.idempotency, position_));
  return Committed{position_, std::nullopt};
}

Result<std::optional<Committed>> Writer::earlier(const Idempotency& row) {
  JW_ASSIGN(Prepared * statement, connection_->prepare(sql::find_idempotency));
  const std::array<Value, 3> parameters = {row.actor, row.operation, row.key};
  std::optional<Committed> before;
  bool same = true;
  auto outcome = [&]() -> Result<void> {
    JW_TRY(statement->bind(parameters));
    JW_ASSIGN(const bool found, statement->step());
    if (!found) return {};
    const PreparedRow found_row(*statement);
    same = found_row.text(0) == row.body_hash;
    before = Committed{{found_row.integer(2), found_row.integer(3)}, std::string(found_row.text(1))};
    return {};
  }();
  statement->reset();
  if (!outcome) return std::move(outcome).error();
  if (!same) return Error(ErrorCode::invalid, "idempotency.mismatch");
  return before;
}

Result<void> Writer::put_events(const Change& change) {
  for (const FeedEvent& event : change.events) {
    JW_ASSIGN(Prepared * statement, connection_->prepare(sql::put_event));
    const std::array<Value, 6> parameters = {xact_, ++sequence_, change.shard, now_us_, event.kind, event.body};
    JW_ASSIGN([[maybe_unused]] const auto rows, statement->run(parameters));
    position_ = {xact_, sequence_};
  }
  for (const AuditEntry& entry : change.audit) {
    JW_ASSIGN(Prepared * statement, connection_->prepare(sql::put_audit));
    const std::array<Value, 8> parameters = {xact_,       ++sequence_, change.shard,  now_us_,
                                             entry.actor, entry.event, entry.subject, entry.detail};
    JW_ASSIGN([[maybe_unused]] const auto rows, statement->run(parameters));
  }
  return {};
}

Result<void> Writer::put_idempotency(const Idempotency& row, FeedPosition position) {
  JW_ASSIGN(Prepared * statement, connection_->prepare(sql::put_idempotency));
  const std::array<Value, 8> parameters = {row.actor,  row.operation,        row.key,           row.body_hash,
                                           row.answer, position.transaction, position.sequence, now_us_};
  JW_ASSIGN([[maybe_unused]] const auto rows, statement->run(parameters));
  return {};
}

}  // namespace jingwei::storage::embedded

#include "storage/embedded/writer.h"

#include <algorithm>
#include <future>

#include "base/limits.h"
#include "base/log.h"
#include "storage/sql.gen.h"

namespace jingwei::storage::embedded {

namespace {

// Under a steady stream of interactive work a bulk slice waits at most this long.
constexpr std::chrono::milliseconds bulk_patience{50};
// A rider goes alone when nobody came for so long: then people write a few times a second at most, and meet
// it seldom.
constexpr std::chrono::milliseconds company_patience{25};
// A slice makes its transaction longer: of so many one after another, most people meet one without.
constexpr int groups_between_slices = 5;

const Statement begin{"begin", "BEGIN IMMEDIATE", ""};
const Statement commit{"commit", "COMMIT", ""};
const Statement rollback{"rollback", "ROLLBACK", ""};
const Statement save{"save", "SAVEPOINT job", ""};
const Statement rollback_to_save{"rollback_to_save", "ROLLBACK TO job", ""};
const Statement release_save{"release_save", "RELEASE job", ""};

Result<void> command(Connection& connection, const Statement& statement) {
  JW_ASSIGN(Prepared * prepared, connection.prepare(statement));
  JW_ASSIGN([[maybe_unused]] const auto rows, prepared->run({}));
  return {};
}

Error not_expected(const Write& write, std::int64_t rows) {
  return Error(ErrorCode::conflict, "storage.changed_meanwhile")
      .because(write.statement->name + " touched " + std::to_string(rows) + " rows");
}

Result<Committed> wait_for(const std::function<void(std::function<void(Result<Committed>)>)>& start) {
  // Shared, since the other thread may still be inside set_value when this one has its answer and leaves.
  auto promise = std::make_shared<std::promise<Result<Committed>>>();
  auto future = promise->get_future();
  start([promise](Result<Committed> result) { promise->set_value(std::move(result)); });
  return future.get();
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock, FeedPosition head,
               std::int64_t last_xact, Checkpointer& checkpointer)
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
  bool idle = false;
  {
    std::unique_lock lock(mutex_);
    if (closing_ || interactive_.size() >= limits::commit_queue) {
      lock.unlock();
      job.done(Error(ErrorCode::unavailable, "storage.busy"));
      return;
    }
    interactive_.push_back(std::move(job));
    idle = !writing_;
  }
  if (idle) work_.notify_one();  // whoever writes looks at the queue when it leaves
}

void Writer::submit_bulk(Job job) {
  {
    std::lock_guard lock(mutex_);
    bulk_.emplace_back(std::move(job), std::chrono::steady_clock::now());
  }
  work_.notify_one();
}

Result<Committed> Writer::run_now(Job job) {
  std::vector<Job> jobs;
  {
    // Only when nothing at all waits, so that such callers never starve the queues.
    std::unique_lock lock(mutex_);
    if (closing_ || writing_ || !interactive_.empty() || (!bulk_.empty() && !slice_rides())) {
      lock.unlock();
      return wait_for([&](auto done) {
        job.done = std::move(done);
        submit(std::move(job));
      });
    }
    writing_ = true;
    jobs.push_back(std::move(job));
    take_company(jobs);
  }
  auto results = commit_group(jobs);
  for (std::size_t i = 1; i < jobs.size(); ++i) jobs[i].done(std::move(results[i]));
  checkpointer_.after_commit(*connection_);
  leave();
  return std::move(results.front());
}

Result<Committed> Writer::run_riding(Job job, std::chrono::nanoseconds patience) {
  return wait_for([&](auto done) {
    job.done = std::move(done);
    {
      std::unique_lock lock(mutex_);
      if (closing_) {
        lock.unlock();
        return job.done(Error(ErrorCode::unavailable, "storage.busy"));
      }
      riders_.emplace_back(std::move(job), std::chrono::steady_clock::now() + patience);
    }
    work_.notify_one();
  });
}

Result<void> Writer::run_now(std::function<Result<void>(Connection&)> task) {
  auto result = run_now(Job{{}, std::move(task), nullptr});
  if (!result) return std::move(result).error();
  return {};
}

Result<void> Writer::run_alone(std::function<Result<void>(Connection&)> task) {
  auto result = wait_for([&](auto done) { submit_bulk(Job{{}, std::move(task), std::move(done)}); });
  if (!result) return std::move(result).error();
  return {};
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
    auto results = commit_group(jobs);
    const auto took = clock_.monotonic() - begin;
    if (bulk && took > 2 * limits::bulk_slice_time) {
      log::debug("storage.slow_slice", {{"ms", std::chrono::duration<double, std::milli>(took).count()}});
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done(std::move(results[i]));
    jobs.clear();
    checkpointer_.after_commit(*connection_);
    leave();
  }
}

// Under the mutex.
bool Writer::bulk_is_due() const {
  return !bulk_.empty() && (closing_ || !bulk_.front().first.rides ||
                            std::chrono::steady_clock::now() - bulk_.front().second >= company_patience);
}

// Under the mutex.
bool Writer::riders_are_due() const {
  return !riders_.empty() && (closing_ || std::chrono::steady_clock::now() >= riders_.front().second);
}

void Writer::take_bulk(std::vector<Job>& jobs) {
  jobs.push_back(std::move(bulk_.front().first));
  bulk_.pop_front();
}

// Whoever may share the transaction of the jobs taken.
void Writer::take_company(std::vector<Job>& jobs) {
  while (!riders_.empty() && jobs.size() < limits::group_changes) {
    jobs.push_back(std::move(riders_.front().first));
    riders_.pop_front();
  }
  groups_since_slice_ = std::min(groups_since_slice_ + 1, groups_between_slices);
  if (!slice_rides() || (groups_since_slice_ < groups_between_slices && !bulk_is_due())) return;
  take_bulk(jobs);
  groups_since_slice_ = 0;
}

// Waits for work; false when closing and everything is done.
bool Writer::take_jobs(std::vector<Job>& jobs, bool& bulk) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] {
    return !writing_ && (closing_ || !interactive_.empty() || bulk_is_due() || riders_are_due());
  };
  while (!ready()) {
    auto until = std::chrono::steady_clock::time_point::max();
    if (!writing_ && slice_rides()) until = bulk_.front().second + company_patience;
    if (!writing_ && !riders_.empty()) until = std::min(until, riders_.front().second);
    if (until == std::chrono::steady_clock::time_point::max()) {
      work_.wait(lock);
    } else {
      work_.wait_until(lock, until);
    }
  }
  bulk = bulk_is_due() &&
         (interactive_.empty() ||
          (!slice_rides() && std::chrono::steady_clock::now() - bulk_.front().second >= bulk_patience));
  if (bulk) {
    take_bulk(jobs);
  } else {
    while (!interactive_.empty() && jobs.size() < limits::group_changes) {
      jobs.push_back(std::move(interactive_.front()));
      interactive_.pop_front();
    }
    if (!jobs.empty() || riders_are_due()) take_company(jobs);
  }
  writing_ = !jobs.empty();
  return writing_;
}

// Ends the right to write; the writer's thread goes on with what was queued meanwhile.
void Writer::leave() {
  bool wanted = false;
  {
    std::lock_guard lock(mutex_);
    writing_ = false;
    wanted = closing_ || !interactive_.empty() || !bulk_.empty() || !riders_.empty();
  }
  if (wanted) work_.notify_one();
}

// The result of each job, once the transaction is durable or given up.
std::vector<Result<Committed>> Writer::commit_group(std::span<Job> jobs) {
  std::vector<Result<Committed>> results;
  results.reserve(jobs.size());
  ++xact_;
  sequence_ = 0;
  now_us_ = to_micros(clock_.now());
  auto outcome = [&]() -> Result<void> {
    JW_TRY(command(*connection_, begin));
    for (Job& job : jobs) {
      results.push_back(jobs.size() == 1 ? run_job(job) : run_saved(job));
      // A full disk may make SQLite roll the whole transaction back; then none of the group has happened.
      if (!connection_->in_transaction()) {
        return results.back() ? Error(ErrorCode::unavailable, "storage.unavailable") : results.back().error();
      }
    }
    // A job without company needs no savepoint: its failure is the transaction's.
    if (jobs.size() == 1 && !results.front()) return results.front().error();
    return command(*connection_, commit);
  }();
  if (!outcome) {
    if (connection_->in_transaction()) (void)command(*connection_, rollback);
    const bool refused = jobs.size() == 1 && !results.empty() && !results.front();
    if (!refused)
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
  if (!outcome) {
    // What failed by itself keeps its own reason, even when the group was lost as well.
    for (auto& result : results) {
      if (result) result = outcome.error();
    }
    while (results.size() < jobs.size()) results.emplace_back(outcome.error());
  }
  return results;
}

// An entry of the audit log, mostly. A statement that fails leaves nothing behind.
bool Writer::is_one_statement(const Job& job) {
  const Change& change = job.change;
  return !job.task && !change.idempotency &&
         change.writes.size() + change.events.size() + change.audit.size() == 1 &&
         (change.writes.empty() || !change.writes.front().expect_rows);
}

// Under a savepoint where more than one statement would have to be undone, so that it can fail alone.
Result<Committed> Writer::run_saved(Job& job) {
  const bool saves = !is_one_statement(job);
  if (saves) JW_TRY(command(*connection_, save));
  const std::int64_t sequence = sequence_;
  const FeedPosition position = position_;
  auto result = run_job(job);
  if (!result && connection_->in_transaction()) {
    sequence_ = sequence;
    position_ = position;
    if (saves) JW_TRY(command(*connection_, rollback_to_save));
  }
  if (saves && connection_->in_transaction()) JW_TRY(command(*connection_, release_save));
  return result;
}

Result<Committed> Writer::run_job(Job& job) {
  const auto began = std::chrono::steady_clock::now();
  if (job.task) JW_TRY(job.task(*connection_));
  auto applied = apply(job.change);
  if (job.took) job.took(std::chrono::steady_clock::now() - began);
  return applied;
}

Result<Committed> Writer::apply(Change& change) {
  if (change.writes.size() > limits::change_writes) {
    return Error(ErrorCode::too_large, "storage.too_many_writes")
        .with("limit", std::to_string(limits::change_writes));
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
    const std::array<Value, 6> parameters = {xact_,   ++sequence_, change.shard,
                                             now_us_, event.kind,  event.body};
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

#include "storage/postgres/writer_pool.h"

#include "base/limits.h"
#include "base/log.h"

namespace jingwei::storage::postgres {

namespace {

constexpr int group_rounds = 3;

}  // namespace

WriterPool::WriterPool(const std::string& uri, int writers, const Clock& clock) : clock_(clock) {
  for (int i = 0; i < std::max(writers, 1); ++i) writers_.push_back(std::make_unique<Writer>(uri));
  for (auto& writer : writers_) writer->thread = std::thread([this, &writer = *writer] { run(writer); });
}

WriterPool::~WriterPool() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  committed_.notify_all();
  for (auto& writer : writers_) writer->thread.join();
}

void WriterPool::submit(Job job) {
  bool own = false;
  {
    std::unique_lock lock(mutex_);
    if (closing_ || waiting_ >= limits::commit_queue) {
      lock.unlock();
      job.done(Error(ErrorCode::unavailable, "storage.busy"));
      return;
    }
    ++waiting_;
    own = job.change.shard != 0;
    auto& queue = own ? writers_[static_cast<std::uint64_t>(job.change.shard) % writers_.size()]->own : shared_;
    queue.push_back(std::move(job));
  }
  own ? work_.notify_all() : work_.notify_one();
}

void WriterPool::note(FeedPosition position) {
  {
    std::lock_guard lock(mutex_);
    head_ = std::max(head_, position);
  }
  committed_.notify_all();
}

FeedPosition WriterPool::head() const {
  std::lock_guard lock(mutex_);
  return head_;
}

void WriterPool::wait_for_head(FeedPosition after, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  committed_.wait_for(lock, patience, [&] { return closing_ || head_ > after; });
}

void WriterPool::run(Writer& writer) {
  std::vector<Job> jobs;
  while (take_jobs(writer, jobs)) commit_all(writer, std::exchange(jobs, {}));
}

bool WriterPool::take_jobs(Writer& writer, std::vector<Job>& jobs) {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return closing_ || !writer.own.empty() || !shared_.empty(); });
  for (auto* queue : {&writer.own, &shared_}) {
    while (!queue->empty() && jobs.size() < limits::group_changes) {
      jobs.push_back(std::move(queue->front()));
      queue->pop_front();
      --waiting_;
    }
  }
  return !jobs.empty();
}

void WriterPool::finish(Job& job, Result<Committed> result) {
  if (result) {
    // A Change without events stands wherever the feed stood when it was made.
    if (result->position == FeedPosition{}) result->position = head();
    note(result->position);
  }
  job.done(std::move(result));
}

Result<Connection*> WriterPool::connect(Writer& writer) {
  return writer.link.get(limits::transaction_open, [this] {
    std::lock_guard lock(mutex_);
    return closing_;
  });
}

void WriterPool::commit_all(Writer& writer, std::vector<Job> jobs) {
  std::vector<Job> culprits;  // run after the rest: whether they fail for good depends on what was committed before them
  for (int round = 0; round < group_rounds && jobs.size() > 1; ++round) {
    auto connection = connect(writer);
    if (!connection) break;  // each job finds out for itself
    std::vector<Change*> changes;
    for (Job& job : jobs) changes.push_back(&job.change);
    const GroupOutcome outcome = commit_group(**connection, changes, clock_.now());
    if (outcome.fate == Fate::committed) {
      for (std::size_t i = 0; i < jobs.size(); ++i) finish(jobs[i], Committed{outcome.positions[i], std::nullopt});
      jobs.clear();
    } else if (outcome.fate == Fate::in_doubt) {
      log::error("storage.commit_in_doubt", {{"error", outcome.error.to_log()}, {"changes", jobs.size()}});
      writer.link.drop();
      for (Job& job : jobs) commit_alone(writer, std::move(job), true);
      jobs.clear();
    } else if (outcome.fate == Fate::refused) {
      culprits.push_back(std::move(jobs[outcome.culprit]));
      jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(outcome.culprit));
    } else {
      break;
    }
  }
  for (Job& job : jobs) commit_alone(writer, std::move(job), false);
  for (Job& job : culprits) commit_alone(writer, std::move(job), false);
}

// `in_doubt`: this Change may have been committed already.
void WriterPool::commit_alone(Writer& writer, Job job, bool in_doubt) {
  Error last(ErrorCode::unavailable, "storage.unavailable");
  for (int attempt = 0; attempt < limits::decide_attempts; ++attempt) {
    if (in_doubt && !job.change.idempotency) return finish(job, Error(ErrorCode::unavailable, "storage.in_doubt"));
    auto connection = connect(writer);
    if (!connection) {
      last = connection.error();
      break;
    }
    Change* change = &job.change;
    GroupOutcome outcome = commit_group(**connection, std::span(&change, 1), clock_.now());
    if (outcome.fate == Fate::committed) return finish(job, Committed{outcome.positions.front(), std::nullopt});
    last = std::move(outcome.error);
    if (outcome.fate == Fate::refused) {
      if (!outcome.repeated) return finish(job, std::move(last));
      auto earlier = find_earlier(**connection, *job.change.idempotency);
      // Our own row, written by the commit that was in doubt: this is the first answer, not a repeated one.
      if (earlier && in_doubt) earlier->earlier_answer.reset();
      if (earlier || (*connection)->alive()) return finish(job, std::move(earlier));
    }
    if (outcome.fate == Fate::in_doubt) in_doubt = true;
    const bool deadlock = (*connection)->last_state() == "40P01" || (*connection)->last_state() == "40001";
    if (!deadlock) writer.link.drop();
  }
  finish(job, in_doubt ? Error(ErrorCode::unavailable, "storage.in_doubt") : std::move(last));
}

}  // namespace jingwei::storage::postgres

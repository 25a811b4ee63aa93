#include "storage/postgres/writer_pool.h"

#include <future>

#include "base/limits.h"
#include "base/log.h"

namespace jingwei::storage::postgres {

namespace {

constexpr int group_rounds = 3;

}  // namespace

WriterPool::WriterPool(const std::string& uri, int writers, const Clock& clock, FeedWatch& watch)
    : clock_(clock), watch_(watch) {
  for (int i = 0; i < std::max(writers, 1); ++i) writers_.push_back(std::make_unique<Writer>(uri));
  for (auto& writer : writers_) writer->thread = std::thread([this, &writer = *writer] { run(writer); });
}

WriterPool::~WriterPool() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  for (auto& writer : writers_) writer->work.notify_all();
  for (auto& writer : writers_) writer->thread.join();
}

// None for shard 0.
WriterPool::Writer* WriterPool::own_writer(const Change& change) {
  if (change.shard == 0) return nullptr;
  return writers_[static_cast<std::uint64_t>(change.shard) % writers_.size()].get();
}

// Under the mutex. In turn, so that Changes handed in together spread over the connections.
WriterPool::Writer* WriterPool::find_idle() {
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    Writer* writer = writers_[next_++ % writers_.size()].get();
    if (!writer->busy && writer->own.empty()) return writer;
  }
  return nullptr;
}

void WriterPool::submit(Job job) {
  Writer* wake = nullptr;
  {
    std::unique_lock lock(mutex_);
    if (closing_ || waiting_ >= limits::commit_queue) {
      lock.unlock();
      job.done(Error(ErrorCode::unavailable, "storage.busy"));
      return;
    }
    ++waiting_;
    Writer* own = own_writer(job.change);
    wake = own != nullptr ? own : find_idle();
    (own != nullptr ? own->own : shared_).push_back(std::move(job));
    if (wake != nullptr && wake->busy) wake = nullptr;  // it looks at the queues when it leaves
  }
  if (wake != nullptr) wake->work.notify_one();
}

Result<Committed> WriterPool::commit(Change change) {
  if (Writer* writer = claim_idle(change)) {
    std::optional<Result<Committed>> result;
    commit_alone(*writer, Job{std::move(change), [&](Result<Committed> given) { result = std::move(given); }},
                 false);
    leave(*writer);
    return std::move(*result);
  }
  // Shared, since the writer may still be inside set_value when this thread has its answer and leaves.
  auto promise = std::make_shared<std::promise<Result<Committed>>>();
  auto future = promise->get_future();
  submit(
      Job{std::move(change), [promise](Result<Committed> result) { promise->set_value(std::move(result)); }});
  return future.get();
}

// Only when nothing waits for the writer, so that such callers never starve the queues.
WriterPool::Writer* WriterPool::claim_idle(const Change& change) {
  std::lock_guard lock(mutex_);
  if (closing_ || !shared_.empty()) return nullptr;
  Writer* writer = own_writer(change);
  if (writer == nullptr) writer = find_idle();
  if (writer == nullptr || writer->busy || !writer->own.empty()) return nullptr;
  writer->busy = true;
  return writer;
}

// The writer's thread goes on with what was queued meanwhile.
void WriterPool::leave(Writer& writer) {
  bool wanted = false;
  {
    std::lock_guard lock(mutex_);
    writer.busy = false;
    wanted = closing_ || has_work(writer);
  }
  if (wanted) writer.work.notify_one();
}

void WriterPool::run(Writer& writer) {
  std::vector<Job> jobs;
  while (take_jobs(writer, jobs)) {
    commit_all(writer, std::exchange(jobs, {}));
    leave(writer);
  }
}

bool WriterPool::take_jobs(Writer& writer, std::vector<Job>& jobs) {
  std::unique_lock lock(mutex_);
  writer.work.wait(lock, [&] { return !writer.busy && (closing_ || has_work(writer)); });
  for (auto* queue : {&writer.own, &shared_}) {
    while (!queue->empty() && jobs.size() < limits::group_changes) {
      jobs.push_back(std::move(queue->front()));
      queue->pop_front();
      --waiting_;
    }
  }
  writer.busy = !jobs.empty();
  return writer.busy;
}

void WriterPool::finish(Job& job, Result<Committed> result) {
  if (result) {
    // A Change without events stands wherever the feed stood when it was made.
    if (result->position == FeedPosition{}) result->position = watch_.head();
    watch_.note(result->position);
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
  std::vector<Job>
      culprits;  // run after the rest: whether they fail for good depends on what was committed before them
  for (int round = 0; round < group_rounds && jobs.size() > 1; ++round) {
    auto connection = connect(writer);
    if (!connection) break;  // each job finds out for itself
    std::vector<Change*> changes;
    for (Job& job : jobs) changes.push_back(&job.change);
    const GroupOutcome outcome = commit_group(**connection, changes, clock_.now());
    if (outcome.fate == Fate::committed) {
      for (std::size_t i = 0; i < jobs.size(); ++i)
        finish(jobs[i], Committed{outcome.positions[i], std::nullopt});
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
    if (in_doubt && !job.change.idempotency)
      return finish(job, Error(ErrorCode::unavailable, "storage.in_doubt"));
    auto connection = connect(writer);
    if (!connection) {
      last = connection.error();
      break;
    }
    Change* change = &job.change;
    GroupOutcome outcome = commit_group(**connection, std::span(&change, 1), clock_.now());
    if (outcome.fate == Fate::committed)
      return finish(job, Committed{outcome.positions.front(), std::nullopt});
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

#include "modules/audit/verifier.h"

#include "base/log.h"

namespace jingwei::audit {

Verifier::Verifier(AuditService& service, storage::Store& store, const Clock& clock)
    : service_(service), store_(store), clock_(clock) {}

Verifier::~Verifier() {
  stopping_ = true;
  wait();
}

void Verifier::wait() {
  const std::lock_guard starting(starting_);
  if (thread_.joinable()) thread_.join();
}

VerificationRun Verifier::current() const {
  const std::lock_guard lock(mutex_);
  return run_;
}

Result<VerificationRun> Verifier::start(std::optional<crypto::PublicKey> expected, const std::string& actor) {
  const std::lock_guard starting(starting_);
  if (VerificationRun running = current(); running.state == RunState::running) return running;
  if (thread_.joinable()) thread_.join();
  storage::Change change;
  change.audit.push_back({actor, "audit.verify", "log", "{}"});
  auto recorded = store_.commit(std::move(change));
  if (!recorded) return std::move(recorded).error();
  JW_ASSIGN(const std::uint64_t leaves, service_.size());
  {
    const std::lock_guard lock(mutex_);
    run_ = {};
    run_.state = RunState::running;
    run_.leaves_total = leaves;
    run_.started_at = clock_.now();
  }
  thread_ = std::thread([this, key = expected.value_or(service_.public_key())] { work(key); });
  return current();
}

void Verifier::work(const crypto::PublicKey& expected) {
  auto result = service_.verify(expected, [this](std::uint64_t done) {
    const std::lock_guard lock(mutex_);
    run_.leaves_done = done;
    return !stopping_;
  });
  if (result && !result->whole())
    log::error("audit.not_whole", {{"findings", result->findings.size()}, {"leaves", result->leaves}});
  const std::lock_guard lock(mutex_);
  run_.finished_at = clock_.now();
  run_.state = result ? RunState::done : RunState::failed;
  if (result) {
    run_.result = std::move(*result);
  } else {
    run_.error = std::move(result).error();
  }
}

}  // namespace jingwei::audit

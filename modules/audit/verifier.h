// Verifications of a running hub, one at a time, in a thread of their own.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "modules/audit/audit_service.h"

namespace jingwei::audit {

enum class RunState : std::uint8_t { none, running, done, failed };

// The last verification of this process; `result` counts once it is done.
struct VerificationRun {
  RunState state = RunState::none;
  std::uint64_t leaves_done = 0;
  std::uint64_t leaves_total = 0;
  std::optional<Instant> started_at;
  std::optional<Instant> finished_at;
  Verification result;
  std::optional<Error> error;
};

// Thread-safe.
class Verifier {
 public:
  // All must outlive it.
  Verifier(AuditService& service, storage::Store& store, const Clock& clock);
  ~Verifier();  // stops what runs

  // Begins a verification against `expected` (none: this hub's own key), on record under `actor`; while one
  // runs that one is told of. Errors: the store's.
  Result<VerificationRun> start(std::optional<crypto::PublicKey> expected, const std::string& actor);
  VerificationRun current() const;
  // Waits for what runs to end; for tests.
  void wait();

 private:
  void work(const crypto::PublicKey& expected);

  AuditService& service_;
  storage::Store& store_;
  const Clock& clock_;
  std::mutex starting_;
  mutable std::mutex mutex_;
  VerificationRun run_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace jingwei::audit

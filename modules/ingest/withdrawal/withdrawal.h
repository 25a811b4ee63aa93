// Withdrawal (撤回) of a batch: the versions that came with it end, what they replaced stands again, and what
// was counted of them is taken back through the feed. What will happen can be seen first.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/ingest/ingest_service.h"
#include "modules/ingest/slice_event.h"

namespace jingwei::ingest {

enum class WithdrawalState : std::uint8_t { running, done };

// As asked, and how far it has come.
struct Withdrawal {
  BatchId batch;
  std::string resource;
  std::string reason;
  std::string actor;
  WithdrawalState state = WithdrawalState::running;
  std::int64_t expected = 0;  // records, as the one who asked was shown
  std::int64_t ended = 0;     // records that stand no more
  std::int64_t restored = 0;  // records that stand as they were before
  std::int64_t reopened = 0;  // refused rows of other batches that wait to be mended again
  Instant asked_at{};
  std::optional<Instant> finished_at;
};

// What a withdrawal would do now.
struct WithdrawalPlan {
  std::int64_t ends = 0;
  std::int64_t restores = 0;
  std::int64_t overtaken = 0;  // versions that later ones replaced: they stay history
  std::int64_t reopens = 0;
  // By metric, over all regions and days. Absent beyond limits::withdrawal_figures records.
  std::optional<std::map<std::string, double>> figures;
  std::vector<BatchId>
      repeated_by;  // later batches that told the same of some records: send their files again
  std::vector<BatchId> repaired_by;  // batches that mend this one's refused rows: withdrawn on their own
  std::int64_t records() const { return ends + restores; }
};

// Thread-safe. Carried out in steps, each one Change with the figures it moves; whoever loads or enters
// records meanwhile sees a version either stand or ended. A process that stops is followed by the next.
class Withdrawals {
 public:
  // `service` and `records` must outlive it.
  Withdrawals(IngestService& service, Records& records) : service_(service), records_(records) {}

  // Errors: not_found, conflict "ingest.batch_not_finished", "ingest.batch_withdrawn".
  Result<WithdrawalPlan> plan(BatchId batch) const;
  // The records it concerns as somebody may see them, newest first: what ends, and what stands again in its
  // place. Versions that later ones replaced are none of them. Errors: as plan; denied and not_found of the
  // sight.
  Result<std::vector<WithdrawnRecord>> records(BatchId batch, RecordId before, std::size_t most,
                                               const access::Sight& sight) const;
  // Accepts it; `run` does it. `expected` is WithdrawalPlan::records() as shown to whoever asks.
  // Errors: as plan; conflict "ingest.withdrawal_changed" when it is another number by now; invalid (no
  // reason).
  Result<Withdrawal> ask(BatchId batch, const std::string& reason, std::int64_t expected,
                         const WriteRequest& request);
  // Nothing when it was never asked for. Errors: the store's.
  Result<std::optional<Withdrawal>> find(BatchId batch) const;
  // To its end on the caller's thread. Errors: cancelled (`stopping`), conflict when another process does it,
  // the store's, corrupt, gone.
  Result<void> run(BatchId batch, const std::atomic<bool>& stopping);
  // The oldest that no other process works on, its lease taken. Errors: the store's.
  Result<std::optional<BatchId>> next();

 private:
  Result<Batch> withdrawable(BatchId batch) const;

  IngestService& service_;
  Records& records_;
};

}  // namespace jingwei::ingest

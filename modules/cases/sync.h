// Actions that were queued without a network: each takes effect exactly once, in order; what cannot be done
// becomes a conflict that somebody sees, and is never dropped.
#pragma once

#include <string>
#include <vector>

#include "modules/cases/case_work.h"

namespace jingwei::cases {

enum class QueuedKind : std::uint8_t { open, act, comment };
std::string_view name_of(QueuedKind kind);

struct Queued {
  std::int64_t sequence = 0;  // on the device
  QueuedKind kind = QueuedKind::act;
  std::string process;               // of open
  std::int64_t process_version = 0;  // it was filled in under; 0: not told
  CaseId case_id;                    // of act and comment
  std::int64_t after = 0;            // …or the sequence of the open on this device that it is about
  std::int64_t version = 0;          // of the case that was seen
  std::string action, words, region;
  Answers form;  // or inputs
  std::vector<PhotoId> photos;
  std::optional<double> longitude, latitude;
  std::optional<Instant> done_at;
};

enum class SyncOutcome : std::uint8_t { done, done_before, conflict, refused };
std::string_view name_of(SyncOutcome outcome);

struct Synced {
  std::int64_t sequence = 0;
  SyncOutcome outcome = SyncOutcome::done;
  CaseId case_id;
  std::int64_t version = 0;
  ConflictId conflict;
  std::optional<Error> why;  // as of this time; of an earlier conflict none
  std::string code;          // of why
};

struct Conflict {
  ConflictId id;
  std::string device;
  std::int64_t sequence = 0;
  std::string kind;
  CaseId case_id;
  std::string actor;
  Instant at{};
  std::optional<Instant> done_at;
  std::string code, zh, en;  // why
  std::string action;        // what was queued, as JSON
};

// Thread-safe; everything outlives it.
class Sync {
 public:
  explicit Sync(CaseWork& work) : work_(work) {}

  // In the order of their sequences. A fault of the store ends it: what has a result is done, the rest is to
  // be sent again.
  Result<std::vector<Synced>> take(const std::string& device, std::vector<Queued> actions,
                                   const CaseView& view);
  // Not settled yet, oldest first.
  Result<std::vector<Conflict>> conflicts(const std::string& actor) const;
  // Errors: not_found "cases.no_conflict", the store's.
  Result<void> settle(ConflictId id, const WriteRequest& request);

 private:
  struct Chain;
  Result<Synced> take_one(const std::string& device, const Queued& queued, const CaseView& view,
                          Chain& chain);
  Result<Found> carry_out(const Queued& queued, const std::string& key, const CaseView& view, Chain& chain);
  Error told_of_form(const Queued& queued, Error why, const Chain& chain) const;
  Result<Synced> keep(const std::string& device, const Queued& queued, const CaseView& view,
                      const Error& why);
  Result<std::optional<Conflict>> standing(storage::Reader& reader, const std::string& device,
                                           std::int64_t sequence, const std::string& actor) const;
  Result<Conflict> read(const storage::Row& row) const;

  CaseWork& work_;
};

}  // namespace jingwei::cases

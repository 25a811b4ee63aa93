// Quality (质量): scores of what departments supply, with their history, and objections that go back to them
// with a clock.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "modules/quality/board.h"
#include "modules/quality/objection.h"
#include "storage/timer_runner.h"

namespace jingwei::quality {

// What quality needs from around it; all must outlive the service.
struct QualityParts {
  storage::Store& store;
  catalog::Catalog& catalog;
  const ingest::IngestService& ingest;
  const storage::Sealer& sealer;
  const Clock& clock;
  const Zone& zone;
  std::chrono::days answer_time{5};  // from an objection to when it is due
  std::string owner;                 // this process, for leases
};

// Thread-safe.
class QualityService {
 public:
  explicit QualityService(QualityParts parts);
  ~QualityService();

  // Scores over the last `days` days, today included. Errors: the store's.
  Result<Board> board(int days) const;
  // One of them. Errors: not_found "quality.no_resource", "quality.no_provider", the store's.
  Result<Standing> resource(const std::string& id, int days) const;
  Result<Standing> provider(const std::string& id, int days) const;

  // When each resource last received something of which a row was taken, by id: the same rows sent again
  // count, what was withdrawn does not. Errors: the store's.
  Result<std::map<std::string, Instant>> receipts() const;

  Objections& objections() { return *objections_; }
  const QualityParts& parts() const { return parts_; }

  // Before the runner starts.
  void on_timers(storage::TimerRunner& timers);
  // Follows the feed on a thread of its own until stop().
  void start();
  void stop();
  // One page of the feed, on the caller's thread; how many events. Errors: the store's.
  Result<std::size_t> step();

 private:
  struct Following;
  QualityParts parts_;
  std::unique_ptr<Objections> objections_;
  std::unique_ptr<Following> following_;
};

}  // namespace jingwei::quality

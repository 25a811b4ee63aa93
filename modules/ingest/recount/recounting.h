// Recounts (重算): a figure that was declared when records of its resource stood already is counted of them,
// step by step, while they are read, loaded, changed and withdrawn.
#pragma once

#include <atomic>
#include <string>

#include "modules/ingest/recount/recount_event.h"
#include "modules/ingest/recount/recounts.h"
#include "modules/ingest/storing/records.h"

namespace jingwei::ingest {

struct IngestParts;

// Thread-safe. Each step is one Change with the figures it moves and the place it came to: whoever stops is
// followed by the next, also in another process.
class Recounting {
 public:
  Recounting(const IngestParts& parts, Records& records) : parts_(parts), records_(records) {}

  // Counts whatever lacks counting, to its end. Cheap as long as the catalogue stays the same. True when
  // anything was done. Errors: cancelled (`stopping`), the store's, corrupt.
  Result<bool> run(const std::atomic<bool>& stopping);

  // One step of the first figure of the resource that lacks something; false when none does. Errors: conflict
  // when somebody wrote meanwhile (try again), the store's, corrupt.
  Result<bool> step(const std::string& resource);

 private:
  Result<bool> begin_missing(const catalog::Entry& entry, const Recounts& recounts);
  Result<bool> always_counted(const catalog::Entry& entry, const catalog::Metric& metric) const;
  Result<void> begin(const catalog::Entry& entry, const catalog::Metric& metric, bool counted);
  Result<void> count_some(const catalog::Entry& entry, const Recount& recount);
  struct Step;
  Result<void> count_slices(Step& step);
  Result<void> count_rows(Step& step);

  const IngestParts& parts_;
  Records& records_;
  std::atomic<std::uint64_t> complete_at_{0};  // revision of the catalogue at which nothing lacked
};

}  // namespace jingwei::ingest

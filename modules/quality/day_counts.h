// Folds the feed into counts by day, resource and provider.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/clock.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/quality/batch_days.h"
#include "modules/quality/objection.h"
#include "modules/quality/owed.h"
#include "storage/feed_runner.h"

namespace jingwei::quality {

// "phone" of "refuse.phone.prefix"; "required" and "value" for the reasons that are not of one kind of field.
std::string reason_group_of(std::string_view reason);

// The consumer "quality": each event takes effect once (FeedRunner). What it keeps in memory is when each
// resource last received something, saved with the cursor. A delivery of which no row was taken is none, and
// one that was withdrawn is none any more: its rows and rounds are taken off the days they were counted in.
class DayCounts final : public storage::Consumer {
 public:
  DayCounts(catalog::Catalog& catalog, storage::Store& store, const Clock& clock, const Zone& zone)
      : catalog_(catalog), store_(store), clock_(clock), zone_(zone) {}

  std::string name() const override { return "quality"; }
  Result<void> load(storage::Reader& reader) override;
  Result<void> handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) override;

 private:
  struct Page {
    std::map<std::string, Owed> owed;
    std::map<DayKey, Tally> tallies;
    std::map<std::pair<DayKey, std::string>, std::int64_t> refused;  // by reason group
    std::map<std::string, std::optional<Instant>> received;          // by resource; none: nothing is left
    BatchesLeft left;
    std::set<std::pair<std::string, BatchId>> gone;  // withdrawn
  };
  Result<void> follow_catalog(std::span<const storage::FeedEntry> entries);
  void take_slice(const storage::FeedEntry& entry, Page& page);
  Result<void> take_withdrawal(const storage::FeedEntry& entry, Page& page);
  static Result<std::optional<BatchDay>> other_of_day(storage::Reader& reader, const DayKey& key,
                                                      const Page& page);
  static Result<std::optional<Instant>> last_left(storage::Reader& reader, const std::string& resource,
                                                  const Page& page);
  void take_objection(const storage::FeedEntry& entry, Page& page) const;
  DayKey key_of(const std::string& resource, Instant at) const;

  catalog::Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  const Zone& zone_;
  std::map<std::string, Instant> received_;
};

}  // namespace jingwei::quality

// Folds the feed into counts by day, resource and provider.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "base/clock.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/quality/owed.h"
#include "modules/quality/score.h"
#include "storage/feed_runner.h"

namespace jingwei::quality {

// Event of an objection's step: {"objection","resource","provider","record","field","step","in_time"}. Steps:
// open, accept, decline, withdraw, overdue, remind. Ids only: what was objected to and why stays sealed.
inline constexpr std::string_view objection_event_kind = "quality.objection";

// "phone" of "refuse.phone.prefix"; "required" and "value" for the reasons that are not of one kind of field.
std::string reason_group_of(std::string_view reason);

struct DayKey {
  std::string resource, provider;
  Day day{};
  auto operator<=>(const DayKey&) const = default;
};

// The consumer "quality": each event takes effect once (FeedRunner). What it keeps in memory is when each
// resource last received something, saved with the cursor.
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
    std::map<std::string, Instant> received;
  };
  Result<void> follow_catalog(std::span<const storage::FeedEntry> entries);
  void take_slice(const storage::FeedEntry& entry, Page& page);
  void take_objection(const storage::FeedEntry& entry, Page& page) const;
  DayKey key_of(const std::string& resource, Instant at) const;

  catalog::Catalog& catalog_;
  storage::Store& store_;
  const Clock& clock_;
  const Zone& zone_;
  std::map<std::string, Instant> received_;
};

}  // namespace jingwei::quality

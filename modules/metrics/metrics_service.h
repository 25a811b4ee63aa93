// Metrics (指标): folded from the feed in memory, saved with the cursor, corrected by retraction, shown by
// the cockpit.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "modules/catalog/catalog_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/metrics/counters.h"
#include "modules/region/region_service.h"
#include "storage/store.h"

namespace jingwei::metrics {

// One figure that is kept: from a resource's `metrics:` block, or of EventFigures.
struct MetricInfo {
  std::string id;
  const catalog::Resource* resource = nullptr;
  const catalog::Metric* metric = nullptr;
  bool stands = true;  // false once no version of a resource that stands declares it
};

// Figures counted from other events than those of records; given by whoever knows the events. Thread-safe.
class EventFigures {
 public:
  virtual ~EventFigures() = default;
  // `about` is what the figure tells of (its title, its provider as the figure's owner); both stay valid as
  // long as this object. Figures are counted (catalog::MetricKind::count).
  struct Figure {
    const catalog::Resource* about = nullptr;
    const catalog::Metric* metric = nullptr;
  };
  virtual std::vector<Figure> figures() const = 0;
  // Grows when figures() changes.
  virtual std::uint64_t revision() const = 0;
  // Says what an event adds to which figure at which region.
  using Add = std::function<void(const std::string& metric, RegionId region, double delta)>;
  virtual void count(const storage::FeedEntry& event, const Add& add) const = 0;
};

// Rows of one source by outcome, since the beginning.
struct SourceQuality {
  std::int64_t accepted = 0;
  std::int64_t cleaned = 0;
  std::int64_t unchanged = 0;
  std::int64_t refused = 0;
  std::map<std::string, std::int64_t> reasons;
  std::int64_t rows() const { return accepted + refused; }
};

// What one region's cockpit shows, at one moment.
struct RegionFigures {
  struct Figure {
    MetricIndex metric = 0;
    double total = 0;
    std::vector<DayValue> days;  // the last thirty with data
  };
  struct Child {
    RegionId region;
    std::vector<double> totals;  // by figure; NaN where a reported figure is not reported
  };
  Instant as_of{};
  storage::FeedPosition position;
  std::uint64_t revision = 0;
  std::vector<Figure> figures;  // of metrics that have data somewhere in this hub
  std::vector<Child> children;
  std::map<std::string, SourceQuality> quality;  // by resource
  double records_per_second = 0;
  double lag_ms = 0;
};

// Every process folds the feed for itself and serves from memory; the one that holds the lease also saves.
// Thread-safe. Started and stopped by the app.
class MetricsService {
 public:
  // The catalogue is brought up to each of its events before what comes after them is counted: a resource
  // published by whichever process is counted from its first record on.
  MetricsService(storage::Store& store, catalog::Catalog& catalog, const region::Regions& regions,
                 const Clock& clock);
  ~MetricsService();

  // Before load(): figures of other events, counted under the day of the event in `zone`. Both outlive the
  // service.
  void set_events(const EventFigures& events, const Zone& zone) {
    events_ = &events;
    zone_ = &zone;
  }

  // Reads what was saved; then follows the feed from there. Errors: the store's.
  Result<void> load();
  const Clock& clock() const { return clock_; }
  // One round: folds what is new and, when `saving` and something is unsaved, saves with the cursor. Returns
  // whether anything was folded. Errors: the store's; a lost race for the cursor (another process saved) is
  // no error.
  enum class Saving : std::uint8_t { no, yes };
  Result<bool> step(Saving saving);
  // Runs steps on a thread of its own, saving every 100 ms while this process (`owner`) holds the lease.
  void start(const std::string& owner);
  void stop();

  // Grows when a resource is published; positions stay. The list once given out stays valid as long as the
  // service.
  const std::vector<MetricInfo>& metrics() const;
  // Errors: not_found.
  Result<MetricIndex> find(std::string_view metric) const;

  RegionFigures figures(RegionId region) const;
  std::vector<DayValue> series(MetricIndex metric, RegionId region, Day from, Day to) const;

  // Changes whenever any figure under the region or any source's quality does; streams send when their mark
  // is old.
  struct Mark {
    std::uint64_t region = 0;
    std::uint64_t quality = 0;
    bool operator==(const Mark&) const = default;
  };
  Mark mark(RegionId region) const;
  // Called after every fold that changed something; from the fold's thread. Keep it short.
  void on_change(std::function<void()> notify);

 private:
  Result<void> follow_catalog(std::span<const storage::FeedEntry> entries);
  void take_metrics();
  void fold(const storage::FeedEntry& entry);
  void forget(const storage::FeedEntry& entry);
  void take_back(const storage::FeedEntry& entry);
  Result<void> save();
  void add_quality_writes(storage::Change& change, const std::string& resource) const;
  void note_pace(std::int64_t records, Instant committed_at);
  void run(const std::string& owner);

  storage::Store& store_;
  catalog::Catalog& catalog_;
  const region::Regions& regions_;
  const Clock& clock_;
  const EventFigures* events_ = nullptr;
  const Zone* zone_ = nullptr;
  std::string cursor_name_ = "metrics";

  mutable std::mutex mutex_;                   // guards all below
  std::deque<std::vector<MetricInfo>> lists_;  // every list ever given out, the present one last
  std::map<std::string, MetricIndex, std::less<>> by_id_;
  std::uint64_t catalog_revision_ = 0, events_revision_ = 0;
  std::shared_ptr<const region::Tree> tree_;
  Counters counters_;
  std::map<std::string, SourceQuality> quality_;
  std::map<std::string, bool> quality_dirty_;
  std::set<std::string> forgotten_;  // metrics whose saved cells go with the next save: they are counted anew
  std::uint64_t quality_revision_ = 0;
  storage::FeedPosition folded_;
  bool holding_lease_ = false;  // whoever saves folds no further ahead than one save can hold
  Instant as_of_{};
  double lag_ms_ = 0;
  struct Second {
    std::int64_t second = 0;
    std::int64_t records = 0;
  };
  std::array<Second, 4> pace_{};
  std::vector<std::function<void()>> listeners_;

  std::thread thread_;
  std::atomic<bool> stopping_{false};
};

}  // namespace jingwei::metrics

// Purposes (目的), emergencies (应急状态) and what ends with them. The door of the module.
#pragma once

#include <memory>
#include <mutex>

#include "base/file_system.h"
#include "modules/catalog/resource_life.h"
#include "modules/purpose/destruction.h"
#include "modules/purpose/erasures.h"
#include "modules/purpose/rights.h"
#include "modules/purpose/rules.h"
#include "modules/purpose/view.h"
#include "modules/region/region_service.h"
#include "storage/loop.h"
#include "storage/timer_runner.h"

namespace jingwei::purpose {

// What the module needs from around it; all must outlive the service. Sources and keystore may be null.
struct PurposeParts {
  storage::Store& store;
  catalog::Catalog& catalog;
  const region::Regions& regions;
  ingest::IngestService& ingest;
  source::SourceService* sources;
  crypto::Keystore* keystore;
  const storage::Sealer& sealer;
  const Clock& clock;
  const Zone& zone;
  std::string owner;                         // this process, for leases
  std::chrono::hours grace{72};              // between an end that the clock brought and the destruction
  std::chrono::days rights_answer_time{15};  // from a resident's request to when it is due
  // What else tells of a resource's data and goes with them; none: nothing does.
  std::function<storage::Write(const std::string& resource)> erase_words = {};
};

// As it is declared on the desk.
struct NewEmergency {
  std::string region;  // code
  std::string name;
  std::string order_number;
  std::int64_t level = 1;
  std::vector<std::string> purposes;
  Instant planned_end{};
};

// What one asks of a purpose. Without a region: whether it is open anywhere in the hub.
struct Question {
  std::string purpose;
  std::string resource;
  catalog::Personal personal = catalog::Personal::none;
  std::string region;  // code; empty: anywhere
};

// Thread-safe. Reads from a snapshot that follows the feed; every decision is made on what the store says.
class PurposeService {
 public:
  explicit PurposeService(PurposeParts parts);
  ~PurposeService();

  // Reads every <folder>/<package>/purposes.yaml and puts in what is new or changed there and not edited on
  // the desk. Errors: invalid (file:line), the store's.
  Result<void> open(FileSystem& files, const std::string& scenarios_folder);
  // Declares the emergencies that packages bring as samples, for a synthetic city that never had one: not
  // before its regions stand. Errors: the store's.
  Result<void> put_samples(const std::string& region);

  // Whether the purpose may be used for the resource at `at`, anywhere in the hub. Errors: not_found
  // "purpose.unknown" or the catalogue's; denied "purpose.shut" with one cause per reason.
  Result<void> check(const std::string& purpose, const std::string& resource, Instant at) const;
  // The same for a class of personal data and a region.
  Result<void> check(const Question& question, Instant at) const;
  // Where it may be used with a class of personal data: everywhere, or below the regions of the emergencies
  // that open it now; nowhere for what is not known.
  ingest::PurposeAreas areas(const std::string& purpose, const std::string& resource,
                             catalog::Personal personal, Instant at) const;
  // Whether an emergency that stands for the region (code; empty: anywhere) opens one of the purposes.
  bool in_emergency(const std::vector<std::string>& purposes, const std::string& region, Instant at) const;
  // Why the resource may not be read or fed at all: its purposes are over, or it is being destroyed. Errors:
  // gone "purpose.sealed", "purpose.over"; conflict "purpose.being_destroyed". For Catalog::set_gate.
  Result<void> check_use(const catalog::Resource& resource, catalog::Catalog::Use use) const;

  std::shared_ptr<const View> view() const;
  Result<void> reload();
  // Reloads when the event is this module's; other events cost nothing.
  Result<void> follow(const storage::FeedEntry& event);
  Result<std::vector<Step>> steps(const std::string& thing) const;

  // Adds a purpose (version 0) or changes the one of that version. Errors: invalid (causes per field),
  // conflict "purpose.version" or "purpose.edit_would_end" (what it keeps would be over: end it instead),
  // not_found.
  Result<Purpose> put(Purpose purpose, const catalog::WriteRequest& request);
  Result<Assessment> assess(Assessment assessment, const catalog::WriteRequest& request);
  // Errors: not_found "purpose.unknown", conflict "purpose.ended_already".
  Result<Forecast> foretell_end(const std::string& purpose) const;
  // Ends it for good. `expected` is Forecast::records() as whoever asks was shown. Errors: as foretell_end;
  // conflict "purpose.forecast_changed"; invalid (order number).
  Result<Purpose> end(const std::string& purpose, const std::string& order_number, std::int64_t expected,
                      const catalog::WriteRequest& request);

  // Errors: not_found "purpose.no_emergency".
  Result<Emergency> find_emergency(EmergencyId id) const;
  // Errors: invalid (causes per field), not_found (region).
  Result<Emergency> declare(const NewEmergency& wanted, const catalog::WriteRequest& request);
  // To a later end, by an order of its own. Errors: not_found; conflict "purpose.emergency_over"; invalid.
  Result<Emergency> extend(EmergencyId id, Instant planned_end, const std::string& order_number,
                           const catalog::WriteRequest& request);
  Result<Forecast> foretell_end(EmergencyId id) const;
  // As the end of a purpose.
  Result<Emergency> end(EmergencyId id, const std::string& order_number, std::int64_t expected,
                        const catalog::WriteRequest& request);

  // Before start(): what goes with a resource beside its records; stays as long as the service runs.
  void set_beside(const HeldBeside& beside) { destructions_.set_beside(beside); }
  Destructions& destructions() { return destructions_; }
  Rights& rights() { return rights_; }
  Erasures& erasures() { return erasures_; }
  const PurposeParts& parts() const { return parts_; }

  // Before the runner starts: planned ends, last days, the daily round of leftovers and retention, requests
  // that are due.
  void on_timers(storage::TimerRunner& timers);
  // Destroys what is due in a thread of its own.
  void start();
  void stop();

 private:
  using Decide = std::function<Result<storage::Change>(View& view, Instant now)>;
  Result<storage::Committed> decide(std::optional<storage::Idempotency>& row, const Decide& how);
  Result<void> put_package(const struct Package& package);
  Result<void> arm(std::string_view kind, Instant due, const std::string& body,
                   storage::Change& change) const;
  Result<void> arm_last_day(const Purpose& purpose, storage::Change& change) const;
  Result<storage::Change> emergency_fell(const storage::Timer& timer);
  Result<storage::Change> purpose_fell(const storage::Timer& timer);
  Result<storage::Change> day_fell(const storage::Timer& timer);
  Instant next_round(Instant after) const;
  Result<View> read() const;
  Result<void> check_purpose(const Purpose& purpose) const;
  Result<RegionId> check_emergency(const NewEmergency& wanted, const View& view, Instant now) const;
  std::vector<Emergency> covering(const View& view, const std::string& region) const;

  PurposeParts parts_;
  Destructions destructions_;
  Rights rights_;
  Erasures erasures_;
  mutable std::mutex swap_;
  std::shared_ptr<const View> view_;
  std::vector<NewEmergency> samples_;  // their planned end still counted from nothing
  storage::Loop loop_;
};

}  // namespace jingwei::purpose

// One hub put together: storage, modules and their background work, for the server and for the CLI.
#pragma once

#include <memory>
#include <string>

#include "app/case_notices.h"
#include "app/cases_beside.h"
#include "app/objection_notices.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "crypto/master_key.h"
#include "crypto/signing.h"
#include "modules/audit/audit_service.h"
#include "modules/cases/cases_service.h"
#include "modules/catalog/catalog_service.h"
#include "modules/forms/forms_service.h"
#include "modules/identity/identity_service.h"
#include "modules/ingest/ingest_service.h"
#include "modules/metrics/metrics_service.h"
#include "modules/notice/notice_service.h"
#include "modules/open311/open311_service.h"
#include "modules/purpose/purpose_service.h"
#include "modules/quality/quality_service.h"
#include "modules/region/region_service.h"
#include "modules/registry/registry_service.h"
#include "modules/source/source_service.h"
#include "scenario/case_figures.h"
#include "scenario/scenario_service.h"
#include "storage/feed_runner.h"
#include "storage/sealer.h"
#include "storage/store.h"
#include "storage/timer_runner.h"

namespace jingwei::app {

// The national tree alone, for what needs no data folder. Errors: not_found "app.no_regions", corrupt.
Result<std::shared_ptr<const region::TreeFile>> load_national_regions(FileSystem& files, const Share& share);

// Told in the feed when keys were rotated or destroyed, so that other processes on the database read them
// again.
inline constexpr std::string_view keys_changed_event = "keys.changed";

class Hub {
 public:
  // Opens the store (taking the folder's lock when embedded), brings all tables up to date, loads regions and
  // figures. Errors: not_found (no data folder), conflict "storage.locked", invalid (settings, packages), the
  // store's.
  static Result<std::unique_ptr<Hub>> open(const std::string& data_folder, const Share& share,
                                           const Clock& clock);
  // The same for a folder that has no settings yet; the caller writes them when the hub is complete.
  static Result<std::unique_ptr<Hub>> create(const std::string& data_folder, const Settings& settings,
                                             const Share& share, const Clock& clock);
  ~Hub();

  // Follows the feed, saves figures, loads waiting batches and takes audit entries into the log on threads of
  // its own, until stop().
  void start(int loaders);
  void stop();
  // What the feed brought until now, on the caller's thread; for a hub that was not started. Errors: the
  // store's.
  Result<void> follow_now();

  const Settings& settings() const { return settings_; }
  const std::string& data_folder() const { return data_folder_; }
  const Clock& clock() const { return clock_; }
  storage::Store& store() { return *store_; }
  const storage::Sealer& sealer() const { return *sealer_; }
  // The disk as uploads and waiting messages are written to it: sealed.
  FileSystem& files() { return *files_; }
  region::Regions& regions() { return *regions_; }
  const Zone& zone() const { return zone_; }
  catalog::Catalog& catalog() { return *catalog_; }
  ingest::IngestService& ingest() { return *ingest_; }
  metrics::MetricsService& metrics() { return *metrics_; }
  crypto::Keystore& keystore() { return *keystore_; }
  forms::FormsService& forms() { return *forms_; }
  source::SourceService& sources() { return *sources_; }
  quality::QualityService& quality() { return *quality_; }
  audit::AuditService& audit() { return *audit_; }
  identity::IdentityService& identity() { return *identity_; }
  purpose::PurposeService& purposes() { return *purposes_; }
  scenario::ScenarioService& scenarios() { return *scenarios_; }
  registry::RegistryService& registry() { return *registry_; }
  cases::CasesService& cases() { return *cases_; }
  notice::NoticeService& notices() { return *notices_; }
  open311::Peers& peers() { return *peers_; }
  // Whether a package is on anywhere in the hub: an emergency switches on what is for emergencies alone.
  bool is_on(const std::string& package) const { return check_on(package, RegionId()).ok(); }
  // Name of the hub's own region; its code when the region is not loaded.
  std::string region_name() const;
  // Commits the regions of a JSON Lines file and shows them at once. Errors: those of Regions::load, with the
  // line.
  Result<void> load_regions(const std::string& path);

 private:
  Hub(std::string data_folder, Settings settings, const Clock& clock);
  std::vector<scenario::PackageWarning> asked_again(const scenario::Package& package,
                                                    Language language) const;
  Result<void> open_keystore();
  std::string table_of_file(const std::string& path) const;
  Result<void> open_modules(const Share& share);
  // Whether a purpose may be pursued now below a region (none: anywhere). Errors: those of
  // PurposeService::check.
  Result<void> check_purpose(const std::string& purpose, const std::string& resource,
                             std::optional<catalog::Personal> personal, RegionId below) const;
  // Where it may be pursued with a class of personal data.
  ingest::PurposeAreas areas_of_purpose(const std::string& purpose, const std::string& resource,
                                        catalog::Personal personal) const;
  // Whether a package takes new cases in a region now (none: anywhere). Errors: denied "app.no_emergency".
  Result<void> check_on(const std::string& package, RegionId region) const;
  Result<void> open_cases(const Share& share, FileSystem& packages, const std::string& packages_folder);

  std::string data_folder_;
  Settings settings_;
  const Clock& clock_;
  Zone zone_;
  std::string owner_;  // this process among those on one database
  std::unique_ptr<crypto::Keystore> keystore_;
  std::unique_ptr<storage::Sealer> sealer_;
  std::unique_ptr<crypto::SigningKey> signing_key_;  // of the audit log
  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<audit::AuditService> audit_;
  std::unique_ptr<region::Regions> regions_;
  std::unique_ptr<identity::IdentityService> identity_;
  std::unique_ptr<scenario::ScenarioService> scenarios_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::CatalogLists> lists_;
  std::unique_ptr<ingest::IngestService> ingest_;
  scenario::CaseFigures case_figures_;
  std::unique_ptr<metrics::MetricsService> metrics_;
  std::unique_ptr<forms::FormsService> forms_;
  std::unique_ptr<source::SourceService> sources_;
  std::unique_ptr<quality::QualityService> quality_;
  std::unique_ptr<purpose::PurposeService> purposes_;
  std::unique_ptr<registry::RegistryService> registry_;
  std::unique_ptr<cases::CasesService> cases_;
  std::unique_ptr<CasesBeside> cases_beside_;  // for destructions
  std::unique_ptr<notice::NoticeService> notices_;
  std::unique_ptr<CaseNotices> case_notices_;
  std::unique_ptr<ObjectionNotices> objection_notices_;
  std::unique_ptr<open311::Peers> peers_;
  std::unique_ptr<storage::Follower> follower_;        // of regions and catalogue
  std::unique_ptr<storage::TimerRunner> timers_;       // every module's timers
  std::unique_ptr<storage::TimerRunner> slow_timers_;  // those that wait for other machines
};

}  // namespace jingwei::app

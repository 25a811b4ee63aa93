#include "app/hub.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "app/known_subjects.h"
#include "app/modules.h"
#include "app/notice_people.h"
#include "app/outgoing.h"
#include "base/log.h"
#include "base/random.h"
#include "scenario/emergency.h"
#include "scenario/migration_check.h"
#include "storage/keyed_sealer.h"
#include "storage/sealed_files.h"

namespace jingwei::app {

namespace {

constexpr std::uint64_t regions_file_bytes = 256 << 20;
constexpr std::uint64_t holidays_file_bytes = 4 << 20;
constexpr int source_threads = 2;
constexpr int readers_at_once = 8;  // of the embedded storage: as many as handlers run at once

bool is_embedded(const Settings& settings) {
  return settings.store == "embedded";
}

Result<std::unique_ptr<storage::Store>> open_store(const std::string& data_folder, const Settings& settings,
                                                   const Clock& clock) {
  if (is_embedded(settings)) {
    storage::EmbeddedOptions options;
    options.folder = data_folder;
    options.clock = &clock;
    options.readers = readers_at_once;
    return storage::open_embedded(options);
  }
  storage::PostgresOptions options;
  options.uri = settings.store;
  options.clock = &clock;
  return storage::open_postgres(options);
}

// The folder's lock makes an embedded process the only one, so its successor may take over its leases at
// once.
std::string owner_of(const Settings& settings) {
  if (is_embedded(settings)) return "embedded";
  SecureRandom random;
  return "pid " + std::to_string(::getpid()) + " " + random_credential(random).substr(0, 12);
}

}  // namespace

Result<std::shared_ptr<const region::TreeFile>> load_national_regions(FileSystem& files, const Share& share) {
  JW_ASSIGN(const bool present, files.exists(share.regions_file));
  if (!present) return Error(ErrorCode::not_found, "app.no_regions").with("path", share.regions_file);
  return region::TreeFile::open(files, share.regions_file);
}

Hub::Hub(std::string data_folder, Settings settings, const Clock& clock)
    : data_folder_(std::move(data_folder)),
      settings_(std::move(settings)),
      clock_(clock),
      zone_(settings_.zone),
      owner_(owner_of(settings_)) {}

Result<std::unique_ptr<Hub>> Hub::open(const std::string& data_folder, const Share& share,
                                       const Clock& clock) {
  JW_ASSIGN(const Settings settings, read_settings(real_file_system(), data_folder));
  return create(data_folder, settings, share, clock);
}

Result<std::unique_ptr<Hub>> Hub::create(const std::string& data_folder, const Settings& settings,
                                         const Share& share, const Clock& clock) {
  // Batches remember where their files stand, whatever folder the next process is started in.
  std::error_code fault;
  const std::string absolute = std::filesystem::absolute(data_folder, fault).lexically_normal().string();
  std::unique_ptr<Hub> hub(new Hub(fault ? data_folder : absolute, settings, clock));
  JW_TRY(hub->open_modules(share));
  return hub;
}

// Keys stand beside the data by default, yet never in a backup; `keys_folder` puts them on another disk.
Result<void> Hub::open_keystore() {
  FileSystem& files = real_file_system();
  const crypto::KeystorePlace place = keystore_place(data_folder_, settings_);
  JW_ASSIGN(keystore_, crypto::open_keystore(files, place, clock_));
  JW_ASSIGN(const auto seed, crypto::load_secret_file(files, place.folder + "/audit.key"));
  signing_key_ = std::make_unique<crypto::SigningKey>(seed);
  sealer_ = storage::keyed_sealer(*keystore_, clock_, [this](std::string_view table) {
    const auto entry = catalog_->find(ingest::resource_of_table(table));
    if (!entry) return std::string();  // a table of the hub itself
    auto purposes = (*entry)->resource.purposes;
    std::sort(purposes.begin(), purposes.end());
    std::string scope;
    for (const auto& purpose : purposes) scope += (scope.empty() ? "" : ",") + purpose;
    std::replace_if(
        scope.begin(), scope.end(), [](char c) { return c == ' ' || c == '\n' || c == '|'; }, '_');
    return scope;
  });
  return {};
}

// Files of a resource are sealed under keys that go with it: its name stands in the file's, or a source feeds
// it.
std::string Hub::table_of_file(const std::string& path) const {
  std::string resource(ingest::resource_in_path(path));
  const std::string of_sources = data_folder_ + "/sources/";
  if (path.starts_with(of_sources) && sources_) {
    const std::string rest = path.substr(of_sources.size());
    const auto id = source::SourceId::parse(rest.substr(0, rest.find('/')));
    const auto found = id ? sources_->find(*id)
                          : Result<source::SourceView>(Error(ErrorCode::not_found, "source.not_found"));
    resource = found ? found->source.resource : std::string();
  }
  if (resource.empty() || !catalog_ || !catalog_->find(resource)) return {};
  return ingest::files_table(resource);
}

Result<void> Hub::open_modules(const Share& share) {
  JW_ASSIGN(store_, open_store(data_folder_, settings_, clock_));
  JW_TRY(open_keystore());
  files_ = storage::sealing_files(real_file_system(), *sealer_,
                                  {data_folder_ + "/uploads", data_folder_ + "/sources"},
                                  [this](const std::string& path) { return table_of_file(path); });
  FileSystem& files = *files_;
  JW_TRY(store_->migrate(all_migrations()));
  audit_ = std::make_unique<audit::AuditService>(*store_, clock_, *signing_key_, owner_);
  JW_TRY(audit::seal_reasons(*store_, *sealer_));
  JW_ASSIGN(auto national, load_national_regions(files, share));

  storage::FeedPosition from;
  {
    JW_ASSIGN(auto reader, store_->read());
    JW_ASSIGN(from, reader->position());
  }
  regions_ = std::make_unique<region::Regions>(std::move(national), store_.get());
  JW_TRY(regions_->reload());
  const auto own_region = [this] {
    const auto tree = regions_->tree();
    const region::Node node = tree->find(settings_.region);
    return node == region::no_node ? RegionId() : tree->id(node);
  };
  identity::Policy policy;
  policy.second_factor = settings_.second_factor;
  identity_ = std::make_unique<identity::IdentityService>(identity::IdentityParts{
      *store_, *regions_, *sealer_, clock_, own_region, owner_, data_folder_ + "/outbox", policy,
      outgoing_web(), [this](const std::string& department, Language language) -> std::string {
        for (const auto& entry : catalog_->entries()) {
          if (entry.resource.provider_id == department) return entry.resource.provider.in(language);
        }
        return {};
      }});
  JW_TRY(identity_->open());
  follower_ = std::make_unique<storage::Follower>(
      *store_, from, [this](std::span<const storage::FeedEntry> entries) -> Result<void> {
        for (const auto& entry : entries) {
          JW_TRY(regions_->follow(entry));
          JW_TRY(catalog_->follow(entry));
          JW_TRY(scenarios_->follow(entry));
          JW_TRY(identity_->follow(entry));
          if (entry.kind == keys_changed_event) JW_TRY(keystore_->refresh());
          if (purposes_) JW_TRY(purposes_->follow(entry));
        }
        return {};
      });

  scenarios_ = std::make_unique<scenario::ScenarioService>(*store_, clock_);
  JW_TRY(scenarios_->open(real_file_system(), share.scenarios_folder));
  FileSystem& packages = scenarios_->files();
  const std::string packages_folder(scenario::packages_folder);
  JW_ASSIGN(catalog_, catalog::Catalog::open(packages, packages_folder, *store_, clock_));
  const std::string uploads = data_folder_ + "/uploads";
  JW_TRY(files.make_folders(uploads));
  const auto tree = regions_->tree();
  const region::Node own = tree->find(settings_.region);
  ingest_ = std::make_unique<ingest::IngestService>(
      ingest::IngestParts{*store_, *catalog_, *regions_, *sealer_, files, clock_, zone_, uploads,
                          own == region::no_node ? RegionId() : tree->id(own),
                          settings_.synthetic_id_prefixes, settings_.synthetic_today, owner_});
  sources_ = std::make_unique<source::SourceService>(source::SourceParts{*ingest_, *store_, *sealer_, files,
                                                                         clock_, zone_, settings_.sources,
                                                                         data_folder_ + "/sources", owner_});
  timers_ = std::make_unique<storage::TimerRunner>(*store_, clock_, owner_);
  sources_->on_timers(*timers_);
  quality_ = std::make_unique<quality::QualityService>(quality::QualityParts{
      *store_, *catalog_, *ingest_, *sealer_, clock_, zone_, settings_.objection_days, owner_});
  quality_->on_timers(*timers_);
  lists_ = std::make_unique<catalog::CatalogLists>(*catalog_, *store_, clock_, zone_,
                                                   [this] { return quality_->receipts(); });
  lists_->on_timers(*timers_);
  using Samples = catalog::CatalogLists::Samples;
  const Samples samples = settings_.synthetic ? Samples::put_in : Samples::leave_out;
  JW_TRY(lists_->open(packages, packages_folder, samples));
  purposes_ = std::make_unique<purpose::PurposeService>(purpose::PurposeParts{
      *store_, *catalog_, *regions_, *ingest_, sources_.get(), keystore_.get(), *sealer_, clock_, zone_,
      owner_, settings_.destruction_grace, settings_.rights_days, quality::Objections::erase_words});
  purposes_->on_timers(*timers_);
  catalog_->set_gate([this](const catalog::Resource& resource, catalog::Catalog::Use use) {
    return purposes_->check_use(resource, use);
  });
  ingest_->on_purpose(std::bind_front(&Hub::check_purpose, this),
                      std::bind_front(&Hub::areas_of_purpose, this), own_region);
  JW_TRY(purposes_->open(packages, packages_folder));
  JW_TRY(purposes_->erasures().replay());
  registry_ = std::make_unique<registry::RegistryService>(registry::RegistryParts{
      *store_, *catalog_, *regions_, *ingest_, *sealer_, clock_, zone_, owner_, settings_.synthetic});
  JW_TRY(registry_->open());
  registry_->on_timers(*timers_);
  JW_TRY(open_cases(share, packages, packages_folder));
  cases_beside_ = std::make_unique<CasesBeside>(*cases_);
  purposes_->set_beside(*cases_beside_);
  notices_ = std::make_unique<notice::NoticeService>(notice::ServiceParts{
      *store_, *regions_, *identity_, *sealer_, clock_, zone_, own_region, settings_.name,
      "jingwei." + settings_.region, data_folder_ + "/outbox", settings_.notice_webhook,
      people_of_registry({*catalog_, *ingest_, *registry_, clock_, zone_}),
      source::outgoing_calls(settings_.outgoing)});
  case_notices_ = std::make_unique<CaseNotices>(*store_, *cases_, *notices_, *regions_, clock_, owner_);
  objection_notices_ =
      std::make_unique<ObjectionNotices>(*store_, *quality_, *catalog_, *notices_, clock_, owner_);
  slow_timers_ = std::make_unique<storage::TimerRunner>(*store_, clock_, owner_);
  notices_->on_timers(*timers_, *slow_timers_);
  peers_ = std::make_unique<open311::Peers>(open311::PeerParts{*store_, *cases_, *regions_, *sealer_, clock_,
                                                               source::outgoing_calls(settings_.outgoing),
                                                               settings_.region, owner_});
  scenario::Followers followers;
  followers.apply = [this, samples](FileSystem& from, const std::string& folder) -> Result<void> {
    JW_TRY(catalog_->take_packages(from, folder));
    JW_TRY(purposes_->open(from, folder));
    JW_TRY(cases_->book().open(from, folder));
    case_figures_.set(*scenarios_->shelf());
    return lists_->open(from, folder, samples);
  };
  followers.roles = [this] {
    std::vector<std::string> ids;
    for (const auto& role : identity_->roles().all()) ids.push_back(role.role->id);
    return ids;
  };
  followers.departments = [this] {
    std::vector<std::string> ids;
    const auto definitions = catalog_->definitions();
    for (const auto& one : *definitions) ids.push_back(one.resource.provider_id);
    return ids;
  };
  followers.warnings = [this](const scenario::Package& package, Language language) {
    return asked_again(package, language);
  };
  followers.objections = [this](const scenario::Shelf& next, const std::string& changed) {
    return scenario::migration_objections(next, changed, cases_->book());
  };
  scenarios_->set_followers(std::move(followers));
  metrics_ = std::make_unique<metrics::MetricsService>(*store_, *catalog_, *regions_, clock_);
  case_figures_.set(*scenarios_->shelf());
  metrics_->set_events(case_figures_, zone_);
  forms_ = std::make_unique<forms::FormsService>(forms::FormsParts{
      *store_, *catalog_, *regions_, *ingest_, *metrics_, *sealer_, files, clock_, uploads,
      own == region::no_node ? RegionId() : tree->id(own), settings_.synthetic, known_subjects(*registry_)});
  return metrics_->load();
}

// A package that cannot be read is refused elsewhere, and one that was installed stands whatever comes of
// this.
std::vector<scenario::PackageWarning> Hub::asked_again(const scenario::Package& package,
                                                       Language language) const {
  std::vector<scenario::PackageWarning> warnings;
  const auto yaml = package.files.find("resources.yaml");
  if (yaml == package.files.end()) return warnings;
  const auto asked = catalog::asked_again(*catalog_, *store_, yaml->second, package.id, language);
  if (!asked) {
    if (asked.error().code != ErrorCode::invalid)
      log::warn("app.warnings_untold", {{"package", package.id}, {"error", asked.error().to_log()}});
    return warnings;
  }
  for (const auto& one : *asked)
    warnings.push_back({one.resource + "." + one.field, one.other + "." + one.other_field, one.sentence});
  return warnings;
}

Result<void> Hub::follow_now() {
  for (;;) {
    JW_ASSIGN(const std::size_t events, follower_->step());
    if (events == 0) return {};
  }
}

Result<void> Hub::check_purpose(const std::string& purpose, const std::string& resource,
                                std::optional<catalog::Personal> personal, RegionId below) const {
  const auto tree = regions_->tree();
  const region::Node node = below ? tree->find(below) : region::no_node;
  return purposes_->check({purpose, resource, personal.value_or(catalog::Personal::none),
                           node == region::no_node ? std::string() : tree->code(node)},
                          clock_.now());
}

ingest::PurposeAreas Hub::areas_of_purpose(const std::string& purpose, const std::string& resource,
                                           catalog::Personal personal) const {
  return purposes_->areas(purpose, resource, personal, clock_.now());
}

Result<void> Hub::check_on(const std::string& package, RegionId region) const {
  const auto purposes = scenario::emergency_purposes(*scenarios_->shelf(), package);
  if (!purposes) return {};
  const auto tree = regions_->tree();
  const region::Node node = region ? tree->find(region) : region::no_node;
  const std::string code = node == region::no_node ? std::string() : tree->code(node);
  if (purposes_->in_emergency(*purposes, code, clock_.now())) return {};
  return Error(ErrorCode::denied, "app.no_emergency").with("package", package);
}

Result<void> Hub::open_cases(const Share& share, FileSystem& packages, const std::string& packages_folder) {
  cases::SpecialDays holidays;
  FileSystem& plain = real_file_system();
  JW_ASSIGN(const bool present,
            share.holidays_file.empty() ? Result<bool>(false) : plain.exists(share.holidays_file));
  if (present) {
    JW_ASSIGN(const std::string lines, read_text(plain, share.holidays_file, holidays_file_bytes));
    JW_ASSIGN(holidays, cases::parse_holidays(lines));
  } else {
    log::warn("cases.no_holidays", {{"path", share.holidays_file}});
  }
  const auto name_of = [this](const std::string& actor) {
    constexpr std::string_view peer = "open311:";
    if (actor.starts_with(peer) && peers_) {
      const auto connection = open311::ConnectionId::parse(std::string_view(actor).substr(peer.size()));
      const auto found = connection ? peers_->find(*connection) : Result<open311::ConnectionView>(Error());
      return found ? found->connection.terms.title : actor;
    }
    // The made-up people of a fictional city, by what they do.
    constexpr std::string_view made_up = "demo:";
    if (actor.starts_with(made_up)) {
      const std::string role = actor.substr(made_up.size());
      const auto known = identity_->roles().find(role);
      return "演示 " + (known ? known->zh : role == "resident" ? std::string("居民") : role);
    }
    const auto id = identity::account_of(actor);
    if (!id) return actor;
    const auto account = identity_->accounts().get(*id);
    return account ? account->name : actor;
  };
  const auto move_matter = [this](const storage::MatterStep& step, const std::string& words,
                                  const access::Caller* caller, storage::Reader& reader,
                                  storage::Change& change) -> Result<void> {
    if (step.matter == purpose::rights_matter) {
      // What the request's own page asks for; taking one's own back needs nothing more.
      const bool own = step.step == purpose::name_of(purpose::RightsStep::withdraw);
      if (caller != nullptr && !own) JW_TRY(caller->may("rights.answer", clock_.now()));
      return purposes_->rights().move(step, words, reader, change);
    }
    return Error(ErrorCode::not_found, "app.no_matter").with("matter", step.matter);
  };
  const auto pseudonym_of = [this](const std::string& actor) -> Result<std::string> {
    const auto id = identity::account_of(actor);
    return id ? identity_->elsewhere().documents().pseudonym_behind(*id) : Result<std::string>(std::string());
  };
  cases_ = std::make_unique<cases::CasesService>(cases::CasesParts{
      *store_, *catalog_, *regions_, *ingest_, *sealer_, clock_, zone_, owner_, std::move(holidays),
      std::bind_front(&Hub::check_purpose, this), name_of, move_matter,
      [this](const std::string& package, RegionId region) { return check_on(package, region); },
      [this](cases::Cap cap, RegionId region, storage::Reader& reader, storage::Change& change) {
        const auto kind = cap == cases::Cap::order ? notice::NoticeKind::order : notice::NoticeKind::form;
        return notices_->loads().take_for(reader, kind, region, change);
      },
      pseudonym_of, std::bind_front(&Hub::areas_of_purpose, this)});
  return cases_->open(packages, packages_folder);
}

Hub::~Hub() {
  stop();
}

void Hub::start(int loaders) {
  audit_->start();
  follower_->start();
  identity_->start();
  metrics_->start(owner_);
  ingest_->start(loaders);
  sources_->start(source_threads);
  quality_->start();
  if (settings_.synthetic) {
    if (const auto put = purposes_->put_samples(settings_.region); !put)
      log::warn("purpose.samples_left_out", {{"fault", put.error().to_log()}});
  }
  purposes_->start();
  registry_->start();
  cases_->start();
  case_notices_->start();
  objection_notices_->start();
  peers_->start();
  timers_->start();
  slow_timers_->start();
}

void Hub::stop() {
  if (slow_timers_) slow_timers_->stop();
  if (timers_) timers_->stop();
  if (peers_) peers_->stop();
  if (objection_notices_) objection_notices_->stop();
  if (case_notices_) case_notices_->stop();
  if (cases_) cases_->stop();
  if (registry_) registry_->stop();
  if (purposes_) purposes_->stop();
  if (quality_) quality_->stop();
  if (sources_) sources_->stop();
  if (ingest_) ingest_->stop();
  if (metrics_) metrics_->stop();
  if (identity_) identity_->stop();
  if (follower_) follower_->stop();
  if (audit_) audit_->stop();
}

std::string Hub::region_name() const {
  const auto tree = regions_->tree();
  const region::Node node = tree->find(settings_.region);
  return node == region::no_node ? settings_.region : std::string(tree->name(node));
}

Result<void> Hub::load_regions(const std::string& path) {
  JW_ASSIGN(const std::string lines, read_text(real_file_system(), path, regions_file_bytes));
  JW_ASSIGN(auto changes, regions_->load(lines, zone_.day_of(clock_.now())));
  for (auto& change : changes) {
    auto committed = store_->commit(std::move(change));
    if (!committed) return std::move(committed).error();
  }
  return regions_->reload();
}

}  // namespace jingwei::app

// A small city with purposes, real keys and two ways to hold records, for tests of this module.
#pragma once

#include "modules/ingest/sealed_tables.h"
#include "modules/purpose/messages.gen.h"
#include "modules/purpose/purpose_service.h"
#include "modules/purpose/sql.gen.h"
#include "modules/source/sql.gen.h"
#include "storage/keyed_sealer.h"
#include "storage/sealed_files.h"
#include "tests/support/ingest_world.h"

namespace jingwei::purpose::testing {

using namespace jingwei::testing;

inline constexpr std::string_view sample_purposes = R"(purposes:
  - id: epidemic-control
    title: {zh: 疫情防控, en: Epidemic control}
    legal_basis: {zh: 传染病防治法, en: Infectious diseases law}
    classes: [name, identifier, health]
    start: 2020-01-01
    emergency_only: true
  - id: daily-services
    title: {zh: 日常服务, en: Daily services}
    legal_basis: {zh: 法定职责, en: Statutory duties}
    classes: [name]
    start: 2020-01-01
    end: 2020-12-31
kept_by_law:
  - resource: clinics
    legal_basis: {zh: 病历管理规定, en: Rules on medical records}
)";

// Beside those of every test of ingest: one that a law keeps, one that two purposes share, one of the daily
// services.
inline std::string more_resources() {
  const auto one = [](const std::string& id, const std::string& purposes, const std::string& retention) {
    return "  - id: " + id + "\n    title: {zh: " + id + ", en: " + id +
           "}\n    provider: {id: health, zh: 卫健, en: Health}\n    sharing: conditional\n    purposes: [" +
           purposes + "]\n    retention: " + retention +
           "\n    update: daily\n    key: [citizen_id]\n    region: grid\n    fields:\n"
           "      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name, required: "
           "true}\n"
           "      - {name: citizen_id, title: {zh: 身份证号, en: Citizen ID}, type: citizen_id, personal: "
           "identifier, required: true}\n"
           "      - {name: phone, title: {zh: 手机, en: Phone}, type: phone, personal: contact}\n"
           "      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}\n";
  };
  return one("clinics", "epidemic-control", "30d") +
         one("shared", "epidemic-control, daily-services", "forever") +
         one("services", "daily-services", "90d");
}

// What one process holds beside the node of IngestWorld, whose ingest it replaces by one with real keys.
struct Office {
  std::unique_ptr<crypto::Keystore> keystore;
  std::unique_ptr<storage::Sealer> sealer;
  std::unique_ptr<FileSystem> files;
  std::unique_ptr<source::SourceService> sources;
  std::unique_ptr<PurposeService> purposes;
  std::unique_ptr<storage::TimerRunner> timers;
};

template <typename Backend>
class PurposeWorld : public IngestWorld<Backend> {
 protected:
  static void SetUpTestSuite() {
    ingest::register_messages();
    register_messages();
  }

  void SetUp() override {
    IngestWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    IngestWorld<Backend>::write(scenarios() + "/sample/resources.yaml",
                                std::string(sample_resources) + more_resources());
    IngestWorld<Backend>::write(scenarios() + "/sample/purposes.yaml", sample_purposes);
    restart("office");
  }

  void TearDown() override {
    office_ = {};
    IngestWorld<Backend>::TearDown();
  }

  std::vector<storage::Migration> migrations() const override {
    auto all = IngestWorld<Backend>::migrations();
    for (const auto part : {source::sql::migrations(), sql::migrations()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }

  std::string scenarios() const { return this->folder_.path() + "/scenarios"; }

  Office start_office(Node& node, const std::string& owner) {
    Office office;
    const std::string keys = this->folder_.path() + "/keys";
    auto master = must(crypto::load_secret_file(real_file_system(), make(keys) + "/master.key"));
    office.keystore = must(crypto::Keystore::open(real_file_system(), keys, this->clock_, std::move(master),
                                                  crypto::Suite::standard));
    office.sealer = storage::keyed_sealer(*office.keystore, this->clock_, {});
    office.files = storage::sealing_files(
        real_file_system(), *office.sealer, {this->uploads()}, [](const std::string& path) {
          const std::string resource(ingest::resource_in_path(path));
          return resource.empty() ? resource : ingest::files_table(resource);
        });
    const auto tree = node.regions->tree();
    ingest::IngestParts parts{*node.writes,   *node.catalog,   *node.regions,
                              *office.sealer, *office.files,   this->clock_,
                              this->zone_,    this->uploads(), tree->id(tree->find("980100")),
                              {"9801"},       std::nullopt,    owner};
    parts.slice_rows = 500;
    if constexpr (requires { Backend::packed_rows_least; })
      parts.packed_rows_least = Backend::packed_rows_least;
    node.ingest = std::make_unique<ingest::IngestService>(std::move(parts));
    office.sources =
        std::make_unique<source::SourceService>(source::SourceParts{*node.ingest,
                                                                    *node.writes,
                                                                    *office.sealer,
                                                                    *office.files,
                                                                    this->clock_,
                                                                    this->zone_,
                                                                    {},
                                                                    make(this->folder_.path() + "/sources"),
                                                                    owner});
    office.purposes = std::make_unique<PurposeService>(
        PurposeParts{*node.writes, *node.catalog, *node.regions, *node.ingest, office.sources.get(),
                     office.keystore.get(), *office.sealer, this->clock_, this->zone_, owner});
    PurposeService* purposes = office.purposes.get();
    node.catalog->set_gate([purposes](const catalog::Resource& resource, catalog::Catalog::Use use) {
      return purposes->check_use(resource, use);
    });
    const region::Regions* regions = node.regions.get();
    const Clock* clock = &this->clock_;
    node.ingest->on_purpose(
        [purposes, regions, clock](const std::string& purpose, const std::string& resource,
                                   std::optional<catalog::Personal> personal, RegionId region) {
          const auto tree = regions->tree();
          return purposes->check({purpose, resource, personal.value_or(catalog::Personal::none),
                                  region ? std::string(tree->code(tree->find(region))) : std::string()},
                                 clock->now());
        },
        [purposes, clock](const std::string& purpose, const std::string& resource,
                          catalog::Personal personal) {
          return purposes->areas(purpose, resource, personal, clock->now());
        });
    office.timers = std::make_unique<storage::TimerRunner>(*node.store, this->clock_, owner);
    purposes->on_timers(*office.timers);
    must(purposes->open(real_file_system(), scenarios()));
    return office;
  }

  void restart(const std::string& owner) {
    office_ = {};
    IngestWorld<Backend>::restart(owner);
    office_ = start_office(this->node_, owner);
  }

  PurposeService& purposes() { return *office_.purposes; }

  Result<Emergency> declare(const std::string& region = "980100",
                            std::vector<std::string> opens = {"epidemic-control"},
                            std::chrono::days for_days = std::chrono::days{30}) {
    return purposes().declare(
        {region, "一级响应", "市政发1号", 1, std::move(opens), this->clock_.now() + for_days},
        {"Mayor", std::nullopt});
  }
  // Ends it as foretold.
  Emergency end(EmergencyId id) {
    const auto forecast = must(purposes().foretell_end(id));
    return must(purposes().end(id, "市政发2号", forecast.records(), {"Mayor", std::nullopt}));
  }
  // Timers and destruction until nothing is due.
  void work() {
    for (int turn = 0; turn < 1'000; ++turn) {
      std::size_t fell = must(office_.timers->step());
      must(purposes().reload());
      if (must(purposes().destructions().step())) ++fell;
      must(purposes().reload());
      if (fell == 0) return;
    }
    ADD_FAILURE() << "it never came to rest";
  }
  std::vector<Destruction> destructions() {
    return must(purposes().destructions().list(DestructionId(), 100));
  }

  static std::string patients(int first, int count) {
    std::string csv = "姓名,身份证号,手机,网格\n";
    for (int number = first; number < first + count; ++number)
      csv += "李四," + citizen_id(number) + ',' + phone(number) + ',' + grid_code(number) + '\n';
    return csv;
  }
  ingest::Remains remains(const std::string& resource) {
    return must(this->node_.ingest->erasing().count(resource, std::nullopt));
  }
  std::size_t living_keys(const std::string& table) {
    std::size_t living = 0;
    for (const auto& key : office_.keystore->list()) {
      const bool of_table = key.scope.substr(0, key.scope.find('|')) == table;
      living += of_table && !key.destroyed && key.kind == crypto::KeyKind::data ? 1 : 0;
    }
    return living;
  }

  Office office_;

 private:
  static std::string make(const std::string& folder) {
    std::filesystem::create_directories(folder);
    return folder;
  }
};

}  // namespace jingwei::purpose::testing

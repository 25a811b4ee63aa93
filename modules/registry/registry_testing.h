// A small city whose departments tell of the same people, households and enterprises, for tests of the
// registry.
#pragma once

#include "modules/registry/messages.gen.h"
#include "modules/registry/registry_service.h"
#include "modules/registry/sql.gen.h"
#include "tests/support/ingest_world.h"

namespace jingwei::registry::testing {

using jingwei::testing::citizen_id;
using jingwei::testing::grid_code;
using jingwei::testing::must;
using jingwei::testing::phone;

inline constexpr std::string_view more_resources = R"(resources:
  - id: households
    title: {zh: 常住人口, en: Residents}
    provider: {id: police, zh: 公安, en: Police}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    key: [citizen_id]
    region: grid
    fields:
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name, required: true}
      - {name: citizen_id, title: {zh: 身份证号, en: Citizen ID}, type: citizen_id, personal: identifier, required: true}
      - {name: household, title: {zh: 户号, en: Household number}, type: text}
      - {name: phone, title: {zh: 手机, en: Phone}, type: phone, personal: contact}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
  - id: visits
    title: {zh: 就诊, en: Visits}
    provider: {id: health, zh: 卫健, en: Health}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    key: [visit_no]
    region: grid
    day: visited_on
    fields:
      - {name: visit_no, title: {zh: 就诊号, en: Visit number}, type: text, required: true}
      - {name: name, title: {zh: 患者姓名, en: Name}, type: person_name, personal: name, required: true}
      - {name: citizen_id, title: {zh: 证件号码, en: Citizen ID}, type: citizen_id, personal: identifier}
      - {name: symptoms, title: {zh: 症状, en: Symptoms}, type: text, personal: health}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
      - {name: visited_on, title: {zh: 就诊日期, en: Visited on}, type: date}
  - id: jobs
    title: {zh: 参保, en: Employment}
    provider: {id: labour, zh: 人社, en: Labour}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: person
    key: [citizen_id, credit_code]
    region: grid
    fields:
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name, required: true}
      - {name: citizen_id, title: {zh: 证件号码, en: Citizen ID}, type: citizen_id, personal: identifier, required: true}
      - {name: credit_code, title: {zh: 统一社会信用代码, en: Credit code}, type: credit_code, required: true}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
)";

inline std::string household_row(int number, const std::string& name, const std::string& household) {
  return name + ',' + citizen_id(number) + ',' + household + ',' + phone(number) + ',' + grid_code(number) +
         '\n';
}
inline constexpr std::string_view household_header = "姓名,身份证号,户号,手机,网格\n";
inline std::string visit_row(const std::string& visit, int number, const std::string& name,
                             const std::string& day = "2020-02-01") {
  return visit + ',' + name + ',' + citizen_id(number) + ",咳嗽," + grid_code(number) + ',' + day + '\n';
}
inline constexpr std::string_view visit_header = "就诊号,患者姓名,证件号码,症状,网格,就诊日期\n";

template <typename Backend>
class RegistryWorld : public jingwei::testing::IngestWorld<Backend> {
 protected:
  using Base = jingwei::testing::IngestWorld<Backend>;

  static void SetUpTestSuite() {
    Base::SetUpTestSuite();
    registry::register_messages();
  }

  // Resources of a package of their own, before SetUp.
  void declare(const std::string& package, std::string_view resources) {
    std::filesystem::create_directories(this->folder_.path() + "/scenarios/" + package);
    Base::write(this->folder_.path() + "/scenarios/" + package + "/resources.yaml", resources);
  }

  void SetUp() override {
    declare("registry", more_resources);
    Base::SetUp();
    if (this->IsSkipped()) return;
    registry_ = make_registry(this->node_, "first");
  }

  void TearDown() override {
    registry_.reset();
    Base::TearDown();
  }

  std::vector<storage::Migration> migrations() const override {
    auto all = Base::migrations();
    const auto own = registry::sql::migrations();
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }

  std::unique_ptr<RegistryService> make_registry(jingwei::testing::Node& node, const std::string& owner) {
    auto made = std::make_unique<RegistryService>(RegistryParts{*node.writes, *node.catalog, *node.regions,
                                                                *node.ingest, this->sealer_, this->clock_,
                                                                this->zone_, owner});
    must(made->open());
    return made;
  }

  void link() { must(registry_->runner().catch_up()); }

  void restart_registry() {
    registry_.reset();
    Base::restart();
    registry_ = make_registry(this->node_, "second");
  }

  SubjectFile file(SubjectId subject) {
    return must(registry_->files().file(subject, Reader{}, Language::zh));
  }
  // Who this document's number is of.
  SubjectId person(int number) {
    const auto found =
        must(registry_->search({citizen_id(number), Kind::person, std::nullopt, 20}, Reader{}));
    EXPECT_EQ(found.items.size(), 1U) << number;
    return found.items.empty() ? SubjectId() : found.items.front().id;
  }
  std::set<SubjectId> people_of(int number) {
    std::set<SubjectId> all;
    for (const auto& one :
         must(registry_->search({citizen_id(number), Kind::person, std::nullopt, 20}, Reader{})).items)
      all.insert(one.id);
    return all;
  }
  // "visits,people": resources of a file's records, sorted.
  std::multiset<std::string> resources_of(SubjectId subject) {
    std::multiset<std::string> all;
    for (const auto& entry : file(subject).entries) all.insert(entry.entry->resource.id);
    return all;
  }

  std::unique_ptr<RegistryService> registry_;
  const ingest::WriteRequest request_{"tester", std::nullopt};
};

}  // namespace jingwei::registry::testing

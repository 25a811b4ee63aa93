// Whoever is looked for is found: by every number that households, venues and devices go by, and by names
// they had.
#include <gtest/gtest.h>

#include "modules/registry/people_index.h"
#include "modules/registry/registry_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

constexpr std::string_view finding_resources = R"(resources:
  - id: locals
    title: {zh: 居民登记, en: Locals}
    provider: {id: street, zh: 街道, en: Street}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: person
    key: [citizen_id]
    region: grid
    fields:
      - {name: former, title: {zh: 曾用名, en: Former name}, type: person_name, personal: name}
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name, required: true}
      - {name: citizen_id, title: {zh: 身份证号, en: Citizen ID}, type: citizen_id, personal: identifier, required: true}
      - {name: guardian, title: {zh: 监护人姓名, en: Guardian}, type: person_name, personal: name}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
  - id: sensors
    title: {zh: 设备, en: Sensors}
    provider: {id: street, zh: 街道, en: Street}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: device
    key: [device_no]
    region: grid
    fields:
      - {name: device_no, title: {zh: 设备编号, en: Number}, type: text, required: true}
      - {name: state, title: {zh: 状态, en: State}, type: text}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
  - id: halls
    title: {zh: 场所, en: Venues}
    provider: {id: street, zh: 街道, en: Street}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: venue
    key: [hall_no]
    region: grid
    fields:
      - {name: hall_no, title: {zh: 场所编号, en: Number}, type: text, required: true}
      - {name: name, title: {zh: 场所名称, en: Name}, type: text}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
)";

template <typename Backend>
class RegistryFinding : public RegistryWorld<Backend> {
 protected:
  void SetUp() override {
    this->declare("finding", finding_resources);
    RegistryWorld<Backend>::SetUp();
  }
  std::vector<Found> found(const std::string& text, std::optional<Kind> kind = std::nullopt) {
    const Reader whole{access::Caller::local_operator(), "epidemic-control"};
    return must(this->registry_->search({text, kind, std::nullopt, 20}, whole)).items;
  }
};
TYPED_TEST_SUITE(RegistryFinding, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryFinding, ByTheNumberOfAHouseholdAVenueOrADevice) {
  this->load("households", std::string(household_header) + household_row(1, "张三", "H-77"));
  this->load("sensors", "设备编号,状态,网格\nQX-01,正常," + grid_code(1) + '\n');
  this->load("halls", "场所编号,场所名称,网格\nCS-5,文化站," + grid_code(1) + '\n');
  this->link();
  const std::map<std::string, Kind> numbers = {
      {"H-77", Kind::household}, {"QX-01", Kind::device}, {"CS-5", Kind::venue}};
  for (const auto& [number, kind] : numbers) {
    const auto all = this->found(number, kind);
    ASSERT_EQ(all.size(), 1U) << number;
    EXPECT_EQ(kind_of(all.front().entry.link.role), kind) << number;
    EXPECT_EQ(this->found(" " + number + " ").size(), 1U) << "whatever it is";
    EXPECT_TRUE(this->found(number, Kind::enterprise).empty()) << number;
  }
  EXPECT_EQ(this->file(this->found("H-77").front().id).kind, Kind::household);
  EXPECT_TRUE(this->found("H-78").empty());
}

TYPED_TEST(RegistryFinding, ByTheNamesSomebodyHadAndNotByAnothers) {
  this->load("locals", "曾用名,姓名,身份证号,监护人姓名,网格\n赵春花,钱秋月," + citizen_id(1) + ",孙立," +
                           grid_code(1) + '\n');
  this->link();
  const SubjectId one = this->person(1);
  for (const char* name : {"钱秋月", "赵春花"}) {
    const auto all = this->found(name, Kind::person);
    ASSERT_EQ(all.size(), 1U) << name;
    EXPECT_EQ(all.front().id, one) << name;
  }
  EXPECT_TRUE(this->found("孙立", Kind::person).empty()) << "the guardian is somebody else";
  const auto entry = must(this->registry_->best_entry(one, Reader{}));
  const auto parts = parts_of(entry->entry->resource);
  ASSERT_FALSE(parts.empty());
  EXPECT_EQ(parts.front().traits[static_cast<std::size_t>(Trait::name)], 1) << "the name of now is compared";
  EXPECT_EQ(parts.front().aliases, std::vector<int>{0});
}

// What many who left took along is given up, and who stays is found all the same.
TEST(PeopleSearched, GivesUpWhatIsGone) {
  PeopleIndex people(0, nullptr);
  std::vector<Telling> tellings;
  for (int number = 1; number <= 90; ++number) {
    Telling one;
    one.record = RecordId(number);
    one.traits[static_cast<std::size_t>(Trait::phone)] = "139" + std::to_string(10'000'000 + number * 7'919);
    tellings.push_back(one);
  }
  people.know(tellings);
  for (int number = 1; number <= 80; ++number) {
    people.forget(RecordId(number));
    EXPECT_LT(people.search_wasted(), 1.0 / 3) << number;
  }
  const std::string& phone_of_one = tellings[84].traits[static_cast<std::size_t>(Trait::phone)];
  const auto hits = people.search(phone_of_one, nullptr, {true, true, true, true}, 10);
  ASSERT_FALSE(hits.empty());
  EXPECT_EQ(hits.front().records, std::vector<RecordId>{RecordId(85)});
}

// Households tell phones under this purpose, the register does not: whose phone stands in the register alone
// is not found by it, though phones may be searched by elsewhere.
TYPED_TEST(RegistryFinding, WhatOneResourceOpensFindsNobodyByAnothersValues) {
  this->load("households", std::string(household_header) + household_row(1, "张三", "H-1"));
  this->load("people", jingwei::testing::people(88, 1));
  this->link();
  ASSERT_EQ(this->found(phone(1)).size(), 1U);
  ASSERT_EQ(this->found(phone(88)).size(), 1U);
  this->node_.ingest->on_purpose(
      [](const std::string&, const std::string&, std::optional<catalog::Personal>, RegionId) {
        return Result<void>();
      },
      [](const std::string&, const std::string& resource, catalog::Personal personal) {
        ingest::PurposeAreas areas;
        areas.everywhere = resource == "households" || personal == catalog::Personal::name;
        return areas;
      });
  // The operator's classes are all of them; a role's are listed, as a purpose narrows them.
  auto role = std::make_shared<access::Role>();
  role->permissions.set(*access::find_permission("record.read"));
  role->every_purpose = true;
  role->classes = {"name", "contact"};
  access::Grant grant;
  grant.role = std::move(role);
  grant.whole_area = true;
  const Reader reader{std::make_shared<access::Caller>("account:5", std::vector<access::Grant>{grant}),
                      "epidemic-control"};
  const auto by = [&](const std::string& text) {
    return must(this->registry_->search({text, std::nullopt, std::nullopt, 20}, reader)).items.size();
  };
  EXPECT_EQ(by(phone(1)), 1U);
  EXPECT_EQ(by(phone(88)), 0U);
  EXPECT_EQ(by("张三"), 2U) << "names are open in both";
}

// Likewise of two grants: each opens its classes in its own region.
TYPED_TEST(RegistryFinding, WhatOneGrantOpensFindsNobodyWhereAnotherStands) {
  this->load("people", std::string(jingwei::testing::people_header) + jingwei::testing::person(1) +
                           jingwei::testing::person(89));  // in two grids, with phones that are not alike
  this->link();
  const auto grant = [&](const std::string& open, int number) {
    auto role = std::make_shared<access::Role>();
    role->permissions.set(*access::find_permission("record.read"));
    role->every_purpose = true;
    role->classes = {open};
    const auto tree = this->node_.regions->tree();
    access::Grant grant;
    grant.role = std::move(role);
    grant.region = tree->id(tree->find(grid_code(number)));
    return grant;
  };
  const Reader reader{std::make_shared<access::Caller>(
                          "account:5", std::vector<access::Grant>{grant("contact", 1), grant("name", 89)}),
                      "epidemic-control"};
  const auto by = [&](const std::string& text) {
    return must(this->registry_->search({text, std::nullopt, std::nullopt, 20}, reader)).items.size();
  };
  EXPECT_EQ(by(phone(1)), 1U);
  EXPECT_EQ(by(phone(89)), 0U);
  EXPECT_EQ(by("张三"), 1U);
}

}  // namespace

}  // namespace jingwei::registry

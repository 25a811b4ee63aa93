// What somebody knows of a person may stand in several records: a name here, a street there.
#include <gtest/gtest.h>

#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/registry/limits.h"
#include "modules/registry/registry_testing.h"

namespace jingwei::registry {

namespace {

using namespace testing;

constexpr std::string_view together_resources = R"(resources:
  - id: homes
    title: {zh: 住房登记, en: Homes}
    provider: {id: housing, zh: 住建, en: Housing}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: person
    key: [citizen_id]
    region: grid
    fields:
      - {name: citizen_id, title: {zh: 身份证号, en: Citizen ID}, type: citizen_id, personal: identifier, required: true}
      - {name: address, title: {zh: 住址, en: Address}, type: address, personal: address}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
  - id: registers
    title: {zh: 户籍登记, en: Registers}
    provider: {id: police, zh: 公安, en: Police}
    sharing: conditional
    purposes: [epidemic-control]
    retention: 1y
    update: daily
    subject: person
    key: [citizen_id]
    region: grid
    fields:
      - {name: name, title: {zh: 姓名, en: Name}, type: person_name, personal: name, required: true}
      - {name: citizen_id, title: {zh: 身份证号, en: Citizen ID}, type: citizen_id, personal: identifier, required: true}
      - {name: address, title: {zh: 住址, en: Address}, type: address, personal: address}
      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}
)";
constexpr std::string_view homes_header = "身份证号,住址,网格\n";
constexpr std::string_view registers_header = "姓名,身份证号,住址,网格\n";

// In the grid of another number than the person's own, where `grid` says so.
std::string home_row(int number, const std::string& address, int grid = 0) {
  return citizen_id(number) + ',' + address + ',' + grid_code(grid == 0 ? number : grid) + '\n';
}
std::string register_row(int number, const std::string& name, const std::string& address) {
  return name + ',' + citizen_id(number) + ',' + address + ',' + grid_code(number) + '\n';
}

template <typename Backend>
class RegistryTogether : public RegistryWorld<Backend> {
 protected:
  void SetUp() override {
    this->declare("together", together_resources);
    RegistryWorld<Backend>::SetUp();
  }
  const Reader whole_{access::Caller::local_operator(), "epidemic-control"};

  std::vector<Found> found(const SubjectQuery& query, const Reader& reader) {
    return must(this->registry_->search(query, reader)).items;
  }
  std::vector<SubjectId> ids(const std::string& text, const Reader& reader,
                             const std::optional<std::string>& under = std::nullopt) {
    std::vector<SubjectId> all;
    for (const auto& one : found({text, std::nullopt, under, 20}, reader)) all.push_back(one.id);
    return all;
  }
  std::vector<SubjectId> ids(const std::string& text) { return ids(text, whole_); }

  // Classes that are open in a person's grid; everywhere without one.
  access::Grant grant(const std::set<std::string, std::less<>>& classes,
                      std::optional<int> grid = std::nullopt) {
    auto role = std::make_shared<access::Role>();
    role->permissions.set(*access::find_permission("record.read"));
    role->every_purpose = true;
    role->classes = classes;
    access::Grant grant;
    grant.role = std::move(role);
    grant.whole_area = !grid;
    const auto tree = this->node_.regions->tree();
    if (grid) grant.region = tree->id(tree->find(grid_code(*grid)));
    return grant;
  }
  Reader reader(std::vector<access::Grant> grants) {
    return {std::make_shared<access::Caller>("account:5", std::move(grants)), "epidemic-control"};
  }
};
TYPED_TEST_SUITE(RegistryTogether, jingwei::testing::Backends, jingwei::testing::BackendNames);

using Ids = std::vector<SubjectId>;

TYPED_TEST(RegistryTogether, ANameInOneRecordAndAStreetOrAPhoneInAnother) {
  this->load("people", jingwei::testing::people(1, 2));  // all of them 张三, with a phone
  this->load("homes", std::string(homes_header) + home_row(1, "香洲区景山路12号") +
                          home_row(2, "香洲区凤凰北路7号") + home_row(9, "香洲区海滨大道3号"));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2);
  EXPECT_EQ(this->ids("张三 景山路12号"), Ids{one});
  EXPECT_EQ(this->ids("凤凰北路 zhangsan"), Ids{two});
  EXPECT_EQ(this->ids(phone(2).substr(3) + " 凤凰北路"), Ids{two});
  EXPECT_EQ(this->ids(phone(1).substr(3) + " 凤凰北路"), Ids{}) << "of two persons";
  EXPECT_EQ(this->ids("张三 海滨大道"), Ids{}) << "whose name nobody tells";
  EXPECT_EQ(this->ids("张三 凤凰北路 1999"), Ids{}) << "every word must be answered";
  const auto all = this->found({"景山路 张三", Kind::person, std::nullopt, 20}, this->whole_);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().records, 2);
  EXPECT_EQ(all.front().entry.entry->resource.id, "people") << "the record that names them speaks";
  EXPECT_TRUE(this->found({"景山路 张三", Kind::household, std::nullopt, 20}, this->whole_).empty());
}

TYPED_TEST(RegistryTogether, AWithdrawnRecordAddsNothing) {
  this->load("people", jingwei::testing::people(1, 1));
  const auto homes = this->load("homes", std::string(homes_header) + home_row(1, "香洲区景山路12号"));
  this->link();
  ASSERT_EQ(this->ids("张三 景山路").size(), 1U);
  auto& withdrawals = this->node_.ingest->withdrawals();
  const auto plan = must(withdrawals.plan(homes.id));
  must(withdrawals.ask(homes.id, "wrong file", plan.records(), this->request_));
  must(withdrawals.run(homes.id, std::atomic<bool>(false)));
  this->link();
  EXPECT_EQ(this->ids("张三 景山路"), Ids{});
}

TYPED_TEST(RegistryTogether, AWordCountsOnlyWhereItsRecordsClassIsOpen) {
  this->load("people", jingwei::testing::people(1, 2));  // in two grids
  this->load("homes",
             std::string(homes_header) + home_row(1, "香洲区景山路12号") + home_row(2, "香洲区景山路14号"));
  this->link();
  const SubjectId two = this->person(2);
  ASSERT_EQ(this->ids("张三 景山路").size(), 2U);
  EXPECT_EQ(this->ids("张三 景山路", this->reader({this->grant({"name", "address"})})).size(), 2U);
  // Both see the other home, with its address masked.
  const Reader of_one_street = this->reader({this->grant({"name"}), this->grant({"address"}, 2)});
  EXPECT_EQ(this->ids("张三 景山路", of_one_street), Ids{two});
  const Reader of_no_street = this->reader({this->grant({"name", "contact"})});
  EXPECT_EQ(this->ids("张三 景山路", of_no_street), Ids{});
  EXPECT_EQ(this->ids("张三", of_no_street).size(), 2U);
  const Reader without_purpose{access::Caller::local_operator(), ""};
  EXPECT_EQ(this->ids("张三 景山路", without_purpose), Ids{});
}

TYPED_TEST(RegistryTogether, ARecordOutOfSightAddsNothing) {
  this->load("people", jingwei::testing::people(1, 1));
  this->load("homes", std::string(homes_header) + home_row(1, "香洲区景山路12号", 2));
  this->link();
  const SubjectId one = this->person(1);
  EXPECT_EQ(this->ids("张三 景山路"), Ids{one});
  for (const int grid : {1, 2}) {
    const Reader of_a_grid = this->reader({this->grant({"name", "address"}, grid)});
    EXPECT_EQ(this->ids("张三 景山路", of_a_grid), Ids{}) << grid;
    EXPECT_EQ(this->ids(grid == 1 ? "张三" : "景山路", of_a_grid), Ids{one}) << grid;
    EXPECT_EQ(this->ids("张三 景山路", this->whole_, grid_code(grid)), Ids{}) << "asked for one grid";
  }
  const Reader of_both =
      this->reader({this->grant({"name", "address"}, 1), this->grant({"name", "address"}, 2)});
  EXPECT_EQ(this->ids("张三 景山路", of_both), Ids{one});
  EXPECT_EQ(this->ids("张三 景山路", this->whole_, std::string("980101001002")), Ids{one});
}

// Addresses are open in the register under this purpose and closed among homes.
TYPED_TEST(RegistryTogether, WhatOneResourceOpensOpensNoOther) {
  this->load("people", jingwei::testing::people(1, 1));
  this->load("homes", std::string(homes_header) + home_row(1, "香洲区景山路12号"));
  this->load("registers", std::string(registers_header) + register_row(2, "张三", "香洲区景山路14号"));
  this->link();
  const SubjectId two = this->person(2);
  ASSERT_EQ(this->ids("张三 景山路").size(), 2U);
  this->node_.ingest->on_purpose(
      [](const std::string&, const std::string&, std::optional<catalog::Personal>, RegionId) {
        return Result<void>();
      },
      [](const std::string&, const std::string& resource, catalog::Personal personal) {
        ingest::PurposeAreas areas;
        areas.everywhere = resource != "homes" || personal != catalog::Personal::address;
        return areas;
      });
  EXPECT_EQ(this->ids("张三 景山路", this->reader({this->grant({"name", "address"})})), Ids{two});
}

// However well the words of several records fit.
TYPED_TEST(RegistryTogether, WhoseOneRecordAnswersComesFirstThenWhoAnswersBest) {
  this->load("registers", std::string(registers_header) + register_row(5, "张三丰", "香洲区景山路12号3栋") +
                              register_row(3, "张三丰", "香洲区凤凰北路7号"));
  this->load("people", jingwei::testing::people(1, 1));
  this->load("homes",
             std::string(homes_header) + home_row(1, "景山路12号") + home_row(3, "香洲区景山路12号5栋"));
  this->link();
  const SubjectId one = this->person(1), three = this->person(3), five = this->person(5);
  EXPECT_EQ(this->ids("张三 景山路12号"), (Ids{five, one, three}));
  const auto first = this->found({"张三 景山路12号", std::nullopt, std::nullopt, 1}, this->whole_);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first.front().id, five);
  const auto two = this->found({"张三 景山路12号", std::nullopt, std::nullopt, 2}, this->whole_);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two.back().id, one);
}

// Of a person with many records the newest are asked, and the one that led to the person.
TYPED_TEST(RegistryTogether, OfManyRecordsTheNewestAnswerAndWhatLedThere) {
  this->load("people", jingwei::testing::people(1, 1));
  this->load("homes", std::string(homes_header) + home_row(1, "香洲区凤凰北路7号"));
  this->link();
  const SubjectId one = this->person(1);
  const std::string of_two_old_ones = phone(1).substr(3) + " 凤凰北路";
  EXPECT_EQ(this->ids(of_two_old_ones), Ids{one});
  std::string visits(visit_header);
  // Many have names that begin alike, so that the street leads.
  int number = 100;
  for (const char* given :
       {"福", "德", "根", "祥", "瑞", "兴", "旺", "庆", "昌", "荣", "发", "财", "贵", "寿"}) {
    visits += visit_row("W" + std::to_string(number), number, std::string("张三") + given);
    ++number;
  }
  for (std::size_t visit = 0; visit < limits::together_links_each + 4; ++visit)
    visits += visit_row("V" + std::to_string(visit), 1, "张三");
  this->load("visits", visits);
  this->link();
  ASSERT_EQ(this->person(1), one);
  EXPECT_EQ(this->ids("张三 凤凰北路"), Ids{one});
  EXPECT_EQ(this->ids(of_two_old_ones), Ids{}) << "one led, the other is among the older ones";
}

}  // namespace

}  // namespace jingwei::registry

// Records find their subjects as they arrive, on both storages.
#include <gtest/gtest.h>

#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/registry/registry_testing.h"
#include "storage/pseudonym.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class Registry : public RegistryWorld<Backend> {};
TYPED_TEST_SUITE(Registry, jingwei::testing::PackingBackends, jingwei::testing::BackendNames);

TYPED_TEST(Registry, PutsRecordsOfTwoDepartmentsInOneFile) {
  this->load("people", jingwei::testing::people(1, 40));
  this->load("visits", std::string(visit_header) + visit_row("V1", 7, "张三") +
                           visit_row("V2", 7, "张三", "2020-02-09"));
  this->link();
  const SubjectId seven = this->person(7);
  EXPECT_EQ(this->resources_of(seven), (std::multiset<std::string>{"people", "visits", "visits"}));
  const auto file = this->file(seven);
  EXPECT_EQ(file.kind, Kind::person);
  for (const auto& entry : file.entries) EXPECT_EQ(entry.link.certainty, Certainty::certain);
  // The time line: newest first.
  EXPECT_EQ(to_iso(file.entries.front().record.day), "2020-02-09");
  EXPECT_EQ(this->resources_of(this->person(8)), (std::multiset<std::string>{"people"}));
  EXPECT_NE(this->person(8), seven);
}

TYPED_TEST(Registry, LinksARecordEnteredByHandToWhatStands) {
  this->load("people", jingwei::testing::people(1, 5));
  this->link();
  const SubjectId before = this->person(3);
  must(this->node_.ingest->add_record(
      "visits", {{"visit_no", "H1"}, {"name", "张三"}, {"citizen_id", citizen_id(3)}, {"grid", grid_code(3)}},
      this->request_));
  this->link();
  EXPECT_EQ(this->person(3), before);
  EXPECT_EQ(this->resources_of(before), (std::multiset<std::string>{"people", "visits"}));
}

TYPED_TEST(Registry, LinksARecordEnteredByHandBeforeTheFilesThatWait) {
  constexpr int portion = static_cast<int>(limits::portion_records);
  this->load("people", jingwei::testing::people(1, 5));
  this->link();
  const SubjectId three = this->person(3);
  this->load("people", jingwei::testing::people(1'000, portion));
  this->load("people", jingwei::testing::people(1'000 + portion, portion));
  const auto entered = must(this->node_.ingest->add_record(
      "visits", {{"visit_no", "H1"}, {"name", "张三"}, {"citizen_id", citizen_id(3)}, {"grid", grid_code(3)}},
      this->request_));
  must(this->registry_->runner().step());
  EXPECT_EQ(must(this->registry_->subject_of(entered.id, Kind::person)), three);
  EXPECT_TRUE(this->people_of(1'000 + portion).empty());
  this->link();
  EXPECT_EQ(must(this->registry_->subject_of(entered.id, Kind::person)), three);
  EXPECT_EQ(this->resources_of(three), (std::multiset<std::string>{"people", "visits"}));
  EXPECT_EQ(this->people_of(1'000 + portion).size(), 1U);
}

TYPED_TEST(Registry, TakesARecordThatChangesTwiceAtItsLastWord) {
  this->load("people", jingwei::testing::people(1, 3));
  for (const int number : {1, 2, 3}) {
    must(this->node_.ingest->add_record(
        "visits",
        {{"visit_no", "H1"}, {"name", "张三"}, {"citizen_id", citizen_id(number)}, {"grid", grid_code(3)}},
        this->request_));
  }
  this->link();
  EXPECT_EQ(this->resources_of(this->person(1)), (std::multiset<std::string>{"people"}));
  EXPECT_EQ(this->resources_of(this->person(3)), (std::multiset<std::string>{"people", "visits"}));
}

TYPED_TEST(Registry, LinksNothingTwice) {
  this->load("people", jingwei::testing::people(1, 30));
  this->link();
  const auto first = must(this->registry_->status());
  // As after a crash before the cursor was known, and when everything is gone through again.
  storage::Change change;
  change.writes.push_back(LinkRunner::look_again());
  must(this->node_.store->commit(std::move(change)));
  this->restart_registry();
  this->link();
  const auto second = must(this->registry_->status());
  EXPECT_EQ(first.links, 30);
  EXPECT_EQ(second.links, first.links);
  EXPECT_EQ(second.subjects, first.subjects);
}

TYPED_TEST(Registry, LinksWhatStoodBeforeTheRegistryDid) {
  this->load("people", jingwei::testing::people(1, 50));
  // A hub that comes to the registry with its feed read long ago.
  {
    auto reader = must(this->node_.store->read());
    const auto here = must(reader->position());
    storage::Change change;
    change.writes.push_back(storage::move_cursor("registry", {}, here));
    must(this->node_.store->commit(std::move(change)));
  }
  this->link();
  const auto status = must(this->registry_->status());
  EXPECT_EQ(status.links, 50);
  for (const auto& one : status.resources) EXPECT_TRUE(one.done) << one.resource;
}

TYPED_TEST(Registry, FollowsACorrectedNumberToItsOwner) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三"));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2);
  EXPECT_EQ(this->resources_of(one), (std::multiset<std::string>{"people", "visits"}));
  this->load("visits", std::string(visit_header) + visit_row("V1", 2, "张三"));
  this->link();
  EXPECT_EQ(this->resources_of(one), (std::multiset<std::string>{"people"}));
  EXPECT_EQ(this->resources_of(two), (std::multiset<std::string>{"people", "visits"}));
}

TYPED_TEST(Registry, UnlinksWhatAWithdrawnBatchBrought) {
  this->load("people", jingwei::testing::people(1, 3));
  const auto batch = this->load(
      "visits", std::string(visit_header) + visit_row("V1", 1, "张三") + visit_row("V2", 2, "张三"));
  this->link();
  const SubjectId one = this->person(1);
  EXPECT_EQ(this->resources_of(one).size(), 2U);
  const auto plan = must(this->node_.ingest->withdrawals().plan(batch.id));
  must(this->node_.ingest->withdrawals().ask(batch.id, "wrong file", plan.records(), this->request_));
  must(this->node_.ingest->withdrawals().run(batch.id, std::atomic<bool>(false)));
  this->link();
  EXPECT_EQ(this->person(1), one);
  EXPECT_EQ(this->resources_of(one), (std::multiset<std::string>{"people"}));
  EXPECT_EQ(must(this->registry_->status()).links, 3);
}

TYPED_TEST(Registry, TellsHouseholdsAndEmployersFromTheRecordsThemselves) {
  this->load("households", std::string(household_header) + household_row(1, "张三", "H1") +
                               household_row(2, "李四", "H1") + household_row(3, "王五", "H2"));
  this->load("jobs", "姓名,证件号码,统一社会信用代码,网格\n张三," + citizen_id(1) + ",91350100M000100Y43," +
                         grid_code(1) + "\n");
  this->link();
  const auto file = this->file(this->person(1));
  std::map<RelationKind, SubjectId> relations;
  for (const auto& relation : file.relations) relations[relation.kind] = relation.other;
  ASSERT_TRUE(relations.contains(RelationKind::member));
  const auto household = this->file(relations[RelationKind::member]);
  EXPECT_EQ(household.kind, Kind::household);
  std::set<SubjectId> members;
  for (const auto& relation : household.relations) members.insert(relation.subject);
  EXPECT_EQ(members, (std::set<SubjectId>{this->person(1), this->person(2)}));
}

TYPED_TEST(Registry, LeavesOneNumberUnderTwoNamesToPeople) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  const auto open = must(this->registry_->decisions().reviews(ReviewState::open, ReviewId(), 10));
  ASSERT_EQ(open.size(), 1U);
  const auto file = this->file(this->person(1));
  ASSERT_EQ(file.entries.size(), 2U);
  std::multiset<Certainty> certainties;
  for (const auto& entry : file.entries) certainties.insert(entry.link.certainty);
  EXPECT_EQ(certainties, (std::multiset<Certainty>{Certainty::probable, Certainty::certain}));
  // Who acts on a person takes certain links alone.
  const Reader reader;
  for (const auto& entry : file.entries) {
    const auto acted_on = this->registry_->certain_subject_of(entry.record.id);
    EXPECT_EQ(must(this->registry_->subject_of(entry.record.id, Kind::person)), file.id);
    if (entry.link.certainty == Certainty::certain) {
      EXPECT_EQ(must(acted_on), file.id);
      EXPECT_EQ(must(this->registry_->best_entry(file.id, reader, Certainty::certain))->record.id,
                entry.record.id);
    } else {
      EXPECT_EQ(acted_on.error().code, ErrorCode::not_found);
    }
  }
}

TYPED_TEST(Registry, KnowsTheOldAndNewDocumentsOfAResident) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "张三"));
  this->link();
  const auto merged =
      must(this->registry_->decisions().merge(this->person(1), this->person(2), "一人两号", this->request_));
  static_cast<void>(merged);
  const auto names = must(this->registry_->pseudonyms_of_resident(citizen_id(1)));
  const std::string first = storage::pseudonym_of(this->sealer_, citizen_id(1));
  const std::string second = storage::pseudonym_of(this->sealer_, citizen_id(2));
  EXPECT_EQ(names, (std::vector<std::string>{first, second}));
  EXPECT_EQ(must(this->registry_->pseudonyms_of_resident(citizen_id(2))),
            (std::vector<std::string>{second, first}))
      << "the number asked for stands first";
  EXPECT_EQ(must(this->registry_->pseudonyms_of_resident(citizen_id(3))).size(), 1U);
}

TYPED_TEST(Registry, NobodyIsShownTheLooksOfWhomTheyOnlyProbablyAre) {
  this->load("people", jingwei::testing::people(1, 2));
  this->load("visits", std::string(visit_header) + visit_row("V1", 1, "欧阳明"));
  this->link();
  EXPECT_EQ(must(this->registry_->pseudonyms_of_resident(citizen_id(1))),
            std::vector<std::string>{storage::pseudonym_of(this->sealer_, citizen_id(1))});
  EXPECT_EQ(must(this->registry_->pseudonyms_of_resident("H99999999")),
            std::vector<std::string>{storage::pseudonym_of(this->sealer_, "H99999999")})
      << "a number that no record gives still has its name";
}

}  // namespace

}  // namespace jingwei::registry

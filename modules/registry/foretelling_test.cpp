// What a withdrawal would do to subjects is told beforehand as it then happens, and telling it changes
// nothing.
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/registry/model_testing.h"
#include "modules/registry/registry_routes.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryForetelling : public ModelWorld<Backend> {
 protected:
  ingest::Batch load_visits(const std::string& rows) {
    return this->load("visits", std::string(visit_header) + rows);
  }
  Foretold foretell(BatchId batch) { return must(this->registry_->foretelling().of_withdrawal(batch)); }
  void withdraw(BatchId batch) {
    auto& withdrawals = this->node_.ingest->withdrawals();
    const auto plan = must(withdrawals.plan(batch));
    must(withdrawals.ask(batch, "wrong file", plan.records(), this->request_));
    must(withdrawals.run(batch, std::atomic<bool>(false)));
    this->link();
  }
  static std::map<SubjectId, Fate> fates_of(const Foretold& foretold) {
    std::map<SubjectId, Fate> all;
    for (const auto& one : foretold.subjects) all[one.id] = one.fate;
    return all;
  }
  static std::int64_t count(const Foretold& foretold, Fate fate) {
    return foretold.by[static_cast<std::size_t>(fate)];
  }
  // Which subject each record tells of.
  std::map<std::pair<RecordId, Role>, SubjectId> as_linked() {
    auto reader = must(this->node_.store->read());
    std::map<std::pair<RecordId, Role>, SubjectId> all;
    for (const auto& link : must(links_between(*reader, RecordId(), RecordId(INT64_MAX), 100'000)))
      all[{link.record, link.role}] = link.subject;
    return all;
  }
  boost::json::value page(BatchId batch, const std::string& cursor) {
    RegistryRoutes pages(*this->registry_,
                         [](std::int64_t, std::optional<std::int64_t>) -> Result<std::vector<std::string>> {
                           return std::vector<std::string>();
                         });
    http::Request request;
    request.caller = access::Caller::local_operator();
    const std::string id = batch.to_string(), query = "limit=1" + (cursor.empty() ? "" : "&cursor=" + cursor);
    request.query = query;
    http::Response answer;
    for (const auto& route : pages.routes()) {
      if (route.operation != "list_withdrawal_subjects") continue;
      route.handle(request, {id}, http::Responder([&](http::Response given) { answer = std::move(given); }));
    }
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body);
  }
};
TYPED_TEST_SUITE(RegistryForetelling, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryForetelling, TellsWhoGoesOnWithFewerRecordsAndOfWhomNoneIsLeft) {
  this->load("people", jingwei::testing::people(1, 3));
  const auto batch =
      this->load_visits(visit_row("V1", 1, "张三") + visit_row("V2", 1, "张三") + visit_row("V9", 9, "李四"));
  this->link();
  const SubjectId one = this->person(1), nine = this->person(9);
  const auto before = this->as_linked();
  const Foretold foretold = this->foretell(batch.id);
  EXPECT_EQ(foretold.records, 3);
  EXPECT_TRUE(foretold.complete);
  EXPECT_EQ(this->fates_of(foretold),
            (std::map<SubjectId, Fate>{{one, Fate::loses}, {nine, Fate::vanishes}}));
  ASSERT_EQ(foretold.subjects.size(), 2U);
  EXPECT_EQ(foretold.subjects[0].id, nine) << "the graver first";
  EXPECT_EQ(foretold.subjects[1].records, 3);
  EXPECT_EQ(foretold.subjects[1].loses, 2);
  EXPECT_EQ(this->as_linked(), before) << "nothing is written";
  EXPECT_EQ(this->person(9), nine) << "and nobody is forgotten";
  this->withdraw(batch.id);
  EXPECT_EQ(this->file(one).entries.size(), 1U);
  EXPECT_TRUE(this->people_of(9).empty());
  EXPECT_EQ(this->registry_->foretelling().of_withdrawal(batch.id).error().message, "ingest.batch_withdrawn");
}

// Somebody said that two are one of a record that goes: what they said goes with it.
TYPED_TEST(RegistryForetelling, TellsWhoComesApart) {
  const auto batch = this->load_visits(visit_row("V1", 1, "张三"));
  this->link();
  this->load("people", jingwei::testing::people(1, 3));
  this->link();
  const SubjectId one = this->person(1), two = this->person(2);
  must(this->registry_->decisions().merge(one, two, "同一人", this->request_));
  ASSERT_EQ(this->person(2), one);
  const auto before = this->as_linked();
  const Foretold foretold = this->foretell(batch.id);
  EXPECT_EQ(this->fates_of(foretold), (std::map<SubjectId, Fate>{{one, Fate::parts}}));
  EXPECT_EQ(this->count(foretold, Fate::parts), 1);
  EXPECT_EQ(this->as_linked(), before);
  this->withdraw(batch.id);
  EXPECT_EQ(this->person(1), one);
  EXPECT_EQ(this->person(2), two);
}

// Somebody said that two are not one of a record that goes: nothing holds the others apart any more.
TYPED_TEST(RegistryForetelling, TellsWhoBecomesOneWithAnother) {
  this->load("people", jingwei::testing::people(1, 3));
  const auto batch = this->load_visits(visit_row("V1", 1, "欧阳明"));
  this->link();
  const RecordId person = this->record_of("people", 1), visit = this->record_of("visits", 1);
  must(this->registry_->decisions().decide(this->put_review(person, visit), ReviewState::different,
                                           this->request_));
  this->load_visits(visit_row("V2", 1, "欧阳明"));
  this->link();
  const RecordId later = this->record_of("visits", 1);
  const SubjectId one = this->subject_of(person), other = this->subject_of(visit);
  ASSERT_NE(one, other);
  ASSERT_EQ(this->subject_of(later), other);
  const Foretold foretold = this->foretell(batch.id);
  EXPECT_EQ(this->fates_of(foretold), (std::map<SubjectId, Fate>{{one, Fate::joins}, {other, Fate::joins}}));
  this->withdraw(batch.id);
  EXPECT_EQ(this->subject_of(later), this->subject_of(person));
}

TYPED_TEST(RegistryForetelling, ARecordThatTellsOfAnotherAgainIsOneThatIsLost) {
  this->load("people", jingwei::testing::people(1, 3));
  this->load_visits(visit_row("V1", 1, "张三"));
  const auto batch = this->load_visits(visit_row("V1", 2, "张三"));
  this->link();
  const SubjectId two = this->person(2);
  const Foretold foretold = this->foretell(batch.id);
  EXPECT_EQ(this->fates_of(foretold), (std::map<SubjectId, Fate>{{two, Fate::loses}}));
  this->withdraw(batch.id);
  EXPECT_EQ(this->file(this->person(1)).entries.size(), 2U);
  EXPECT_EQ(this->file(two).entries.size(), 1U);
}

// The model's index is told on the way, and told back.
TYPED_TEST(RegistryForetelling, TheModelSaysAfterwardsWhatItSaidBefore) {
  this->load("people", jingwei::testing::people(1, 5));
  const auto batch =
      this->load_visits(visit_row("V1", 1, "张三") + visit_row("V2", 2, "张三") + visit_row("V9", 9, "李四"));
  this->link();
  this->put_model_in_force();
  const auto before = this->as_linked();
  const Foretold foretold = this->foretell(batch.id);
  EXPECT_EQ(this->count(foretold, Fate::vanishes), 1);
  EXPECT_EQ(this->count(foretold, Fate::loses), 2);
  this->link();
  EXPECT_EQ(this->as_linked(), before);
  const Foretold again = this->foretell(batch.id);
  EXPECT_EQ(this->fates_of(again), this->fates_of(foretold));
  // A record that comes now finds whom the batch alone tells of.
  const SubjectId nine = this->subject_of(this->record_of("visits", 9));
  this->load_visits(visit_row("V10", 9, "李四"));
  this->link();
  EXPECT_EQ(this->subject_of(this->record_of("visits", 9)), nine);
  this->withdraw(batch.id);
  EXPECT_EQ(this->subject_of(this->record_of("visits", 9)), nine);
}

TYPED_TEST(RegistryForetelling, ListsSubjectsPageByPage) {
  this->load("people", jingwei::testing::people(1, 3));
  const auto batch =
      this->load_visits(visit_row("V1", 1, "张三") + visit_row("V2", 2, "张三") + visit_row("V9", 9, "李四"));
  this->link();
  std::vector<std::string> fates;
  std::set<std::string> ids;
  for (std::string cursor;;) {
    const auto page = this->page(batch.id, cursor);
    EXPECT_EQ(page.at("vanishes").as_int64(), 1);
    EXPECT_EQ(page.at("loses").as_int64(), 2);
    for (const auto& one : page.at("items").as_array()) {
      fates.emplace_back(one.at("fate").as_string());
      ids.emplace(one.at("id").as_string());
    }
    if (page.at("next_cursor").is_null()) break;
    ASSERT_LT(fates.size(), 4U);
    cursor = std::string(page.at("next_cursor").as_string());
  }
  EXPECT_EQ(fates, (std::vector<std::string>{"vanishes", "loses", "loses"}));
  EXPECT_EQ(ids.size(), 3U);
}

}  // namespace
}  // namespace jingwei::registry

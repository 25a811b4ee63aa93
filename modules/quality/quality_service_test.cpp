// Goal: every event counts once in the day it belongs to; an objection is answered once, by somebody else, or
// becomes overdue by the clock alone; nothing an objector wrote stands in plain anywhere.
#include "modules/quality/quality_service.h"

#include <thread>

#include "modules/catalog/responsibility.h"
#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/quality/day_counts.h"
#include "modules/quality/messages.gen.h"
#include "modules/quality/sql.gen.h"
#include "storage/upgrade_suite.h"
#include "tests/support/ingest_world.h"

namespace jingwei::quality {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class Quality : public IngestWorld<Backend> {
 protected:
  static void SetUpTestSuite() {
    IngestWorld<Backend>::SetUpTestSuite();
    register_messages();
  }
  void SetUp() override {
    IngestWorld<Backend>::SetUp();
    if (!this->IsSkipped()) start();
  }
  void TearDown() override {
    timers_.reset();
    service_.reset();
    IngestWorld<Backend>::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = IngestWorld<Backend>::migrations();
    all.insert(all.end(), sql::migrations().begin(), sql::migrations().end());
    return all;
  }
  void start() {
    service_ = std::make_unique<QualityService>(QualityParts{*this->node_.store, *this->node_.catalog,
                                                             *this->node_.ingest, this->sealer_, this->clock_,
                                                             this->zone_, std::chrono::days{5}, "first"});
    timers_ = std::make_unique<storage::TimerRunner>(*this->node_.store, this->clock_, "first");
    service_->on_timers(*timers_);
  }
  void follow() {
    for (int empty = 0; empty < 3;) {
      if (must(service_->step()) > 0) continue;
      ++empty;
      this->node_.store->wait_for_feed({}, std::chrono::milliseconds{5});
    }
  }
  void withdraw(BatchId batch) {
    auto& withdrawals = this->node_.ingest->withdrawals();
    must(withdrawals.ask(batch, "误报", must(withdrawals.plan(batch)).records(), {"officer", std::nullopt}));
    must(withdrawals.run(batch, std::atomic<bool>(false)));
  }
  Standing people() {
    follow();
    return must(service_->resource("people", 30));
  }
  Datum datum() {
    const auto record = this->records("people").front();
    return {"people", record.id, record.version, "phone"};
  }
  Result<Objection> object(const std::string& actor = "王敏") {
    return service_->objections().open(datum(), "号码是我前夫的 13800000000", "13911112222",
                                       {actor, std::nullopt});
  }
  void days_pass(int days) {
    for (int day = 0; day < days; ++day) {
      this->clock_.advance(std::chrono::hours{24});
      while (must(timers_->step()) > 0) {
      }
    }
  }

  std::unique_ptr<QualityService> service_;
  std::unique_ptr<storage::TimerRunner> timers_;
};

TYPED_TEST_SUITE(Quality, Backends, BackendNames);

TYPED_TEST(Quality, CountsStandByDayAndProviderAndEachEventOnce) {
  EXPECT_FALSE(this->people().score.points) << "nothing came: no score, neither 0 nor 100";
  const std::string bad = "张三," + citizen_id(900) + ",12,户籍," + grid_code(900) + ",2020-01-21\n";
  this->load("people", people(0, 9) + bad);
  Standing one = this->people();
  EXPECT_EQ(one.tally.accepted, 9);
  EXPECT_EQ(one.tally.refused, 1);
  EXPECT_EQ(one.tally.loads, 1);
  EXPECT_EQ(one.reasons, (std::map<std::string, std::int64_t>{{"phone", 1}}));
  EXPECT_EQ(one.provider_id, "police");
  ASSERT_TRUE(one.score.points);
  const double before = *one.score.points;
  this->clock_.advance(std::chrono::hours{24});
  this->load("people", people(0, 9) + person(20));
  one = this->people();
  ASSERT_EQ(one.days.size(), 2U);
  EXPECT_EQ(one.days.back().tally.unchanged, 9);
  EXPECT_GT(*one.score.points, before);
  // Another start goes on where this one stood.
  this->start();
  const Standing again = this->people();
  EXPECT_EQ(again.tally, one.tally);
  const Board board = must(this->service_->board(30));
  const auto police = std::find_if(board.providers.begin(), board.providers.end(),
                                   [](const Standing& provider) { return provider.id == "police"; });
  ASSERT_NE(police, board.providers.end());
  EXPECT_EQ(police->tally.accepted, one.tally.accepted);
}

TYPED_TEST(Quality, MendingRaisesTheScoreAndAWithdrawalIsNoReceipt) {
  const std::string bad = "张三," + citizen_id(900) + ",12,户籍," + grid_code(900) + ",2020-01-21\n";
  const auto batch = this->load("people", people(0, 3) + bad);
  const double before = *this->people().score.points;
  must(this->node_.ingest->mend_refused(
      {batch.id, 5}, {{"name", "张三"}, {"citizen_id", citizen_id(900)}, {"grid", grid_code(900)}},
      {"tester", std::nullopt}));
  const Standing mended = this->people();
  EXPECT_EQ(mended.tally.mended, 1);
  EXPECT_GT(*mended.score.points, before);
  this->clock_.advance(std::chrono::hours{24});
  this->withdraw(batch.id);
  const Standing after = this->people();
  EXPECT_EQ(after.days.size(), 1U);
  EXPECT_EQ(after.tally.accepted, 1) << "what was mended by hand is no part of the file";
  EXPECT_EQ(after.tally.refused, 0);
  EXPECT_EQ(after.last_received, mended.last_received);
}

// What a withdrawn batch left is gone from rows, reasons and rounds; other batches of its days keep theirs.
TYPED_TEST(Quality, AWithdrawalTakesBackWhatTheBatchLeftInItsDays) {
  const auto bad = [](int number) {
    return "张三," + citizen_id(number) + ",12,户籍," + grid_code(number) + ",2020-01-21\n";
  };
  this->load("people", people(0, 3) + bad(900));
  const Standing before = this->people();
  this->clock_.advance(std::chrono::hours{24});
  const auto wrong = this->load("people", people(10, 4) + bad(901) + bad(902));
  Standing one = this->people();
  EXPECT_EQ(one.tally.accepted, 7);
  EXPECT_EQ(one.tally.refused, 3);
  EXPECT_EQ(one.tally.on_time, 1);
  this->clock_.advance(std::chrono::hours{71});
  this->withdraw(wrong.id);
  one = this->people();
  EXPECT_EQ(one.tally.accepted, 3);
  EXPECT_EQ(one.tally.refused, 1);
  EXPECT_EQ(one.tally.loads, 1);
  EXPECT_EQ(one.tally.on_time, 0);
  EXPECT_EQ(one.reasons, before.reasons);
  EXPECT_EQ(one.days.size(), 1U) << "nothing is left of that day";
  EXPECT_EQ(one.last_received, before.last_received);
  EXPECT_EQ(one.missed_now, 3) << "its rounds are missing again";
  this->start();  // memory follows what was saved
  EXPECT_EQ(this->people().last_received, before.last_received);

  // Of two files of one day the second keeps the round; both sides of the feed may come in one page.
  const auto first = this->load("people", people(20, 2));
  const auto second = this->load("people", people(30, 2));
  this->follow();
  const Standing both = this->people();
  this->clock_.advance(std::chrono::hours{1});
  this->withdraw(first.id);
  const auto third = this->load("people", people(40, 2));
  this->withdraw(third.id);
  one = this->people();
  EXPECT_EQ(one.tally.accepted, 5);
  EXPECT_EQ(one.tally.late, both.tally.late);
  EXPECT_EQ(one.last_received, both.last_received);
  this->withdraw(second.id);
  one = this->people();
  EXPECT_EQ(one.tally.accepted, before.tally.accepted);
  EXPECT_EQ(one.tally.refused, before.tally.refused);
  EXPECT_EQ(one.last_received, before.last_received);
}

TYPED_TEST(Quality, TheSameRowsInAnotherFileAreADeliveryAndAWithdrawnBatchIsNone) {
  catalog::Responsibilities duties(*this->node_.catalog, *this->node_.store, this->clock_,
                                   [this] { return this->service_->receipts(); });
  catalog::Responsibility duty;
  duty.department.id = "police";
  duty.resource = "people";
  duty.basis = "list";
  must(duties.add(duty, {"Mei", std::nullopt}));
  const auto collection = [&] {
    this->follow();
    return must(duties.list()).front();
  };
  this->load("people", people(0, 3));
  this->clock_.advance(std::chrono::hours{24});
  const auto same = this->load("people", std::string(people_header) + person(2) + person(1));
  ASSERT_EQ(same.counts.unchanged, 2);
  const Instant came = this->clock_.now();
  EXPECT_EQ(collection().last_received, came);
  this->clock_.advance(std::chrono::hours{23});
  EXPECT_FALSE(collection().overdue) << "what said the same came all the same";
  // A file that is taken back did not come, though what it replaced stands again since today.
  const auto wrong = this->load("people", std::string(people_header) + person(1, "流动"));
  ASSERT_EQ(wrong.counts.updated, 1);
  EXPECT_EQ(collection().last_received, this->clock_.now());
  this->clock_.advance(std::chrono::hours{2});
  EXPECT_FALSE(collection().overdue);
  this->withdraw(wrong.id);
  EXPECT_EQ(collection().last_received, came);
  EXPECT_TRUE(collection().overdue);
  // A file of which no row could be taken is none either; a single record is one, also an unchanged one.
  this->load("people", std::string(people_header) + "张三,1,2,户籍," + grid_code(1) + ",2020-01-21\n");
  EXPECT_TRUE(collection().overdue);
  must(this->node_.ingest->add_record("people",
                                      {{"name", "张三"},
                                       {"citizen_id", citizen_id(2)},
                                       {"phone", phone(2)},
                                       {"kind", "户籍"},
                                       {"grid", grid_code(2)},
                                       {"seen_on", "2020-01-21"}},
                                      {"tester", std::nullopt}));
  EXPECT_FALSE(collection().overdue);
}

TYPED_TEST(Quality, AnObjectionGoesBackToItsProviderAndIsAnsweredByAnother) {
  this->load("people", people(0, 5));
  const Objection opened = must(this->object());
  EXPECT_EQ(opened.provider, "police");
  EXPECT_EQ(opened.due_at - opened.opened_at, std::chrono::days{5});
  EXPECT_TRUE(must(this->service_->objections().person_of(opened.datum)).starts_with("person:"));
  Datum gone = opened.datum;
  gone.record = RecordId(999'999'999);
  EXPECT_EQ(must(this->service_->objections().person_of(gone)), "");
  EXPECT_EQ(this->object("李强").error().message, "quality.objected_already");
  auto& objections = this->service_->objections();
  const auto take = [&](ObjectionStep step, const std::string& words, const std::string& actor) {
    return objections.take(opened.id, step, words, {actor, std::nullopt});
  };
  EXPECT_EQ(take(ObjectionStep::accept, "", "王敏").error().message, "quality.same_person");
  EXPECT_EQ(take(ObjectionStep::decline, " ", "李强").error().message, "quality.decline_reason_missing");
  EXPECT_EQ(take(ObjectionStep::withdraw, "", "李强").error().message, "quality.not_yours");
  EXPECT_EQ(must(take(ObjectionStep::accept, "已更正", "李强")).state, ObjectionState::accepted);
  const auto late = take(ObjectionStep::decline, "不对", "赵六");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().message, "quality.objection_closed");
  const Objection closed = must(objections.find(opened.id));
  EXPECT_EQ(closed.answer, "已更正");
  EXPECT_EQ(closed.proposed, "13911112222");
  const Standing one = this->people();
  EXPECT_EQ(one.tally.upheld, 1);
  EXPECT_EQ(one.tally.answered_in_time, 1);
  // Once it is closed the datum may be objected to again.
  must(this->object("李强"));
}

TYPED_TEST(Quality, TheClockRemindsAndMarksWhatNobodyAnswers) {
  this->load("people", people(0, 5));
  const Objection opened = must(this->object());
  auto& objections = this->service_->objections();
  this->days_pass(3);
  EXPECT_EQ(must(objections.find(opened.id)).reminders, 0);
  this->days_pass(1);
  EXPECT_EQ(must(objections.find(opened.id)).reminders, 1) << "a day before it is due";
  EXPECT_EQ(must(objections.count_open()).overdue, 0);
  this->days_pass(2);
  const Objection late = must(objections.find(opened.id));
  EXPECT_TRUE(late.overdue);
  EXPECT_EQ(must(objections.count_open()).overdue, 1);
  this->follow();
  EXPECT_EQ(this->people().tally.answers_missed, 1);
  must(objections.take(opened.id, ObjectionStep::decline, "查无此事", {"李强", std::nullopt}));
  this->days_pass(10);
  EXPECT_EQ(must(objections.find(opened.id)).reminders, late.reminders) << "the clock stops with the answer";
  const Standing one = this->people();
  EXPECT_EQ(one.tally.declined, 1);
  EXPECT_EQ(one.tally.answered_in_time, 0);
}

// To accept is a promise: the provider is told once more when the datum says the same a term later.
TYPED_TEST(Quality, AnAcceptedObjectionWhoseDatumStaysIsMarkedUntilItChanges) {
  this->load("people", people(0, 5));
  const Objection opened = must(this->object());
  auto& objections = this->service_->objections();
  this->days_pass(2);
  must(objections.take(opened.id, ObjectionStep::accept, "将更正", {"李强", std::nullopt}));
  const auto marked = [&] { return must(objections.find(opened.id)).unmended; };
  const auto told = [&](const std::string& step) {
    std::int64_t count = 0;
    for (const auto& entry : this->feed())
      count += entry.kind == objection_event_kind && entry.body.find("\"" + step + "\"") != std::string::npos
                   ? 1
                   : 0;
    return count;
  };
  this->days_pass(5);
  EXPECT_FALSE(marked()) << "the term is not over";
  const auto record = [&] {
    return must(this->node_.ingest->find_record("people", opened.datum.record, access::Sight::whole()));
  };
  const auto number = std::get<std::string>(record().values[1]);
  const auto send = [&](const std::string& phone_number, const std::string& kind) {
    this->load("people", std::string(people_header) + "张三," + number + ',' + phone_number + ',' + kind +
                             ',' + grid_code(1) + ",2020-01-21\n");
  };
  const auto phone_before = std::get<std::string>(record().values[2]);
  send(phone_before, record().values[3] == storage::Value(std::string("guest")) ? "户籍" : "流动");
  ASSERT_GT(record().version, opened.datum.version) << "another version, yet the datum is the same";
  this->days_pass(1);
  EXPECT_TRUE(marked());
  EXPECT_EQ(must(objections.find(opened.id)).answer, "将更正");
  EXPECT_EQ(told("unmended"), 1);
  this->days_pass(10);
  EXPECT_EQ(told("unmended"), 1) << "once";
  send("13911112222", "户籍");
  this->days_pass(6);
  EXPECT_FALSE(marked());
  EXPECT_EQ(told("mended"), 1);
  this->days_pass(30);
  EXPECT_EQ(told("unmended") + told("mended"), 2) << "the clock stops";
}

TYPED_TEST(Quality, WhoObjectedFindsTheirOwnAndNobodyElses) {
  this->load("people", people(0, 5));
  const Objection opened = must(this->object("account:7"));
  auto& objections = this->service_->objections();
  EXPECT_EQ(must(objections.find_own(opened.id, "account:7")).reason, "号码是我前夫的 13800000000");
  EXPECT_EQ(objections.find_own(opened.id, "account:8").error().message, "quality.objection_not_found");
  ObjectionQuery own;
  own.objector = "account:7";
  EXPECT_EQ(must(objections.list(own)).size(), 1U);
  own.objector = "account:8";
  EXPECT_TRUE(must(objections.list(own)).empty());
}

TYPED_TEST(Quality, OfAnswersGivenAtOnceOneStands) {
  this->load("people", people(0, 5));
  const Objection opened = must(this->object());
  std::atomic<int> taken = 0, late = 0;
  std::vector<std::thread> threads;
  for (int at = 0; at < 6; ++at) {
    threads.emplace_back([&, at] {
      const auto step = at % 2 == 0 ? ObjectionStep::accept : ObjectionStep::decline;
      const auto done = this->service_->objections().take(opened.id, step, "理由",
                                                          {"officer" + std::to_string(at), std::nullopt});
      if (done.ok()) ++taken;
      if (!done.ok() && done.error().message == "quality.objection_closed") ++late;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(late, 5);
}

TYPED_TEST(Quality, WhatIsSaidStandsSealedAndTheFeedNamesIdsOnly) {
  this->load("people", people(0, 5));
  const catalog::WriteRequest request{"王敏", std::string("key-1")};
  const Objection opened =
      must(this->service_->objections().open(this->datum(), "前夫的号码", "13911112222", request));
  EXPECT_EQ(must(this->service_->objections().open(this->datum(), "前夫的号码", "13911112222", request)).id,
            opened.id);
  for (const auto& entry : this->feed()) {
    EXPECT_EQ(entry.body.find("13911112222"), std::string::npos);
    EXPECT_EQ(entry.body.find("前夫"), std::string::npos);
  }
  static const storage::Statement raw{"raw_objection", "SELECT reason, proposed FROM objection",
                                      "SELECT reason, proposed FROM objection"};
  auto reader = must(this->node_.store->read());
  must(reader->query(raw, {}, [&](const storage::Row& row) {
    EXPECT_EQ(std::string(row.blob(0)).find("前夫"), std::string::npos);
    EXPECT_EQ(std::string(row.blob(1)).find("13911112222"), std::string::npos);
    return true;
  }));
}

TYPED_TEST(Quality, ObjectionsToWhatIsNotThereAreRefused) {
  this->load("people", people(0, 2));
  auto& objections = this->service_->objections();
  const Datum standing = this->datum();
  const auto open = [&](const Datum& datum, const std::string& reason = "不对") {
    return objections.open(datum, reason, std::nullopt, {"王敏", std::nullopt}).error();
  };
  EXPECT_EQ(open({"nothing", standing.record, 1, "phone"}).code, ErrorCode::not_found);
  EXPECT_EQ(open({"people", RecordId(7), 1, "phone"}).code, ErrorCode::not_found);
  EXPECT_EQ(open({"people", standing.record, 1, "colour"}).message, "quality.field_not_found");
  EXPECT_EQ(open({"people", standing.record, 9, "phone"}).message, "quality.record_changed");
  EXPECT_EQ(open(standing, "  ").message, "quality.reason_missing");
  EXPECT_EQ(objections.find(ObjectionId(7)).error().message, "quality.objection_not_found");
}

TYPED_TEST(Quality, TablesUpgradeFromEveryStep) {
  storage::UpgradeCase upgrade;
  upgrade.before.assign(storage::sql::migrations().begin(), storage::sql::migrations().end());
  upgrade.steps.assign(sql::migrations().begin(), sql::migrations().end());
  upgrade.sample = [](int number) -> std::vector<std::string> {
    std::vector<std::string> rows = {
        "INSERT INTO quality_receipt (resource, received_at) VALUES ('people', 4)"};
    // What came before batches were kept apart stays received.
    if (number >= 2)
      rows.push_back(
          "INSERT INTO quality_batch (resource, batch, day, provider, accepted, updated, unchanged, cleaned, "
          "refused, "
          "mended, loads, on_time, late, received_at) VALUES ('people', 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, "
          "4)");
    return rows;
  };
  upgrade.dumps = {"SELECT resource, received_at FROM quality_receipt",
                   "SELECT resource, batch, day, accepted, received_at FROM quality_batch"};
  std::deque<TypeParam> places;
  const auto checked =
      storage::check_upgrades(upgrade, [&]() { return places.emplace_back().open(this->clock_); });
  EXPECT_TRUE(checked.ok()) << checked.error().to_log();
}

}  // namespace
}  // namespace jingwei::quality

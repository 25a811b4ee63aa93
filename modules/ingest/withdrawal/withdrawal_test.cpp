// Goal: a withdrawn batch leaves the store as if it had never come, but for its history; whatever happens at
// the same time or halfway, nothing stands twice and nothing of it stands on.
#include "modules/ingest/withdrawal/withdrawal.h"

#include <thread>

#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class WithdrawalWorld : public IngestWorld<Backend> {
 protected:
  Withdrawals& withdrawals() { return this->node_.ingest->withdrawals(); }
  Result<Withdrawal> ask(BatchId batch, std::int64_t expected, const std::string& reason = "误报") {
    return withdrawals().ask(batch, reason, expected, {"officer", std::nullopt});
  }
  Withdrawal withdraw(BatchId batch) {
    must(ask(batch, must(withdrawals().plan(batch)).records()));
    must(withdrawals().run(batch, going_));
    return must(withdrawals().find(batch)).value();
  }
  double counted(const std::string& metric) {
    double sum = 0;
    for (const auto& [place, value] : this->figures(metric)) sum += value;
    return sum;
  }
  // What a reader sees: the people's ids and kinds.
  std::map<std::string, std::string> people_seen() {
    std::map<std::string, std::string> seen;
    for (const auto& record : this->records("people")) {
      const auto [at, fresh] =
          seen.emplace(std::get<std::string>(record.values[1]), std::get<std::string>(record.values[3]));
      EXPECT_TRUE(fresh) << at->first << " stands twice";
    }
    return seen;
  }
  static std::string all_as(const std::string& kind, int first, int count) {
    std::string csv(people_header);
    for (int number = first; number < first + count; ++number) csv += person(number, kind);
    return csv;
  }

  static std::string bad_row(int number) {
    return "张三," + citizen_id(number) + ",12,户籍," + grid_code(number) + ",2020-01-21\n";
  }
  // A file that mends the refused row of a batch.
  static std::string mending_of(BatchId batch, std::int64_t line, int number) {
    std::string row = person(number);
    row.pop_back();
    return "姓名,身份证号,手机,类别,网格,日期,_原因,_批次,_行号,_校验\n" + row + ",手机号不对," +
           batch.to_string() + ',' + std::to_string(line) + ',' + refused_check(batch, line, "people") + '\n';
  }

  const std::atomic<bool> going_{false};
};

TYPED_TEST_SUITE(WithdrawalWorld, PackingBackends, BackendNames);

TYPED_TEST(WithdrawalWorld, RecordsOfTheBatchEndAndTheirFiguresAreTakenBack) {
  const Batch kept = this->load("people", people(0, 300));
  const auto before = this->people_seen();
  const Batch wrong = this->load("people", people(1'000, 700));
  EXPECT_EQ(this->counted("people"), 1'000);

  const WithdrawalPlan plan = must(this->withdrawals().plan(wrong.id));
  EXPECT_EQ(plan.ends, 700);
  EXPECT_EQ(plan.restores, 0);
  ASSERT_TRUE(plan.figures);
  EXPECT_EQ(plan.figures->at("people"), -700);
  EXPECT_EQ(plan.figures->at("guests"), -175);
  EXPECT_EQ(this->counted("people"), 1'000) << "a plan changes nothing";

  const auto of_batch = must(
      this->node_.ingest->list_records("people", {.most = 1'000, .batch = wrong.id}, access::Sight::whole()));
  EXPECT_EQ(of_batch.size(), 700U);

  const Withdrawal done = this->withdraw(wrong.id);
  EXPECT_EQ(done.state, WithdrawalState::done);
  EXPECT_EQ(done.ended, 700);
  EXPECT_EQ(done.restored, 0);
  EXPECT_EQ(this->people_seen(), before);
  EXPECT_EQ(this->counted("people"), 300);
  EXPECT_EQ(this->counted("guests"), 75);
  EXPECT_EQ(must(this->node_.ingest->find_batch(wrong.id)).batch.withdrawal, BatchWithdrawal::done);
  EXPECT_EQ(must(this->node_.ingest->find_batch(kept.id)).batch.withdrawal, BatchWithdrawal::none);
  EXPECT_EQ(
      this->node_.ingest->find_record("people", of_batch.front().id, access::Sight::whole()).error().code,
      ErrorCode::not_found);
  EXPECT_TRUE(must(this->node_.ingest->list_records("people", {.most = 1'000, .batch = wrong.id},
                                                    access::Sight::whole()))
                  .empty());

  // The feed tells once that it is complete.
  std::size_t told = 0;
  for (const auto& entry : this->feed()) told += entry.kind == withdrawal_event_kind ? 1 : 0;
  EXPECT_EQ(told, 1U);
}

TYPED_TEST(WithdrawalWorld, WhatTheBatchReplacedStandsAgain) {
  this->load("people", this->all_as("户籍", 0, 600));
  this->load("people", this->all_as("流动", 100, 50));  // what will stand again has two versions of its own
  const auto before = this->people_seen();
  const double guests = this->counted("guests");
  const Batch wrong = this->load(
      "people", this->all_as("流动", 0, 100) + this->all_as("户籍", 100, 50).substr(people_header.size()));
  ASSERT_EQ(wrong.counts.updated, 150);
  const WithdrawalPlan plan = must(this->withdrawals().plan(wrong.id));
  EXPECT_EQ(plan.ends, 0);
  EXPECT_EQ(plan.restores, 150);
  ASSERT_TRUE(plan.figures);
  EXPECT_EQ(plan.figures->at("guests"), -50);
  EXPECT_FALSE(plan.figures->contains("people"));
  const Withdrawal done = this->withdraw(wrong.id);
  EXPECT_EQ(done.restored, 150);
  EXPECT_EQ(this->people_seen(), before);
  EXPECT_EQ(this->counted("guests"), guests);
  EXPECT_EQ(this->counted("people"), 600);
}

// Who confirms can look at every record it concerns: what ends, and which version comes back.
TYPED_TEST(WithdrawalWorld, EveryRecordConcernedIsListedBeforeAndAfter) {
  this->load("people", this->all_as("户籍", 0, 300));
  this->load("people", this->all_as("流动", 0, 20));
  const Batch wrong = this->load("people", this->all_as("户籍", 0, 10) +
                                               this->all_as("流动", 100, 30).substr(people_header.size()) +
                                               this->all_as("户籍", 500, 40).substr(people_header.size()));
  const auto before = this->people_seen();
  std::vector<WithdrawnRecord> all;
  for (RecordId cursor;;) {
    const auto page = must(this->withdrawals().records(wrong.id, cursor, 7, access::Sight::whole()));
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < 7) break;
    cursor = page.back().id;
  }
  const WithdrawalPlan plan = must(this->withdrawals().plan(wrong.id));
  EXPECT_EQ(static_cast<std::int64_t>(all.size()), plan.records());
  std::map<std::string, std::string> after = before;
  std::set<RecordId> ids;
  for (const auto& one : all) {
    EXPECT_TRUE(ids.insert(one.id).second);
    const auto& person = std::get<std::string>(one.ends.values[1]);
    EXPECT_EQ(std::get<std::string>(one.ends.values[3]), before.at(person));
    ASSERT_EQ(one.restores, one.stands_again.has_value());
    if (one.restores) {
      EXPECT_EQ(std::get<std::string>(one.stands_again->values[1]), person);
      after[person] = std::get<std::string>(one.stands_again->values[3]);
    } else {
      after.erase(person);
    }
  }
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& one) { return one.restores; }),
            plan.restores);
  // Whoever may not see personal values sees both sides masked.
  const auto masked = must(this->withdrawals().records(wrong.id, {}, 1'000, access::Sight::masked()));
  ASSERT_EQ(masked.size(), all.size());
  for (const auto& one : masked) {
    EXPECT_TRUE(one.ends.closed[1]);
    if (one.stands_again) {
      EXPECT_TRUE(one.stands_again->closed[1]);
    }
  }
  this->withdraw(wrong.id);
  EXPECT_EQ(this->people_seen(), after) << "as it was shown";
  EXPECT_EQ(this->withdrawals().records(wrong.id, {}, 7, access::Sight::whole()).error().message,
            "ingest.batch_withdrawn");
}

TYPED_TEST(WithdrawalWorld, WhatLaterBatchesSaidStaysAndHistoryNeverComesBack) {
  const Batch first = this->load("people", this->all_as("户籍", 0, 400));
  const Batch second = this->load("people", this->all_as("流动", 0, 40));
  const Batch third = this->load("people", this->all_as("户籍", 0, 20));
  // The second stands only where the third did not come.
  const WithdrawalPlan plan = must(this->withdrawals().plan(second.id));
  EXPECT_EQ(plan.restores, 20);
  EXPECT_EQ(plan.overtaken, 20);
  this->withdraw(second.id);
  auto seen = this->people_seen();
  for (const auto& [id, kind] : seen) EXPECT_EQ(kind, "local") << id;
  // The third goes as well: what stood before it was withdrawn, so the first stands again.
  this->withdraw(third.id);
  EXPECT_EQ(this->people_seen(), seen);
  EXPECT_EQ(this->counted("guests"), 0);
  // And with the first everything.
  EXPECT_EQ(this->withdraw(first.id).ended, 400);
  EXPECT_TRUE(this->people_seen().empty());
  EXPECT_EQ(this->counted("people"), 0);
}

TYPED_TEST(WithdrawalWorld, ARecordThatTheBatchToldTwiceEndsAsForetold) {
  const Batch wrong = this->load(
      "people", this->all_as("户籍", 0, 400) + this->all_as("流动", 0, 20).substr(people_header.size()));
  const WithdrawalPlan plan = must(this->withdrawals().plan(wrong.id));
  EXPECT_EQ(plan.ends, 400);
  EXPECT_EQ(plan.restores, 0);
  EXPECT_EQ(plan.figures->at("people"), -400);
  EXPECT_EQ(this->withdraw(wrong.id).ended, 400);
  EXPECT_EQ(this->counted("people"), 0);
}

TYPED_TEST(WithdrawalWorld, TheSameFileMayComeAgainAndItsRecordsStandOnceMore) {
  this->load("people", this->all_as("户籍", 0, 300));
  const std::string file = this->all_as("流动", 0, 30) + people(500, 400).substr(people_header.size());
  const Batch wrong = this->load("people", file);
  const auto after = this->people_seen();
  EXPECT_TRUE(this->submit("people", file).repeated);
  this->withdraw(wrong.id);
  const Batch again = this->load("people", file);
  EXPECT_NE(again.id, wrong.id);
  EXPECT_EQ(again.counts.accepted, 430);
  EXPECT_EQ(again.counts.unchanged, 0);
  EXPECT_EQ(this->people_seen(), after);
  EXPECT_EQ(this->counted("people"), 700);
  // Entered by hand they are as well known.
  this->withdraw(again.id);
  EXPECT_EQ(
      must(
          this->node_.ingest->add_record(
              "people",
              {{"name", "张三"}, {"citizen_id", citizen_id(501)}, {"kind", "户籍"}, {"grid", grid_code(501)}},
              {"tester", std::nullopt}))
          .outcome,
      RowOutcome::created);
  EXPECT_EQ(this->people_seen().size(), 301U);
}

TYPED_TEST(WithdrawalWorld, AFileThatToldTheSameIsNamedAndMayBeSentAgain) {
  const Batch wrong = this->load("people", people(0, 400));
  const std::string same = people(100, 300);
  const Batch repeats = this->load("people", same);
  ASSERT_EQ(repeats.counts.unchanged, 300);
  EXPECT_EQ(must(this->withdrawals().plan(wrong.id)).repeated_by, std::vector<BatchId>{repeats.id});
  this->withdraw(wrong.id);
  EXPECT_TRUE(this->people_seen().empty());
  const auto again = this->submit("people", same);
  EXPECT_FALSE(again.repeated);
  must(this->node_.ingest->load(again.batch.id));
  EXPECT_EQ(this->people_seen().size(), 300U);
}

TYPED_TEST(WithdrawalWorld, RowsThatItMendedAreOpenAgain) {
  const Batch first = this->load("people", people(0, 300) + this->bad_row(900) + this->bad_row(901));
  ASSERT_EQ(first.counts.refused, 2);
  const Batch mending = this->load("people", this->mending_of(first.id, 302, 900));
  EXPECT_EQ(must(this->node_.ingest->find_batch(first.id)).batch.mended, 1);
  EXPECT_EQ(must(this->withdrawals().plan(first.id)).repaired_by, std::vector<BatchId>{mending.id});
  const WithdrawalPlan plan = must(this->withdrawals().plan(mending.id));
  EXPECT_EQ(plan.ends, 1);
  EXPECT_EQ(plan.reopens, 1);
  EXPECT_EQ(this->withdraw(mending.id).reopened, 1);
  EXPECT_EQ(must(this->node_.ingest->find_batch(first.id)).batch.mended, 0);
  EXPECT_EQ(must(this->node_.ingest->find_refused({first.id, 302})).state, RefusedState::open);
  EXPECT_EQ(this->people_seen().size(), 300U);

  // What was entered by hand is no part of the file; a withdrawn file's refused rows are mended no more.
  const auto by_hand = [&](std::int64_t line, int number) {
    return this->node_.ingest->mend_refused(
        {first.id, line},
        {{"name", "张三"}, {"citizen_id", citizen_id(number)}, {"kind", "户籍"}, {"grid", grid_code(number)}},
        {"t", std::nullopt});
  };
  must(by_hand(302, 900));
  EXPECT_EQ(this->withdraw(first.id).ended, 300);
  EXPECT_EQ(this->people_seen().size(), 1U);
  const auto refused = by_hand(303, 901);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "ingest.batch_withdrawn");
}

TYPED_TEST(WithdrawalWorld, AskingIsCheckedAndTakesEffectOnce) {
  const auto queued = this->submit("people", people(0, 300));
  EXPECT_EQ(this->withdrawals().plan(queued.batch.id).error().message, "ingest.batch_not_finished");
  must(this->node_.ingest->load(queued.batch.id));
  const BatchId batch = queued.batch.id;
  EXPECT_EQ(this->ask(batch, 299).error().message, "ingest.withdrawal_changed");
  EXPECT_EQ(this->ask(batch, 300, " \n").error().message, "ingest.withdrawal_reason");
  EXPECT_EQ(this->ask(BatchId(77), 300).error().code, ErrorCode::not_found);
  const WriteRequest request{"officer", std::string("key-1")};
  const Withdrawal asked = must(this->withdrawals().ask(batch, "误报", 300, request));
  EXPECT_EQ(asked.state, WithdrawalState::running);
  EXPECT_EQ(must(this->withdrawals().ask(batch, "误报", 300, request)).batch, batch);
  EXPECT_EQ(this->ask(batch, 300).error().message, "ingest.batch_withdrawn");
  EXPECT_EQ(this->people_seen().size(), 300U) << "asked is not yet done";
  must(this->withdrawals().run(batch, this->going_));
  must(this->withdrawals().run(batch, this->going_));  // nothing is left to do
  EXPECT_TRUE(this->people_seen().empty());
  EXPECT_EQ(this->counted("people"), 0);
}

TYPED_TEST(WithdrawalWorld, AfterAStopAnotherProcessGoesOnWhereItStood) {
  this->load("people", this->all_as("户籍", 0, 1'500));
  const Batch wrong = this->load(
      "people", this->all_as("流动", 0, 1'200) + people(3'000, 5'000).substr(people_header.size()));
  must(this->ask(wrong.id, must(this->withdrawals().plan(wrong.id)).records()));
  // Each process gets two writes further; the second is lost, or done but never told of.
  int stops = 0;
  for (;; ++stops) {
    this->node_.writes->fail_write(2,
                                   stops % 2 == 0 ? FailingStore::When::before : FailingStore::When::after);
    if (this->withdrawals().run(wrong.id, this->going_).ok()) break;
    ASSERT_LT(stops, 100);
    this->restart("node" + std::to_string(stops));
  }
  EXPECT_GT(stops, 3);
  const Withdrawal done = must(this->withdrawals().find(wrong.id)).value();
  EXPECT_EQ(done.ended, 5'000);
  EXPECT_EQ(done.restored, 1'200);
  EXPECT_EQ(this->people_seen().size(), 1'500U);
  EXPECT_EQ(this->counted("people"), 1'500);
  EXPECT_EQ(this->counted("guests"), 0);
}

// Between what a step has seen and what it writes, somebody enters anew what it is about to end.
TYPED_TEST(WithdrawalWorld, WhoEntersWhatIsAboutToEndIsCountedOnce) {
  const Batch wrong = this->load("people", this->all_as("户籍", 0, 300));
  this->load("people", this->all_as("流动", 0, 20));  // these have left their slice
  must(this->ask(wrong.id, must(this->withdrawals().plan(wrong.id)).records()));
  const auto enter = [&](int number) {
    must(this->node_.ingest->add_record(
        "people",
        {{"name", "张三"}, {"citizen_id", citizen_id(number)}, {"kind", "流动"}, {"grid", grid_code(number)}},
        {"tester", std::nullopt}));
  };
  this->node_.writes->between([&] { enter(100); });
  must(this->withdrawals().run(wrong.id, this->going_));
  EXPECT_EQ(this->people_seen().size(), 21U);
  EXPECT_EQ(this->counted("people"), 21);
  EXPECT_EQ(this->counted("guests"), 21);

  const Batch again = this->load("people", this->all_as("户籍", 0, 20));  // in the table
  must(this->ask(again.id, must(this->withdrawals().plan(again.id)).records()));
  this->node_.writes->between([&] { enter(5); });
  must(this->withdrawals().run(again.id, this->going_));
  EXPECT_EQ(this->people_seen().size(), 21U);
  EXPECT_EQ(this->counted("people"), 21);
  EXPECT_EQ(this->counted("guests"), 21);
}

// Loads and entries of the very records that are being withdrawn.
TYPED_TEST(WithdrawalWorld, WhoWritesMeanwhileLosesNothing) {
  this->load("people", this->all_as("户籍", 0, 1'000));
  const Batch wrong = this->load("people", this->all_as("流动", 0, 2'000));
  // Tells the same as the batch for 1,000 of its people, while it goes.
  const BatchId same = this->submit("people", this->all_as("流动", 500, 1'000)).batch.id;
  must(this->ask(wrong.id, 2'000));
  std::vector<Node> nodes;
  if constexpr (TypeParam::shared) nodes.push_back(this->start_node("other"));
  Node& other = nodes.empty() ? this->node_ : nodes.front();
  std::thread undo([&] {
    for (int attempt = 0; attempt < 50; ++attempt) {
      if (other.ingest->withdrawals().run(wrong.id, this->going_).ok()) return;
    }
    ADD_FAILURE() << "the withdrawal never got through";
  });
  std::thread load([&] {
    for (int attempt = 0; attempt < 50; ++attempt) {
      if (this->node_.ingest->load(same).ok()) return;
    }
    ADD_FAILURE() << "the load never got through";
  });
  std::set<std::string> entered;
  for (int number = 3; number < 2'000; number += 101) {
    must(this->node_.ingest->add_record(
        "people",
        {{"name", "张三"}, {"citizen_id", citizen_id(number)}, {"kind", "流动"}, {"grid", grid_code(number)}},
        {"tester", std::nullopt}));
    entered.insert(citizen_id(number));
  }
  undo.join();
  load.join();
  const auto seen = this->people_seen();
  double guests = 0;
  for (int number = 0; number < 2'000; ++number) {
    const auto found = seen.find(citizen_id(number));
    const bool told = (number >= 500 && number < 1'500) || entered.contains(citizen_id(number));
    if (number >= 1'000 && !told) {
      EXPECT_EQ(found, seen.end()) << number;
      continue;
    }
    ASSERT_NE(found, seen.end()) << number;
    EXPECT_EQ(found->second, told ? "guest" : "local") << number;
    guests += told ? 1 : 0;
  }
  EXPECT_EQ(this->counted("people"), static_cast<double>(seen.size()));
  EXPECT_EQ(this->counted("guests"), guests);
}

}  // namespace
}  // namespace jingwei::ingest

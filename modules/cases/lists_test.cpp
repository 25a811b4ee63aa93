// Goal: everybody's inbox and lists hold what is theirs, all of it, once, in order; cases given out are
// balanced and never owned by two; what was queued without a network takes effect once, and what cannot be
// done is kept for people to see.
#include <thread>

#include "modules/cases/cases_testing.h"

namespace jingwei::cases {
namespace {

using namespace testing;

template <typename Backend>
class Lists : public CasesWorld<Backend> {
 protected:
  std::vector<std::int64_t> inbox(const CaseView& view, std::size_t most = 50, bool mine = false) {
    std::vector<std::int64_t> ids;
    InboxQuery query;
    query.most = most;
    query.mine = mine;
    do {
      const auto page = must(this->service_->lists().inbox(query, view));
      for (const auto& found : page.items) ids.push_back(found.one.id.value);
      query.cursor = page.next;
    } while (!query.cursor.empty());
    return ids;
  }
  Queued queued(std::int64_t sequence, const Found& found, const std::string& action, Answers inputs = {}) {
    Queued one;
    one.sequence = sequence;
    one.case_id = found.one.id;
    one.version = found.one.version;
    one.action = action;
    one.form = std::move(inputs);
    return one;
  }
};

TYPED_TEST_SUITE(Lists, Backends, BackendNames);

TYPED_TEST(Lists, AnInboxHoldsWhatWaitsForTheRoleInItsRegions) {
  std::vector<std::int64_t> usual, urgent;
  for (int number = 0; number < 5; ++number)
    usual.push_back(must(this->report(this->resident())).one.id.value);
  for (int number = 0; number < 3; ++number)
    urgent.push_back(must(this->report(this->resident(), "lamp", "urgent")).one.id.value);
  std::vector<std::int64_t> due = urgent;
  due.insert(due.end(), usual.begin(), usual.end());
  EXPECT_EQ(this->inbox(this->desk()), due) << "due first";
  EXPECT_EQ(this->inbox(this->desk(), 2), due) << "page by page";
  EXPECT_EQ(this->inbox(this->as("account:3", "desk", this->region("980100")), 3), due) << "of a whole city";
  auto wide = std::make_shared<access::Caller>(*person("account:3", "desk", this->region("980100")));
  std::vector<access::Grant> grants = wide->grants();
  grants.front().whole_area = true;
  const auto everywhere = std::make_shared<access::Caller>("account:3", grants);
  EXPECT_EQ(this->inbox(this->service_->view(everywhere, "account:3", {}), 3), due)
      << "in the order of deadlines, cut to the role";
  EXPECT_EQ(must(this->service_->lists().count(this->service_->view(everywhere, "account:3", {}))).role, 8)
      << "the badge tells as many";
  EXPECT_TRUE(this->inbox(this->as("account:3", "desk", this->region("980102"))).empty());
  EXPECT_TRUE(this->inbox(this->worker()).empty());
  EXPECT_EQ(must(this->service_->lists().count(this->desk())).role, 8);
}

TYPED_TEST(Lists, WhatIsSomebodysStandsInTheirInboxAlone) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  EXPECT_EQ(this->inbox(this->worker(), 50, true), std::vector<std::int64_t>{found.one.id.value});
  EXPECT_EQ(this->inbox(this->worker()), std::vector<std::int64_t>{found.one.id.value});
  EXPECT_TRUE(this->inbox(this->worker("account:12")).empty());
  EXPECT_EQ(must(this->service_->lists().count(this->worker())).mine, 1);
}

TYPED_TEST(Lists, FiltersAndPagesGiveEveryCaseOnce) {
  std::set<std::int64_t> all;
  for (int number = 0; number < 9; ++number)
    all.insert(must(this->report(this->resident(), number % 3 == 0 ? "pipe" : "lamp")).one.id.value);
  CaseQuery query;
  query.most = 2;
  for (const std::string under : {"", "980101001002", "980100"}) {
    query.under = under;
    query.before = CaseId();
    std::set<std::int64_t> seen;
    for (;;) {
      const auto page = must(this->service_->lists().newest(query, this->desk_of_all()));
      for (const auto& found : page.items) EXPECT_TRUE(seen.insert(found.one.id.value).second);
      if (page.next.empty()) break;
      query.before = *CaseId::parse(page.next);
    }
    EXPECT_EQ(seen, all) << under;
  }
  query = {};
  query.category = "pipe";
  EXPECT_EQ(must(this->service_->lists().newest(query, this->desk())).items.size(), 3u);
  query.open = false;
  EXPECT_TRUE(must(this->service_->lists().newest(query, this->desk())).items.empty());
  query.under = "nowhere";
  EXPECT_EQ(this->service_->lists().newest(query, this->desk()).error().message, "region.not_found");
  EXPECT_EQ(must(this->service_->lists().of_reporter("account:9", CaseId(), 100)).items.size(), 9u);
  EXPECT_TRUE(must(this->service_->lists().newest({}, this->as("account:3", "desk", this->region("980102"))))
                  .items.empty());
}

TYPED_TEST(Lists, TheBoardCountsWhatItShows) {
  for (int number = 0; number < 4; ++number) must(this->report(this->resident()));
  this->step();
  const auto figures =
      this->service_->figures().sum([](RegionId, const std::string&) { return true; }, "repair");
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures.front().state, "reported");
  EXPECT_EQ(figures.front().open, 4);
  EXPECT_EQ(must(this->service_->lists().column("repair", "reported", "", 10, this->desk())).size(), 4u);
  this->clock_.advance(std::chrono::hours{48});
  this->step();
  EXPECT_EQ(this->service_->figures()
                .sum([](RegionId, const std::string&) { return true; }, "repair")
                .front()
                .overdue,
            4);
}

TYPED_TEST(Lists, CasesGoToWhoHasTheFewest) {
  for (const char* who : {"account:21", "account:22", "account:23"})
    this->on_duty("worker", "980101001002001", who);
  std::map<std::string, int> given;
  for (int number = 0; number < 9; ++number) {
    const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
    ++given[found.one.assignee];
    this->step();
  }
  for (const auto& [who, count] : given) EXPECT_EQ(count, 3) << who;
  EXPECT_EQ(given.size(), 3u);
  this->on_duty("worker", "980101001002001", "account:24");
  for (int number = 0; number < 3; ++number) {
    EXPECT_EQ(must(this->act(must(this->report(this->resident())), "dispatch", this->desk())).one.assignee,
              "account:24")
        << "has fewer";
    this->step();
  }
}

TYPED_TEST(Lists, DutiesHaveDaysAndHoursAndTheNearestAboveHelpsOut) {
  Duty night;
  night.duty = "worker";
  night.region = this->grid_;
  night.person = "account:31";
  night.from = this->clock_.now();
  night.hours = "22:00-06:00";
  must(this->service_->roster().add(night, {"account:1", std::nullopt}));
  this->on_duty("worker", "980101001", "account:32");
  const auto given = [&] {
    return must(this->act(must(this->report(this->resident())), "dispatch", this->desk())).one.assignee;
  };
  EXPECT_EQ(given(), "account:32") << "four in the afternoon: nobody in the grid, but in the street";
  this->clock_.advance(std::chrono::hours{7});
  EXPECT_EQ(given(), "account:31");
  this->clock_.advance(std::chrono::hours{6});
  EXPECT_EQ(given(), "account:31") << "five in the morning belongs to the night before";
  night.hours = "25:00-06:00";
  EXPECT_FALSE(this->service_->roster().add(night, {"account:1", std::nullopt}).ok());
}

TYPED_TEST(Lists, DepartmentsGetTheirCategoriesAndSeeThemAlone) {
  this->on_duty("plumber", "980101", "account:41", "water");
  const Found found = must(this->act(must(this->report(this->resident(), "pipe")), "dispatch", this->desk()));
  EXPECT_EQ(found.one.department, "water");
  EXPECT_EQ(found.one.owner, this->region("980101"));
  EXPECT_EQ(found.one.assignee, "account:41");
  EXPECT_TRUE(this->service_->work()
                  .find(found.one.id, this->as("account:42", "worker", this->region("980101"), "water"))
                  .ok());
  EXPECT_FALSE(this->service_->work()
                   .find(found.one.id, this->as("account:43", "worker", this->region("980101"), "power"))
                   .ok());
}

TYPED_TEST(Lists, AHandOverIsWholeHoweverManyTryAtOnce) {
  const Found found = must(this->report(this->resident()));
  std::atomic<int> done = 0, refused = 0;
  std::vector<std::thread> people;
  const std::array<std::string, 4> departments = {"water", "power", "works", "health"};
  for (std::size_t at = 0; at < 8; ++at) {
    people.emplace_back([&, at] {
      const auto handed = this->service_->work().hand_over(
          found.one.id, found.one.version, at % 2 == 0 ? "980101001001" : "", departments[at / 2], "不在本区",
          this->desk("account:" + std::to_string(50 + at)), {"x", std::nullopt});
      ++(handed ? done : refused);
    });
  }
  for (auto& one : people) one.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(refused, 7);
  const Found after = this->again(found);
  EXPECT_FALSE(after.one.department.empty());
  EXPECT_TRUE(after.one.owner);
  EXPECT_EQ(after.one.due_at, found.one.due_at) << "the clock goes on";
}

TYPED_TEST(Lists, AQueueTakesEffectOnceHoweverOftenItIsSent) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  Queued open;
  open.sequence = 1;
  open.kind = QueuedKind::open;
  open.process = "repair";
  open.form = {{"kind", "lamp"}, {"words", "坏了"}, {"grid", "980101001002001"}};
  Queued comment;
  comment.sequence = 2;
  comment.kind = QueuedKind::comment;
  comment.after = 1;
  comment.words = "补充";
  const std::vector<Queued> queue = {open,
                                     comment,
                                     this->queued(3, found, "take"),
                                     this->queued(4, found, "done", {{"hours", "2"}}),
                                     this->queued(5, found, "dispatch"),
                                     this->queued(6, found, "pause")};
  const auto first = must(this->service_->sync().take("device-0001", queue, this->worker()));
  ASSERT_EQ(first.size(), 6u);
  for (std::size_t at = 0; at < 4; ++at)
    EXPECT_EQ(first[at].outcome, SyncOutcome::done) << at << " " << first[at].code;
  EXPECT_EQ(first[4].outcome, SyncOutcome::conflict);
  EXPECT_EQ(first[4].code, "cases.not_offline");
  EXPECT_EQ(first[5].outcome, SyncOutcome::conflict);
  const auto steps = must(this->service_->work().steps(found)).size();
  const auto second = must(this->service_->sync().take("device-0001", queue, this->worker()));
  for (std::size_t at = 0; at < 4; ++at) EXPECT_EQ(second[at].outcome, SyncOutcome::done_before) << at;
  EXPECT_EQ(second[4].conflict, first[4].conflict) << "kept once";
  EXPECT_EQ(must(this->service_->work().steps(found)).size(), steps);
  // A later queue may speak of what an earlier one opened.
  comment.sequence = 7;
  EXPECT_EQ(must(this->service_->sync().take("device-0001", {comment}, this->worker())).front().case_id,
            first[0].case_id);
  const auto conflicts = must(this->service_->sync().conflicts("account:2"));
  ASSERT_EQ(conflicts.size(), 2u);
  EXPECT_NE(conflicts.front().action.find("dispatch"), std::string::npos);
  EXPECT_FALSE(this->service_->sync().settle(conflicts.front().id, {"account:3", std::nullopt}).ok());
  must(this->service_->sync().settle(conflicts.front().id, {"account:2", std::nullopt}));
  EXPECT_EQ(must(this->service_->sync().conflicts("account:2")).size(), 1u);
}

TYPED_TEST(Lists, WhatOthersDidMeanwhileBecomesAConflict) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  must(this->service_->work().hand_over(found.one.id, found.one.version, "980101001001", "", "换人",
                                        this->desk(), {"account:1", std::nullopt}));
  const auto results =
      must(this->service_->sync().take("device-0002", {this->queued(1, found, "take")}, this->worker()));
  EXPECT_EQ(results.front().outcome, SyncOutcome::conflict);
  EXPECT_EQ(results.front().code, "cases.overtaken");
}

TYPED_TEST(Lists, AQueueFilledInUnderAnEarlierFormIsToldSo) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found =
      must(this->act(must(this->act(must(this->report(this->resident())), "dispatch", this->desk())), "take",
                     this->worker()));
  // The next version asks for minutes.
  std::string next = std::string(repair_process) + "    migrate: {}\n";
  using Change = std::pair<std::string, std::string>;
  for (const auto& [from, to] :
       {Change("{name: hours,", "{name: minutes,"), Change("{var: input.hours}", "{var: input.minutes}")})
    next.replace(next.find(from), from.size(), to);
  must(this->service_->book().install("sample", must(parse_processes(next, "process.yaml", "sample"))));
  this->step();
  ASSERT_EQ(this->again(found).one.process_version, 2);
  const auto sent = [&](Queued one) {
    static int device = 100;
    one.sequence = 1;
    return must(this->service_->sync().take("device-0" + std::to_string(++device), {one}, this->worker()))
        .front();
  };
  Queued done = this->queued(1, this->again(found), "done", {{"hours", "2"}});
  done.process_version = 1;
  const Synced late = sent(done);
  EXPECT_EQ(late.outcome, SyncOutcome::conflict);
  EXPECT_EQ(late.code, "cases.form_changed");
  const auto kept = must(this->service_->sync().conflicts("account:2"));
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_NE(kept.front().zh.find("表单已更新"), std::string::npos) << kept.front().zh;
  EXPECT_NE(kept.front().en.find("version 1, now 2"), std::string::npos) << kept.front().en;
  EXPECT_NE(kept.front().en.find("hours"), std::string::npos)
      << "and what no longer fits: " << kept.front().en;
  done.process_version = 2;
  EXPECT_EQ(sent(done).code, "ingest.unknown_field") << "under this form it is a slip";

  Queued open;
  open.kind = QueuedKind::open;
  open.process = "repair";
  open.process_version = 1;
  open.form = {{"kind", "gas"}, {"words", "漏气"}, {"grid", "980101001002001"}};
  EXPECT_EQ(sent(open).code, "cases.form_changed");
  open.form["kind"] = "lamp";
  EXPECT_EQ(sent(open).outcome, SyncOutcome::done) << "what still fits is taken";
  done.process_version = 1;
  done.form = {{"minutes", "90"}};
  EXPECT_EQ(sent(done).outcome, SyncOutcome::done);
}

TYPED_TEST(Lists, TwoHundredWorkersSyncAtOnceEachActionOnce) {
  constexpr int workers = 200, actions = 3;
  std::atomic<int> done = 0, before = 0, other = 0;
  std::vector<std::thread> devices;
  for (int thread = 0; thread < 8; ++thread) {
    devices.emplace_back([&, thread] {
      for (int worker = thread; worker < workers; worker += 8) {
        std::vector<Queued> queue;
        for (int number = 1; number <= actions; ++number) {
          Queued one;
          one.sequence = number;
          one.kind = QueuedKind::open;
          one.process = "repair";
          one.form = {{"kind", "lamp"}, {"words", "坏"}, {"grid", "980101001002001"}};
          queue.push_back(std::move(one));
        }
        // Sent twice, as a device does that saw no answer.
        for (int time = 0; time < 2; ++time) {
          for (const auto& result :
               must(this->service_->sync().take("device-" + std::to_string(1000 + worker), queue,
                                                this->worker("account:" + std::to_string(1000 + worker)))))
            ++(result.outcome == SyncOutcome::done          ? done
               : result.outcome == SyncOutcome::done_before ? before
                                                            : other);
        }
      }
    });
  }
  for (auto& one : devices) one.join();
  EXPECT_EQ(done, workers * actions);
  EXPECT_EQ(before, workers * actions);
  EXPECT_EQ(other, 0);
  CaseQuery query;
  query.most = 10'000;
  EXPECT_EQ(must(this->service_->lists().newest(query, this->desk_of_all())).items.size(),
            static_cast<std::size_t>(workers * actions));
}

}  // namespace
}  // namespace jingwei::cases

// Goal: a case goes from its report to its evaluation by different people, each of whom may do only what is
// theirs; nobody checks their own work, and of two who act at once one acts and the other is told who was
// first.
#include <thread>

#include "modules/cases/cases_json.h"
#include "modules/cases/cases_testing.h"

namespace jingwei::cases {
namespace {

using namespace testing;

template <typename Backend>
class Life : public CasesWorld<Backend> {
 protected:
  Found taken(const std::string& who = "account:2") {
    this->on_duty("worker", "980101001002001", who);
    Found found = must(this->report(this->resident()));
    found = must(this->act(found, "dispatch", this->desk()));
    return must(this->act(found, "take", this->worker(who)));
  }
  Found closed() {
    Found found = must(this->act(taken(), "done", this->worker(), {{"hours", "1.5"}}));
    return must(this->act(found, "verify", this->desk()));
  }
  std::vector<std::string> offered(const Found& found, const CaseView& view) {
    std::vector<std::string> ids;
    const auto steps = must(this->service_->work().steps(found));
    for (const Transition* one : this->service_->work().actions(found, steps, view)) ids.push_back(one->id);
    return ids;
  }
};

TYPED_TEST_SUITE(Life, Backends, BackendNames);

TYPED_TEST(Life, FromReportToEvaluation) {
  this->on_duty("worker", "980101001002001", "account:2");
  Found found = must(this->report(this->resident()));
  EXPECT_EQ(found.one.state, "reported");
  EXPECT_EQ(found.one.owner, this->community_);
  EXPECT_EQ(found.one.place, this->grid_);
  EXPECT_EQ(found.one.due_at, this->clock_.now() + std::chrono::minutes{60 * 17})
      << "16:00 on Tuesday and two working hours: 09:00";
  found = must(this->act(found, "dispatch", this->desk()));
  EXPECT_EQ(found.one.owner, this->grid_);
  EXPECT_EQ(found.one.assignee, "account:2");
  found = must(this->act(found, "take", this->worker()));
  EXPECT_EQ(found.one.state, "at-work");
  found = must(this->act(found, "done", this->worker(), {{"hours", "1.5"}}));
  EXPECT_EQ(found.one.owner, this->community_);
  found = must(this->act(found, "verify", this->desk()));
  EXPECT_FALSE(found.one.open);
  found = must(this->act(found, "evaluate", this->resident(), {{"score", "4"}}));
  EXPECT_EQ(found.one.score, 4);
  const auto steps = must(this->service_->work().steps(found));
  ASSERT_EQ(steps.size(), 6u);
  EXPECT_EQ(steps[3].inputs.at("hours"), "1.5");
  EXPECT_EQ(this->again(found).one.form.at("words"), "灯不亮");
}

TYPED_TEST(Life, OnlyWhatIsTheirsIsOfferedAndDone) {
  Found found = must(this->report(this->resident()));
  EXPECT_EQ(this->offered(found, this->desk()), std::vector<std::string>{"dispatch"});
  EXPECT_TRUE(this->offered(found, this->resident()).empty());
  EXPECT_EQ(this->message(this->act(found, "dispatch", this->resident())), "cases.not_your_turn");
  EXPECT_EQ(this->message(this->act(found, "dispatch", this->resident("account:8"))), "cases.not_found");
  EXPECT_EQ(
      this->message(this->act(found, "dispatch", this->as("account:7", "desk", this->region("980102001")))),
      "cases.not_found");
  EXPECT_EQ(this->message(this->act(found, "take", this->worker())), "cases.wrong_state");
  EXPECT_EQ(this->message(this->act(found, "fly", this->desk())), "cases.no_action");
}

TYPED_TEST(Life, NobodyVerifiesTheirOwnWork) {
  const Found found = must(this->act(this->taken(), "done", this->worker(), {{"hours", "2"}}));
  const CaseView both = this->as("account:2", "desk", this->community_);
  EXPECT_EQ(this->message(this->act(found, "verify", both)), "cases.same_person");
  EXPECT_TRUE(this->offered(found, both).empty());
  EXPECT_EQ(this->message(this->act(found, "verify", this->desk())), "done");
}

TYPED_TEST(Life, InputsAreCleanedAndGuardsReadThem) {
  const Found found = this->taken();
  EXPECT_EQ(this->message(this->act(found, "done", this->worker())), "ingest.record_refused");
  EXPECT_EQ(this->message(this->act(found, "done", this->worker(), {{"hours", "many"}})),
            "ingest.record_refused");
  EXPECT_EQ(this->message(this->act(found, "done", this->worker(), {{"hours", "100"}})), "cases.guard_fails");
  EXPECT_EQ(this->message(this->act(found, "done", this->worker(), {{"hours", "９９"}})), "done");
}

TYPED_TEST(Life, TwoClicksHaveOneEffectAndOnePoliteAnswer) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->report(this->resident()));
  std::array<std::string, 8> answers;
  std::vector<std::thread> people;
  for (std::size_t at = 0; at < answers.size(); ++at) {
    people.emplace_back([&, at] {
      const auto acted = this->act(found, "dispatch", this->desk("account:" + std::to_string(10 + at)));
      answers[at] = acted ? "done" : acted.error().message;
    });
  }
  for (auto& one : people) one.join();
  EXPECT_EQ(std::count(answers.begin(), answers.end(), "done"), 1);
  EXPECT_EQ(std::count(answers.begin(), answers.end(), "cases.overtaken"), 7);
  EXPECT_EQ(must(this->service_->work().steps(this->again(found))).size(), 2u);
  const auto late = this->act(found, "dispatch", this->desk());
  ASSERT_FALSE(late.ok());
  EXPECT_NE(render(late.error(), Language::zh).find("派遣"), std::string::npos);
  EXPECT_NE(render(told_in(late.error(), Language::en), Language::en).find("account:1"), std::string::npos);
}

TYPED_TEST(Life, ARepeatedRequestIsAnsweredAsBefore) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->report(this->resident()));
  const Found once = must(this->act(found, "dispatch", this->desk(), {}, "key-1"));
  const Found twice = must(this->act(found, "dispatch", this->desk(), {}, "key-1"));
  EXPECT_FALSE(once.repeated);
  EXPECT_TRUE(twice.repeated);
  EXPECT_EQ(once.one.version, twice.one.version);
  ActionRequest other;
  other.action = "dispatch";
  other.version = 9;
  EXPECT_EQ(
      this->message(this->service_->work().act(found.one.id, other, this->desk(), {"account:1", "key-1"})),
      "idempotency.mismatch");
}

TYPED_TEST(Life, CommentsOvertakeNobody) {
  const Found found = must(this->report(this->resident()));
  must(this->service_->work().comment(found.one.id, "快一点", this->resident(), {"account:9", std::nullopt}));
  EXPECT_EQ(this->message(this->act(found, "dispatch", this->desk())), "done");
}

TYPED_TEST(Life, APauseStopsTheClockAndGivesBackWhatWasLeft) {
  Found found = this->taken();
  const auto due = *found.one.due_at;
  this->clock_.advance(std::chrono::minutes{30});
  found = must(this->act(found, "pause", this->worker()));
  EXPECT_FALSE(found.one.due_at);
  this->clock_.advance(std::chrono::hours{24 * 7});
  EXPECT_EQ(this->step(), 0u);
  found = must(this->act(this->again(found), "resume", this->worker()));
  EXPECT_EQ(found.one.state, "at-work");
  EXPECT_EQ(*found.one.due_at, due + std::chrono::hours{24 * 7}) << "a week later to the minute";
}

TYPED_TEST(Life, TheReporterReopensInTimeAndNotForEver) {
  Found found = this->closed();
  EXPECT_EQ(this->message(this->act(found, "reopen", this->desk())), "cases.not_your_turn");
  found = must(this->act(found, "reopen", this->resident()));
  EXPECT_TRUE(found.one.open);
  EXPECT_EQ(found.one.reopened, 1);
  EXPECT_FALSE(found.one.closed_at);
  found = must(this->act(found, "dispatch", this->desk()));
  found = must(this->act(found, "take", this->worker()));
  found = must(this->act(found, "done", this->worker(), {{"hours", "1"}}));
  found = must(this->act(found, "verify", this->desk()));
  EXPECT_EQ(this->message(this->act(found, "reopen", this->resident())), "cases.reopened_too_often");
}

TYPED_TEST(Life, TooLateToReopen) {
  const Found found = this->closed();
  this->clock_.advance(std::chrono::hours{24 * 11});
  EXPECT_EQ(this->message(this->act(found, "reopen", this->resident())), "cases.reopen_too_late");
}

TYPED_TEST(Life, ASecondNotOursGoesToTheArbitrator) {
  this->on_duty("worker", "980101001002001", "account:2");
  this->on_duty("arbitrator", "980101", "account:5");
  Found found = must(this->report(this->resident()));
  found = must(this->act(found, "dispatch", this->desk()));
  found = must(this->act(found, "not-ours", this->worker()));
  EXPECT_EQ(found.one.state, "reported");
  found = must(this->act(found, "dispatch", this->desk()));
  found = must(this->act(found, "not-ours", this->worker()));
  EXPECT_EQ(found.one.state, "arbitration");
  EXPECT_EQ(found.one.assignee, "account:5");
  EXPECT_EQ(found.one.owner, this->region("980101"));
  found = must(this->act(found, "decide", this->as("account:5", "head", this->region("980101"))));
  EXPECT_EQ(found.one.state, "given");
  const auto third = this->act(found, "not-ours", this->worker());
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(render(third.error(), Language::zh), "已裁定。");
}

TYPED_TEST(Life, WordsAndFormsAreSealedAndStayOutOfTheFeed) {
  Found found = must(this->report(this->resident()));
  must(this->service_->work().comment(found.one.id, "找张三 13911112222", this->resident(),
                                      {"account:9", std::nullopt}));
  for (const auto& entry : this->feed()) {
    for (const char* secret : {"13911112222", "13800000000", "灯不亮", "张三"})
      EXPECT_EQ(entry.body.find(secret), std::string::npos) << entry.body;
  }
}

TYPED_TEST(Life, MergedCasesGoOnUnderTheirParent) {
  const Found parent = must(this->report(this->resident()));
  Found child = must(this->report(this->resident("account:8")));
  const auto similar = must(this->service_->lists().similar(child, this->desk()));
  ASSERT_EQ(similar.size(), 1u);
  EXPECT_EQ(similar.front().one.id, parent.one.id);
  EXPECT_EQ(this->message(this->service_->work().merge(child.one.id, child.one.version, child.one.id,
                                                       this->desk(), {"account:1", std::nullopt})),
            "cases.no_parent");
  EXPECT_EQ(this->message(this->service_->work().merge(child.one.id, child.one.version, parent.one.id,
                                                       this->worker(), {"account:2", std::nullopt})),
            "cases.may_not_merge");
  child = must(this->service_->work().merge(child.one.id, child.one.version, parent.one.id, this->desk(),
                                            {"account:1", std::nullopt}));
  EXPECT_EQ(child.one.state, "merged");
  EXPECT_EQ(this->again(child).one.parent, parent.one.id);
  EXPECT_EQ(this->message(this->act(child, "reopen", this->resident("account:8"))), "cases.is_merged");
}

TYPED_TEST(Life, TasksHoldTheCaseUntilTheyAreDone) {
  const Found found = this->taken();
  const Task task = must(this->service_->tasks().add(found.one.id, {"借梯子", "", "water", "", 4},
                                                     this->worker(), {"account:2", std::nullopt}));
  EXPECT_EQ(this->message(this->act(found, "done", this->worker(), {{"hours", "1"}})), "cases.tasks_open");
  EXPECT_FALSE(
      this->service_->tasks()
          .step(task.id, TaskStep::done, "", this->resident("account:8"), {"account:8", std::nullopt})
          .ok());
  const CaseView plumber = this->as("account:6", "plumber", this->region("980101"), "water");
  const Task done = must(
      this->service_->tasks().step(task.id, TaskStep::done, "已借", plumber, {"account:6", std::nullopt}));
  EXPECT_EQ(done.state, TaskState::done);
  EXPECT_EQ(done.title, "借梯子");
  EXPECT_FALSE(
      this->service_->tasks().step(task.id, TaskStep::done, "", plumber, {"account:6", std::nullopt}).ok());
  EXPECT_EQ(this->message(this->act(found, "done", this->worker(), {{"hours", "1"}})), "done");
}

TYPED_TEST(Life, VolunteersTakeDoAndGiveBackWhatTheyAreOfferedAndSeeNothingElse) {
  const auto volunteer = [&](const std::string& actor, RegionId where) {
    auto role = std::make_shared<access::Role>();
    role->id = "volunteer";
    access::Grant grant;
    grant.role = std::move(role);
    grant.region = where;
    return this->service_->view(
        std::make_shared<access::Caller>(actor, std::vector<access::Grant>{std::move(grant)}), actor, {});
  };
  const CaseView near = volunteer("account:7", this->community_),
                 neighbour = volunteer("account:8", this->community_);
  const CaseView far = volunteer("account:6", this->region("980101001001"));
  const Found found = this->taken();
  Tasks& tasks = this->service_->tasks();
  NewTask wanted{"给独居老人送药", "", "", "", 4};
  wanted.for_role = "volunteer";
  const Task task = must(tasks.add(found.one.id, wanted, this->worker(), {"account:2", std::nullopt}));
  must(tasks.add(found.one.id, {"借梯子", "", "", "", 4}, this->worker(), {"account:2", std::nullopt}));
  const auto step = [&](const CaseView& who, TaskStep what, const std::string& words = {}) {
    const auto result = tasks.step(task.id, what, words, who, {who.actor(), std::nullopt});
    return result ? std::string("done") : result.error().message;
  };
  OwnTasks own = must(tasks.own(near));
  ASSERT_EQ(own.offered.size(), 1U) << "what is offered to nobody is no volunteer's";
  EXPECT_EQ(own.offered[0].title, "给独居老人送药");
  EXPECT_TRUE(own.mine.empty());
  EXPECT_TRUE(must(tasks.own(far)).offered.empty()) << "another community";
  EXPECT_TRUE(must(tasks.own(this->resident("account:5"))).offered.empty());
  EXPECT_EQ(step(far, TaskStep::take), "cases.no_task");
  EXPECT_EQ(step(near, TaskStep::done), "cases.take_first");
  EXPECT_EQ(step(near, TaskStep::give_back), "cases.not_your_task");
  EXPECT_EQ(step(near, TaskStep::cancel), "cases.may_not_task");

  EXPECT_EQ(step(near, TaskStep::take), "done");
  EXPECT_EQ(step(neighbour, TaskStep::take), "cases.task_taken");
  EXPECT_EQ(step(neighbour, TaskStep::done), "cases.no_task");
  EXPECT_TRUE(must(tasks.own(neighbour)).offered.empty());
  own = must(tasks.own(near));
  ASSERT_EQ(own.mine.size(), 1U);
  EXPECT_EQ(own.mine[0].assignee, "account:7");
  EXPECT_EQ(this->message(this->service_->work().find(found.one.id, near)), "cases.not_found")
      << "a task opens no case";

  EXPECT_EQ(step(near, TaskStep::give_back, "临时有事"), "done");
  EXPECT_EQ(must(tasks.own(neighbour)).offered.size(), 1U);
  EXPECT_EQ(step(neighbour, TaskStep::take), "done");
  EXPECT_EQ(step(neighbour, TaskStep::done, "送到了"), "done");
  EXPECT_EQ(step(neighbour, TaskStep::done), "cases.task_closed");
  EXPECT_TRUE(must(tasks.own(neighbour)).mine.empty());
  EXPECT_EQ(this->again(found).one.tasks_open, 1);
  const std::string told =
      must(CaseWriter(*this->service_, this->worker(), Language::zh).detail(this->again(found)));
  for (const char* line : {"领取任务", "退回任务", "临时有事", "完成任务", "送到了"})
    EXPECT_NE(told.find(line), std::string::npos) << line;
}

TYPED_TEST(Life, PicturesBelongToWhoSentThemUntilACaseNamesThem) {
  const std::string jpeg("\xFF\xD8\xFF\xE1\x00\x0AGPS 22.2\xFF\xDA\x00\x02\x11\x22\xFF\xD9", 22);
  const CaseView me = this->resident();
  const Photo photo = must(this->service_->photos().send(jpeg, CaseId(), me, {"account:9", std::nullopt}));
  NewCase wanted;
  wanted.form = {{"kind", "lamp"}, {"words", "暗"}, {"grid", "980101001002001"}};
  wanted.photos = {photo.id};
  EXPECT_EQ(this->message(this->service_->work().open("repair", wanted, this->resident("account:8"),
                                                      {"account:8", std::nullopt})),
            "cases.photo_not_yours");
  const Found found = must(this->service_->work().open("repair", wanted, me, {"account:9", std::nullopt}));
  EXPECT_EQ(found.one.photos, 1);
  EXPECT_EQ(this->message(this->service_->work().open("repair", wanted, me, {"account:9", std::nullopt})),
            "cases.photo_not_yours");
  const auto clean = must(this->service_->photos().fetch(photo.id, PhotoCopy::clean, this->desk()));
  EXPECT_EQ(clean.bytes.find("GPS"), std::string::npos);
  EXPECT_NE(
      must(this->service_->photos().fetch(photo.id, PhotoCopy::original, this->desk())).bytes.find("GPS"),
      std::string::npos);
  EXPECT_FALSE(this->service_->photos().fetch(photo.id, PhotoCopy::clean, this->resident("account:8")).ok());
  const Photo unused = must(this->service_->photos().send(jpeg, CaseId(), me, {"account:9", std::nullopt}));
  this->clock_.advance(std::chrono::days{29});
  EXPECT_EQ(must(this->service_->photos().sweep()), 0u) << "a queue may still be on its way";
  this->clock_.advance(std::chrono::days{2});
  EXPECT_EQ(must(this->service_->photos().sweep()), 1u);
  EXPECT_FALSE(this->service_->photos().fetch(unused.id, PhotoCopy::clean, me).ok());
}

}  // namespace
}  // namespace jingwei::cases

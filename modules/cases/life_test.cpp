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
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
  }
  Result<Found> open(const NewCase& wanted, const CaseView& view) {
    return this->service_->work().open("repair", wanted, view, {view.actor(), std::nullopt});
  }
  Result<Photo> picture(const CaseView& view, CaseId id = {}) {
    const std::string jpeg("\xFF\xD8\xFF\xE1\x00\x0AGPS 22.2\xFF\xDA\x00\x02\x11\x22\xFF\xD9", 22);
    return this->service_->photos().send(jpeg, id, view, {view.actor(), std::nullopt});
  }
  // Two grids with somebody on duty in each.
  void staff_both_grids() {
    this->on_duty("worker", "980101001002001", "account:2");
    this->on_duty("worker", "980101001002002", "account:3");
  }
  // Reported, and given to whoever has the duty where it lies.
  void goes_to(const NewCase& wanted, const std::string& grid, const std::string& who) {
    Found found = must(open(wanted, this->resident()));
    EXPECT_EQ(found.one.place, this->region(grid));
    EXPECT_EQ(found.one.owner, this->community_);
    found = must(this->act(found, "dispatch", this->desk()));
    EXPECT_EQ(found.one.owner, this->region(grid));
    EXPECT_EQ(found.one.assignee, who);
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

TYPED_TEST(Life, PicturesHaveTheirLimits) {
  this->on_duty("worker", "980101001002001", "account:2");
  const CaseView me = this->resident(), worker = this->worker();
  const auto huge = this->service_->photos().send(std::string((12u << 20) + 1, 'x'), CaseId(), me,
                                                  {me.actor(), std::nullopt});
  ASSERT_FALSE(huge.ok());
  EXPECT_EQ(huge.error().message, "cases.photo_too_large");

  NewCase wanted;
  wanted.form = {{"kind", "lamp"}, {"words", "暗"}, {"grid", "980101001002001"}};
  for (int number = 0; number < 4; ++number) wanted.photos.push_back(must(this->picture(me)).id);
  EXPECT_EQ(this->message(this->open(wanted, me)), "cases.too_many_photos") << "three at most";
  wanted.photos.pop_back();
  const Found full = must(this->open(wanted, me));
  const auto more = this->picture(me, full.one.id);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().message, "cases.too_many_photos");

  std::string asking = this->replaced(std::string(repair_process), "report: {by: [anyone],",
                                      "report: {by: [anyone], photos: 2,");
  asking =
      this->replaced(asking, "to: verifying, by: [assignee],", "to: verifying, by: [assignee], photos: 1,");
  must(this->service_->book().install("sample", must(parse_processes(asking, "process.yaml", "sample"))));
  wanted.photos = {must(this->picture(me)).id};
  EXPECT_EQ(this->message(this->open(wanted, me)), "cases.photos_needed");
  wanted.photos.push_back(must(this->picture(me)).id);
  Found found = must(this->open(wanted, me));
  found = must(this->act(must(this->act(found, "dispatch", this->desk())), "take", worker));
  ActionRequest done;
  done.action = "done";
  done.version = found.one.version;
  done.inputs = {{"hours", "1"}};
  const auto act = [&] {
    return this->message(this->service_->work().act(found.one.id, done, worker, {"account:2", std::nullopt}));
  };
  EXPECT_EQ(act(), "cases.photos_missing");
  done.photos = {must(this->picture(worker)).id};
  EXPECT_EQ(act(), "done");
}

TYPED_TEST(Life, APointAloneFindsItsGridAndWhoIsOnDutyThere) {
  this->staff_both_grids();
  for (const auto& [code, west] :
       {std::pair("980101001002001", 113.50), std::pair("980101001002002", 113.52)}) {
    region::RegionEdit edit;
    edit.code = code;
    edit.boundary = region::testing::square(west, 22.2, 0.02);
    must(this->node_.store->commit(must(this->node_.regions->edit(edit, *parse_iso_day("2020-03-10")))));
    must(this->node_.regions->reload());
  }
  NewCase wanted;
  wanted.form = {{"kind", "lamp"}, {"words", "灯不亮"}};
  wanted.longitude = 113.53;
  wanted.latitude = 22.21;
  this->goes_to(wanted, "980101001002002", "account:3");
  wanted.longitude = 113.51;
  this->goes_to(wanted, "980101001002001", "account:2");
  wanted.region = "980101001002";
  this->goes_to(wanted, "980101001002001", "account:2");  // more closely than the community that was named
  wanted.form["grid"] = "980101001002002";
  this->goes_to(wanted, "980101001002002",
                "account:3");  // what the form says stands against a point elsewhere
  wanted.form.erase("grid");
  wanted.region.clear();
  wanted.latitude = 23.5;
  EXPECT_EQ(this->message(this->open(wanted, this->resident())), "cases.no_place")
      << "outside all boundaries";
}

TYPED_TEST(Life, AnAddressAloneFindsItsGridAndWhoIsOnDutyThere) {
  const std::string form = this->replaced(
      this->replaced(std::string(repairs_form), "region: grid\n", "region: [grid, spot]\n"),
      "      - {name: people,",
      "      - {name: spot, title: {zh: 地点, en: Spot}, type: address}\n      - {name: people,");
  this->write(this->scenarios() + "/sample/resources.yaml", std::string(sample_resources) + form);
  this->service_.reset();
  this->restart("again");
  this->start();
  this->staff_both_grids();
  NewCase wanted;
  wanted.form = {{"kind", "lamp"}, {"words", "灯不亮"}};
  wanted.form["spot"] = "虚南省云山市香洲区翠香街道香洲社区居委会第2网格5号";
  this->goes_to(wanted, "980101001002002", "account:3");
  wanted.form["spot"] = "香洲区翠香街道香洲社区第1网格";
  this->goes_to(wanted, "980101001002001", "account:2");
  wanted.form["spot"] = "某处";
  EXPECT_EQ(this->message(this->open(wanted, this->resident())), "cases.no_place");
}

}  // namespace
}  // namespace jingwei::cases

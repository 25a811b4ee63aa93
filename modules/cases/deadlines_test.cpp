// Goal: what is not done in time goes up level by level, what nobody touches is supervised, and a new
// calendar or a new version of a process reaches the cases that are open; all of it once, however often the
// hub looks.
#include "modules/cases/cases_json.h"
#include "modules/cases/cases_testing.h"

namespace jingwei::cases {
namespace {

using namespace testing;

template <typename Backend>
class Deadlines : public CasesWorld<Backend> {
 protected:
  std::vector<StepKind> kinds(const Found& found) {
    std::vector<StepKind> all;
    for (const auto& step : must(this->service_->work().steps(found))) all.push_back(step.kind);
    return all;
  }
  void pass(std::chrono::minutes time) {
    this->clock_.advance(time);
    this->step();
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
  }
};

TYPED_TEST_SUITE(Deadlines, Backends, BackendNames);

TYPED_TEST(Deadlines, LapsedCasesRiseLevelByLevelAndStayAtTheTop) {
  Found found = must(this->report(this->resident()));  // due after two working hours: Wednesday 09:00
  this->pass(std::chrono::hours{16});
  EXPECT_EQ(this->again(found).one.escalated, 0) << "a minute is not over yet at eight in the morning";
  this->pass(std::chrono::hours{1} + std::chrono::minutes{1});
  found = this->again(found);
  EXPECT_EQ(found.one.escalated, 1);
  EXPECT_TRUE(found.one.overdue);
  EXPECT_EQ(found.one.owner, this->region("980101001")) << "the street, as the community let it lapse";
  EXPECT_EQ(found.one.waits_for, "street-desk");
  EXPECT_EQ(this->message(this->act(found, "dispatch",
                                    this->as("account:4", "street-desk", this->region("980101001")))),
            "cases.not_your_turn");
  this->pass(std::chrono::hours{5});
  found = this->again(found);
  EXPECT_EQ(found.one.owner, this->region("980101"));
  EXPECT_EQ(found.one.waits_for, "head");
  this->pass(std::chrono::hours{24 * 30});
  EXPECT_EQ(this->again(found).one.escalated, 2);
  EXPECT_EQ(this->kinds(found),
            (std::vector<StepKind>{StepKind::open, StepKind::escalate, StepKind::escalate}));
  // Whoever does it at last gives it its own deadline again.
  this->on_duty("worker", "980101001002001", "account:2");
  found = must(this->act(this->again(found), "dispatch", this->desk()));
  EXPECT_FALSE(found.one.overdue);
  EXPECT_EQ(found.one.owner, this->grid_);
}

TYPED_TEST(Deadlines, UrgentOnesCountByTheWallClock) {
  const Found found = must(this->report(this->resident(), "lamp", "urgent"));
  EXPECT_EQ(*found.one.due_at, this->clock_.now() + std::chrono::minutes{30});
  this->pass(std::chrono::minutes{31});
  EXPECT_EQ(this->again(found).one.escalated, 1);
}

TYPED_TEST(Deadlines, ADispatchNobodyTouchesIsSupervisedOnce) {
  this->on_duty("worker", "980101001002001", "account:2");
  Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  this->pass(std::chrono::minutes{61});
  EXPECT_EQ(this->again(found).one.supervised, 1);
  this->pass(std::chrono::minutes{10});
  EXPECT_EQ(this->kinds(found), (std::vector<StepKind>{StepKind::open, StepKind::act, StepKind::ignored}));
  // Pressed for by hand as well, by those above.
  found = must(
      this->service_->work().supervise(found.one.id, "请尽快", this->desk(), {"account:1", std::nullopt}));
  EXPECT_EQ(found.one.supervised, 2);
  EXPECT_EQ(this->message(this->service_->work().supervise(found.one.id, "x", this->worker(),
                                                           {"account:2", std::nullopt})),
            "cases.may_not_supervise");
}

TYPED_TEST(Deadlines, WhatIsIgnoredIsSaidToTheLevelAboveOnce) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  const auto said = [&] {
    const auto feed = this->feed();
    return std::count_if(feed.begin(), feed.end(), [&](const storage::FeedEntry& entry) {
      return entry.kind == effect_event_kind && entry.body.find(R"("hook":"notice")") != std::string::npos &&
             entry.body.find(R"("to":"above","region":")" + this->grid_.to_string() + "\"") !=
                 std::string::npos &&
             entry.body.find("RP-" + found.one.id.to_string()) != std::string::npos;
    });
  };
  this->pass(std::chrono::minutes{30});
  EXPECT_EQ(said(), 0);
  this->pass(std::chrono::minutes{31});
  EXPECT_EQ(said(), 1);
  this->pass(std::chrono::hours{2});
  EXPECT_EQ(said(), 1) << "once for each time it was given out";
}

TYPED_TEST(Deadlines, ACaseIsPressedForFromALevelAboveItsOwner) {
  const Found found = must(this->report(this->resident()));
  ASSERT_EQ(found.one.owner, this->community_);
  const auto press = [&](const CaseView& view) {
    const bool offered = must(CaseWriter(*this->service_, view, Language::zh).detail(this->again(found)))
                             .find(R"("supervise"])") != std::string::npos;
    const std::string answer = this->message(
        this->service_->work().supervise(found.one.id, "请尽快", view, {view.actor(), std::nullopt}));
    EXPECT_EQ(offered, answer == "done") << answer;
    return answer;
  };
  EXPECT_EQ(press(this->desk()), "cases.supervise_from_above") << "whose it is does it";
  EXPECT_EQ(press(this->as("account:4", "desk", this->region("980101001"))), "done");
  EXPECT_EQ(press(this->as("account:5", "head", this->region("980101"))), "done");
  EXPECT_EQ(press(this->as("account:6", "worker", this->region("980101"))), "cases.may_not_supervise");
  auto grants = person("account:7", "head", this->community_)->grants();
  grants.front().whole_area = true;
  EXPECT_EQ(
      press(this->service_->view(std::make_shared<access::Caller>("account:7", grants), "account:7", {})),
      "done")
      << "above the whole area there is nobody";
  EXPECT_EQ(this->again(found).one.supervised, 3);
}

TYPED_TEST(Deadlines, WhoHasTouchedItIsNotSupervised) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  must(this->service_->work().comment(found.one.id, "在路上", this->worker(), {"account:2", std::nullopt}));
  this->pass(std::chrono::minutes{90});
  EXPECT_EQ(this->again(found).one.supervised, 0);
}

TYPED_TEST(Deadlines, DelayedTransitionsHappenByThemselves) {
  this->on_duty("worker", "980101001002001", "account:2");
  Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  found = must(
      this->act(must(this->act(found, "take", this->worker())), "done", this->worker(), {{"hours", "1"}}));
  this->pass(std::chrono::hours{24 * 6});
  found = this->again(found);
  EXPECT_EQ(found.one.state, "closed");
  EXPECT_EQ(this->kinds(found).back(), StepKind::automatic);
}

TYPED_TEST(Deadlines, ANewCalendarMovesOpenDeadlines) {
  const Found found = must(this->report(this->resident()));  // Tuesday 16:00, due Wednesday 09:00
  CalendarSetting wanted;
  wanted.days[*parse_iso_day("2020-03-11")] = {false, "防汛", "Flood"};
  const auto set = must(this->service_->calendars().set(wanted, {"account:3", std::nullopt}));
  EXPECT_EQ(set.version, 1);
  this->step();
  EXPECT_EQ(this->again(found).one.due_at, *found.one.due_at + std::chrono::hours{24})
      << "the Wednesday is off now";
  EXPECT_EQ(this->again(found).one.version, found.one.version) << "nobody's work is overtaken by it";
  wanted.hours.end = std::chrono::minutes{8 * 60};
  EXPECT_FALSE(this->service_->calendars().set(wanted, {"account:3", std::nullopt}).ok());
}

TYPED_TEST(Deadlines, ANewCalendarKeepsTheDaysSetBefore) {
  Calendars& calendars = this->service_->calendars();
  const Day flood = *parse_iso_day("2020-03-11"), trees = *parse_iso_day("2020-03-12");
  CalendarSetting wanted;
  wanted.days[flood] = {false, "防汛", "Flood"};
  must(calendars.set(wanted, {"account:3", std::nullopt}));
  wanted.days = {{trees, {false, "植树", "Trees"}}};
  must(calendars.set(wanted, {"account:3", std::nullopt}));
  ASSERT_EQ(calendars.setting().days.size(), 2u) << "a day more is not the only day";
  EXPECT_FALSE(calendars.calendar()->days().at(flood).working);
  wanted.days = {{flood, {true, "照常", "As usual"}}};
  const CalendarSetting last = must(calendars.set(wanted, {"account:3", std::nullopt}));
  EXPECT_EQ(last.days.size(), 2u);
  EXPECT_TRUE(last.days.at(flood).working) << "the same day given anew is another";
}

TYPED_TEST(Deadlines, DaysThatANewerProgramBringsMoveOpenDeadlinesOnce) {
  const Found found = must(this->report(this->resident()));  // Tuesday 16:00, due Wednesday 09:00
  const auto open_again = [&](const char* day) {
    if (*day != '\0') this->holidays_[*parse_iso_day(day)] = {false, "放假", "Holiday"};
    this->service_.reset();
    this->start();
    this->step();
    return this->service_->calendars().setting().version;
  };
  EXPECT_EQ(open_again("2020-01-24"), 0) << "which days counted before is not known: nothing to set";
  EXPECT_EQ(this->again(found).one.due_at, found.one.due_at);
  EXPECT_EQ(open_again("2020-03-11"), 1);
  EXPECT_EQ(this->again(found).one.due_at, *found.one.due_at + std::chrono::hours{24});
  EXPECT_EQ(this->again(found).one.version, found.one.version);
  EXPECT_EQ(this->service_->calendars().setting().set_by, "hub");
  EXPECT_EQ(open_again(""), 1) << "the same days are no news";
  const auto feed = this->feed();
  EXPECT_EQ(std::count_if(feed.begin(), feed.end(),
                          [](const auto& entry) { return entry.kind == calendar_event_kind; }),
            2);
  CalendarSetting wanted;
  wanted.days[*parse_iso_day("2020-03-12")] = {false, "防汛", "Flood"};
  EXPECT_EQ(must(this->service_->calendars().set(wanted, {"account:3", std::nullopt})).version, 2);
  EXPECT_EQ(open_again("2020-05-01"), 3);
  EXPECT_TRUE(this->service_->calendars().setting().days.contains(*parse_iso_day("2020-03-12")))
      << "what people set stays";
}

TYPED_TEST(Deadlines, TheNextRungOfAnOverdueCaseMovesWithTheCalendar) {
  const Found found = must(this->report(this->resident()));
  this->pass(std::chrono::hours{17} + std::chrono::minutes{1});  // Wednesday morning
  const Found late = this->again(found);
  ASSERT_EQ(late.one.escalated, 1);
  ASSERT_TRUE(late.one.rung_at);
  CalendarSetting wanted;
  wanted.days[*parse_iso_day("2020-03-11")] = {false, "防汛", "Flood"};
  must(this->service_->calendars().set(wanted, {"account:3", std::nullopt}));
  this->step();
  const Found moved = this->again(found);
  EXPECT_GT(*moved.one.rung_at, *late.one.rung_at);
  EXPECT_EQ(*moved.one.rung_at,
            this->service_->calendars().calendar()->add(must(this->service_->work().steps(late)).back().at,
                                                        std::chrono::hours{4}));
  EXPECT_EQ(moved.one.due_at, late.one.due_at) << "when it was due stays what it was";
  this->pass(std::chrono::hours{6});
  EXPECT_EQ(this->again(found).one.escalated, 1) << "nobody works that Wednesday";
  this->pass(std::chrono::hours{24});
  EXPECT_EQ(this->again(found).one.escalated, 2);
}

TYPED_TEST(Deadlines, CasesKeepTheirVersionUnlessEveryStateIsMapped) {
  const Found old = must(this->report(this->resident()));
  std::string next = this->replaced(std::string(repair_process), "id: reported, title: {zh: 待派",
                                    "id: received, title: {zh: 待派");
  for (const char* place :
       {"initial: reported", "from: reported", "to: reported, by: [assignee", "to: reported, by: [reporter"})
    next = this->replaced(next, place,
                          std::string(place).replace(std::string(place).find("reported"), 8, "received"));
  auto declared = must(parse_processes(next, "process.yaml", "sample"));
  must(this->service_->book().install("sample", declared));
  this->step();
  EXPECT_EQ(this->again(old).one.process_version, 1);
  this->on_duty("worker", "980101001002001", "account:2");
  EXPECT_EQ(must(this->act(old, "dispatch", this->desk())).one.state, "given")
      << "by the rules it began under";
  const Found stays = must(this->report(this->resident()));
  EXPECT_EQ(stays.one.process_version, 2);

  must(this->service_->book().install(
      "sample",
      must(parse_processes(next + "    migrate: {reported: received}\n", "process.yaml", "sample"))));
  this->step();
  EXPECT_EQ(this->again(old).one.process_version, 3);
  EXPECT_EQ(this->again(stays).one.process_version, 3);
  EXPECT_EQ(this->again(stays).one.state, "received");
  EXPECT_TRUE(this->service_->book().list()->heads.at("repair").migration.empty());
}

TYPED_TEST(Deadlines, UnmappedStatesKeepAllCasesWhereTheyAreAndAreNamed) {
  const Found old = must(this->report(this->resident()));
  std::string next = this->replaced(std::string(repair_process), "id: reported, title: {zh: 待派",
                                    "id: received, title: {zh: 待派");
  for (const char* place :
       {"initial: reported", "from: reported", "to: reported, by: [assignee", "to: reported, by: [reporter"})
    next = this->replaced(next, place,
                          std::string(place).replace(std::string(place).find("reported"), 8, "received"));
  const auto mapless = must(parse_processes(next + "    migrate: {}\n", "process.yaml", "sample"));
  const auto& book = this->service_->book();
  EXPECT_EQ(must(book.unmapped(mapless.front())), "reported")
      << "an installer can tell before anything changes";
  EXPECT_EQ(must(book.unmapped(must(parse_processes(next, "process.yaml", "sample")).front())), "")
      << "without `migrate:` nothing is promised";
  EXPECT_EQ(must(book.unmapped(
                must(parse_processes(next + "    migrate: {reported: received}\n", "process.yaml", "sample"))
                    .front())),
            "");
  must(this->service_->book().install("sample", mapless));
  this->step();
  EXPECT_EQ(this->again(old).one.process_version, 1);
  EXPECT_EQ(this->service_->book().list()->heads.at("repair").migration, "reported");
}

TYPED_TEST(Deadlines, ARemovedPackageTakesNoNewCasesAndItsOldOnesGoOn) {
  const Found found = must(this->report(this->resident()));
  must(this->service_->book().install("sample", {}));
  EXPECT_EQ(this->message(this->report(this->resident())), "cases.process_retired");
  this->on_duty("worker", "980101001002001", "account:2");
  EXPECT_EQ(this->message(this->act(found, "dispatch", this->desk())), "done");
}

TYPED_TEST(Deadlines, RedrawnGridsTakeTheirOpenCasesAlong) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  ASSERT_EQ(found.one.owner, this->grid_);
  region::NewRegion joined{"980101001002009", "980101001002", "新网格", region::Level::grid, "", true, ""};
  must(this->node_.store->commit(must(this->node_.regions->merge(
      {{"980101001002001", "980101001002002"}, joined}, *parse_iso_day("2020-03-10")))));
  this->step();
  const Found after = this->again(found);
  EXPECT_EQ(after.one.owner, this->region("980101001002009"));
  EXPECT_EQ(after.one.place, found.one.place) << "where it happened stays what it was";
}

TYPED_TEST(Deadlines, ARestartFindsEverythingAsItWas) {
  const Found found = must(this->report(this->resident()));
  this->step();
  this->service_.reset();
  this->restart("second");
  this->start();
  const auto figures =
      this->service_->figures().sum([](RegionId, const std::string&) { return true; }, "repair");
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures.front().open, 1);
  EXPECT_EQ(this->again(found).one.form.at("words"), "灯不亮");
  EXPECT_EQ(this->service_->book().list()->heads.at("repair").version, 1) << "nothing new was declared";
}

}  // namespace
}  // namespace jingwei::cases

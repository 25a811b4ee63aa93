// Goal: what is left of a deadline stays what it was, by the clock the state counts by, however often a case
// is paused, handed over or laid anew; and conditions read days, working time and regions as the hub's
// calendar and tree have them.
#include "modules/cases/cases_testing.h"

namespace jingwei::cases {
namespace {

using namespace testing;
using std::chrono::hours;
using std::chrono::minutes;

template <typename Backend>
class Clocks : public CasesWorld<Backend> {
 protected:
  // New cases follow it from now on.
  void publish(const std::string& from, const std::string& to) {
    const std::string next = replaced(std::string(repair_process), from, to);
    must(this->service_->book().install("sample", must(parse_processes(next, "process.yaml", "sample"))));
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
  }
  Found given() {
    this->on_duty("worker", "980101001002001", "account:2");
    return must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  }
  Found taken() { return must(this->act(given(), "take", this->worker())); }
  Found resumed(const Found& found, std::chrono::minutes before, std::chrono::minutes pause) {
    this->clock_.advance(before);
    const Found paused = must(this->act(found, "pause", this->worker()));
    this->clock_.advance(pause);
    this->step();
    return must(this->act(this->again(paused), "resume", this->worker()));
  }
  // Lays all open deadlines anew; the day itself lies behind all of them.
  void set_calendar() {
    CalendarSetting wanted;
    wanted.days[*parse_iso_day("2020-06-01")] = {false, "防汛", "Flood"};
    must(this->service_->calendars().set(wanted, {"account:3", std::nullopt}));
    this->step();
  }
};

TYPED_TEST_SUITE(Clocks, Backends, BackendNames);

TYPED_TEST(Clocks, APauseGivesBackWhatWasLeftByTheClockOnTheWall) {
  this->publish("deadline: 1d\n        initial: at-work",
                "deadline: {within: 1d, clock: always}\n        initial: at-work");
  const Found found = this->resumed(this->taken(), hours{1}, hours{24 * 7});
  EXPECT_EQ(*found.one.due_at, this->clock_.now() + hours{23});
  const Found twice = this->resumed(found, hours{2}, hours{30});
  EXPECT_EQ(*twice.one.due_at, this->clock_.now() + hours{21});
}

TYPED_TEST(Clocks, AResumedCaseKeepsWhatWasLeftWhenDeadlinesAreLaidAnew) {
  const Found found = this->resumed(this->taken(), minutes{30}, hours{24 * 7});
  this->set_calendar();
  EXPECT_EQ(this->again(found).one.due_at, found.one.due_at) << "its whole day was over before the pause";
}

TYPED_TEST(Clocks, AStateEnteredAgainHasItsWholeDeadlineUnlessItsClockHadStopped) {
  Found found = this->given();  // before it was reported
  found = must(this->act(found, "not-ours", this->worker()));
  EXPECT_EQ(found.one.state, "reported");
  EXPECT_EQ(*found.one.due_at, this->clock_.now() + hours{17}) << "two working hours from Tuesday 16:00";
  found =
      this->resumed(must(this->act(must(this->act(found, "dispatch", this->desk())), "take", this->worker())),
                    minutes{30}, hours{24});
  found = must(this->act(found, "done", this->worker(), {{"hours", "1"}}));
  EXPECT_FALSE(found.one.left) << "what was left belonged to the state before";
  EXPECT_EQ(*found.one.due_at, this->clock_.now() + hours{24});
}

TYPED_TEST(Clocks, AHandedOverCaseIsNewToWhoGetsItAndDueWhenItWas) {
  const Found found = this->given();  // ignored after an hour
  this->clock_.advance(minutes{59});
  const Found handed = must(this->service_->work().hand_over(
      found.one.id, found.one.version, "", "water", "供水管道", this->desk(), {"account:1", std::nullopt}));
  EXPECT_EQ(handed.one.due_at, found.one.due_at);
  this->clock_.advance(minutes{2});
  this->step();
  EXPECT_EQ(this->again(found).one.supervised, 0) << "they have had it for two minutes";
  this->set_calendar();
  EXPECT_EQ(this->again(found).one.due_at, found.one.due_at) << "no whole deadline for being handed over";
  this->clock_.advance(hours{16});  // Wednesday 09:01
  this->step();
  EXPECT_EQ(this->again(found).one.supervised, 1);
}

TYPED_TEST(Clocks, ConditionsAskTheCalendarAndItsZone) {
  this->publish("by: [desk], assign: dispatch, bulk: true}",
                R"(by: [desk], assign: dispatch, bulk: true, guard: {"is-working-day": [{var: now}]}})");
  EXPECT_EQ(this->message(this->act(must(this->report(this->resident())), "dispatch", this->desk())), "done");
  const Found later = must(this->report(this->resident()));
  this->clock_.advance(hours{24 * 3 + 9});  // Friday 17:00 in UTC: Saturday 01:00
  EXPECT_EQ(this->message(this->act(later, "dispatch", this->desk())), "cases.guard_fails");
}

TYPED_TEST(Clocks, ConditionsCountWorkingTime) {
  this->publish(
      "by: [desk], assign: dispatch, bulk: true}",
      R"(by: [desk], assign: dispatch, bulk: true, guard: {">=": [{"working-time": ["2020-03-10T08:00:00Z", {var: now}, hour]}, 2]}})");
  const Found found = must(this->report(this->resident()));
  this->clock_.advance(hours{16});  // Wednesday 08:00: an hour and a half of work since
  EXPECT_EQ(this->message(this->act(this->again(found), "dispatch", this->desk())), "cases.guard_fails");
  this->clock_.advance(hours{1});
  EXPECT_EQ(this->message(this->act(this->again(found), "dispatch", this->desk())), "done");
}

TYPED_TEST(Clocks, ConditionsKnowTheRegions) {
  for (const auto& [above, answer] :
       {std::pair("980101", "done"), std::pair("980102", "cases.guard_fails")}) {
    this->publish(
        "by: [desk], assign: dispatch, bulk: true}",
        R"(by: [desk], assign: dispatch, bulk: true, guard: {"region-within": [{var: form.grid}, ")" +
            std::string(above) + R"("]}})");
    EXPECT_EQ(this->message(this->act(must(this->report(this->resident())), "dispatch", this->desk())),
              answer)
        << above;
  }
}

}  // namespace
}  // namespace jingwei::cases

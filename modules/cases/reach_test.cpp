// Goal: everybody reads, counts and keeps what is within their reach, all of it and nothing else; and nothing
// of a worker's shift without a network is lost.
#include <set>

#include "base/limits.h"
#include "modules/cases/cases_json.h"
#include "modules/cases/cases_testing.h"
#include "storage/pseudonym.h"

namespace jingwei::cases {
namespace {

using namespace testing;

template <typename Backend>
class ReachOfCases : public CasesWorld<Backend> {
 protected:
  std::vector<std::int64_t> listed(const CaseView& view, std::size_t most = 50,
                                   const std::string& under = {}) {
    std::vector<std::int64_t> ids;
    CaseQuery query;
    query.most = most;
    query.under = under;
    for (int turn = 0; turn < 50; ++turn) {
      const auto page = must(this->service_->lists().newest(query, view));
      for (const auto& found : page.items) ids.push_back(found.one.id.value);
      if (page.next.empty()) return ids;
      query.before = *CaseId::parse(page.next);
    }
    ADD_FAILURE() << "the pages do not end";
    return ids;
  }
  Found handed_over(const Found& found, const std::string& region, const std::string& department = {}) {
    return must(this->service_->work().hand_over(found.one.id, found.one.version, region, department, "换区",
                                                 this->desk(), {"account:1", std::nullopt}));
  }
  std::string detail(const Found& found, const CaseView& view) {
    return must(CaseWriter(*this->service_, view, Language::zh).detail(found));
  }
  Photo picture(const CaseView& view) {
    const std::string jpeg("\xFF\xD8\xFF\xE1\x00\x0AGPS 22.2\xFF\xDA\x00\x02\x11\x22\xFF\xD9", 22);
    return must(this->service_->photos().send(jpeg, CaseId(), view, {view.actor(), std::nullopt}));
  }
  static NewCase lamp() {
    NewCase wanted;
    wanted.form = {{"kind", "lamp"}, {"words", "暗"}, {"grid", "980101001002001"}};
    return wanted;
  }
};

TYPED_TEST_SUITE(ReachOfCases, Backends, BackendNames);

TYPED_TEST(ReachOfCases, APackageThatIsNotOnInARegionTakesNoNewCaseThereAndOffersNone) {
  const Found before = must(this->report(this->resident()));
  CasesParts parts = this->service_->parts();
  std::set<std::string> on;
  parts.check_on = [&](const std::string& package, RegionId place) -> Result<void> {
    const auto tree = this->node_.regions->tree();
    const std::string code = place ? tree->code(tree->find(place)) : std::string();
    if (package == "sample" && (place ? on.contains(code) : !on.empty())) return {};
    return Error(ErrorCode::denied, "cases.may_not_open");
  };
  this->service_.reset();
  this->service_ = std::make_unique<CasesService>(std::move(parts));
  must(this->service_->open(real_file_system(), this->scenarios()));
  const auto offered = [&] {
    return CaseWriter(*this->service_, this->resident(), Language::zh)
               .process_list()
               .find(R"("may_open":true)") != std::string::npos;
  };
  EXPECT_EQ(this->message(this->report(this->resident())), "cases.may_not_open");
  EXPECT_FALSE(offered());
  EXPECT_EQ(this->message(this->act(before, "dispatch", this->desk())), "done")
      << "what is under way goes on";
  on = {"980101001002002"};
  EXPECT_EQ(this->message(this->report(this->resident())), "cases.may_not_open") << "another region's";
  EXPECT_TRUE(offered());
  on = {"980101001002001"};
  EXPECT_EQ(this->message(this->report(this->resident())), "done");
}

TYPED_TEST(ReachOfCases, WhatColleaguesGiveEachOtherIsNotForWhoReportedIt) {
  this->on_duty("worker", "980101001002001", "account:2");
  Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  found = must(this->act(found, "take", this->worker()));
  const Task task = must(this->service_->tasks().add(found.one.id, {"向邻居借梯子", "", "water", "", 4},
                                                     this->worker(), {"account:2", std::nullopt}));
  must(this->service_->tasks().step(task.id, TaskStep::done, "邻居欠费", this->worker(),
                                    {"account:2", std::nullopt}));
  must(this->service_->work().comment(found.one.id, "明天修好", this->worker(), {"account:2", std::nullopt}));
  found = this->again(found);
  const std::string theirs = this->detail(found, this->resident());
  for (const char* word : {"向邻居借梯子", "邻居欠费"}) {
    EXPECT_EQ(theirs.find(word), std::string::npos) << word;
    EXPECT_NE(this->detail(found, this->worker()).find(word), std::string::npos) << word;
    EXPECT_NE(this->detail(found, this->desk()).find(word), std::string::npos) << word;
  }
  EXPECT_NE(theirs.find(R"("tasks":[])"), std::string::npos);
  EXPECT_NE(theirs.find("明天修好"), std::string::npos) << "a comment is for them too";
  const CaseView clerk = this->as("account:9", "desk", this->community_);
  EXPECT_NE(this->detail(found, clerk).find("向邻居借梯子"), std::string::npos)
      << "a colleague who has reported it is a colleague";
}

TYPED_TEST(ReachOfCases, ASmallAreaListsWhatItOwnsWhereverItLies) {
  const Found found = this->handed_over(must(this->report(this->resident())), "980101001001");
  const Found other = must(this->report(this->resident()));
  const CaseView there = this->as("account:3", "desk", this->region("980101001001"));
  EXPECT_EQ(this->listed(there), std::vector<std::int64_t>{found.one.id.value});
  const std::vector<std::int64_t> both = {other.one.id.value, found.one.id.value};
  EXPECT_EQ(this->listed(this->as("account:4", "desk", this->region("980101001"))), both) << "each once";
  EXPECT_EQ(this->listed(this->desk_of_all(), 1, "980101001001"),
            std::vector<std::int64_t>{found.one.id.value});
}

TYPED_TEST(ReachOfCases, PagesGoOnBehindRowsThatAreNotTheirs) {
  std::vector<std::int64_t> water;
  for (int number = 0; number < 3; ++number)
    water.push_back(this->handed_over(must(this->report(this->resident())), "", "water").one.id.value);
  for (int number = 0; number < 7; ++number) must(this->report(this->resident()));
  std::reverse(water.begin(), water.end());
  const CaseView plumber = this->as("account:41", "plumber", this->community_, "water");
  for (const std::size_t most : {1u, 2u, 3u, 50u}) EXPECT_EQ(this->listed(plumber, most), water) << most;
}

TYPED_TEST(ReachOfCases, ADepartmentKeepsItsOwnRosterAndCountsItsOwnCases) {
  const CaseView plumber = this->as("account:41", "plumber", this->community_, "water");
  EXPECT_TRUE(plumber.reaches("duty.write", this->grid_, "water"));
  EXPECT_FALSE(plumber.reaches("duty.write", this->grid_, "power"));
  EXPECT_FALSE(plumber.reaches("duty.write", this->grid_, "")) << "a duty of every department";
  EXPECT_TRUE(this->desk().reaches("duty.write", this->grid_, "power"));
  EXPECT_FALSE(this->desk().reaches("duty.write", this->region("980102"), "power"));

  must(this->report(this->resident()));
  const Found found = this->handed_over(must(this->report(this->resident())), "", "water");
  this->step();
  const auto open = [&](const CaseView& view) {
    std::int64_t sum = 0;
    const auto reached = [&](RegionId place, const std::string& department) {
      return view.reaches("case.read", place, department);
    };
    for (const auto& figure : this->service_->figures().sum(reached, "repair")) sum += figure.open;
    return sum;
  };
  EXPECT_EQ(open(plumber), 1);
  EXPECT_EQ(open(this->desk()), 2);
  EXPECT_EQ(open(this->as("account:42", "plumber", this->community_, "power")), 0);
  this->handed_over(found, "", "power");
  this->step();
  EXPECT_EQ(open(plumber), 0) << "it moves with the case";
  EXPECT_EQ(open(this->as("account:42", "plumber", this->community_, "power")), 1);
  this->service_.reset();
  this->restart("second");
  this->start();
  EXPECT_EQ(open(this->as("account:42", "plumber", this->community_, "power")), 1) << "and after a restart";
}

TYPED_TEST(ReachOfCases, HalfAPositionAndAPictureNamedTwiceAreRefused) {
  NewCase wanted = this->lamp();
  wanted.longitude = 113.5;
  auto refused = this->service_->work().open("repair", wanted, this->resident(), {"account:9", std::nullopt});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "cases.half_point");
  EXPECT_EQ(refused.error().field, "/latitude");
  wanted = this->lamp();
  const Photo photo = this->picture(this->resident());
  wanted.photos = {photo.id, photo.id};
  refused = this->service_->work().open("repair", wanted, this->resident(), {"account:9", std::nullopt});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "cases.photo_twice");
}

TYPED_TEST(ReachOfCases, EvidenceOfAConflictStaysUntilItIsSettled) {
  const Found found = must(this->report(this->resident()));
  const CaseView worker = this->worker();
  const Photo evidence = this->picture(worker);
  Queued queued;
  queued.sequence = 1;
  queued.case_id = found.one.id;
  queued.version = found.one.version;
  queued.action = "take";  // it has not been given out
  queued.photos = {evidence.id};
  queued.longitude = 113.25;
  queued.latitude = 22.5;
  queued.done_at = this->clock_.now();
  const auto results = must(this->service_->sync().take("device-0003", {queued}, worker));
  ASSERT_EQ(results.front().outcome, SyncOutcome::conflict);
  const auto kept = must(this->service_->sync().conflicts("account:2"));
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_NE(kept.front().action.find(R"("photos":[")" + evidence.id.to_string() + "\"]"), std::string::npos)
      << kept.front().action;
  EXPECT_NE(kept.front().action.find(R"("longitude":113.25,"latitude":22.5)"), std::string::npos);
  EXPECT_NE(kept.front().action.find(R"("done_at":")" + to_rfc3339(*queued.done_at)), std::string::npos);
  this->clock_.advance(std::chrono::days{60});
  EXPECT_EQ(must(this->service_->photos().sweep()), 0u);
  EXPECT_TRUE(this->service_->photos().fetch(evidence.id, PhotoCopy::original, worker).ok());
  must(this->service_->sync().settle(kept.front().id, {"account:2", std::nullopt}));
  EXPECT_EQ(must(this->service_->photos().sweep()), 1u);
}

// For whom the case is about the log names the look at it, and at its pictures.
TYPED_TEST(ReachOfCases, ALookNamesThePersonOfTheFormOrElseWhoeverReported) {
  NewCase wanted = this->lamp();
  wanted.photos = {this->picture(this->resident()).id};
  const Found found =
      must(this->service_->work().open("repair", wanted, this->resident(), {"account:9", std::nullopt}));
  EXPECT_EQ(must(this->service_->person_opened(found, this->desk())), "person:nine");
  EXPECT_EQ(must(this->service_->person_of(must(this->report(this->worker())))), "")
      << "nobody vouches for who that is";
  const auto picture =
      must(this->service_->photos().fetch(wanted.photos.front(), PhotoCopy::clean, this->desk()));
  ASSERT_TRUE(picture.shown_in);
  EXPECT_EQ(must(this->service_->person_of(*picture.shown_in)), "person:nine");
  const Photo unnamed = this->picture(this->resident());
  EXPECT_FALSE(must(this->service_->photos().fetch(unnamed.id, PhotoCopy::clean, this->resident())).shown_in);

  // As if the form asked for a paper's number where it asks for a telephone's.
  Found numbered = must(this->report(this->resident()));
  auto declared = std::make_shared<Declared>(*numbered.declared);
  for (auto& field : declared->form.fields) {
    if (field.name == "phone") field.personal = catalog::Personal::identifier;
  }
  numbered.declared = declared;
  const std::string person = storage::pseudonym_of(this->sealer_, "13800000000");
  EXPECT_EQ(must(this->service_->person_of(numbered)), person);
  EXPECT_EQ(must(this->service_->person_opened(numbered, this->resident())), person);
  const CaseView closed = this->service_->view(
      std::make_shared<access::Caller>("account:7", std::vector<access::Grant>{}), "account:7", {});
  EXPECT_EQ(must(this->service_->person_opened(numbered, closed)), "") << "nothing of it is open to them";
}

TYPED_TEST(ReachOfCases, ContentionIsNoConflictOfWhoQueued) {
  this->on_duty("worker", "980101001002001", "account:2");
  const Found found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
  CasesService busy(CasesParts{*this->node_.writes, *this->node_.catalog, *this->node_.regions,
                               *this->node_.ingest, this->sealer_, this->clock_, this->zone_, "busy",
                               this->holidays_});
  must(busy.open(real_file_system(), this->scenarios()));
  Queued queued;
  queued.sequence = 1;
  queued.case_id = found.one.id;
  queued.version = found.one.version;
  queued.action = "take";
  this->node_.writes->contend(limits::decide_attempts);
  EXPECT_FALSE(busy.sync().take("device-0004", {queued}, this->worker()).ok()) << "to be sent again";
  EXPECT_TRUE(must(busy.sync().conflicts("account:2")).empty());
  EXPECT_EQ(must(busy.sync().take("device-0004", {queued}, this->worker())).front().outcome,
            SyncOutcome::done);
}

TYPED_TEST(ReachOfCases, CasesAndTasksGoToDepartmentsThatAreThere) {
  const Found found = must(this->report(this->resident()));
  const auto refused = [&](const std::string& department) {
    const auto handed = this->service_->work().hand_over(found.one.id, found.one.version, "", department,
                                                         "换部门", this->desk(), {"account:1", std::nullopt});
    const auto given = this->service_->tasks().add(found.one.id, {"借梯子", "", department, "", 4},
                                                   this->desk(), {"account:1", std::nullopt});
    EXPECT_FALSE(given.ok()) << department;
    if (handed.ok() || given.ok()) return std::string("done");
    EXPECT_EQ(given.error().message, handed.error().message);
    EXPECT_EQ(handed.error().field, "/department");
    return render(handed.error(), Language::en);
  };
  EXPECT_NE(refused("watr").find("did you mean water?"), std::string::npos);
  EXPECT_NE(refused("供电").find("did you mean power?"), std::string::npos) << "a name stands for its id";
  EXPECT_NE(refused("volcano-office").find("there are bureau, centre, health, police, power, water, works."),
            std::string::npos)
      << refused("volcano-office");
  const std::string offered =
      R"("departments":[{"id":"bureau","title":"数据局"},{"id":"centre","title":"centre"})";
  EXPECT_NE(this->detail(found, this->desk()).find(offered), std::string::npos);
  EXPECT_NE(this->detail(found, this->resident()).find(R"("departments":[])"), std::string::npos);
  EXPECT_EQ(this->handed_over(found, "", "power").one.department, "power");
}

// A case that stands nowhere is opened by what is open everywhere, not by an emergency somewhere.
TYPED_TEST(ReachOfCases, AnEmergencySomewhereOpensNoCaseThatStandsNowhere) {
  Case one = must(this->report(this->resident())).one;
  const catalog::Resource& form = must(this->node_.catalog->find("repairs"))->resource;
  CasesParts parts = this->service_->parts();
  bool everywhere = false;
  // As the hub's: none is anywhere, and one emergency stands.
  parts.check_purpose = [&](const std::string&, const std::string&, std::optional<catalog::Personal>,
                            RegionId place) -> Result<void> {
    if (!place || place == this->grid_) return {};
    return Error(ErrorCode::denied, "purpose.shut");
  };
  parts.areas_of_purpose = [&](const std::string&, const std::string&, catalog::Personal) {
    ingest::PurposeAreas areas;
    areas.everywhere = everywhere;
    if (!everywhere) areas.regions = {this->grid_};
    return areas;
  };
  const CaseView view(access::Caller::local_operator(), "local", "city-services", this->node_.regions->tree(),
                      parts);
  const auto opens = [&](RegionId place) {
    one.place = place;
    return view.opens(one, form, catalog::Personal::contact);
  };
  EXPECT_TRUE(opens(this->grid_));
  EXPECT_FALSE(opens(this->community_));
  EXPECT_FALSE(opens(RegionId())) << "of no place";
  EXPECT_FALSE(opens(RegionId(987'654'321))) << "of a place that is no more";
  everywhere = true;
  EXPECT_TRUE(opens(RegionId()));
  EXPECT_TRUE(opens(RegionId(987'654'321)));
  EXPECT_FALSE(opens(this->community_)) << "a known place is asked for as it is";
}

}  // namespace
}  // namespace jingwei::cases

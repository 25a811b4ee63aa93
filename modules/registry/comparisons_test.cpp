// Comparisons tell who stands in both lists, once another person has approved, and are gone when their time
// is over.
#include <gtest/gtest.h>

#include "modules/registry/registry_testing.h"
#include "storage/timer_runner.h"

namespace jingwei::registry {

namespace {

using namespace testing;

template <typename Backend>
class RegistryComparisons : public RegistryWorld<Backend> {
 protected:
  void SetUp() override {
    RegistryWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    timers_ = std::make_unique<storage::TimerRunner>(*this->node_.writes, this->clock_, "first");
    this->registry_->on_timers(*timers_);
    this->load("people", jingwei::testing::people(1, 30));
    std::string visits(visit_header);
    for (const int number : {3, 4, 5, 99}) visits += visit_row("V" + std::to_string(number), number, "张三");
    this->load("visits", visits);
    this->link();
  }
  void TearDown() override {
    timers_.reset();
    RegistryWorld<Backend>::TearDown();
  }

  NewComparison wanted(ComparisonMode mode) {
    NewComparison wanted;
    wanted.title = "就诊者与在册人员";
    wanted.purpose = "epidemic-control";
    wanted.right = "people";
    wanted.reason = "排查";
    wanted.mode = mode;
    return wanted;
  }
  ComparisonId approved(const NewComparison& wanted, const access::Caller* caller = nullptr) {
    auto& all = this->registry_->comparisons();
    if (caller == nullptr) caller = access::Caller::local_operator().get();
    const auto asked = must(all.ask(wanted, caller, this->request_));
    must(all.decide(asked.id, Comparisons::Word::approve, "", {"another", std::nullopt}));
    return asked.id;
  }
  Comparison ran(const NewComparison& wanted, const access::Caller* caller = nullptr) {
    const ComparisonId id = approved(wanted, caller);
    while (must(timers_->step()) > 0) {
    }
    return must(this->registry_->comparisons().find(id));
  }
  std::size_t told(ComparisonId id) {
    return must(this->registry_->comparisons().matches(id, 0, 100)).size();
  }
  // Holds one department's records of one region.
  access::Grant grant(const std::string& department, const std::string& region) {
    auto role = std::make_shared<access::Role>();
    role->permissions.set(*access::find_permission("record.read"));
    role->every_purpose = true;
    const auto tree = this->node_.regions->tree();
    access::Grant grant;
    grant.role = std::move(role);
    grant.region = tree->id(tree->find(region));
    grant.department = department;
    return grant;
  }

  std::unique_ptr<storage::TimerRunner> timers_;
};
TYPED_TEST_SUITE(RegistryComparisons, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(RegistryComparisons, TellWhoStandsInTwoResources) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  const auto done = this->ran(wanted);
  EXPECT_EQ(done.state, ComparisonState::done);
  EXPECT_EQ(done.left_count, 4);
  EXPECT_EQ(done.right_count, 30);
  EXPECT_EQ(done.matched, 3);
  std::set<SubjectId> met;
  for (const auto& match : must(this->registry_->comparisons().matches(done.id, 0, 100)))
    met.insert(match.subject);
  EXPECT_EQ(met, (std::set<SubjectId>{this->person(3), this->person(4), this->person(5)}));
  std::int64_t counted = 0;
  for (const auto& [region, count] : must(this->registry_->comparisons().by_region(done.id)))
    counted += count;
  EXPECT_EQ(counted, 3);
}

// That a resource is sealed or gone is told to who may ask for it, and to nobody else.
TYPED_TEST(RegistryComparisons, AskForThePurposeBeforeTheyTellThatAResourceIsGone) {
  this->node_.catalog->set_gate([](const catalog::Resource& resource, catalog::Catalog::Use) -> Result<void> {
    if (resource.id != "people") return {};
    return Error(ErrorCode::gone, "purpose.sealed").with("resource", resource.id);
  });
  const access::Caller caller("account:5", {this->grant("", "980101")});
  auto wanted = this->wanted(ComparisonMode::flags);
  wanted.list = {citizen_id(7)};
  auto& all = this->registry_->comparisons();
  wanted.purpose = "city-services";
  EXPECT_EQ(all.ask(wanted, &caller, this->request_).error().message, "access.purpose_not_served");
  wanted.purpose = "epidemic-control";
  EXPECT_EQ(all.ask(wanted, &caller, this->request_).error().message, "purpose.sealed");
  const access::Caller stranger("account:6", std::vector<access::Grant>{});
  EXPECT_EQ(all.ask(wanted, &stranger, this->request_).error().code, ErrorCode::denied);
}

TYPED_TEST(RegistryComparisons, KeepOfAListHashesAloneAndTellItsLines) {
  auto wanted = this->wanted(ComparisonMode::flags);
  wanted.list = {citizen_id(7), "", citizen_id(98), citizen_id(8)};
  const auto done = this->ran(wanted);
  std::set<std::int64_t> lines;
  for (const auto& match : must(this->registry_->comparisons().matches(done.id, 0, 100)))
    lines.insert(match.left_line);
  EXPECT_EQ(lines, (std::set<std::int64_t>{1, 4}));
}

TYPED_TEST(RegistryComparisons, NeedAnotherPersonsWord) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  auto& all = this->registry_->comparisons();
  const auto asked = must(all.ask(wanted, access::Caller::local_operator().get(), this->request_));
  EXPECT_EQ(all.decide(asked.id, Comparisons::Word::approve, "", this->request_).error().message,
            "registry.own_comparison");
  EXPECT_EQ(must(this->timers_->step()), 0U);
  EXPECT_EQ(must(all.find(asked.id)).state, ComparisonState::asked);
  must(all.decide(asked.id, Comparisons::Word::decline, "不必", {"another", std::nullopt}));
  EXPECT_EQ(all.decide(asked.id, Comparisons::Word::approve, "", {"another", std::nullopt}).error().message,
            "registry.comparison_decided");
}

TYPED_TEST(RegistryComparisons, AreDeletedWhenTheirTimeIsOver) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  wanted.keep_days = 2;
  const auto done = this->ran(wanted);
  this->clock_.advance(std::chrono::hours{47});
  EXPECT_EQ(must(this->timers_->step()), 0U);
  this->clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(must(this->timers_->step()), 1U);
  auto& all = this->registry_->comparisons();
  EXPECT_EQ(must(all.find(done.id)).state, ComparisonState::expired);
  EXPECT_EQ(all.matches(done.id, 0, 10).error().code, ErrorCode::gone);
  EXPECT_TRUE(must(all.by_region(done.id)).empty());
}

TYPED_TEST(RegistryComparisons, StayWithinWhatTheyAreAskedFor) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  wanted.region = grid_code(3);
  EXPECT_EQ(this->ran(wanted).matched, 1);
  wanted.region = "000000";
  auto& all = this->registry_->comparisons();
  EXPECT_EQ(all.ask(wanted, access::Caller::local_operator().get(), this->request_).error().code,
            ErrorCode::not_found);
  wanted.region.clear();
  wanted.left = "daily";
  EXPECT_EQ(all.ask(wanted, access::Caller::local_operator().get(), this->request_).error().message,
            "registry.comparison_unfit");
  wanted.left = "visits";
  wanted.purpose = "curiosity";
  EXPECT_EQ(all.ask(wanted, access::Caller::local_operator().get(), this->request_).error().code,
            ErrorCode::denied);
}

// Who was here and lives there.
TYPED_TEST(RegistryComparisons, BoundEachSideByItselfToo) {
  const std::string here = grid_code(3), there = grid_code(4);
  ASSERT_NE(here, there);
  this->load("visits",
             std::string(visit_header) + "V40,张三," + citizen_id(4) + ",咳嗽," + here + ",2020-02-01\n");
  this->link();
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  wanted.left_region = here;
  wanted.right_region = there;
  const auto done = this->ran(wanted);
  EXPECT_EQ(done.left_region, here);
  EXPECT_EQ(done.right_region, there);
  EXPECT_EQ(done.matched, 1);
  const auto met = must(this->registry_->comparisons().matches(done.id, 0, 10));
  ASSERT_EQ(met.size(), 1U);
  EXPECT_EQ(met.front().subject, this->person(4));
  wanted.left_region.clear();  // from anywhere
  EXPECT_EQ(this->ran(wanted).matched, 1);
  wanted.region = here;  // both, so the right is nowhere
  EXPECT_EQ(this->ran(wanted).matched, 0);
  auto& all = this->registry_->comparisons();
  const auto caller = access::Caller::local_operator();
  wanted.right_region = "000000";
  EXPECT_EQ(all.ask(wanted, caller.get(), this->request_).error().code, ErrorCode::not_found);
  auto listed = this->wanted(ComparisonMode::flags);
  listed.list = {citizen_id(7)};
  listed.left_region = here;
  EXPECT_EQ(all.ask(listed, caller.get(), this->request_).error().message, "registry.list_has_no_region");
}

TYPED_TEST(RegistryComparisons, CountWhatIsCertainApart) {
  this->load("visits", std::string(visit_header) + visit_row("V60", 6, "欧阳明"));
  this->link();
  auto wanted = this->wanted(ComparisonMode::regions);
  wanted.left = "visits";
  const auto done = this->ran(wanted);
  EXPECT_EQ(done.matched, 4);
  EXPECT_EQ(done.certain, 3);
}

TYPED_TEST(RegistryComparisons, AreNamedUnderSealAndOlderNamesAreStillRead) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  auto& all = this->registry_->comparisons();
  const auto asked = must(all.ask(wanted, access::Caller::local_operator().get(), this->request_));
  EXPECT_EQ(asked.title, wanted.title);
  const std::string read = "SELECT title FROM registry_comparison",
                    old = "UPDATE registry_comparison SET title = 'older', sealed_title = NULL";
  const storage::Statement reading{"test.titles", read, read}, writing{"test.older", old, old};
  std::vector<std::string> clear;
  must(must(this->node_.store->read())->query(reading, {}, [&](const storage::Row& row) {
    clear.emplace_back(row.text(0));
    return true;
  }));
  EXPECT_EQ(clear, std::vector<std::string>{""});
  storage::Change change;
  change.writes.push_back({&writing, {}, std::nullopt});
  must(this->node_.store->commit(std::move(change)));
  EXPECT_EQ(must(all.find(asked.id)).title, "older");
}

// The first process is so slow that its timer lapses, and another does the work meanwhile.
TYPED_TEST(RegistryComparisons, AreTheWorkOfOneProcess) {
  auto another = this->make_registry(this->node_, "another");
  storage::TimerRunner others(*this->node_.store, this->clock_, "another");
  another->on_timers(others);
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  for (const bool begun : {false, true}) {
    const ComparisonId id = this->approved(wanted);
    const std::string visit = begun ? "V7" : "V6";
    const auto overtake = [&] {
      this->clock_.advance(std::chrono::seconds{61});
      this->load("visits", std::string(visit_header) + visit_row(visit, begun ? 7 : 6, "张三"));
      this->link();
      while (must(others.step()) > 0) {
      }
    };
    auto& writes = *this->node_.writes;
    if (begun) {
      writes.between([&] { writes.between(overtake); });
    } else {
      writes.between(overtake);
    }
    EXPECT_EQ(must(this->timers_->step()), 0U);
    const auto done = must(this->registry_->comparisons().find(id));
    EXPECT_EQ(done.state, ComparisonState::done);
    EXPECT_EQ(done.matched, begun ? 5 : 4);
    EXPECT_EQ(this->told(id), static_cast<std::size_t>(done.matched));
  }
}

TYPED_TEST(RegistryComparisons, TellNothingBeforeTheyAreDone) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  const ComparisonId id = this->approved(wanted);
  auto& writes = *this->node_.writes;
  std::optional<std::size_t> told, counted;
  // Before its matches are cleared, before they are written, before it is done.
  const auto look = [&] {
    told = this->told(id);
    counted = must(this->registry_->comparisons().by_region(id)).size();
  };
  writes.between([&] { writes.between([&] { writes.between(look); }); });
  EXPECT_EQ(must(this->timers_->step()), 1U);
  EXPECT_EQ(told, 0U);
  EXPECT_EQ(counted, 0U);
  EXPECT_EQ(this->told(id), 3U);
}

TYPED_TEST(RegistryComparisons, FailWhenAListWasClosedSinceTheyWereApproved) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  const ComparisonId id = this->approved(wanted);
  this->node_.catalog->set_gate([](const catalog::Resource& resource, catalog::Catalog::Use) -> Result<void> {
    if (resource.id == "visits")
      return Error(ErrorCode::gone, "purpose.over").with("resource", "visits").with("note", "");
    return {};
  });
  EXPECT_EQ(must(this->timers_->step()), 1U);
  const auto failed = must(this->registry_->comparisons().find(id));
  EXPECT_EQ(failed.state, ComparisonState::failed);
  ASSERT_TRUE(failed.failure) << "whoever asked is told why";
  EXPECT_EQ(failed.failure->message, "purpose.over");
  EXPECT_EQ(failed.failure->arguments,
            (std::vector<std::pair<std::string, std::string>>{{"resource", "visits"}, {"note", ""}}));
  EXPECT_TRUE(failed.finished_at);
  EXPECT_EQ(this->told(id), 0U);
  this->clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(must(this->timers_->step()), 0U);  // and does not come again
}

TYPED_TEST(RegistryComparisons, OfACityAndOneOfItsDistrictsAreOfTheDistrict) {
  auto wanted = this->wanted(ComparisonMode::list);
  wanted.left = "visits";
  for (const bool swapped : {false, true}) {
    const access::Caller caller("account:1", {this->grant(swapped ? "health" : "police", "980100"),
                                              this->grant(swapped ? "police" : "health", grid_code(3))});
    EXPECT_EQ(this->ran(wanted, &caller).matched, 1);
  }
  const access::Caller nowhere("account:1",
                               {this->grant("police", grid_code(4)), this->grant("health", grid_code(3))});
  EXPECT_EQ(this->ran(wanted, &nowhere).matched, 0);
}

}  // namespace

}  // namespace jingwei::registry

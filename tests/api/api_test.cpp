// Goal: the HTTP API behaves as tests/api/*.yaml say, on every storage.
#include <boost/json.hpp>
#include <map>

#include "http/test_client.h"
#include "tests/api/api_case.h"
#include "tests/api/small_hub.h"

namespace jingwei::api_tests {
namespace {

// The cases run on the real clock.
std::string in_days(int days) {
  return to_rfc3339(SystemClock().now() + std::chrono::days{days});
}

template <typename Backend>
class Api : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!Backend::missing().empty() || !SmallHub::missing().empty()) return;
    backend_ = std::make_unique<Backend>();
    hub_ = std::make_unique<SmallHub>(backend_->settings_store(), backend_->folder());
  }
  static void TearDownTestSuite() {
    hub_.reset();
    backend_.reset();
  }
  void SetUp() override {
    for (const std::string& reason : {Backend::missing(), SmallHub::missing()}) {
      if (!reason.empty()) GTEST_SKIP() << reason;
    }
  }

  static inline std::unique_ptr<Backend> backend_;
  static inline std::unique_ptr<SmallHub> hub_;
};

TYPED_TEST_SUITE(Api, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Api, BehavesAsItsCasesSay) {
  const auto cases = all_cases();
  EXPECT_GE(cases.size(), 5U);
  for (const auto& root : cases) {
    SCOPED_TRACE(*root.file);
    CaseRunner(this->hub_->served(), {{"inbox", this->hub_->inbox()},
                                      {"department", this->hub_->department()},
                                      {"soon", in_days(30)},
                                      {"later", in_days(60)}})
        .run(root);
  }
}

// The panel counts as events come, the quality pages by day: two ways that must come to one sum for each
// source.
TYPED_TEST(Api, TheCockpitsQualityPanelIsTheSumOfTheQualityDays) {
  const auto rows = [&](const std::string& path, const char* list, const char* id, const char* counts) {
    http::testing::Client client(this->hub_->served().socket);
    const auto answer = client.ask(http::testing::get(path));
    std::map<std::string, std::vector<std::int64_t>> found;
    boost::json::error_code fault;
    const auto body = boost::json::parse(answer.body, fault);
    if (answer.status != 200 || fault) return found;
    for (const auto& item : body.at(list).as_array()) {
      const auto& numbers = counts == nullptr ? item : item.at(counts);
      auto& line = found[std::string(item.at(id).as_string())];
      for (const char* name : {"accepted", "cleaned", "unchanged", "refused"})
        line.push_back(numbers.at(name).as_int64());
    }
    return found;
  };
  std::map<std::string, std::vector<std::int64_t>> panel, days;
  // Both follow the feed on threads of their own.
  for (int questions = 0; questions < 2'000; ++questions) {
    panel = rows("/api/v1/cockpit?region=990100", "quality", "resource", nullptr);
    days = rows("/api/v1/quality?days=366", "resources", "id", "counts");
    std::erase_if(days, [&](const auto& one) { return !panel.contains(one.first); });
    if (panel == days) break;
  }
  EXPECT_GT(panel.size(), 5U);
  EXPECT_EQ(panel, days);
}

}  // namespace
}  // namespace jingwei::api_tests

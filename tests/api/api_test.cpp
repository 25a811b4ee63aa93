// Goal: the HTTP API behaves as tests/api/*.yaml say, on every storage.
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

}  // namespace
}  // namespace jingwei::api_tests

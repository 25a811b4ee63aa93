// Goal: whoever reports by Open311 opens one case and learns what became of the rest; whoever asks for open
// requests gets them, however many were closed since.
#include "modules/open311/open311_service.h"

#include "modules/cases/cases_testing.h"
#include "modules/identity/messages.gen.h"
#include "modules/identity/sql.gen.h"
#include "modules/open311/limits.h"
#include "modules/open311/messages.gen.h"

namespace jingwei::open311 {
namespace {

using namespace jingwei::testing;

// To other programs a repair is closed as soon as it is reported, and open while somebody works on it: so
// tests need not bring a thousand to their end.
constexpr std::string_view offered =
    "    open311: {service_code: repair, group: streets, keywords: [lamp], attributes: [kind], description: "
    "words,"
    " closed: [reported, closed, merged]}\n";

template <typename Backend>
class Open311 : public cases::testing::CasesWorld<Backend> {
 protected:
  using Base = cases::testing::CasesWorld<Backend>;

  static void SetUpTestSuite() {
    Base::SetUpTestSuite();
    identity::register_messages();
    register_messages();
  }
  void SetUp() override {
    Base::SetUp();
    if (this->IsSkipped()) return;
    this->write_process(std::string(cases::testing::repair_process) + std::string(offered));
    this->service_.reset();
    this->restart("first");
    this->start();
    identity::Policy policy;
    policy.password_cost = {1, 8192};
    identity_ = std::make_unique<identity::IdentityService>(
        identity::IdentityParts{*this->node_.store,
                                *this->node_.regions,
                                this->sealer_,
                                this->clock_,
                                [this] { return this->region("9801"); },
                                "one",
                                this->folder_.path(),
                                policy,
                                {}});
    report_ = std::make_unique<GeoReport>(
        Open311Parts{*this->service_, *identity_, *this->node_.catalog, this->clock_, this->zone_, "测试市"});
  }
  void TearDown() override {
    report_.reset();
    identity_.reset();
    Base::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = Base::migrations();
    const auto own = identity::sql::migrations();
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }
  std::vector<ServiceRequest> listed(const char* status) {
    RequestQuery query;
    query.statuses = {status};
    this->clock_.advance(std::chrono::seconds{1});
    return must(report_->list(query, nullptr, Language::en));
  }

  std::unique_ptr<identity::IdentityService> identity_;
  std::unique_ptr<GeoReport> report_;
};
TYPED_TEST_SUITE(Open311, Backends, BackendNames);

TYPED_TEST(Open311, ACaseThatStandsIsNotAnsweredWithAnError) {
  NewRequest wanted;
  wanted.service_code = "repair";
  wanted.attributes = {{"kind", "lamp"}};
  wanted.description = "灯不亮";
  wanted.address_id = "980101001002001";
  wanted.media_url = "https://example.org/" + std::string(3'000, 'x') + ".jpg";
  const Caller client = cases::testing::person("account:5", "client", this->community_);
  const auto request = must(this->report_->open(wanted, client, Language::en));
  EXPECT_NE(request.service_notice.find("media_url"), std::string::npos);
  EXPECT_EQ(this->listed("closed").size(), 1U);
}

TYPED_TEST(Open311, ClosedRequestsTakeNoRoomAmongOpenOnes) {
  this->on_duty("worker", "980101001002001", "account:2");
  const auto first = must(this->report(this->desk()));
  must(this->act(first, "dispatch", this->desk()));
  for (std::size_t at = 0; at < limits::requests; ++at) {
    this->clock_.advance(std::chrono::seconds{1});
    must(this->report(this->desk("account:" + std::to_string(10 + at))));
  }
  const auto open = this->listed("open");
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open.front().id, first.one.id.to_string());
  EXPECT_EQ(this->listed("closed").size(), limits::requests);
}

}  // namespace
}  // namespace jingwei::open311

// Goal: whoever reports by Open311 opens one case, where they said it is, and learns what became of the rest;
// whoever asks for open requests gets them, however many were closed since.
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
  // A lamp that is out, without any word of where.
  static NewRequest lamp() {
    NewRequest wanted;
    wanted.service_code = "repair";
    wanted.attributes = {{"kind", "lamp"}};
    wanted.description = "灯不亮";
    return wanted;
  }
  Result<ServiceRequest> open(const NewRequest& wanted) {
    return report_->open(wanted, cases::testing::person("account:5", "client", this->community_),
                         Language::en);
  }
  std::string why_not(const NewRequest& wanted) {
    const auto opened = open(wanted);
    return opened ? std::string("opened") : opened.error().message;
  }
  // The first of the three grids, with a boundary now.
  void draw_grid() {
    const std::string line =
        R"({"code":"980101001002001","parent":"980101001002","name":"第1网格","level":6,)"
        R"("boundary":)" +
        region::testing::square(113.5, 22.2, 0.01) + R"(,"synthetic":true})" + "\n";
    for (auto& change : must(this->node_.regions->load(line, *parse_iso_day("2020-01-01"))))
      must(this->node_.store->commit(std::move(change)));
    must(this->node_.regions->reload());
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
  NewRequest wanted = this->lamp();
  wanted.address_id = "980101001002001";
  wanted.media_url = "https://example.org/" + std::string(3'000, 'x') + ".jpg";
  const auto request = must(this->open(wanted));
  EXPECT_NE(request.service_notice.find("media_url"), std::string::npos);
  EXPECT_EQ(this->listed("closed").size(), 1U);
}

TYPED_TEST(Open311, APointLiesInItsRegion) {
  this->draw_grid();
  NewRequest wanted = this->lamp();
  wanted.longitude = 113.505;
  wanted.latitude = 22.205;
  const auto request = must(this->open(wanted));
  EXPECT_EQ(request.address_id, "980101001002001");
  EXPECT_EQ(request.longitude, 113.505);
  EXPECT_EQ(request.latitude, 22.205);
  wanted.latitude = 1;
  EXPECT_EQ(this->why_not(wanted), "open311.point_outside");
}

TYPED_TEST(Open311, AnAddressInWordsIsReadAndItsTextIsKept) {
  NewRequest wanted = this->lamp();
  wanted.address_string = "云山市香洲区翠香街道香洲社区第2网格景山路188号";
  const auto request = must(this->open(wanted));
  EXPECT_EQ(request.address_id, "980101001002002");
  EXPECT_EQ(request.description, "灯不亮 (云山市香洲区翠香街道香洲社区第2网格景山路188号)");

  // A point or a region says where; the words say it to people.
  wanted.address_id = "980101001002001";
  wanted.address_string = "老槐树旁";
  const auto beside = must(this->open(wanted));
  EXPECT_EQ(beside.address_id, "980101001002001");
  EXPECT_EQ(beside.description, "灯不亮 (老槐树旁)");
  // What says no more than the region does not stand twice.
  wanted.address_string = beside.address;
  EXPECT_EQ(must(this->open(wanted)).description, "灯不亮");
}

TYPED_TEST(Open311, AnAddressThatNamesNoPlaceIsRefusedWithWhatToSend) {
  NewRequest wanted = this->lamp();
  for (const char* address : {"老槐树旁", "云山市", "香洲区", "无区市东城街道"}) {
    wanted.address_string = address;
    const auto opened = this->open(wanted);
    ASSERT_FALSE(opened) << address;
    EXPECT_EQ(opened.error().message, "open311.address_unknown") << address;
    const std::string sentence = render(opened.error(), Language::en);
    EXPECT_NE(sentence.find(address), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("send lat and long"), std::string::npos) << sentence;
  }
  wanted.address_string = "翠香街道" + std::string(100, '1');
  EXPECT_EQ(this->why_not(wanted), "open311.no_room_for_address");
  EXPECT_EQ(this->listed("closed").size(), 0U);
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

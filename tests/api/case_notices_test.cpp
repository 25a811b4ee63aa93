// Goal: what the hub itself says of a case reaches whom it is meant for and nobody else, once: a dispatch
// that nobody touches those who may press for it a level above, a merger whoever had reported the case.
#include "app/case_notices.h"

#include "modules/cases/cases_testing.h"
#include "modules/identity/messages.gen.h"
#include "modules/identity/sql.gen.h"
#include "modules/notice/messages.gen.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::app {
namespace {

using jingwei::testing::must;

template <typename Backend>
class NoticesOfCases : public cases::testing::CasesWorld<Backend> {
 protected:
  using Base = cases::testing::CasesWorld<Backend>;

  static void SetUpTestSuite() {
    Base::SetUpTestSuite();
    identity::register_messages();
    notice::register_messages();
  }
  void SetUp() override {
    Base::SetUp();
    if (this->IsSkipped()) return;
    std::string process(cases::testing::repair_process);
    const std::string by = "supervise: {by: [desk, head]}";
    process.replace(process.find(by), by.size(), "supervise: {by: [community-staff, street-staff, leader]}");
    this->write_process(process);
    this->service_.reset();
    this->start();
    identity::Policy policy;
    policy.password_cost = {1, 8192};
    const auto own = [this] { return this->region("9801"); };
    identity_ = std::make_unique<identity::IdentityService>(identity::IdentityParts{*this->node_.store,
                                                                                    *this->node_.regions,
                                                                                    this->sealer_,
                                                                                    this->clock_,
                                                                                    own,
                                                                                    "one",
                                                                                    this->folder_.path(),
                                                                                    policy,
                                                                                    {}});
    must(identity_->open());
    notices_ = std::make_unique<notice::NoticeService>(
        notice::ServiceParts{*this->node_.store, *this->node_.regions, *identity_, this->sealer_,
                             this->clock_, this->zone_, own, "测试市", "jingwei.9801", this->folder_.path()});
    deliverer_ = std::make_unique<CaseNotices>(*this->node_.store, *this->service_, *notices_,
                                               *this->node_.regions, this->clock_, "one");
  }
  void TearDown() override {
    deliverer_.reset();
    notices_.reset();
    identity_.reset();
    Base::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = Base::migrations();
    for (const auto own : {identity::sql::migrations(), notice::sql::migrations()})
      all.insert(all.end(), own.begin(), own.end());
    return all;
  }

  identity::Account account(const std::string& login) {
    identity::NewAccount wanted;
    wanted.login = login;
    wanted.name = "王敏";
    wanted.password = "three quiet rivers";
    return must(identity_->accounts().create(wanted, {"setup"})).account;
  }
  identity::Account staff(const std::string& login, const std::string& role, const std::string& region,
                          const std::string& department = {}) {
    const auto made = account(login);
    must(identity_->accounts().grant({made.id, role, region, department, {}, {}, ""}, {"setup"}));
    return made;
  }
  std::vector<notice::Received> inbox(const identity::Account& account) {
    return must(notices_->notices().inbox(notice::AccountId(account.id.value), {}, 10, true));
  }
  void deliver() {
    const auto entries = this->feed();
    storage::Change effect;
    must(deliverer_->handle(entries, effect));
  }
  // Given to a worker of the first grid, who does not touch it within the hour.
  cases::Found ignored() {
    this->on_duty("worker", "980101001002001", "account:2");
    const auto found = must(this->act(must(this->report(this->resident())), "dispatch", this->desk()));
    this->clock_.advance(std::chrono::minutes{61});
    this->step();
    return found;
  }

  std::unique_ptr<identity::IdentityService> identity_;
  std::unique_ptr<notice::NoticeService> notices_;
  std::unique_ptr<CaseNotices> deliverer_;
};

TYPED_TEST_SUITE(NoticesOfCases, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(NoticesOfCases, WhatNobodyTouchesIsToldToTheLevelAboveAndToNobodyElse) {
  const auto above = this->staff("above", "community-staff", "980101001002");
  const std::vector<identity::Account> others = {
      this->staff("beside", "community-staff", "980101001001"),
      this->staff("grid", "community-staff", "980101001002001"),
      this->staff("street", "street-staff", "980101001"),
      this->staff("leader", "leader", "9801"),
      this->staff("other", "grid-worker", "980101001002"),
      this->staff("water", "community-staff", "980101001002", "water")};
  const auto found = this->ignored();
  this->deliver();
  this->deliver();
  const auto told = this->inbox(above);
  ASSERT_EQ(told.size(), 1u) << "once, however often the feed is read";
  EXPECT_TRUE(told.front().notice.title.ends_with("RP-" + found.one.id.to_string()));
  EXPECT_NE(told.front().notice.body.find("一直无人处理"), std::string::npos);
  for (const auto& one : others) EXPECT_TRUE(this->inbox(one).empty()) << one.login;
  // Given out anew and left again, it is told anew.
  const auto handed = this->again(found);
  must(this->service_->work().hand_over(handed.one.id, handed.one.version, "", "water", "供水管道",
                                        this->desk(), {"account:1", std::nullopt}));
  this->clock_.advance(std::chrono::hours{20});
  this->step();
  this->deliver();
  EXPECT_EQ(this->inbox(others.back()).size(), 1u) << "whose department has it now";
}

TYPED_TEST(NoticesOfCases, WhereNobodyStandsJustAboveItGoesFurtherUp) {
  const auto street = this->staff("street", "street-staff", "980101001");
  const auto leader = this->staff("leader", "leader", "9801");
  this->ignored();
  this->deliver();
  EXPECT_EQ(this->inbox(street).size(), 1u);
  EXPECT_TRUE(this->inbox(leader).empty());
}

TYPED_TEST(NoticesOfCases, WhoReportedAMergedCaseIsToldWhereItWent) {
  const auto reporter = this->account("reporter");
  const auto first = must(this->report(this->resident()));
  const auto second = must(this->report(this->resident(reporter.actor())));
  must(this->service_->work().merge(second.one.id, second.one.version, first.one.id, this->desk(),
                                    {"account:1", std::nullopt}));
  this->deliver();
  this->deliver();
  const auto told = this->inbox(reporter);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told.front().notice.title.ends_with("RP-" + second.one.id.to_string()));
  EXPECT_NE(told.front().notice.body.find("已并入 RP-" + first.one.id.to_string()), std::string::npos)
      << told.front().notice.body;
}

}  // namespace
}  // namespace jingwei::app

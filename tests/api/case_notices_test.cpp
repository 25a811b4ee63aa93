// Goal: what is said of a case reaches whom it is meant for and nobody else, once: a dispatch that nobody
// touches those who may press for it a level above, a merger whoever had reported the case, what a state
// tells the people whom its process names. And what a process counts against a community's caps never passes
// them.
#include "app/case_notices.h"

#include <atomic>
#include <thread>

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
    change_process(process);
    this->write_process(process);
    this->service_.reset();
    start_with_caps();
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
    start_notices();
  }
  virtual void change_process(std::string& process) const { static_cast<void>(process); }
  // As after a restart: nothing is remembered but what is stored.
  void start_notices() {
    deliverer_.reset();
    notices_ = std::make_unique<notice::NoticeService>(
        notice::ServiceParts{*this->node_.store, *this->node_.regions, *identity_, this->sealer_,
                             this->clock_, this->zone_, [this] { return this->region("9801"); }, "测试市",
                             "jingwei.9801", this->folder_.path(), false, finder()});
    deliverer_ = std::make_unique<CaseNotices>(*this->node_.store, *this->service_, *notices_,
                                               *this->node_.regions, this->clock_, "one");
  }
  // One person of the registry in every region, who has no account.
  notice::PeopleFinder finder() {
    return
        [this](const notice::SubjectQuery& query, const std::vector<std::string>& under,
               const std::shared_ptr<const access::Caller>& caller) -> Result<std::vector<notice::Person>> {
          asked_.push_back(query.resource + "/" + query.purpose + "/" + (under.empty() ? "" : under.front()) +
                           (caller ? "" : "/nobody asks"));
          return std::vector<notice::Person>{
              {"subject", this->region(under.front()), "赵奶奶", "15400000001", "测试路1号"}};
        };
  }
  void start_with_caps() {
    cases::CasesParts parts{
        *this->node_.store, *this->node_.catalog, *this->node_.regions, *this->node_.ingest,
        this->sealer_,      this->clock_,         this->zone_,          "first",
        this->holidays_};
    parts.take_from_cap = [this](cases::Cap cap, RegionId region, storage::Reader& reader,
                                 storage::Change& change) {
      const auto kind = cap == cases::Cap::order ? notice::NoticeKind::order : notice::NoticeKind::form;
      return notices_->loads().take_for(reader, kind, region, change);
    };
    this->service_ = std::make_unique<cases::CasesService>(std::move(parts));
    must(this->service_->open(real_file_system(), this->scenarios()));
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
  std::vector<std::string> asked_;  // of the registry
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

// A process whose states tell people something.
template <typename Backend>
class TellingsOfCases : public NoticesOfCases<Backend> {
 protected:
  void change_process(std::string& process) const override {
    const auto put = [&](const std::string& before, const std::string& text) {
      const std::size_t at = process.find(before);
      ASSERT_NE(at, std::string::npos) << before;
      process.insert(at, text);
    };
    put("deadline: 4h, ignored_after",
        R"(tell: [{to: {level: community, kinds: [resident]}, title: words, text: {zh: 已派人, en: Sent}},
          {when: {"==": [{var: case.urgency}, urgent]}, to: {roles: [community-staff]}, title: {zh: 急, en: Urgent}, text: words, channels: [text]}], )");
    put("        deadline: 1d\n        initial: at-work",
        "        tell:\n          - {to: {kinds: [resident], subjects: [{resource: residents, purpose: "
        "city-services, age_from: 60}]}, title: {zh: 施工, en: Works}, text: words}\n");
  }
  identity::Account resident_of(const std::string& region) {
    identity::NewAccount wanted;
    wanted.kind = identity::AccountKind::resident;
    wanted.name = "李四";
    wanted.phone = "1540000000" + std::to_string(++residents_);
    wanted.with_password = false;
    const auto made = must(this->identity_->accounts().create(wanted, {"setup"})).account;
    must(this->identity_->accounts().grant({made.id, "volunteer", region, {}, {}, {}, ""}, {"setup"}));
    return made;
  }
  cases::Found dispatched(const cases::Found& found) {
    return must(this->act(found, "dispatch", this->desk()));
  }

  int residents_ = 0;
};
TYPED_TEST_SUITE(TellingsOfCases, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(TellingsOfCases, EnteringAStateTellsItsAudienceOnceHoweverOftenTheHubStarts) {
  const auto near = this->resident_of("980101001002001"), far = this->resident_of("980101001001");
  const auto worker = this->staff("worker", "grid-worker", "980101001002001");
  this->on_duty("worker", "980101001002001", "account:2");
  const auto given = this->dispatched(must(this->report(this->resident())));
  this->deliver();
  this->deliver();
  this->start_notices();
  this->deliver();
  const auto told = this->inbox(near);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().notice.title, "灯不亮") << "what stands in the form";
  EXPECT_EQ(told.front().notice.body, "已派人\nSent");
  EXPECT_TRUE(this->inbox(far).empty()) << "beyond the community of the place";
  EXPECT_TRUE(this->inbox(worker).empty()) << "no resident";
  // Entered anew it is told anew.
  const auto back = must(this->act(this->again(given), "not-ours", this->worker()));
  this->dispatched(back);
  this->deliver();
  EXPECT_EQ(this->inbox(near).size(), 2u);
}

TYPED_TEST(TellingsOfCases, WhoTookTheStepFollowsWhoHasReadIt) {
  const auto near = this->resident_of("980101001002001");
  this->dispatched(must(this->report(this->resident())));
  this->deliver();
  const notice::Asker hub{nullptr, "local", {}};
  const auto sent = must(this->notices_->notices().list({}, hub));
  ASSERT_EQ(sent.size(), 1u) << "it stands among what offices have sent";
  EXPECT_EQ(sent.front().sent_by, "account:1");
  must(this->notices_->notices().read(sent.front().id, notice::AccountId(near.id.value), near.actor()));
  const auto receipts = must(this->notices_->notices().receipts(sent.front(), hub));
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_TRUE(receipts.front().read_at.has_value());
}

TYPED_TEST(TellingsOfCases, AConditionAndChannelsCount) {
  const auto staff = this->staff("staff", "community-staff", "980101001002001");
  this->dispatched(must(this->report(this->resident())));
  this->deliver();
  EXPECT_TRUE(this->inbox(staff).empty());
  this->dispatched(must(this->report(this->resident(), "lamp", "urgent")));
  this->deliver();
  const auto told = this->inbox(staff);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front().notice.title, "急 Urgent");
  EXPECT_EQ(told.front().notice.body, "灯不亮");
  const auto deliveries = must(this->notices_->notices().deliveries(told.front().notice.id));
  ASSERT_EQ(deliveries.size(), 1u);
  EXPECT_EQ(deliveries.front().channel, "text");
}

TYPED_TEST(TellingsOfCases, AStateMadeOfStatesTellsWhenItIsEnteredAndAsksTheRegistryUnderAPurpose) {
  const auto near = this->resident_of("980101001002001");
  this->on_duty("worker", "980101001002001", "account:2");
  auto found = this->dispatched(must(this->report(this->resident())));
  found = must(this->act(found, "take", this->worker()));
  found = must(this->act(found, "pause", this->worker()));
  must(this->act(found, "resume", this->worker()));
  this->deliver();
  this->deliver();
  EXPECT_EQ(this->inbox(near).size(), 2u)
      << "of the dispatch and of the works, which pausing begins not anew";
  ASSERT_FALSE(this->asked_.empty());
  EXPECT_EQ(this->asked_.front(), "residents/city-services/980101001002001");
  const auto sent = must(this->notices_->notices().list({}, {nullptr, "local", {}}));
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent.front().title, "施工 Works");
  EXPECT_EQ(sent.front().recipients, 2) << "the resident with an account, and the person without";
}

// A process whose cases and steps count against the caps of communities.
template <typename Backend>
class CapsOfCases : public NoticesOfCases<Backend> {
 protected:
  void change_process(std::string& process) const override {
    const std::string photos = "    photos: {most: 3}\n",
                      dispatch = "by: [desk], assign: dispatch, bulk: true";
    process.insert(process.find(photos),
                   "    takes: [{cap: order, when: {\"==\": [{var: case.category}, lamp]}}]\n");
    process.replace(process.find(dispatch), dispatch.size(), dispatch + ", takes: [{cap: form}]");
  }
  void cap(notice::NoticeKind kind, std::int64_t most) {
    must(this->notices_->loads().put_cap(kind, most, "local"));
  }
  std::vector<notice::CommunityLoad> loads() {
    return must(this->notices_->loads().of_month(notice::month_of(this->clock_.now(), this->zone_)));
  }
};
TYPED_TEST_SUITE(CapsOfCases, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(CapsOfCases, WhatIsOpenedTakesFromTheCommunityItGoesToUntilItsCapIsSpent) {
  this->cap(notice::NoticeKind::order, 2);
  must(this->report(this->resident()));
  must(this->report(this->resident()));
  const auto full = this->report(this->resident());
  EXPECT_EQ(this->message(full), "notice.orders_full");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().field, "/region");
  EXPECT_EQ(this->message(this->report(this->resident(), "pipe")), "done") << "which takes from none";
  const auto loads = this->loads();
  ASSERT_EQ(loads.size(), 1u);
  EXPECT_EQ(loads.front().region, this->community_);
  EXPECT_EQ(loads.front().orders, 2);
  EXPECT_EQ(loads.front().forms, 0);
  this->clock_.advance(std::chrono::hours{24 * 31});
  EXPECT_EQ(this->message(this->report(this->resident())), "done") << "the next month begins anew";
}

TYPED_TEST(CapsOfCases, AStepTakesOnceAndIsRefusedWhereTheCapIsSpent) {
  this->cap(notice::NoticeKind::form, 1);
  const auto first = must(this->report(this->resident())), second = must(this->report(this->resident()));
  must(this->act(first, "dispatch", this->desk(), {}, "once"));
  must(this->act(first, "dispatch", this->desk(), {}, "once"));
  EXPECT_EQ(this->loads().front().forms, 1) << "a repeated request is the same";
  EXPECT_EQ(this->message(this->act(second, "dispatch", this->desk())), "notice.forms_full");
  EXPECT_EQ(this->again(second).one.state, "reported");
  this->cap(notice::NoticeKind::form, 2);
  EXPECT_EQ(this->message(this->act(second, "dispatch", this->desk())), "done");
}

TYPED_TEST(CapsOfCases, ManyAtOnceNeverPassTheCap) {
  this->cap(notice::NoticeKind::order, 3);
  std::atomic<int> taken = 0, refused = 0;
  std::vector<std::thread> senders;
  for (int at = 0; at < 8; ++at) {
    senders.emplace_back([&, at] {
      const auto opened = this->report(this->resident("account:" + std::to_string(20 + at)));
      if (opened) ++taken;
      if (!opened && opened.error().code == ErrorCode::conflict) ++refused;
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_LE(taken.load(), 3);
  EXPECT_EQ(taken + refused, 8);
  for (; taken < 3; ++taken) must(this->report(this->resident()));
  EXPECT_EQ(this->message(this->report(this->resident())), "notice.orders_full");
  ASSERT_EQ(this->loads().size(), 1u);
  EXPECT_EQ(this->loads().front().orders, 3);
}

}  // namespace
}  // namespace jingwei::app

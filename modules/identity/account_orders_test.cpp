// Goal: no administrator comes by another's password, role or key alone; two of them can do what one may not.
#include "modules/identity/identity_testing.h"

namespace jingwei::identity {
namespace {

template <typename Backend>
class AccountOrdersTest : public IdentityFixture<Backend> {
 protected:
  void SetUp() override {
    IdentityFixture<Backend>::SetUp();
    if (this->IsSkipped()) return;
    security_ = this->account("security");
    this->grant(security_, "security-admin");
    system_ = this->account("system");
    this->grant(system_, "system-admin");
    auditor_ = this->account("auditor");
    this->grant(auditor_, "audit-admin");
    worker_ = this->account("worker");
    this->grant(worker_, "leader");
  }
  Accounts& accounts() { return this->service_->accounts(); }
  AccountOrders& orders() { return this->service_->orders(); }
  NewGrant audit_for(const Account& who) { return {who.id, "audit-admin", "9801", "", {}, {}, "接任"}; }
  Result<AccountOrder> ask_reset(const Account& of, const Account& by) {
    return orders().ask(OrderKind::reset, {of.id, "", "", "", {}, {}, "遗失"}, by.actor());
  }
  template <typename T>
  std::string why(const Result<T>& result) {
    return result ? "done" : result.error().message;
  }

  Account security_, system_, auditor_, worker_;
};

TYPED_TEST_SUITE(AccountOrdersTest, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(AccountOrdersTest, AnAdministratorsAccountIsResetByTwoAndNotByOne) {
  for (const Account& one : {this->system_, this->auditor_})
    EXPECT_EQ(this->why(this->accounts().reset(one.id, {this->security_.actor()})), "identity.second_person");
  EXPECT_EQ(this->told(this->sign_in("auditor")), "in") << "nothing has happened";
  EXPECT_EQ(this->why(this->accounts().reset(this->worker_.id, {this->security_.actor()})), "done");
  EXPECT_EQ(this->why(this->ask_reset(this->worker_, this->security_)), "identity.no_second_needed");

  const auto order = must(this->ask_reset(this->auditor_, this->security_));
  EXPECT_EQ(this->why(this->ask_reset(this->auditor_, this->security_)), "identity.order_waits");
  // Why it is asked for stands sealed, and is read by who confirms it.
  static const storage::Statement bare{"test",
                                       "SELECT count(*) FROM identity_account_order WHERE reason <> ''",
                                       "SELECT count(*) FROM identity_account_order WHERE reason <> ''"};
  EXPECT_EQ(must(storage::query_integer(*must(this->store_->read()), bare, {})), 0);
  const auto waiting =
      must(this->orders().list(AccountOrders::Which::waiting, OrderId(), 9, this->system_.actor()));
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting.front().grant.reason, "遗失");
  const auto confirm = [&](const Account& who) { return this->orders().confirm(order.id, who.actor()); };
  EXPECT_EQ(this->why(confirm(this->security_)), "identity.same_person");
  EXPECT_EQ(this->why(confirm(this->auditor_)), "identity.same_person") << "whose account it is";
  EXPECT_EQ(this->why(confirm(this->worker_)), "identity.administrators_confirm");
  EXPECT_EQ(this->told(this->sign_in("auditor")), "in");
  const auto done = must(confirm(this->system_));
  EXPECT_EQ(done.order.decided_by, this->system_.actor());
  EXPECT_EQ(this->told(this->sign_in("auditor")), "identity.wrong_password");
  EXPECT_EQ(this->told(this->sign_in("auditor", done.password)), "in");
  EXPECT_EQ(this->why(confirm(this->system_)), "identity.order_decided");
}

TYPED_TEST(AccountOrdersTest, AnAdministratorIsMadeByTwoAndNotByOne) {
  const Account puppet = this->account("puppet");
  EXPECT_EQ(this->why(this->accounts().grant(this->audit_for(puppet), {this->security_.actor()})),
            "identity.second_person");
  const auto order =
      must(this->orders().ask(OrderKind::grant, this->audit_for(puppet), this->security_.actor()));
  EXPECT_TRUE(must(this->accounts().grants_of(puppet.id)).empty());
  EXPECT_EQ(this->why(this->orders().confirm(order.id, this->security_.actor())), "identity.same_person");
  EXPECT_EQ(this->why(this->orders().confirm(order.id, puppet.actor())), "identity.administrators_confirm");
  must(this->orders().confirm(order.id, this->auditor_.actor()));
  const auto held = must(this->accounts().grants_of(puppet.id));
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held.front().granted_by, this->security_.actor());
  // What stands in nobody's way: other roles, and the first ones, of this machine's operator.
  EXPECT_EQ(this->why(this->accounts().grant({this->account("other").id, "leader", "9801", "", {}, {}, ""},
                                             {this->security_.actor()})),
            "done");
  EXPECT_EQ(this->why(this->accounts().grant(this->audit_for(this->account("first")), {"local"})), "done");
}

TYPED_TEST(AccountOrdersTest, AnAdministratorsGrantAndAccountEndByTwoAndNotByOne) {
  const HeldGrant held = must(this->accounts().grants_of(this->auditor_.id)).front();
  const AccountEdit closing{.name = {}, .department = {}, .state = AccountState::closed};
  const WriteRequest alone{this->security_.actor()};
  EXPECT_EQ(this->why(this->accounts().end_grant(held.id, alone)), "identity.second_person");
  EXPECT_EQ(this->why(this->accounts().edit(this->auditor_.id, closing, alone)), "identity.second_person");
  EXPECT_EQ(this->told(this->sign_in("auditor")), "in") << "nothing has happened";
  // Other people's grants and accounts, and one's own administration, need nobody else.
  EXPECT_EQ(this->why(this->accounts().edit(this->auditor_.id,
                                            {.name = "审计", .department = {}, .state = {}}, alone)),
            "done");
  const HeldGrant work = must(this->accounts().grants_of(this->worker_.id)).front();
  EXPECT_EQ(this->why(this->orders().ask(OrderKind::end_grant, {}, this->security_.actor(), work.id)),
            "identity.no_second_needed");
  EXPECT_EQ(this->why(this->accounts().end_grant(work.id, alone)), "done");
  EXPECT_EQ(this->why(this->accounts().edit(this->worker_.id, closing, alone)), "done");
  const HeldGrant own = must(this->accounts().grants_of(this->system_.id)).front();
  EXPECT_EQ(this->why(this->orders().ask(OrderKind::end_grant, {}, this->system_.actor(), own.id)),
            "identity.no_second_needed");
  EXPECT_EQ(this->why(this->accounts().end_grant(own.id, {this->system_.actor()})), "done");

  const auto end = must(this->orders().ask(OrderKind::end_grant, {}, this->security_.actor(), held.id));
  EXPECT_EQ(end.grant.account, this->auditor_.id);
  EXPECT_EQ(end.grant.role, "audit-admin");
  EXPECT_EQ(this->why(this->orders().ask(OrderKind::end_grant, {}, this->security_.actor(), held.id)),
            "identity.order_waits");
  const Account second = this->account("second");
  this->grant(second, "security-admin");
  EXPECT_EQ(this->why(this->orders().confirm(end.id, this->security_.actor())), "identity.same_person");
  EXPECT_EQ(this->why(this->orders().confirm(end.id, this->auditor_.actor())), "identity.same_person");
  must(this->orders().confirm(end.id, second.actor()));
  EXPECT_TRUE(must(this->accounts().grants_of(this->auditor_.id)).front().ended_at.has_value());
  EXPECT_EQ(this->why(this->orders().ask(OrderKind::end_grant, {}, this->security_.actor(), held.id)),
            "identity.grant_ended");

  const Account third = this->account("third");
  this->grant(third, "audit-admin");
  NewGrant wanted;
  wanted.account = third.id;
  const auto close = must(this->orders().ask(OrderKind::close, wanted, this->security_.actor()));
  EXPECT_EQ(this->told(this->sign_in("third")), "in");
  must(this->orders().confirm(close.id, second.actor()));
  EXPECT_EQ(must(this->accounts().get(third.id)).state, AccountState::closed);
  const auto all = must(this->orders().list(AccountOrders::Which::all, {}, 10, second.actor()));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.front().kind, OrderKind::close);
  EXPECT_EQ(all.back().kind, OrderKind::end_grant);
  EXPECT_EQ(all.back().of_grant, held.id);
}

// What cannot wait is done alone for three days, and the audit administrators hear of it.
TYPED_TEST(AccountOrdersTest, AnAdministratorIsSuspendedByOneForAWhileAndThenAllIsAsItWas) {
  const WriteRequest alone{this->security_.actor()};
  const auto suspend = [&](const std::string& reason) {
    return this->accounts().suspend(this->system_.id, reason, alone);
  };
  const std::string session =
      must(this->service_->tokens().open(this->system_, TokenKind::session, "test",
                                         this->clock_.now() + std::chrono::hours{24 * 30}, "session.open",
                                         {this->system_.actor()}, Manner::own))
          .text;
  const auto lets_in = [&] { return this->service_->tokens().find(session) != nullptr; };
  EXPECT_TRUE(lets_in());
  EXPECT_EQ(this->why(suspend("")), "identity.reason_missing");
  EXPECT_EQ(this->why(this->accounts().suspend(this->security_.id, "自己", alone)), "identity.own_account");
  const Account suspended = must(suspend("疑似被盗用"));
  EXPECT_EQ(suspended.state, AccountState::open);
  EXPECT_FALSE(lets_in());
  EXPECT_EQ(this->told(this->sign_in("system")), "identity.wrong_password");
  EXPECT_FALSE(must(this->accounts().grants_of(this->system_.id)).front().ended_at.has_value());
  // A suspended administrator confirms nothing.
  const auto order = must(this->ask_reset(this->auditor_, this->security_));
  EXPECT_EQ(this->why(this->orders().confirm(order.id, this->system_.actor())),
            "identity.administrators_confirm");
  EXPECT_FALSE(must(this->service_->tokens().was_ended(session))) << "a device keeps what it holds";
  EXPECT_EQ(this->why(this->accounts().let_in_again(this->system_.id, alone)), "done");
  EXPECT_TRUE(lets_in()) << "its session too";
  EXPECT_EQ(this->why(suspend("再来")), "identity.suspended_lately") << "no closing in pieces";
  this->clock_.advance(std::chrono::hours{24 * 8});
  must(suspend("再次"));
  EXPECT_EQ(this->told(this->sign_in("system")), "identity.wrong_password");
  this->clock_.advance(std::chrono::hours{73});
  EXPECT_EQ(this->told(this->sign_in("system")), "in") << "by the clock itself";
}

TYPED_TEST(AccountOrdersTest, ASecondSecurityAdministratorConfirmsAndNoProgramDoes) {
  const Account second = this->account("second");
  this->grant(second, "security-admin");
  const Account program = this->account("program", AccountKind::client);
  this->grant(program, "system-admin");
  const Account district = this->account("district");
  this->grant(district, "system-admin", "980101");
  const auto order = must(this->ask_reset(this->system_, this->security_));
  for (const Account& one : {program, district})
    EXPECT_EQ(this->why(this->orders().confirm(order.id, one.actor())), "identity.administrators_confirm");
  must(this->orders().confirm(order.id, second.actor()));
  EXPECT_EQ(this->why(this->orders().ask(OrderKind::grant,
                                         this->audit_for(this->account("robot", AccountKind::client)),
                                         this->security_.actor())),
            "identity.administrators_are_staff");
  // A key would be the same as a password.
  EXPECT_FALSE(this->accounts().check_keys(program, {this->security_.actor()}).ok());
  EXPECT_TRUE(this->accounts().check_keys(program, {"local"}).ok());
  EXPECT_TRUE(this->accounts().check_keys(this->worker_, {this->security_.actor()}).ok());
}

TYPED_TEST(AccountOrdersTest, OrdersLapseAreDroppedAndEndWithWhoAsked) {
  const auto waiting = [&] {
    return must(this->orders().list(AccountOrders::Which::waiting, {}, 10, this->system_.actor())).size();
  };
  const auto late = must(this->ask_reset(this->auditor_, this->security_));
  EXPECT_EQ(waiting(), 1U);
  EXPECT_EQ(this->why(this->orders().list(AccountOrders::Which::all, {}, 10, this->worker_.actor())),
            "identity.administrators_confirm");
  this->clock_.advance(std::chrono::hours{24 * 8});
  EXPECT_EQ(waiting(), 0U);
  EXPECT_EQ(this->why(this->orders().confirm(late.id, this->system_.actor())), "identity.order_lapsed");

  const auto dropped = must(this->ask_reset(this->auditor_, this->security_));
  EXPECT_EQ(this->why(this->orders().drop(dropped.id, this->worker_.actor())),
            "identity.administrators_confirm");
  EXPECT_EQ(must(this->orders().drop(dropped.id, this->security_.actor())).state, OrderState::dropped);
  EXPECT_EQ(this->why(this->orders().confirm(dropped.id, this->system_.actor())), "identity.order_decided");

  const auto orphan = must(this->ask_reset(this->auditor_, this->security_));
  must(this->accounts().edit(this->security_.id,
                             {.name = {}, .department = {}, .state = AccountState::closed}, {"setup"}));
  EXPECT_EQ(this->why(this->orders().confirm(orphan.id, this->system_.actor())), "identity.order_lapsed");
  EXPECT_EQ(must(this->orders().list(AccountOrders::Which::all, {}, 10, this->system_.actor())).size(), 3U);
}

TYPED_TEST(AccountOrdersTest, AnOrderIsCarriedOutOnceThoughTwoConfirmAtTheSameMoment) {
  const auto order = must(this->ask_reset(this->auditor_, this->security_));
  const Account second = this->account("second");
  this->grant(second, "security-admin");
  FailingStore between(*this->store_);
  const auto other = this->open(between);
  std::string password;
  between.between([&] { password = must(this->orders().confirm(order.id, this->system_.actor())).password; });
  EXPECT_EQ(this->why(other->orders().confirm(order.id, second.actor())), "identity.order_decided");
  EXPECT_EQ(this->told(this->sign_in("auditor", password)), "in");
}

}  // namespace
}  // namespace jingwei::identity

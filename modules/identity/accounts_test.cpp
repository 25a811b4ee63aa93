// Goal: nobody grants anything to themselves or joins two administrations, loans end with what was lent,
// emergencies are looked at by somebody else, and roles change for everybody at once.
#include <fstream>

#include "modules/identity/identity_testing.h"
#include "storage/upgrade_suite.h"

namespace jingwei::identity {
namespace {

template <typename Backend>
class AccountsTest : public IdentityFixture<Backend> {
 protected:
  Accounts& accounts() { return this->service_->accounts(); }
  template <typename T>
  std::string why(const Result<T>& result) {
    return result ? "done" : result.error().message;
  }
};

TYPED_TEST_SUITE(AccountsTest, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(AccountsTest, ALoginIsTakenOnceHoweverItIsTyped) {
  this->account("wang.min");
  NewAccount again;
  again.login = "  WANG.MIN";
  again.name = "另一位";
  EXPECT_EQ(this->why(this->accounts().create(again, {"setup"})), "identity.login_taken");
  again.login = "two words";
  EXPECT_EQ(this->why(this->accounts().create(again, {"setup"})), "identity.bad_login");
  again.login = "other";
  again.name = " ";
  EXPECT_EQ(this->why(this->accounts().create(again, {"setup"})), "identity.bad_name");
}

TYPED_TEST(AccountsTest, NobodyChangesTheirOwnStanding) {
  const Account keeper = this->account("keeper");
  EXPECT_EQ(
      this->why(this->accounts().grant({keeper.id, "leader", "9801", "", {}, {}, ""}, {keeper.actor()})),
      "identity.grant_to_oneself");
  EXPECT_EQ(this->why(this->accounts().edit(keeper.id, {}, {keeper.actor()})), "identity.own_account");
  EXPECT_EQ(this->why(this->accounts().reset(keeper.id, {keeper.actor()})), "identity.own_account");
}

TYPED_TEST(AccountsTest, TheThreeAdministratorsAreThreePeople) {
  const std::vector<std::string> roles = {"system-admin", "security-admin", "audit-admin"};
  for (const auto& first : roles) {
    const Account account = this->account("first." + first);
    this->grant(account, first);
    this->grant(account, "leader");
    for (const auto& second : roles) {
      const auto given = this->accounts().grant({account.id, second, "9801", "", {}, {}, ""}, {"setup"});
      EXPECT_EQ(this->why(given), first == second ? "done" : "identity.two_administrations")
          << first << " " << second;
    }
  }
}

TYPED_TEST(AccountsTest, AFormerAdministratorMayBecomeAnother) {
  const Account account = this->account("wang.min");
  const auto grant = this->grant(account, "system-admin");
  must(this->accounts().end_grant(grant.id, {"setup"}));
  this->grant(account, "audit-admin");
}

TYPED_TEST(AccountsTest, ALoanHasAnEndAndEndsWithTheGrantItComesOf) {
  const Account lender = this->account("lender"), colleague = this->account("colleague"),
                third = this->account("third");
  const auto own = this->grant(lender, "grid-worker", "980101001001");
  const Instant now = this->clock_.now();
  const auto lend = [&](const Account& from, GrantId grant, AccountId to, std::chrono::hours time) {
    return this->accounts().lend(from, {grant, to, {}, now + time, "休假"}, {from.actor()});
  };
  EXPECT_EQ(this->why(lend(lender, own.id, colleague.id, std::chrono::hours{24 * 40})),
            "identity.loan_too_long");
  EXPECT_EQ(this->why(lend(lender, own.id, lender.id, std::chrono::hours{24})), "identity.lend_to_staff");
  EXPECT_EQ(this->why(lend(colleague, own.id, third.id, std::chrono::hours{24})), "identity.no_grant");
  const auto lent = must(lend(lender, own.id, colleague.id, std::chrono::hours{24 * 7}));
  EXPECT_EQ(lent.region, own.region);
  EXPECT_EQ(this->why(lend(colleague, lent.id, third.id, std::chrono::hours{24})), "identity.not_lendable");
  const std::string token = must(this->sign_in("colleague")).opened.text;
  EXPECT_TRUE(this->service_->tokens().find(token)->caller->may("record.read", this->clock_.now()).ok());
  must(this->accounts().end_grant(own.id, {"setup"}));
  EXPECT_FALSE(this->service_->tokens().find(token)->caller->may("record.read", this->clock_.now()).ok());
  EXPECT_EQ(this->why(this->accounts().end_grant(lent.id, {"setup"})), "identity.grant_ended");

  const Account admin = this->account("admin");
  const auto administration = this->grant(admin, "security-admin");
  EXPECT_EQ(this->why(lend(admin, administration.id, colleague.id, std::chrono::hours{24})),
            "identity.not_lendable");
}

TYPED_TEST(AccountsTest, BreakingTheGlassAsksWhyLastsAnHourAndIsReviewedBySomebodyElse) {
  const Account doctor = this->account("doctor");
  EXPECT_EQ(this->why(this->accounts().break_glass(doctor, "980101", "", {doctor.actor()})),
            "identity.reason_missing");
  const auto glass = must(this->accounts().break_glass(doctor, "980101", "昏迷病人", {doctor.actor()}));
  const std::string token = must(this->sign_in("doctor")).opened.text;
  EXPECT_TRUE(this->service_->tokens().find(token)->caller->may("record.read", this->clock_.now()).ok());
  this->clock_.advance(std::chrono::minutes{29});
  ASSERT_TRUE(this->service_->tokens().find(token));
  this->clock_.advance(std::chrono::minutes{29});
  EXPECT_TRUE(this->service_->tokens().find(token)->caller->may("record.read", this->clock_.now()).ok());
  this->clock_.advance(std::chrono::minutes{3});
  EXPECT_FALSE(this->service_->tokens().find(token)->caller->may("record.read", this->clock_.now()).ok());
  EXPECT_EQ(this->why(this->accounts().review(glass.id, {doctor.actor()})), "identity.review_own");
  EXPECT_EQ(must(this->accounts().list_grants({GrantKind::break_glass, true, {}, 10})).size(), 1U);
  EXPECT_EQ(must(this->accounts().review(glass.id, {"account:999"})).reviewed_by, "account:999");
  EXPECT_TRUE(must(this->accounts().list_grants({GrantKind::break_glass, true, {}, 10})).empty());
}

// Why somebody got a grant or broke the glass may name whom it was about.
TYPED_TEST(AccountsTest, ReasonsStandSealedAndThoseOfBeforeAreSealedAtTheNextStart) {
  const Account doctor = this->account("doctor");
  const auto glass = must(this->accounts().break_glass(doctor, "980101", "昏迷病人", {doctor.actor()}));
  static const storage::Statement bare{"test", "SELECT count(*) FROM identity_grant WHERE reason <> ''",
                                       "SELECT count(*) FROM identity_grant WHERE reason <> ''"};
  const auto readable = [&] {
    auto reader = must(this->store_->read());
    return must(storage::query_integer(*reader, bare, {})).value_or(-1);
  };
  EXPECT_EQ(readable(), 0);
  const auto reasons = [&] {
    std::vector<std::string> all;
    for (const auto& one : must(this->accounts().list_grants({{}, false, {}, 10}))) all.push_back(one.reason);
    return all;
  };
  EXPECT_EQ(reasons(), std::vector<std::string>{"昏迷病人"});
  // As an earlier version has left it.
  static const storage::Statement leave{
      "test", "UPDATE identity_grant SET reason = '走失老人', sealed_reason = NULL WHERE id = $1",
      "UPDATE identity_grant SET reason = '走失老人', sealed_reason = NULL WHERE id = $1"};
  storage::Change change;
  change.writes.push_back({&leave, {glass.id.value}, 1});
  must(this->store_->commit(std::move(change)));
  EXPECT_EQ(reasons(), std::vector<std::string>{"走失老人"}) << "read as it stands";
  const auto next = this->open();
  EXPECT_EQ(readable(), 0);
  EXPECT_EQ(reasons(), std::vector<std::string>{"走失老人"});
}

TYPED_TEST(AccountsTest, BreakingTheGlassAlarmsWhoReviewsIt) {
  const Account doctor = this->account("doctor.li");
  const auto with_phone = [&](const std::string& login, const std::string& phone) {
    NewAccount wanted;
    wanted.login = login;
    wanted.name = "周安";
    wanted.phone = phone;
    return must(this->accounts().create(wanted, {"setup"})).account;
  };
  this->grant(with_phone("security", "13800000001"), "security-admin");
  this->grant(with_phone("leader", "13800000002"), "leader");
  this->grant(this->account("no.phone"), "security-admin");
  const auto glass = must(this->accounts().break_glass(doctor, "980101", "昏迷病人", {doctor.actor()}));
  this->service_->alarm(doctor, glass);
  std::ifstream texts(this->folder_.path() + "/texts.jsonl");
  std::vector<std::string> sent;
  for (std::string line; std::getline(texts, line);) sent.push_back(line);
  ASSERT_EQ(sent.size(), 1U) << "who may review it and has a phone";
  EXPECT_NE(sent.front().find("13800000001"), std::string::npos);
  EXPECT_NE(sent.front().find("王敏"), std::string::npos);
  EXPECT_EQ(sent.front().find("昏迷"), std::string::npos) << "the reason stays in the hub";
}

TYPED_TEST(AccountsTest, ARoleChangesForItsHoldersAtOnceInEveryProcess) {
  auto& roles = this->service_->roles();
  const RoleDraft draft{"keeper", "保管", "Keeper", {"metrics.read"}, {"name"}, {"*"}};
  const auto made = must(roles.put(draft, 0, {"setup"}));
  EXPECT_EQ(this->why(roles.put(draft, 0, {"setup"})), "identity.role_changed");
  const auto other = this->open();
  this->grant(this->account("wang.min"), "keeper");
  const std::string token = must(this->sign_in("wang.min")).opened.text;
  const auto may = [&](IdentityService& service) {
    return service.tokens().find(token)->caller->may("metrics.read", this->clock_.now()).ok();
  };
  EXPECT_TRUE(may(*this->service_));
  EXPECT_TRUE(may(*other));
  RoleDraft less = draft;
  less.permissions = {};
  must(roles.put(less, made.row_version, {"setup"}));
  EXPECT_FALSE(may(*this->service_));
  for (const auto& entry : must(this->store_->read_feed({}, 1'000))) must(other->follow(entry));
  EXPECT_FALSE(may(*other));
  EXPECT_EQ(this->why(roles.drop("keeper", {"setup"})), "identity.role_in_use");
}

TYPED_TEST(AccountsTest, ARoleIsMadeOfKnownWordsAndOneAdministration) {
  auto& roles = this->service_->roles();
  const auto put = [&](RoleDraft draft) { return this->why(roles.put(draft, 0, {"setup"})); };
  EXPECT_EQ(put({"x", "甲", "A", {"no.such"}, {}, {}}), "identity.unknown_permission");
  EXPECT_EQ(put({"x", "甲", "A", {}, {"soul"}, {}}), "identity.unknown_class");
  EXPECT_EQ(put({"x", "甲", "A", {}, {}, {"two words"}}), "identity.unknown_purpose");
  EXPECT_EQ(put({"X Y", "甲", "A", {}, {}, {}}), "identity.role_id");
  EXPECT_EQ(put({"x", "", "A", {}, {}, {}}), "identity.role_title");
  EXPECT_EQ(put({"doctor", "甲", "A", {}, {}, {}}), "identity.role_built_in");
  EXPECT_EQ(put({"x", "甲", "A", {"audit.read", "keys.read"}, {}, {}}), "identity.two_duties");
  EXPECT_EQ(put({"x", "甲", "A", {"audit.read", "metrics.read"}, {"name"}, {"care"}}), "done");
}

TYPED_TEST(AccountsTest, ARoleGivesNothingToWhoEditsItAndMakesNoAdministrator) {
  auto& roles = this->service_->roles();
  const Account keeper = this->account("keeper"), worker = this->account("worker");
  RoleDraft draft{"odd-jobs", "杂务", "Odd jobs", {"metrics.read"}, {}, {}};
  const auto made = must(roles.put(draft, 0, {keeper.actor()}));
  const auto own = this->grant(keeper, "odd-jobs");
  draft.permissions.push_back("record.read");
  EXPECT_EQ(this->why(roles.put(draft, made.row_version, {keeper.actor()})), "identity.grant_to_oneself");
  must(this->accounts().end_grant(own.id, {"setup"}));
  const auto more = must(roles.put(draft, made.row_version, {keeper.actor()}));
  this->grant(worker, "odd-jobs");
  draft.permissions = {"audit.read"};
  EXPECT_EQ(this->why(roles.put(draft, more.row_version, {keeper.actor()})), "identity.role_in_use");
}

// Two administrators decide about one account at the same moment, each rightly.
TYPED_TEST(AccountsTest, TwoAdministrationsAreNotGivenAtOnce) {
  const Account account = this->account("wang.min");
  FailingStore between(*this->store_);
  const auto other = this->open(between);
  between.between([&] { this->grant(account, "system-admin"); });
  EXPECT_EQ(
      this->why(other->accounts().grant({account.id, "audit-admin", "9801", "", {}, {}, ""}, {"setup"})),
      "identity.account_changed");
}

TYPED_TEST(AccountsTest, ALoanMadeAtTheMomentItsGrantEndsEndsWithIt) {
  const Account lender = this->account("lender"), colleague = this->account("colleague");
  FailingStore between(*this->store_);
  const auto other = this->open(between);
  const auto first = this->grant(lender, "grid-worker", "980101001001");
  const auto lend = [&](IdentityService& service, GrantId grant) {
    return service.accounts().lend(
        lender, {grant, colleague.id, {}, this->clock_.now() + std::chrono::hours{24}, "休假"},
        {lender.actor()});
  };
  between.between([&] { must(lend(*this->service_, first.id)); });
  must(other->accounts().end_grant(first.id, {"setup"}));
  for (const auto& held : must(this->accounts().grants_of(colleague.id))) EXPECT_TRUE(held.ended_at);
  const auto second = this->grant(lender, "grid-worker", "980101001001");
  between.between([&] { must(this->accounts().end_grant(second.id, {"setup"})); });
  EXPECT_EQ(this->why(lend(*other, second.id)), "identity.not_lendable");
}

// Checking a password takes a while.
TYPED_TEST(AccountsTest, APasswordThatIsNoMoreOpensNothing) {
  const Account account = this->account("wang.min");
  FailingStore between(*this->store_);
  const auto other = this->open(between);
  between.between([&] {
    must(this->accounts().set_password(must(this->accounts().get(account.id)), "another", false, TokenId(),
                                       {"setup"}));
  });
  const auto opened =
      other->tokens().open(account, TokenKind::session, "", this->clock_.now() + std::chrono::hours{1},
                           "session.open", {account.actor()}, Manner::own);
  EXPECT_EQ(this->why(opened), "identity.wrong_password");
}

TYPED_TEST(AccountsTest, ARequestSentAgainTakesEffectOnce) {
  NewAccount wanted;
  wanted.login = "li.na";
  wanted.name = "李娜";
  const WriteRequest request{"keeper", "key-1"};
  const auto made = must(this->accounts().create(wanted, request));
  const auto again = must(this->accounts().create(wanted, request));
  EXPECT_EQ(again.account.id, made.account.id);
  EXPECT_TRUE(again.password.empty()) << "it was shown once";
  const NewGrant grant{made.account.id, "leader", "9801", "", {}, {}, "新到任"};
  const auto given = must(this->accounts().grant(grant, {"keeper", "key-2"}));
  EXPECT_EQ(must(this->accounts().grant(grant, {"keeper", "key-2"})).id, given.id);
  EXPECT_EQ(must(this->accounts().grants_of(made.account.id)).size(), 1U);
  auto& tokens = this->service_->tokens();
  const auto end = this->clock_.now() + std::chrono::hours{1};
  must(tokens.open(made.account, TokenKind::key, "a program", end, "key.create", {"keeper", "key-3"}));
  EXPECT_EQ(this->why(tokens.open(made.account, TokenKind::key, "a program", end, "key.create",
                                  {"keeper", "key-3"})),
            "identity.key_shown");
}

TYPED_TEST(AccountsTest, TwoAdministratorsAtOnceDoNotUndoEachOther) {
  const Account account = this->account("wang.min");
  const Account before = must(this->accounts().get(account.id));
  must(this->service_->accounts().set_password(before, "hash one", false, TokenId(), {"setup"}));
  EXPECT_EQ(this->why(this->accounts().set_password(before, "hash two", false, TokenId(), {"setup"})),
            "identity.account_changed");
  EXPECT_EQ(must(this->accounts().get(account.id)).password_hash, "hash one");
}

}  // namespace
}  // namespace jingwei::identity

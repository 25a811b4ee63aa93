// Goal: only who knows the password, holds the authenticator or the phone gets in; guessing gets slower and
// slower, and locks nobody else out; sessions end when they should, in every process.
#include <filesystem>
#include <fstream>
#include <thread>

#include "crypto/one_time.h"
#include "modules/identity/identity_testing.h"
#include "modules/identity/password_rules.h"
#include "storage/digest.h"

namespace jingwei::identity {
namespace {

template <typename Backend>
class SigningIn : public IdentityFixture<Backend> {
 protected:
  std::string sent_code() {
    std::ifstream texts(this->folder_.path() + "/texts.jsonl");
    std::string line, last;
    while (std::getline(texts, line)) last = line;
    const std::size_t at = last.find("code is ");
    return at == std::string::npos ? "" : last.substr(at + 8, 6);
  }
  // As whoever asked for a code, from elsewhere if need be.
  Origin asking(const std::string& phone, const std::string& remote = "10.0.0.1",
                const std::string& asker = "", const std::string& device = "") {
    Origin origin{remote, device, "test", Language::en, asker};
    origin.asker = must(this->service_->sign_in().send_code(phone, origin));
    return origin;
  }
};

TYPED_TEST_SUITE(SigningIn, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(SigningIn, OpensASessionThatTellsWhoItIs) {
  const Account account = this->account("wang.min");
  this->grant(account, "grid-worker", "980101001001");
  const auto done = must(this->sign_in(" Wang.Min "));
  const auto who = this->service_->tokens().find(done.opened.text);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->caller->actor(), account.actor());
  EXPECT_EQ(who->caller->name(), "王敏");
  EXPECT_TRUE(who->caller->may("record.read", this->clock_.now()).ok());
  EXPECT_FALSE(who->caller->may("audit.read", this->clock_.now()).ok());
}

TYPED_TEST(SigningIn, AnswersAnUnknownLoginAsAWrongPassword) {
  const Account closed = this->account("closed.one");
  must(this->service_->accounts().edit(
      closed.id, {.name = {}, .department = {}, .state = AccountState::closed}, {"setup"}));
  this->account("wang.min");
  EXPECT_EQ(this->told(this->sign_in("wang.min", "wrong")), "identity.wrong_password");
  EXPECT_EQ(this->told(this->sign_in("nobody", "wrong")), "identity.wrong_password");
  EXPECT_EQ(this->told(this->sign_in("closed.one")), "identity.wrong_password");
  EXPECT_EQ(this->told(this->sign_in("", "")), "identity.wrong_password");
}

TYPED_TEST(SigningIn, TakesNoTokenItDidNotMake) {
  this->account("wang.min");
  const std::string good = must(this->sign_in("wang.min")).opened.text;
  auto& tokens = this->service_->tokens();
  ASSERT_TRUE(tokens.find(good));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string other = good;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.find(other)) << at;
  }
  EXPECT_FALSE(tokens.find(""));
  EXPECT_FALSE(tokens.find(good + "A"));
  EXPECT_FALSE(tokens.find(std::string(46, '\0')));
}

TYPED_TEST(SigningIn, SlowsDownGuessingFromOnePlaceWithoutLockingTheOwnerOut) {
  this->account("wang.min");
  const std::string device = must(this->sign_in("wang.min", good_password, "10.0.0.1")).device;
  int waits = 0;
  for (int guess = 0; guess < 200; ++guess)
    waits += this->told(this->sign_in("wang.min", "wrong", "10.9.9.9")) == "identity.wait";
  EXPECT_GT(waits, 190);
  EXPECT_EQ(this->told(this->sign_in("wang.min", good_password, "10.9.9.9")), "identity.wait")
      << "even the right one";
  EXPECT_EQ(this->told(this->sign_in("wang.min", good_password, "10.0.0.2")), "in") << "from elsewhere";
  // From everywhere at once: an unknown place waits, a known device does not.
  for (int place = 0; place < 200; ++place)
    static_cast<void>(this->sign_in("wang.min", "wrong", "10.1.1." + std::to_string(place)));
  EXPECT_EQ(this->told(this->sign_in("wang.min", good_password, "10.7.7.7")), "identity.wait");
  EXPECT_EQ(this->told(this->sign_in("wang.min", good_password, "10.7.7.7", device)), "in");
  EXPECT_EQ(this->told(this->sign_in("wang.min", good_password, "10.7.7.7", device + "0")), "identity.wait")
      << "forged";
  this->clock_.advance(std::chrono::minutes{16});
  EXPECT_EQ(this->told(this->sign_in("wang.min", good_password, "10.9.9.9")), "in") << "after waiting";
}

TYPED_TEST(SigningIn, AsksForTheAuthenticatorAndTakesEachCodeOnce) {
  const Account account = this->account("wang.min");
  const std::string secret = SignIn::new_secret();
  const auto code = [&] {
    return crypto::one_time_code(secret, crypto::one_time_counter(this->clock_.now()));
  };
  EXPECT_FALSE(
      this->service_->sign_in().set_second_factor(account.id, secret, "000000x", {account.actor()}).ok());
  must(this->service_->sign_in().set_second_factor(account.id, secret, code(), {account.actor()}));
  const auto with = [&](const std::string& typed) {
    return this->told(this->sign_in("wang.min", good_password, "10.0.0.1", "", typed));
  };
  EXPECT_EQ(with(""), "identity.code_needed");
  EXPECT_EQ(with(code()), "identity.wrong_code") << "it served when the authenticator was set up";
  this->clock_.advance(crypto::one_time_step);
  EXPECT_EQ(this->told(this->sign_in("wang.min", "wrong", "10.0.0.1", "", code())),
            "identity.wrong_password");
  const std::string served = code();
  EXPECT_EQ(with(served), "in");
  EXPECT_EQ(with(served), "identity.wrong_code");
}

TYPED_TEST(SigningIn, OneCodeOpensOneOfManySessionsAskedForAtOnce) {
  const Account account = this->account("wang.min");
  const std::string secret = SignIn::new_secret();
  must(this->service_->sign_in().set_second_factor(
      account.id, secret, crypto::one_time_code(secret, crypto::one_time_counter(this->clock_.now())),
      {"setup"}));
  this->clock_.advance(crypto::one_time_step);
  const std::string code = crypto::one_time_code(secret, crypto::one_time_counter(this->clock_.now()));
  std::atomic<int> in{0};
  std::vector<std::thread> threads;
  for (int at = 0; at < 4; ++at) {
    threads.emplace_back([&, at] {
      in += this->sign_in("wang.min", good_password, "10.0.1." + std::to_string(at), "", code).ok();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(in, 1);
}

TYPED_TEST(SigningIn, LetsNothingBeDoneBeforeAPasswordMadeForThemIsChanged) {
  NewAccount wanted;
  wanted.login = "li.na";
  wanted.name = "李娜";
  const auto made = must(this->service_->accounts().create(wanted, {"setup"}));
  this->grant(made.account, "leader");
  const auto done = must(this->sign_in("li.na", made.password));
  auto who = this->service_->tokens().find(done.opened.text);
  ASSERT_TRUE(who);
  EXPECT_TRUE(who->must_change);
  EXPECT_FALSE(who->caller->may("metrics.read", this->clock_.now()).ok());
  must(this->service_->sign_in().change_password(*who, made.password, good_password, {}));
  who = this->service_->tokens().find(done.opened.text);
  ASSERT_TRUE(who) << "the session in which it was changed stays";
  EXPECT_TRUE(who->caller->may("metrics.read", this->clock_.now()).ok());
  EXPECT_EQ(this->told(this->sign_in("li.na", made.password)), "identity.wrong_password");
}

TYPED_TEST(SigningIn, LetsStaffDoNothingBeforeTheAuthenticatorWhereThePolicySaysSo) {
  const Account account = this->account("wang.min");
  this->grant(account, "leader");
  this->wanted_ = SecondFactor::staff;
  this->service_ = this->open();
  const auto done = must(this->sign_in("wang.min"));
  EXPECT_FALSE(
      this->service_->tokens().find(done.opened.text)->caller->may("metrics.read", this->clock_.now()).ok());
  const std::string secret = SignIn::new_secret();
  must(this->service_->sign_in().set_second_factor(
      account.id, secret, crypto::one_time_code(secret, crypto::one_time_counter(this->clock_.now())),
      {account.actor()}));
  EXPECT_TRUE(
      this->service_->tokens().find(done.opened.text)->caller->may("metrics.read", this->clock_.now()).ok());
}

TYPED_TEST(SigningIn, AsksAdministratorsForTheAuthenticatorWhereThePolicySaysSo) {
  const Account keeper = this->account("keeper"), worker = this->account("worker");
  this->grant(keeper, "security-admin");
  this->grant(worker, "leader");
  this->wanted_ = SecondFactor::administrators;
  this->service_ = this->open();
  const auto may = [&](const Account& who, const std::string& permission) {
    const auto done = must(this->sign_in(who.login));
    return this->service_->tokens().find(done.opened.text)->caller->may(permission, this->clock_.now()).ok();
  };
  EXPECT_FALSE(may(keeper, "account.write"));
  EXPECT_TRUE(may(worker, "metrics.read"));
  // As soon as one becomes an administrator.
  const auto token = must(this->sign_in("worker")).opened.text;
  this->grant(worker, "audit-admin");
  EXPECT_TRUE(this->service_->tokens().find(token)->second_factor_wanted);
}

TYPED_TEST(SigningIn, AResidentStaysInWhileTheyComeBackButNotLongerThanAYear) {
  const Origin origin = this->asking("13800001234");
  const auto done = must(this->service_->sign_in().by_phone("13800001234", this->sent_code(), origin));
  EXPECT_EQ(done.cookie_until, done.opened.token.opened_at + std::chrono::hours{24 * 365});
  const auto other = this->open();
  const auto use = [&](IdentityService& service) {
    const bool in = service.tokens().find(done.opened.text) != nullptr;
    must(service.tokens().save_seen());
    return in;
  };
  EXPECT_TRUE(use(*other)) << "a process that knows the first end";
  const auto ends = [&] { return must(this->service_->tokens().list(done.account.id)).front().ends_at; };
  const Instant first = ends();
  this->clock_.advance(std::chrono::hours{5});
  EXPECT_TRUE(use(*this->service_));
  EXPECT_EQ(ends(), first) << "at most once a day";
  int days = 0;
  for (; days < 18 * 20; days += 20) {
    this->clock_.advance(std::chrono::hours{24 * 20});
    EXPECT_TRUE(use(*this->service_)) << days;
  }
  EXPECT_TRUE(use(*other)) << "it reads the end anew once the one it knew is past";
  EXPECT_EQ(ends(), done.opened.token.opened_at + std::chrono::hours{24 * 365});
  this->clock_.advance(std::chrono::hours{24 * 6});
  EXPECT_FALSE(use(*this->service_)) << "a year is over";

  const Origin again = this->asking("13800001234");
  const auto idle = must(this->service_->sign_in().by_phone("13800001234", this->sent_code(), again));
  this->clock_.advance(std::chrono::hours{24 * 31});
  EXPECT_FALSE(this->service_->tokens().find(idle.opened.text)) << "a month without use";
}

TYPED_TEST(SigningIn, EndsSessionsThatAreIdleOrOldOrRevokedInEveryProcess) {
  const Account account = this->account("wang.min");
  const auto other = this->open();
  const auto open = [&] { return must(this->sign_in("wang.min")).opened; };
  const auto in = [&](IdentityService& service, const std::string& token) {
    return service.tokens().find(token) != nullptr;
  };

  const auto idle = open();
  this->clock_.advance(std::chrono::minutes{29});
  EXPECT_TRUE(in(*this->service_, idle.text));
  this->clock_.advance(std::chrono::minutes{29});
  EXPECT_TRUE(in(*this->service_, idle.text)) << "it was used meanwhile";
  must(this->service_->tokens().save_seen());
  EXPECT_TRUE(in(*other, idle.text)) << "and another process knows";
  this->clock_.advance(std::chrono::minutes{31});
  EXPECT_FALSE(in(*this->service_, idle.text));
  EXPECT_FALSE(must(this->service_->tokens().was_ended(idle.text)))
      << "nobody ended it: what a phone keeps may stay";

  const auto old = open();
  for (int minutes = 0; minutes < 12 * 60; minutes += 20) {
    EXPECT_TRUE(in(*this->service_, old.text)) << minutes;
    this->clock_.advance(std::chrono::minutes{20});
  }
  EXPECT_FALSE(in(*this->service_, old.text));

  const auto ended = open();
  EXPECT_TRUE(in(*other, ended.text));
  must(this->service_->tokens().end(account.id, ended.token.id, "session.close", {account.actor()}));
  EXPECT_FALSE(in(*this->service_, ended.text));
  EXPECT_TRUE(must(this->service_->tokens().was_ended(ended.text)));
  EXPECT_TRUE(must(other->tokens().was_ended(ended.text)));
  EXPECT_FALSE(must(this->service_->tokens().was_ended(std::string(ended.text.size(), 'A')))) << "made up";
  storage::FeedPosition from;
  for (const auto& entry : must(this->store_->read_feed(from, 1'000))) must(other->follow(entry));
  EXPECT_FALSE(in(*other, ended.text));
  EXPECT_FALSE(in(*this->open(), ended.text)) << "nor a process that starts later";
}

TYPED_TEST(SigningIn, ForgetsSessionsAMonthAfterTheirEnd) {
  const Account account = this->account("wang.min");
  must(this->sign_in("wang.min"));
  const auto kept = [&] {
    auto reader = must(this->store_->read());
    const storage::Statement count{"test.tokens", "SELECT count(*) FROM identity_token",
                                   "SELECT count(*) FROM identity_token"};
    return must(storage::query_integer(*reader, count, {})).value_or(-1);
  };
  this->clock_.advance(std::chrono::hours{24 * 29});
  must(this->service_->tokens().drop_old());
  EXPECT_EQ(kept(), 1);
  this->clock_.advance(std::chrono::hours{24 * 2});
  must(this->service_->tokens().drop_old());
  EXPECT_EQ(kept(), 0);
  EXPECT_TRUE(must(this->service_->tokens().list(account.id)).empty());
}

TYPED_TEST(SigningIn, WithdrawsWhatASessionMayAtOnce) {
  const Account account = this->account("wang.min");
  const auto grant = this->grant(account, "leader");
  const std::string token = must(this->sign_in("wang.min")).opened.text;
  const auto may = [&] {
    return this->service_->tokens().find(token)->caller->may("metrics.read", this->clock_.now()).ok();
  };
  EXPECT_TRUE(may());
  must(this->service_->accounts().end_grant(grant.id, {"setup"}));
  EXPECT_FALSE(may());
  must(this->service_->accounts().edit(
      account.id, {.name = {}, .department = {}, .state = AccountState::closed}, {"setup"}));
  EXPECT_FALSE(this->service_->tokens().find(token));
}

TYPED_TEST(SigningIn, LetsResidentsInByTheCodeSentToTheirPhone) {
  auto& sign_in = this->service_->sign_in();
  const Origin origin = this->asking("13800001234");
  const std::string code = this->sent_code();
  ASSERT_EQ(code.size(), 6U);
  EXPECT_EQ(this->told(sign_in.by_phone("13800001234", code == "000000" ? "000001" : "000000", origin)),
            "identity.wrong_code");
  const auto done = must(sign_in.by_phone("13800001234", code, origin));
  EXPECT_EQ(done.account.kind, AccountKind::resident);
  EXPECT_EQ(this->told(sign_in.by_phone("13800001234", code, origin)), "identity.wrong_code")
      << "served once";
  this->clock_.advance(std::chrono::hours{24 * 20});
  EXPECT_TRUE(this->service_->tokens().find(done.opened.text)) << "a resident is not asked again and again";
  const Origin again = this->asking("13800001234");
  EXPECT_EQ(must(sign_in.by_phone("13800001234", this->sent_code(), again)).account.id, done.account.id);
}

TYPED_TEST(SigningIn, ManyResidentsBehindOneAddressDoNotWaitForEachOther) {
  for (int phone = 0; phone < 40; ++phone) {
    const std::string number = "138000010" + std::to_string(10 + phone);
    const Origin origin = this->asking(number);
    must(this->service_->sign_in().by_phone(number, this->sent_code(), origin));
  }
}

TYPED_TEST(SigningIn, ACodeLapsesAndHasFiveTriesOfItsAskerWhereverTheyAre) {
  auto& sign_in = this->service_->sign_in();
  Origin asker = this->asking("13800001234");
  EXPECT_EQ(sign_in.send_code("13800001234", asker).error().message, "identity.wait") << "one a minute";
  const std::string code = this->sent_code();
  for (int place = 1; place <= 5; ++place) {
    asker.remote = "10.0.2." + std::to_string(place);
    EXPECT_EQ(this->told(sign_in.by_phone("13800001234", "x", asker)), "identity.wrong_code");
  }
  EXPECT_EQ(this->told(sign_in.by_phone("13800001234", code, asker)), "identity.wait");
  this->clock_.advance(std::chrono::seconds{10});
  EXPECT_EQ(this->told(sign_in.by_phone("13800001234", code, asker)), "identity.wrong_code")
      << "the right one, but a sixth try";
  this->clock_.advance(std::chrono::minutes{2});
  asker.asker = must(sign_in.send_code("13800001234", asker));
  const std::string late = this->sent_code();
  this->clock_.advance(std::chrono::minutes{6});
  EXPECT_EQ(this->told(sign_in.by_phone("13800001234", late, asker)), "identity.wrong_code");
}

TYPED_TEST(SigningIn, WhoeverAsksForSomebodysCodesOrGuessesThemKeepsNobodyOut) {
  auto& sign_in = this->service_->sign_in();
  const Origin owner = this->asking("13800001234");
  const std::string code = this->sent_code();
  // Others ask for a code of the same phone at once, and guess with it, without one, and with made-up askers.
  const Origin other = this->asking("13800001234", "10.9.9.9");
  EXPECT_NE(other.asker, owner.asker);
  const bool alike = this->sent_code() == code;
  if (!alike) {
    EXPECT_EQ(this->told(sign_in.by_phone("13800001234", code, other)), "identity.wrong_code")
        << "a code is its asker's";
  }
  for (int guess = 0; guess < 150; ++guess) {
    Origin nobody{"10.1.1." + std::to_string(guess), "", "test", Language::en,
                  guess % 2 == 0 ? "" : std::string(32, 'a') + "." + std::string(32, 'b')};
    static_cast<void>(sign_in.by_phone("13800001234", "x", nobody));
    static_cast<void>(sign_in.by_phone("13800001234", "x", other));
  }
  EXPECT_EQ(this->told(sign_in.by_phone("13800001234", code, owner)), "in");
}

TYPED_TEST(SigningIn, TextsToAPhoneAreFewAnHourButForDevicesThatItsAccountKnows) {
  auto& sign_in = this->service_->sign_in();
  const Origin owner = this->asking("13800001234");
  const std::string device = must(sign_in.by_phone("13800001234", this->sent_code(), owner)).device;
  for (int asker = 1; asker < 10; ++asker) this->asking("13800001234", "10.9.9." + std::to_string(asker));
  const auto refused = sign_in.send_code("13800001234", {"10.9.9.99", "", "test", Language::en});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "identity.wait");
  EXPECT_EQ(refused.error().arguments.front().second, "3600");
  this->asking("13800009999", "10.9.9.99");
  const Origin known = this->asking("13800001234", "10.9.9.9", "", device);
  EXPECT_TRUE(known.asker.empty()) << "its device tells it apart";
  EXPECT_EQ(sign_in.send_code("13800001234", known).error().message, "identity.wait") << "one a minute";
  EXPECT_EQ(this->told(sign_in.by_phone("13800001234", this->sent_code(), known)), "in");
  EXPECT_FALSE(sign_in.send_code("13800001234", {"10.9.9.99", device + "0", "test", Language::en}).ok())
      << "forged";
  this->clock_.advance(std::chrono::hours{1});
  this->asking("13800001234", "10.9.9.99");
}

TYPED_TEST(SigningIn, StaffDoNotComeByPhonePastTheirPasswordAndAuthenticator) {
  NewAccount wanted;
  wanted.login = "li.na";
  wanted.name = "李娜";
  wanted.phone = "13800001234";
  must(this->service_->accounts().create(wanted, {"setup"}));
  const Origin origin = this->asking("13800001234");
  EXPECT_EQ(this->told(this->service_->sign_in().by_phone("13800001234", this->sent_code(), origin)),
            "identity.phone_for_residents");
}

// Codes and messages counted are forgotten when they serve no more.
TYPED_TEST(SigningIn, CountsTriesUnderKeyedHashesAndForgetsThem) {
  EXPECT_FALSE(this->sign_in("wang.min", "wrong").ok());
  this->asking("13800001234");
  auto reader = must(this->store_->read());
  const storage::Statement places{"test.places", "SELECT place FROM identity_failure",
                                  "SELECT place FROM identity_failure"};
  int rows = 0;
  must(reader->query(places, {}, [&](const storage::Row& row) {
    ++rows;
    EXPECT_NE(std::string(row.blob(0)), storage::sha256(storage::sha256("login:wang.min") + "\n10.0.0.1"));
    EXPECT_EQ(row.blob(0).size(), sizeof(storage::EqualityHash));
    return true;
  }));
  EXPECT_EQ(rows, 2) << "of the place, and of all together";
  reader.reset();
  const auto kept = [&](const char* text) {
    auto again = must(this->store_->read());
    const storage::Statement count{"test.kept", text, text};
    return must(storage::query_integer(*again, count, {})).value_or(-1);
  };
  EXPECT_EQ(kept("SELECT count(*) FROM identity_phone_code"), 1);
  EXPECT_EQ(kept("SELECT count(*) FROM identity_text_count"), 1);
  this->clock_.advance(std::chrono::hours{25});
  storage::Change old;
  this->service_->sign_in().drop_old(old);
  must(this->service_->tokens().drop_old(std::move(old)));
  for (const char* text :
       {"SELECT count(*) FROM identity_phone_code", "SELECT count(*) FROM identity_text_count",
        "SELECT count(*) FROM identity_failure"})
    EXPECT_EQ(kept(text), 0) << text;
}

TYPED_TEST(SigningIn, KeepsNothingOfAPersonInPlain) {
  const auto sealer = jingwei::storage::plain_sealer();
  static_cast<void>(sealer);
  const Account account = this->account("wang.min");
  EXPECT_FALSE(this->sign_in("wang.min", "a very secret guess").ok());
  must(this->sign_in("wang.min"));
  must(this->service_->sign_in().send_code("13800001234", {"10.0.0.1", "", "", Language::en}));
  auto reader = must(this->store_->read());
  const storage::Statement entries{"test.audit", "SELECT actor, event, subject, detail FROM audit_entry",
                                   "SELECT actor, event, subject, detail FROM audit_entry"};
  int rows = 0;
  must(reader->query(entries, {}, [&](const storage::Row& row) {
    ++rows;
    for (int at = 0; at < 4; ++at) {
      for (const char* secret : {"wang.min", "王敏", "13800001234", "secret guess", good_password})
        EXPECT_EQ(std::string(row.text(at)).find(secret), std::string::npos) << row.text(1);
    }
    return true;
  }));
  EXPECT_GE(rows, 4);
}

TEST(PasswordRules, RefuseWhatIsTriedFirst) {
  const auto why = [](const char* password) {
    const auto checked = check_password(password, "wang.min", "王敏");
    return checked ? std::string("taken") : checked.error().message;
  };
  EXPECT_EQ(why("short"), "identity.password_too_short");
  EXPECT_EQ(why("Password1234"), "identity.password_common");
  EXPECT_EQ(why("aaaaaaaaaaaa"), "identity.password_a_run");
  EXPECT_EQ(why("1234567890"), "identity.password_a_run");
  EXPECT_EQ(why("qwertyuiop"), "identity.password_a_run");
  EXPECT_EQ(why("abcabcabcabc"), "identity.password_a_run");
  EXPECT_EQ(why("my wang.min 77"), "identity.password_of_name");
  EXPECT_EQ(why("\xff\xfe not utf-8 at all"), "identity.password_too_long");
  EXPECT_EQ(why("three quiet streets"), "taken");
  EXPECT_EQ(why("一条安静的街道上的三棵树"), "taken");
}

}  // namespace
}  // namespace jingwei::identity

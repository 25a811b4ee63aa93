// Goal: whoever comes through a sign-in service is the person they are here, once for each attempt and only
// in the browser that began it; a service that lies, is down or changes its keys lets nobody in by mistake.
#include "modules/identity/oidc/provider_sign_in.h"

#include "crypto/one_time.h"
#include "modules/identity/identity_testing.h"
#include "modules/identity/oidc/made_service.h"
#include "storage/pseudonym.h"

namespace jingwei::identity {
namespace {

using testing::Made;
using testing::MadeKey;
using testing::MadeService;
namespace json = boost::json;

template <typename Backend>
class Elsewhere : public IdentityFixture<Backend> {
 protected:
  void SetUp() override {
    this->web_ = [this](const WebCall& call) {
      service_at_.now = this->clock_.now();
      return service_at_.answer(call);
    };
    IdentityFixture<Backend>::SetUp();
  }

  Provider staff(FirstLogin first = FirstLogin::refuse) {
    ProviderDraft draft;
    Provider& one = draft.provider;
    one.id = "city-sso";
    one.zh = "市统一身份认证";
    one.en = "City sign-in";
    one.issuer = service_at_.issuer;
    one.client_id = "jingwei";
    one.return_address = "https://hub.example/desk/return";
    one.account_claim = "email";
    one.first_login = first;
    draft.secret = "a secret";
    return must(here().providers().put(draft, {"setup"}));
  }
  Provider citizens() {
    ProviderDraft draft;
    Provider& one = draft.provider;
    one.id = "citizen-id";
    one.zh = "公民身份认证";
    one.en = "Citizen ID";
    one.audience = Audience::resident;
    one.issuer = service_at_.issuer;
    one.client_id = "jingwei";
    one.return_address = "https://hub.example/desk/return";
    one.document_kind_claim = "doc_type";
    one.document_number_claim = "doc_no";
    one.document_words = {{"516", "home_return_permit"}, {"111", "citizen_id"}};
    return must(here().providers().put(draft, {"setup"}));
  }
  ProviderSignIn& here() { return this->service_->elsewhere(); }

  Begun begin(const std::string& provider, const std::string& next = "/desk/#/batches",
              AccountId joining = {}) {
    Begun begun = must(here().begin(provider, next, joining));
    service_at_.visit(begun.address);
    return begun;
  }
  Result<CameThrough> finish(const Begun& begun, std::string state = {}, AccountId account = {}) {
    if (state.empty()) state = MadeService::parameter(begun.address, "state");
    return here().finish({state, "the-code", {}, {}}, begun.attempt, account, origin_);
  }
  Result<CameThrough> come(const std::string& provider) { return finish(begin(provider)); }
  std::string told(const Result<CameThrough>& came) {
    if (came) return came->code_wanted ? "code" : came->done ? "in" : "joined";
    for (const auto& [name, value] : came.error().arguments) {
      if (name == "why") return value;
    }
    return came.error().message;
  }
  Origin origin_{"10.0.0.1", "", "test", Language::en};
  MadeService service_at_;
};

TYPED_TEST_SUITE(Elsewhere, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Elsewhere, StaffComeInAsTheAccountThatTheirLoginNames) {
  const Account wang = this->account("wang.min@city.example");
  this->staff();
  this->service_at_.claims = {{"sub", "u-7"}, {"email", "Wang.Min@city.example"}, {"email_verified", true}};
  const auto came = must(this->come("city-sso"));
  ASSERT_TRUE(came.done);
  EXPECT_EQ(came.done->account.id, wang.id);
  EXPECT_EQ(came.next, "/desk/#/batches");
  EXPECT_TRUE(this->service_->tokens().find(came.done->opened.text));
  EXPECT_EQ(this->service_at_.last_authorization, "Basic " + crypto::base64("jingwei:a%20secret"));
  // From then on the subject is who they are, whatever address they take there.
  this->service_at_.claims = {{"sub", "u-7"}, {"email", "other@city.example"}, {"email_verified", true}};
  EXPECT_EQ(must(this->come("city-sso")).done->account.id, wang.id);
}

TYPED_TEST(Elsewhere, AnAddressThatNobodyHasShownOpensNoAccount) {
  this->account("wang.min@city.example");
  this->staff();
  this->service_at_.claims = {{"sub", "u-8"}, {"email", "wang.min@city.example"}};
  EXPECT_EQ(this->told(this->come("city-sso")), "identity.nobody_here");
  this->service_at_.claims["email_verified"] = false;
  EXPECT_EQ(this->told(this->come("city-sso")), "identity.nobody_here");
}

TYPED_TEST(Elsewhere, SomebodyUnknownIsRefusedOrGetsAnAccountWithoutGrantsOnce) {
  this->staff(FirstLogin::create);
  this->service_at_.claims = {{"sub", "u-9"}, {"name", "赵云"}};
  const auto first = must(this->come("city-sso")), second = must(this->come("city-sso"));
  EXPECT_EQ(first.done->account.id, second.done->account.id);
  EXPECT_EQ(first.done->account.name, "赵云");
  EXPECT_EQ(first.done->account.kind, AccountKind::staff);
  EXPECT_TRUE(must(this->service_->accounts().grants_of(first.done->account.id)).empty());
  must(this->service_->accounts().edit(
      first.done->account.id, {.name = {}, .department = {}, .state = AccountState::closed}, {"security"}));
  EXPECT_EQ(this->told(this->come("city-sso")), "identity.account_closed");
}

TYPED_TEST(Elsewhere, ATokenThatDoesNotFitLetsNobodyIn) {
  this->staff(FirstLogin::create);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(this->clock_.now().time_since_epoch()).count();
  const std::vector<std::pair<json::object, std::string>> lies = {
      {{{"nonce", "another"}}, "nonce"},
      {{{"aud", "another"}}, "audience"},
      {{{"iss", "https://evil.example"}}, "issuer"},
      {{{"exp", seconds - 120}}, "expired"},
      {{{"iat", seconds + 600}}, "early"},
      {{{"sub", ""}}, "subject"},
      {{{"azp", "another"}}, "audience"}};
  for (const auto& [lie, why] : lies) {
    this->service_at_.lies = lie;
    EXPECT_EQ(this->told(this->come("city-sso")), why);
  }
  this->service_at_.lies = {};
  this->service_at_.raw =
      crypto::base64url(R"({"alg":"none"})") + "." + crypto::base64url(R"({"sub":"u-1"})") + ".";
  EXPECT_EQ(this->told(this->come("city-sso")), "algorithm");
  this->service_at_.raw = "";
  const MadeKey stranger(Made::p256, "first");
  const Begun begun = this->begin("city-sso");
  this->service_at_.raw = stranger.token({{"iss", this->service_at_.issuer},
                                          {"aud", "jingwei"},
                                          {"sub", "x"},
                                          {"nonce", this->service_at_.nonce},
                                          {"iat", seconds},
                                          {"exp", seconds + 60}});
  EXPECT_EQ(this->told(this->finish(begun)), "signature");
  this->service_at_.raw = "";
  EXPECT_EQ(this->told(this->come("city-sso")), "in");
}

TYPED_TEST(Elsewhere, AnAttemptServesOnceInTheBrowserThatBeganItAndNotForEver) {
  this->staff(FirstLogin::create);
  const Begun begun = this->begin("city-sso");
  EXPECT_EQ(this->told(this->finish(begun, "another-state")), "identity.attempt_over");
  EXPECT_EQ(this->told(this->here().finish(
                {MadeService::parameter(begun.address, "state"), "the-code", {}, {}}, "", {}, this->origin_)),
            "identity.attempt_over");
  EXPECT_EQ(
      this->told(this->here().finish({MadeService::parameter(begun.address, "state"), "the-code", {}, {}},
                                     "A" + begun.attempt, {}, this->origin_)),
      "identity.attempt_over");
  EXPECT_EQ(this->told(this->finish(begun)), "in");
  EXPECT_EQ(this->told(this->finish(begun)), "identity.attempt_over") << "replayed";
  // In another process too.
  const auto other = this->open();
  EXPECT_EQ(this->told(other->elsewhere().finish(
                {MadeService::parameter(begun.address, "state"), "the-code", {}, {}}, begun.attempt, {},
                this->origin_)),
            "identity.attempt_over");
  const Begun late = this->begin("city-sso");
  this->clock_.advance(ProviderSignIn::attempt_life);
  EXPECT_EQ(this->told(this->finish(late)), "identity.attempt_over");
}

TYPED_TEST(Elsewhere, TheSameAttemptFromManyBrowsersAtOnceOpensOneSession) {
  this->staff(FirstLogin::create);
  const Begun begun = this->begin("city-sso");
  std::atomic<int> in = 0;
  std::vector<std::thread> racers;
  for (int at = 0; at < 6; ++at)
    racers.emplace_back([&] { in += this->told(this->finish(begun)) == "in" ? 1 : 0; });
  for (auto& racer : racers) racer.join();
  EXPECT_EQ(in, 1);
}

TYPED_TEST(Elsewhere, KeysMayChangeAtAnyTime) {
  this->staff(FirstLogin::create);
  EXPECT_EQ(this->told(this->come("city-sso")), "in");
  EXPECT_EQ(this->told(this->come("city-sso")), "in");
  EXPECT_EQ(this->service_at_.key_fetches, 1);
  this->service_at_.key = MadeKey(Made::rsa, "second");
  EXPECT_EQ(this->told(this->come("city-sso")), "key")
      << "asked for a moment ago: no flood of requests for keys that are made up";
  this->clock_.advance(std::chrono::seconds{11});
  EXPECT_EQ(this->told(this->come("city-sso")), "in");
  EXPECT_EQ(this->service_at_.key_fetches, 2);
}

TYPED_TEST(Elsewhere, AServiceThatIsDownIsSaidToBeAndNobodyIsLetIn) {
  this->staff(FirstLogin::create);
  this->service_at_.down = true;
  EXPECT_EQ(this->here().begin("city-sso", "/", {}).error().message, "identity.provider_down");
  this->service_at_.down = false;
  EXPECT_EQ(this->here().begin("city-sso", "/", {}).error().message, "identity.provider_down")
      << "a service that keeps silent is not waited for again at once";
  this->clock_.advance(std::chrono::seconds{10});
  const Begun begun = this->begin("city-sso");
  this->service_at_.down = true;
  EXPECT_EQ(this->told(this->finish(begun)), "identity.provider_down");
  this->service_at_.down = false;
  EXPECT_EQ(this->told(this->come("city-sso")), "in");
  const Begun refused = this->begin("city-sso");
  EXPECT_EQ(this->told(this->here().finish(
                {MadeService::parameter(refused.address, "state"), {}, {}, "access_denied"}, refused.attempt,
                {}, this->origin_)),
            "identity.service_refused");
}

TYPED_TEST(Elsewhere, ResidentsAreWhoTheirPaperSaysAndTheirPaperNamesThemInTheAuditLog) {
  this->citizens();
  this->service_at_.claims = {
      {"sub", "r-1"}, {"name", "陈大文"}, {"doc_type", "516"}, {"doc_no", "h12345678"}};
  const auto came = must(this->come("citizen-id"));
  const AccountId id = came.done->account.id;
  EXPECT_EQ(came.done->account.kind, AccountKind::resident);
  const auto papers = must(this->here().documents().of(id));
  ASSERT_EQ(papers.size(), 1U);
  EXPECT_EQ(papers[0].kind, "home_return_permit");
  EXPECT_EQ(papers[0].number, "H12345678");
  EXPECT_EQ(must(this->here().documents().pseudonyms_of(id)),
            std::vector<std::string>{storage::pseudonym_of(*this->sealer_, "H12345678")});
  EXPECT_EQ(must(this->here().documents().pseudonym_behind(id)),
            storage::pseudonym_of(*this->sealer_, "H12345678"));
  EXPECT_EQ(must(this->here().documents().pseudonym_behind(AccountId(999'999))), "");
  // Another subject with the same paper is the same person; one without a paper is nobody.
  this->service_at_.claims["sub"] = "r-2";
  EXPECT_EQ(must(this->come("citizen-id")).done->account.id, id);
  this->service_at_.claims = {{"sub", "r-3"}, {"name", "无证"}, {"doc_type", "999"}, {"doc_no", "X1"}};
  EXPECT_EQ(this->told(this->come("citizen-id")), "identity.document_unknown");
}

TYPED_TEST(Elsewhere, AResidentJoinsTheServiceToTheAccountTheyHaveAndNobodyElsesPaper) {
  this->citizens();
  const Account mine = this->account("resident.one", AccountKind::resident),
                other = this->account("resident.two", AccountKind::resident);
  this->service_at_.claims = {
      {"sub", "r-1"}, {"name", "陈大文"}, {"doc_type", "111"}, {"doc_no", "990102198001011234"}};
  const Begun begun = this->begin("citizen-id", "/desk/#/account", mine.id);
  EXPECT_EQ(this->told(this->finish(begun, {}, other.id)), "identity.attempt_over")
      << "another person sits there now";
  EXPECT_EQ(this->told(this->finish(begun, {}, mine.id)), "joined");
  EXPECT_EQ(must(this->service_->accounts().get(mine.id)).name, "陈大文");
  this->service_at_.claims["sub"] = "r-2";
  const Begun theirs = this->begin("citizen-id", "/desk/#/account", other.id);
  EXPECT_EQ(this->told(this->finish(theirs, {}, other.id)), "identity.paper_taken");
}

TYPED_TEST(Elsewhere, AnAuthenticatorIsStillAskedForUnlessTheServiceCountsAsTwo) {
  const Account wang = this->account("wang.min");
  this->staff();
  this->service_at_.claims = {{"sub", "u-7"}, {"email", "wang.min"}, {"email_verified", true}};
  const std::string secret = SignIn::new_secret();
  const auto code = [&](int steps) {
    return crypto::one_time_code(secret, crypto::one_time_counter(this->clock_.now()) + steps);
  };
  must(this->service_->sign_in().set_second_factor(wang.id, secret, code(0), {wang.actor()}));
  const auto came = must(this->come("city-sso"));
  EXPECT_TRUE(came.code_wanted);
  EXPECT_FALSE(came.done);
  EXPECT_EQ(this->told(this->here().confirm("000000", came.attempt, this->origin_)), "identity.wrong_code");
  this->clock_.advance(std::chrono::seconds{30});
  EXPECT_EQ(this->told(this->here().confirm(code(0), came.attempt, this->origin_)), "in");
  this->clock_.advance(std::chrono::seconds{30});
  EXPECT_EQ(this->told(this->here().confirm(code(0), came.attempt, this->origin_)), "identity.attempt_over")
      << "served";
  ProviderDraft trusted{must(this->here().providers().get("city-sso")), {}, 1};
  trusted.provider.second_factor = true;
  must(this->here().providers().put(trusted, {"setup"}));
  EXPECT_EQ(this->told(this->come("city-sso")), "in");
}

TYPED_TEST(Elsewhere, WhereTheHubWantsTwoFactorsAServiceThatGivesThemIsEnough) {
  this->wanted_ = SecondFactor::staff;
  this->service_ = this->open();
  this->staff(FirstLogin::create);
  EXPECT_TRUE(
      this->service_->tokens().find(must(this->come("city-sso")).done->opened.text)->second_factor_wanted);
  ProviderDraft trusted{must(this->here().providers().get("city-sso")), {}, 1};
  trusted.provider.second_factor = true;
  must(this->here().providers().put(trusted, {"setup"}));
  EXPECT_FALSE(
      this->service_->tokens().find(must(this->come("city-sso")).done->opened.text)->second_factor_wanted);
}

TYPED_TEST(Elsewhere, SettingsAreCheckedFieldByFieldAndKeepTheirSecret) {
  ProviderDraft bad;
  bad.provider.id = "bad";
  bad.provider.issuer = "http://id.example";
  bad.provider.return_address = "https://hub.example/elsewhere";
  bad.provider.scopes = "profile";
  bad.provider.audience = Audience::resident;
  const auto refused = this->here().providers().put(bad, {"setup"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().causes.size(), 7U);
  const Provider one = this->staff();
  ProviderDraft edit{one, {}, one.row_version};
  edit.provider.en = "City";
  EXPECT_EQ(must(this->here().providers().put(edit, {"setup"})).client_secret, "a secret");
  EXPECT_EQ(this->here().providers().put(edit, {"setup"}).error().code, ErrorCode::conflict)
      << "of an older version";
  edit.version = 2;
  edit.provider.issuer = "https://other.example";
  EXPECT_EQ(this->here().providers().put(edit, {"setup"}).error().message, "identity.provider_fixed");
  must(this->here().providers().drop("city-sso", {"setup"}));
  EXPECT_EQ(this->here().begin("city-sso", "/", {}).error().message, "identity.no_provider");
}

TYPED_TEST(Elsewhere, TheWayBackLeadsToThisSiteAlone) {
  this->staff(FirstLogin::create);
  for (const char* next :
       {"//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb"})
    EXPECT_EQ(must(this->finish(this->begin("city-sso", next))).next, "") << next;
}

}  // namespace
}  // namespace jingwei::identity

// Goal: who may see something no more sees it no more, also on a stream that is open; a wall screen stays on,
// and shows figures alone; tries to guess are counted by all processes together.
#include "modules/identity/gate_routes.h"
#include "modules/identity/identity_testing.h"

namespace jingwei::identity {
namespace {

class MadeStream final : public http::EventStream {
 public:
  bool send(std::string_view, std::string_view, std::string_view) override { return open_; }
  bool open() const override { return open_; }
  void close() override { open_ = false; }

 private:
  bool open_ = true;
};

template <typename Backend>
class Watching : public IdentityFixture<Backend> {
 protected:
  std::string session(const Account& account, Manner manner = Manner::own) {
    return must(this->service_->tokens().open(account, TokenKind::session, "test",
                                              this->clock_.now() + std::chrono::hours{12}, "session.open",
                                              {account.actor()}, manner))
        .text;
  }
  // A stream opened under the token, as the gate lets it in.
  std::shared_ptr<MadeStream> open_stream(StreamWatch& watch, const std::string& token) {
    if (routes_.empty()) {
      routes_.resize(1);
      routes_[0].runs = http::Runs::stream;
      routes_[0].permission = "metrics.read";
      routes_[0].handle_stream = [this](const http::Request&, const http::PathValues&,
                                        std::shared_ptr<http::EventStream> stream) {
        kept_.push_back(std::move(stream));
      };
      watch.watch(routes_);
    }
    Gate gate(*this->service_);
    const std::string carried = "Bearer " + token;
    http::Request request;
    request.remote = "10.0.0.1";
    request.headers = {{"Authorization", carried}};
    must(gate.let_in(request, routes_[0]));
    auto stream = std::make_shared<MadeStream>();
    routes_[0].handle_stream(request, {}, stream);
    return stream;
  }

  std::vector<http::Route> routes_;
  std::vector<std::shared_ptr<http::EventStream>> kept_;
};

TYPED_TEST_SUITE(Watching, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Watching, AStreamEndsWithItsSessionItsGrantAndItsAccount) {
  StreamWatch watch(*this->service_);
  const Account leader = this->account("leader"), other = this->account("other");
  const HeldGrant grant = this->grant(leader, "leader");
  this->grant(other, "leader");
  const auto bystander = this->open_stream(watch, this->session(other));

  const std::string first = this->session(leader);
  auto stream = this->open_stream(watch, first);
  EXPECT_EQ(watch.step(), 0U);
  EXPECT_TRUE(stream->open());
  const auto who = this->service_->tokens().find(first);
  must(this->service_->tokens().end(leader.id, who->token.id, "session.close", {leader.actor()}));
  EXPECT_EQ(watch.step(), 1U);
  EXPECT_FALSE(stream->open());

  stream = this->open_stream(watch, this->session(leader));
  must(this->service_->accounts().end_grant(grant.id, {"security"}));
  EXPECT_EQ(watch.step(), 1U) << "what was granted is gone";
  this->grant(leader, "leader");
  stream = this->open_stream(watch, this->session(leader));
  must(this->service_->accounts().edit(
      leader.id, {.name = {}, .department = {}, .state = AccountState::closed}, {"security"}));
  EXPECT_EQ(watch.step(), 1U);
  EXPECT_TRUE(bystander->open()) << "another's stream goes on";
  EXPECT_EQ(watch.size(), 1U);
}

TYPED_TEST(Watching, AStreamEndsWhenNobodyHasDoneAnythingForHalfAnHourOrTheGrantLapses) {
  StreamWatch watch(*this->service_);
  const Account leader = this->account("leader");
  must(this->service_->accounts().grant(
      {leader.id, "leader", "9801", "", {}, this->clock_.now() + std::chrono::minutes{10}, ""}, {"setup"}));
  auto stream = this->open_stream(watch, this->session(leader));
  this->clock_.advance(std::chrono::minutes{9});
  EXPECT_EQ(watch.step(), 0U);
  this->clock_.advance(std::chrono::minutes{2});
  EXPECT_EQ(watch.step(), 1U) << "the grant has lapsed";
  this->grant(leader, "leader");
  stream = this->open_stream(watch, this->session(leader));
  for (int minute = 0; minute < 31; ++minute) {
    this->clock_.advance(std::chrono::minutes{1});
    watch.step();
  }
  EXPECT_FALSE(stream->open()) << "watching a stream is no use of a session";
}

TYPED_TEST(Watching, AWallScreenStaysOnForWeeksAndMayDoNothingElse) {
  StreamWatch watch(*this->service_);
  const Account leader = this->account("leader");
  this->grant(leader, "leader");
  const auto opened = must(this->service_->tokens().open(
      leader, TokenKind::session, "大厅", this->clock_.now() + this->service_->parts().policy.screen_session,
      "session.screen", {leader.actor()}, Manner::screen));
  auto stream = this->open_stream(watch, opened.text);
  for (int day = 0; day < 60; ++day) {
    this->clock_.advance(std::chrono::hours{24});
    EXPECT_EQ(watch.step(), 0U) << day;
  }
  const auto who = this->service_->tokens().find(opened.text);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->caller->permissions_held(this->clock_.now()),
            (std::vector<std::string_view>{"public", "self", "system.read", "region.read", "catalog.read",
                                           "metrics.read", "case.own"}));
  Gate gate(*this->service_);
  const std::string carried = "Bearer " + opened.text;
  http::Request request;
  request.remote = "10.0.0.1";
  request.method = http::Method::post;
  request.headers = {{"Authorization", carried}};
  http::Route route;
  route.permission = "self";
  route.operation = "lend_grant";
  EXPECT_EQ(gate.let_in(request, route).error().message, "identity.screen_only_shows");
  route.operation = "sign_out";
  EXPECT_TRUE(gate.let_in(request, route).ok());
  // Nor does it show anything of who made it one, or serve whoever walks by as them.
  request.method = http::Method::get;
  route.operation = "list_own_notices";
  EXPECT_EQ(gate.let_in(request, route).error().message, "identity.screen_only_shows");
  route.permission = "case.own";
  EXPECT_EQ(gate.let_in(request, route).error().message, "identity.screen_only_shows");
  route.permission = "metrics.read";
  EXPECT_TRUE(gate.let_in(request, route).ok());
  request.method = http::Method::post;
  request.caller.reset();
  route.permission = "public";
  route.operation = "begin_sign_in";
  EXPECT_TRUE(gate.let_in(request, route).ok());
  EXPECT_FALSE(request.caller);
  stream->close();
  this->clock_.advance(std::chrono::hours{24 * 8});
  EXPECT_FALSE(this->service_->tokens().find(opened.text)) << "switched off for a week";
}

TYPED_TEST(Watching, TriesAreCountedByAllProcessesTogetherAndAfterARestart) {
  this->account("wang.min");
  const auto other = this->open();
  const auto guess = [&](IdentityService& process) {
    const auto tried =
        process.sign_in().by_password({"wang.min", "wrong", ""}, {"10.9.9.9", "", "test", Language::en});
    return tried.error().message;
  };
  for (int turn = 0; turn < 5; ++turn)
    EXPECT_EQ(guess(turn % 2 == 0 ? *this->service_ : *other), "identity.wrong_password");
  EXPECT_EQ(guess(*this->service_), "identity.wait");
  EXPECT_EQ(guess(*other), "identity.wait");
  EXPECT_EQ(guess(*this->open()), "identity.wait");
}

}  // namespace
}  // namespace jingwei::identity

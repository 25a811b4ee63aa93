// Goal: requests of another server become cases once each and cases its requests once each, whatever goes
// wrong in between, and each side learns how the other stands.
#include <gtest/gtest.h>

#include "modules/cases/cases_testing.h"
#include "modules/open311/limits.h"
#include "modules/open311/messages.gen.h"
#include "modules/open311/peer/peer_testing.h"
#include "modules/open311/peer/peers.h"
#include "modules/open311/sql.gen.h"
#include "modules/source/asking/outgoing.h"

namespace jingwei::open311 {
namespace {

using jingwei::testing::must;
using testing::ScriptedCity;

std::string opted_in() {
  std::string text(cases::testing::repair_process);
  const std::string closing = "    dispatch:\n";
  text.insert(text.find(closing),
              "      - {id: withdraw, title: {zh: 撤回, en: Withdraw}, from: [reported, given, at-work], to: "
              "closed, by: [desk]}\n");
  return text +
         "    open311: {service_code: repair, description: words, attributes: [kind], closed: [closed, "
         "merged, evaluated]}\n";
}

template <typename Backend>
class PeersWorld : public cases::testing::CasesWorld<Backend> {
 protected:
  using World = cases::testing::CasesWorld<Backend>;

  static void SetUpTestSuite() {
    World::SetUpTestSuite();
    open311::register_messages();
  }
  void SetUp() override {
    World::SetUp();
    if (this->IsSkipped()) return;
    this->write_process(opted_in());
    this->service_.reset();
    this->start();
    city_ = std::make_unique<ScriptedCity>(this->zone_);
    city_->now = this->clock_.now();
    peers_ = make_peers("first");
  }
  void TearDown() override {
    peers_.reset();
    city_.reset();
    World::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = World::migrations();
    const auto own = sql::migrations();
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }

  std::unique_ptr<Peers> make_peers(const std::string& owner) {
    const Outgoing real = source::outgoing_calls({{}, {"127.0.0.1"}, {}});
    // What does not answer is not waited for.
    const Outgoing hasty = [real](OutgoingCall call) {
      call.patience = std::min(call.patience, patience_);
      return real(call);
    };
    return std::make_unique<Peers>(PeerParts{*this->node_.store, *this->service_, *this->node_.regions,
                                             this->sealer_, this->clock_, hasty, "980100", owner});
  }

  NewConnection wanted() const {
    NewConnection one;
    one.key = "their-key";
    one.terms.title = "12345";
    one.terms.address = city_->address();
    one.terms.tell = true;
    one.terms.since = this->clock_.now() - std::chrono::hours{24 * 10};
    Mapping in;
    in.service = "lamp-out";
    in.process = "repair";
    in.fields = {{"kind", "lamp"}, {"haste", "usual"}, {"words", "{description}（{service_request_id}）"}};
    in.region = "980101001002001";
    in.when_closed = "withdraw";
    one.terms.mappings.push_back(in);
    return one;
  }
  NewConnection outward() const {
    NewConnection one = wanted();
    Mapping out;
    out.service = "repairs-of-others";
    out.process = "repair";
    out.direction = Direction::out;
    out.attributes = {{"type", "{kind}"}};
    out.description = "{words}";
    out.when_closed = "withdraw";
    one.terms.mappings = {out};
    return one;
  }
  ConnectionId connect(const NewConnection& wanted) {
    id_ = must(peers_->add(wanted, "account:1", std::nullopt)).connection.id;
    return id_;
  }
  ServiceRequest lamp(const std::string& id, const std::string& words = "灯坏了",
                      std::chrono::hours ago = std::chrono::hours{5}) {
    ServiceRequest one;
    one.id = id;
    one.status = "open";
    one.service_code = "lamp-out";
    one.description = words;
    one.requested_at = this->clock_.now() - ago;
    one.address = "某街";
    return one;
  }
  // A round that is due.
  void round() {
    must(peers_->run_now(id_, "account:1"));
    follow();
    must(peers_->step());
  }
  // What happened to cases has reached the links.
  void follow() {
    CaseFollower follower(peers_->parts());
    storage::FeedRunner runner(*this->node_.store, this->clock_, follower, "first");
    for (int still = 0; still < 3;) {
      still = must(runner.step()) == 0 ? still + 1 : 0;
      this->node_.store->wait_for_feed({}, std::chrono::milliseconds{2});
    }
  }
  Connection now() { return must(peers_->find(id_)).connection; }
  std::vector<Link> links(std::optional<LinkState> state = {}) {
    return must(peers_->links(id_, state, {}, 100));
  }
  std::vector<cases::Found> all_cases() {
    return must(this->service_->lists().newest({}, this->desk_of_all())).items;
  }
  std::string problem() {
    const auto error = now().error;
    return error ? error->message : "";
  }

  static inline std::chrono::milliseconds patience_{2'000};
  std::unique_ptr<ScriptedCity> city_;
  std::unique_ptr<Peers> peers_;
  ConnectionId id_;
};

TYPED_TEST_SUITE(PeersWorld, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(PeersWorld, EachOpenRequestOfAMappedServiceBecomesOneCase) {
  this->city_->list_twice();
  this->city_->put(this->lamp("A1"));
  this->city_->put(this->lamp("A2", "两盏灯"));
  auto closed = this->lamp("A3");
  closed.status = "closed";
  this->city_->put(closed);
  auto other = this->lamp("A4");
  other.service_code = "trees";
  this->city_->put(other);
  this->city_->put(this->lamp("A5", "before", std::chrono::hours{24 * 11}));
  this->connect(this->wanted());
  for (int rounds = 0; rounds < 3; ++rounds) this->round();
  const auto cases = this->all_cases();
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].one.form.at("words"), "两盏灯（A2）");
  EXPECT_EQ(cases[0].one.form.at("kind"), "lamp");
  EXPECT_EQ(cases[0].one.place, this->grid_);
  EXPECT_EQ(cases[0].one.reporter, this->now().actor());
  EXPECT_EQ(this->now().taken, 2);
  EXPECT_EQ(this->now().failures, 0);
  EXPECT_EQ(this->links(LinkState::linked).size(), 2u);
}

TYPED_TEST(PeersWorld, ARequestOfTheVerySecondInWhichTheConnectionBeganIsTaken) {
  this->clock_.advance(std::chrono::milliseconds{700});
  auto wanted = this->wanted();
  wanted.terms.since = this->clock_.now();
  this->city_->put(this->lamp("A1", "now", std::chrono::hours{0}));
  this->connect(wanted);
  this->clock_.advance(std::chrono::seconds{1});
  this->round();
  EXPECT_EQ(this->all_cases().size(), 1u);
}

TYPED_TEST(PeersWorld, TwoProcessesDoNotTakeTheSameRound) {
  this->city_->put(this->lamp("A1"));
  this->connect(this->wanted());
  const auto second = this->make_peers("second");
  std::optional<bool> meanwhile;
  this->city_->misbehave([&](const std::string&, const std::string&) {
    if (!meanwhile) meanwhile = must(second->step());
    return std::string();
  });
  this->round();
  EXPECT_EQ(meanwhile, std::optional(false));
  EXPECT_EQ(this->all_cases().size(), 1u);
  // The other takes over when this one is gone.
  this->city_->put(this->lamp("A2"));
  this->clock_.advance(std::chrono::minutes{6});
  EXPECT_TRUE(must(second->step()));
  EXPECT_EQ(this->all_cases().size(), 2u);
}

TYPED_TEST(PeersWorld, ARoundThatIsCutOffGoesOnWhereItStood) {
  auto wanted = this->wanted();
  wanted.terms.since = this->clock_.now() - std::chrono::hours{24 * 70};
  this->city_->put(this->lamp("A1", "first", std::chrono::hours{24 * 69}));
  this->city_->put(this->lamp("A2", "second", std::chrono::hours{24 * 20}));
  this->connect(wanted);
  int lists = 0;
  this->city_->misbehave([&](const std::string&, const std::string& target) {
    return target.find("start_date") != std::string::npos && ++lists == 2 ? std::string("hang up")
                                                                          : std::string();
  });
  this->round();
  EXPECT_EQ(this->all_cases().size(), 1u);
  EXPECT_EQ(this->now().failures, 1);
  this->round();
  EXPECT_EQ(this->all_cases().size(), 2u);
  EXPECT_EQ(this->now().failures, 0);
  EXPECT_EQ(this->now().taken, 2);
}

TYPED_TEST(PeersWorld, AListThatIsFullIsAskedForInPieces) {
  for (int number = 0; number < 1'300; ++number) {
    auto one = this->lamp("C" + std::to_string(number), "x", std::chrono::hours{number % 230});
    one.status = "closed";
    this->city_->put(one);
  }
  this->city_->put(this->lamp("LAST"));
  this->connect(this->wanted());
  this->round();
  EXPECT_GE(this->city_->lists(), 3);
  ASSERT_EQ(this->all_cases().size(), 1u);
}

TYPED_TEST(PeersWorld, TroubleIsToldAndAfterThreeRoundsTheyAreLeftAlone) {
  this->city_->put(this->lamp("A1"));
  this->connect(this->wanted());
  const std::vector<std::pair<std::string, std::string>> troubles = {
      {ScriptedCity::raw("<service_requests><request>"), "open311.bad_document"},
      {ScriptedCity::raw("<html>we moved</html>", 503), "open311.peer_away"},
      {ScriptedCity::raw("", 429), "open311.peer_busy"},
      {ScriptedCity::raw("", 403), "open311.peer_no_key"},
      {"hang up", "open311.peer_away"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n", "open311.peer_away"},
      {"nonsense\r\n\r\n", "open311.peer_away"}};
  std::int64_t failures = 0;
  for (const auto& [raw, message] : troubles) {
    this->city_->misbehave([raw = raw](const std::string&, const std::string&) { return raw; });
    this->round();
    EXPECT_EQ(this->problem(), message) << raw;
    EXPECT_EQ(this->now().failures, ++failures);
  }
  EXPECT_EQ(must(this->peers_->find(this->id_)).reach, Reach::open);
  EXPECT_TRUE(this->all_cases().empty());
  // Nothing is asked before the rest is over; then one round shows that they are back.
  const int asked = this->city_->server().asked();
  this->city_->misbehave({});
  EXPECT_FALSE(must(this->peers_->step()));
  EXPECT_EQ(this->city_->server().asked(), asked);
  this->clock_.advance(limits::rest_most);
  EXPECT_EQ(must(this->peers_->find(this->id_)).reach, Reach::half_open);
  EXPECT_TRUE(must(this->peers_->step()));
  EXPECT_EQ(must(this->peers_->find(this->id_)).reach, Reach::closed);
  EXPECT_EQ(this->all_cases().size(), 1u);
  EXPECT_EQ(this->problem(), "");
}

TYPED_TEST(PeersWorld, WhoDoesNotAnswerIsNotWaitedFor) {
  this->patience_ = std::chrono::milliseconds{100};
  this->connect(this->wanted());
  this->city_->server().hold();
  this->round();
  this->city_->server().release();
  this->patience_ = std::chrono::milliseconds{2'000};
  EXPECT_EQ(this->problem(), "open311.peer_away");
}

TYPED_TEST(PeersWorld, ARequestThatFitsNoFormIsShownAndTakenWhenItFits) {
  this->city_->put(this->lamp("A1", std::string(300, 'x')));
  this->city_->put(this->lamp("A2"));
  this->connect(this->wanted());
  this->round();
  EXPECT_EQ(this->all_cases().size(), 1u);
  auto refused = this->links(LinkState::refused);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].remote, "A1");
  EXPECT_TRUE(refused[0].problem);
  auto wanted = this->wanted();
  wanted.key.reset();
  wanted.terms.mappings[0].fields["words"] = "see {service_request_id}";
  must(this->peers_->edit(this->id_, wanted, "account:1"));
  this->round();
  EXPECT_EQ(this->all_cases().size(), 1u);  // nobody has said so
  must(this->peers_->settle(this->id_, refused[0].id, Settling::again, "", "account:1"));
  this->round();
  EXPECT_EQ(this->all_cases().size(), 2u);
  EXPECT_TRUE(this->links(LinkState::refused).empty());
}

TYPED_TEST(PeersWorld, WhatTheyCloseIsClosedHereByTheStepThatIsSet) {
  this->city_->put(this->lamp("A1"));
  this->connect(this->wanted());
  this->round();
  auto closed = this->lamp("A1");
  closed.status = "closed";
  closed.status_notes = "居民撤回";
  this->city_->put(closed);
  this->clock_.advance(std::chrono::minutes{6});
  this->round();
  const auto found = this->all_cases().front();
  EXPECT_EQ(found.one.state, "closed");
  const auto steps = must(this->service_->work().steps(found));
  EXPECT_EQ(steps.back().kind, cases::StepKind::comment);
  EXPECT_EQ(steps.back().words, "closed: 居民撤回");
  EXPECT_EQ(this->links()[0].state, LinkState::linked);
  // What came from them is not told to them.
  this->round();
  EXPECT_TRUE(this->city_->updates().empty());
}

TYPED_TEST(PeersWorld, WithoutAStepTheDifferenceIsAConflictUntilSomebodySawIt) {
  auto wanted = this->wanted();
  wanted.terms.mappings[0].when_closed.clear();
  this->city_->put(this->lamp("A1"));
  this->connect(wanted);
  this->round();
  auto closed = this->lamp("A1");
  closed.status = "closed";
  this->city_->put(closed);
  this->clock_.advance(std::chrono::minutes{6});
  this->round();
  EXPECT_EQ(this->all_cases().front().one.state, "reported");
  const auto conflicts = this->links(LinkState::conflict);
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].problem->message, "open311.they_closed");
  EXPECT_EQ(must(this->peers_->settle(this->id_, conflicts[0].id, Settling::seen, "", "account:1")).state,
            LinkState::linked);
  EXPECT_FALSE(this->peers_->settle(this->id_, conflicts[0].id, Settling::seen, "", "account:1").ok());
}

TYPED_TEST(PeersWorld, WhoeverHandlesItDecidesWhenBothMoved) {
  this->city_->put(this->lamp("A1"));
  this->connect(this->wanted());
  this->round();
  const auto opened = this->all_cases().front();
  this->on_duty("worker", "980101001002001", "account:2");
  must(this->act(opened, "dispatch", this->desk()));
  auto closed = this->lamp("A1");
  closed.status = "closed";
  this->city_->put(closed);
  this->clock_.advance(std::chrono::minutes{6});
  this->round();
  // The step taken here stands, and they are told of it.
  EXPECT_EQ(this->again(opened).one.state, "given");
  ASSERT_EQ(this->city_->updates().size(), 1u);
  EXPECT_EQ(this->city_->updates()[0].status, "open");
  EXPECT_EQ(this->city_->updates()[0].request, "A1");
}

TYPED_TEST(PeersWorld, StepsAreToldOnceAndCommentsWhereThatIsWanted) {
  auto wanted = this->wanted();
  wanted.terms.notes = true;
  this->city_->put(this->lamp("A1"));
  this->connect(wanted);
  this->round();
  const auto opened = this->all_cases().front();
  this->on_duty("worker", "980101001002001", "account:2");
  const auto given = must(this->act(opened, "dispatch", this->desk()));
  must(
      this->service_->work().comment(opened.one.id, "明天上午到", this->desk(), {"account:1", std::nullopt}));
  this->clock_.advance(std::chrono::minutes{6});
  this->round();
  this->round();
  const auto updates = this->city_->updates();
  ASSERT_EQ(updates.size(), 2u);
  EXPECT_EQ(updates[0].words, "已派");
  EXPECT_EQ(updates[1].words, "明天上午到");
  EXPECT_NE(updates[0].id, updates[1].id);
  must(this->act(this->again(opened), "withdraw", this->desk()));
  this->clock_.advance(std::chrono::minutes{6});
  // An answer that is lost: the same update goes again under the same id.
  this->city_->forget_answers();
  this->round();
  this->city_->answer_again();
  this->round();
  const auto after = this->city_->updates();
  ASSERT_EQ(after.size(), 4u);
  EXPECT_EQ(after[3].status, "closed");
  EXPECT_EQ(after[2].id, after[3].id);
  EXPECT_EQ(this->now().told, 3);
}

TYPED_TEST(PeersWorld, AnOpenedCaseGoesOutOnce) {
  this->connect(this->outward());
  const auto mine = must(this->report(this->resident()));
  this->round();
  this->round();
  const auto opened = this->city_->opened();
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(opened[0].service_code, "repairs-of-others");
  EXPECT_EQ(opened[0].description, "灯不亮 [ref 980100/" + mine.one.number(mine.declared->process) + "]");
  EXPECT_EQ(this->now().sent, 1);
  EXPECT_EQ(this->links()[0].remote, opened[0].id);
  // They handle it: how it stands there is how it stands here.
  auto closed = opened[0];
  closed.status = "closed";
  closed.status_notes = "修好了";
  this->city_->put(closed);
  this->clock_.advance(std::chrono::minutes{6});
  this->round();
  EXPECT_EQ(this->again(mine).one.state, "closed");
}

TYPED_TEST(PeersWorld, AnAnswerThatWasLostIsLookedForAndNotSentAgain) {
  this->connect(this->outward());
  must(this->report(this->resident()));
  this->city_->forget_answers();
  this->round();
  EXPECT_EQ(this->links()[0].state, LinkState::unsure);
  EXPECT_EQ(this->problem(), "open311.peer_late");
  this->city_->answer_again();
  this->round();
  EXPECT_EQ(this->city_->opened().size(), 1u);
  EXPECT_EQ(this->links()[0].state, LinkState::linked);
  EXPECT_EQ(this->links()[0].remote, this->city_->opened()[0].id);
}

TYPED_TEST(PeersWorld, WhatCannotBeFoundWaitsForAPerson) {
  this->connect(this->outward());
  must(this->report(this->resident()));
  this->city_->hide_descriptions();
  this->city_->forget_answers();
  this->round();
  this->city_->answer_again();
  this->round();
  this->round();
  EXPECT_EQ(this->city_->opened().size(), 1u);
  auto link = this->links(LinkState::unsure).at(0);
  EXPECT_EQ(link.problem->message, "open311.unsure");
  must(this->peers_->settle(this->id_, link.id, Settling::found, "T1", "account:1"));
  this->round();
  EXPECT_EQ(this->links()[0].state, LinkState::linked);
  EXPECT_EQ(this->city_->opened().size(), 1u);
}

TYPED_TEST(PeersWorld, WhereTheyKnowAKeyTheSameIsSentAgain) {
  auto wanted = this->outward();
  wanted.terms.repeats = true;
  this->connect(wanted);
  must(this->report(this->resident()));
  this->city_->forget_answers();
  this->round();
  this->city_->answer_again();
  this->round();
  EXPECT_EQ(this->city_->opened().size(), 1u);
  ASSERT_EQ(this->city_->keys().size(), 2u);
  EXPECT_EQ(this->city_->keys()[0], this->city_->keys()[1]);
  EXPECT_FALSE(this->city_->keys()[0].empty());
  EXPECT_EQ(this->links()[0].state, LinkState::linked);
}

TYPED_TEST(PeersWorld, WhatNeverArrivedGoesAgainAndWhatIsRefusedDoesNot) {
  auto wanted = this->outward();
  wanted.terms.address = "http://127.0.0.1:1/open311/v2";
  this->connect(wanted);
  must(this->report(this->resident()));
  this->round();
  EXPECT_EQ(this->links()[0].state, LinkState::waiting);
  wanted.terms.address = this->city_->address();
  must(this->peers_->edit(this->id_, wanted, "account:1"));
  this->city_->misbehave([](const std::string& method, const std::string&) {
    return method == "POST" ? ScriptedCity::raw(
                                  "<errors><error><code>400</code><description>type is "
                                  "unknown</description></error></errors>",
                                  400)
                            : std::string();
  });
  this->round();
  const auto refused = this->links(LinkState::refused);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(render(*refused[0].problem, Language::en), "The other server refused (400): type is unknown");
  EXPECT_EQ(this->now().failures, 0);
  this->city_->misbehave({});
  this->round();
  EXPECT_TRUE(this->city_->opened().empty());
  must(this->peers_->settle(this->id_, refused[0].id, Settling::again, "", "account:1"));
  this->round();
  EXPECT_EQ(this->city_->opened().size(), 1u);
}

TYPED_TEST(PeersWorld, WhatCameFromThemDoesNotGoBack) {
  auto wanted = this->outward();
  wanted.terms.mappings.push_back(this->wanted().terms.mappings[0]);
  wanted.terms.their_account = "77";
  this->city_->put(this->lamp("A1"));
  this->connect(wanted);
  must(this->report(this->resident("account:77")));
  this->round();
  this->round();
  EXPECT_EQ(this->all_cases().size(), 2u);
  EXPECT_TRUE(this->city_->opened().empty());
  EXPECT_EQ(this->links().size(), 1u);
}

TYPED_TEST(PeersWorld, FaultsOfAConnectionAreAllToldAndPersonalFieldsStay) {
  auto wanted = this->outward();
  wanted.terms.address = "ftp://x/";
  wanted.terms.mappings[0].description = "{words} {phone} {colour} {";
  wanted.terms.mappings[0].when_closed = "vanish";
  wanted.terms.mappings[0].region = "000";
  const auto refused = this->peers_->add(wanted, "account:1", std::nullopt);
  ASSERT_FALSE(refused.ok());
  std::set<std::string> messages;
  for (const auto& cause : refused.error().causes) messages.insert(cause.message);
  EXPECT_EQ(messages, (std::set<std::string>{"open311.bad_address", "open311.bad_template",
                                             "open311.no_transition", "open311.no_region"}));
  wanted.terms.mappings[0].description = "{words} {phone} {colour}";
  const auto again = this->peers_->add(wanted, "account:1", std::nullopt);
  messages.clear();
  for (const auto& cause : again.error().causes) messages.insert(cause.message);
  EXPECT_TRUE(messages.contains("open311.personal_field"));
  EXPECT_TRUE(messages.contains("open311.no_field"));
}

TYPED_TEST(PeersWorld, PausedAndRemovedConnectionsAreLeftAlone) {
  this->city_->put(this->lamp("A1"));
  this->connect(this->wanted());
  must(this->peers_->set_state(this->id_, ConnectionState::paused, "account:1"));
  EXPECT_FALSE(must(this->peers_->step()));
  must(this->peers_->set_state(this->id_, ConnectionState::active, "account:1"));
  EXPECT_TRUE(must(this->peers_->step()));
  must(this->peers_->remove(this->id_, "account:1"));
  EXPECT_FALSE(this->peers_->find(this->id_).ok());
  this->clock_.advance(std::chrono::hours{1});
  EXPECT_FALSE(must(this->peers_->step()));
  EXPECT_EQ(this->all_cases().size(), 1u);
}

TYPED_TEST(PeersWorld, ATrialListsTheirServicesAndPrivateMachinesAreOutOfReachUnlessNamed) {
  const auto found = must(this->peers_->try_out(this->wanted()));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].service.code, "lamp-out");
  auto parts = this->peers_->parts();
  parts.outgoing = source::outgoing_calls({});
  Peers strict(parts);
  const auto refused = strict.try_out(this->wanted());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(render(refused.error(), Language::en), "The other server cannot be reached (not_allowed).");
  auto secure = this->wanted();
  secure.terms.address = "https://127.0.0.1:" + std::to_string(this->city_->server().port()) + "/open311/v2";
  EXPECT_EQ(render(strict.try_out(secure).error(), Language::en),
            "The other server cannot be reached (not_allowed).");
  EXPECT_EQ(this->city_->server().asked(), 1);
}

}  // namespace
}  // namespace jingwei::open311

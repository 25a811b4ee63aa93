// Goal: two hubs work on one matter over Open311, each in its own cases: what one opens the other handles,
// both see how it stands, and neither has it twice.
#include "modules/open311/open311_service.h"
#include "tests/api/small_hub.h"

namespace jingwei::api_tests {
namespace {

using jingwei::testing::must;

class TwoHubs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!SmallHub::missing().empty()) return;
    for (auto* side : {&here_, &there_}) {
      side->backend = std::make_unique<jingwei::testing::EmbeddedBackend>();
      side->hub = std::make_unique<SmallHub>(side->backend->settings_store(), side->backend->folder());
    }
  }
  static void TearDownTestSuite() {
    for (auto* side : {&here_, &there_}) {
      side->hub.reset();
      side->backend.reset();
    }
  }
  void SetUp() override {
    if (const std::string reason = SmallHub::missing(); !reason.empty()) GTEST_SKIP() << reason;
  }

  struct Side {
    std::unique_ptr<jingwei::testing::EmbeddedBackend> backend;
    std::unique_ptr<SmallHub> hub;
    cases::CaseWork& work() { return hub->hub().cases().work(); }
    // Somebody who may do everything on this side.
    cases::CaseView view() {
      return hub->hub().cases().view(access::Caller::local_operator(), "local", "grid-services");
    }
    std::vector<cases::Found> cases_of(const std::string& process) {
      cases::CaseQuery query;
      query.process = process;
      return must(hub->hub().cases().lists().newest(query, view())).items;
    }
    cases::Found act(cases::CaseId id, const std::string& action, cases::Answers inputs = {}) {
      cases::ActionRequest step;
      step.action = action;
      step.inputs = std::move(inputs);
      for (int attempt = 0;; ++attempt) {
        step.version = must(work().find(id, view())).one.version;
        auto done = work().act(id, step, view(), {"local", std::nullopt});
        // A comment from the other side may have come in between.
        const bool overtaken = !done && done.error().code == ErrorCode::conflict && attempt < 20;
        if (!overtaken) return must(std::move(done));
      }
    }
    // The last of the city's regions, in the order of its tree: a grid.
    std::string grid() {
      const auto tree = hub->hub().regions().tree();
      return tree->code(tree->subtree(tree->find("990100")).end - 1);
    }
  };

  // The key of a new account there that holds a role.
  static std::string key_of(Side& side, const std::string& role) {
    auto& identity = side.hub->hub().identity();
    identity::NewAccount wanted;
    wanted.kind = identity::AccountKind::client;
    wanted.name = "other hub";
    wanted.with_password = false;
    const auto account = must(identity.accounts().create(wanted, {"setup"})).account;
    must(identity.accounts().grant({account.id, role, "990100", "", {}, {}, ""}, {"setup"}));
    return must(identity.tokens().open(account, identity::TokenKind::key, "open311",
                                       side.hub->hub().clock().now() + std::chrono::hours{1}, "key.create",
                                       {"setup"}))
        .text;
  }

  open311::NewConnection to_there(const std::string& key) {
    open311::NewConnection wanted;
    wanted.key = key;
    wanted.terms.title = "there";
    wanted.terms.address = "http://127.0.0.1:" + std::to_string(there_.hub->port()) + "/open311/v2";
    wanted.terms.tell = true;
    wanted.terms.notes = true;
    wanted.terms.repeats = true;
    return wanted;
  }

  // Rounds of both sides until it holds; ten seconds at most.
  static bool eventually(open311::ConnectionId id, const std::function<bool()>& holds) {
    auto& peers = here_.hub->hub().peers();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (std::chrono::steady_clock::now() < end) {
      must(peers.run_now(id, "local"));
      must(peers.step());
      if (holds()) return true;
      here_.hub->hub().store().wait_for_feed({}, std::chrono::milliseconds{20});
    }
    return holds();
  }

  // What stands in the way, for a test that failed.
  static std::string troubles(open311::ConnectionId id) {
    auto& peers = here_.hub->hub().peers();
    const auto error = must(peers.find(id)).connection.error;
    std::string all = error ? render(*error, Language::en) : "no error";
    for (const auto& link : must(peers.links(id, {}, {}, 10)))
      all += "; " + link.remote + " " + std::string(open311::name_of(link.state)) + " " +
             (link.problem ? render(*link.problem, Language::en) : std::string());
    return all;
  }

  static inline Side here_, there_;
};

TEST_F(TwoHubs, AComplaintGoesOutIsHandledThereAndEndsOnBothSides) {
  auto wanted = to_there(key_of(there_, "street-staff"));
  open311::Mapping out;
  out.service = "complaint";
  out.process = "complaint";
  out.direction = open311::Direction::out;
  out.attributes = {{"kind", "{kind}"}, {"urgency", "{urgency}"}};
  out.description = "{words}";
  wanted.terms.mappings = {out};
  auto& peers = here_.hub->hub().peers();
  const auto id = must(peers.add(wanted, "local", std::nullopt)).connection.id;

  cases::NewCase fresh;
  fresh.form = {{"kind", "noise"}, {"urgency", "normal"}, {"words", "楼上噪声"}, {"grid", here_.grid()}};
  const auto mine = must(here_.work().open("complaint", fresh, here_.view(), {"local", std::nullopt}));
  const std::size_t before = there_.cases_of("complaint").size();
  ASSERT_TRUE(eventually(id, [&] { return must(peers.find(id)).connection.sent == 1; }));
  const auto found = there_.cases_of("complaint");
  ASSERT_EQ(found.size(), before + 1);
  const auto theirs = found.front();
  EXPECT_TRUE(theirs.one.form.at("words").starts_with("楼上噪声 [ref 990100/CP-"));
  EXPECT_EQ(theirs.one.form.at("grid"), here_.grid());

  // Handled there; here one reads how it stands.
  there_.act(theirs.one.id, "accept");
  there_.act(theirs.one.id, "answer", {{"answer", "已与住户谈妥"}});
  ASSERT_TRUE(eventually(id, [&] {
    const auto steps = must(here_.work().steps(must(here_.work().find(mine.one.id, here_.view()))));
    return steps.back().kind == cases::StepKind::comment &&
           steps.back().words.find("已答复") != std::string::npos;
  }));

  // Ended here; they are told, and their case ends by the reporter's word.
  here_.act(mine.one.id, "accept");
  here_.act(mine.one.id, "answer", {{"answer", "对方已与住户谈妥"}});
  here_.act(mine.one.id, "content");
  ASSERT_TRUE(eventually(
      id, [&] { return must(there_.work().find(theirs.one.id, there_.view())).one.state == "closed"; }));
  const auto steps = must(there_.work().steps(must(there_.work().find(theirs.one.id, there_.view()))));
  const auto said = [&](const std::string& words) {
    return std::count_if(steps.begin(), steps.end(), [&](const cases::Step& step) {
      return step.kind == cases::StepKind::comment && step.words.find(words) != std::string::npos;
    });
  };
  EXPECT_EQ(said("对方已与住户谈妥"), 1);
  const auto links = must(peers.links(id, {}, {}, 10));
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].state, open311::LinkState::linked);
  EXPECT_EQ(must(peers.find(id)).connection.failures, 0);
  must(peers.remove(id, "local"));
}

TEST_F(TwoHubs, WhatIsReportedThereIsACaseHereOnceAndADifferenceIsShown) {
  auto wanted = to_there(key_of(there_, "leader"));
  wanted.terms.format = open311::Format::json;
  open311::Mapping in;
  in.service = "grid-event";
  in.process = "grid-event";
  in.fields = {
      {"category", "other"}, {"urgency", "usual"}, {"description", "{service_name} {service_request_id}"}};
  wanted.terms.mappings = {in};
  auto& peers = here_.hub->hub().peers();
  const auto id = must(peers.add(wanted, "local", std::nullopt)).connection.id;
  const std::size_t before = here_.cases_of("grid-event").size();

  cases::NewCase fresh;
  fresh.form = {
      {"category", "rubbish"}, {"urgency", "usual"}, {"description", "门口垃圾"}, {"grid", there_.grid()}};
  const auto theirs = must(there_.work().open("grid-event", fresh, there_.view(), {"local", std::nullopt}));
  ASSERT_TRUE(eventually(id, [&] { return must(peers.find(id)).connection.taken > 0; })) << troubles(id);
  for (int rounds = 0; rounds < 3; ++rounds) eventually(id, [] { return true; });
  const auto found = here_.cases_of("grid-event");
  ASSERT_EQ(found.size(), before + 1);
  const auto mine = found.front();
  EXPECT_TRUE(mine.one.form.at("description").ends_with(theirs.one.id.to_string()));

  there_.act(theirs.one.id, "refuse", {{"reason", "不属实"}});
  ASSERT_TRUE(
      eventually(id, [&] { return !must(peers.links(id, open311::LinkState::conflict, {}, 10)).empty(); }));
  EXPECT_EQ(must(here_.work().find(mine.one.id, here_.view())).one.state, "reported");
  must(peers.remove(id, "local"));
}

}  // namespace
}  // namespace jingwei::api_tests

// Goal: several nodes on one PostgreSQL link, load and decide at once, and the answer is that of one node.
#include <gtest/gtest.h>

#include <thread>

#include "tests/registry/city_world.h"

namespace jingwei::app::testing {
namespace {

using jingwei::testing::PostgresBackend;

// Runs on, and can be put forward, so that leases lapse under who holds them.
class PushedClock final : public Clock {
 public:
  Instant now() const override { return system_.now() + ahead(); }
  std::chrono::nanoseconds monotonic() const override { return system_.monotonic() + ahead(); }
  void push(std::chrono::seconds by) { ahead_s_ += by.count(); }

 private:
  std::chrono::seconds ahead() const { return std::chrono::seconds{ahead_s_.load()}; }
  SystemClock system_;
  std::atomic<std::int64_t> ahead_s_{0};
};

class SeveralNodes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_all_messages(); }
  void SetUp() override {
    if (const std::string reason = PostgresBackend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    if (const std::string reason = missing_country(); !reason.empty()) GTEST_SKIP() << reason;
  }

  // A model learned from the first half of the files, on one node, all of them linked by it.
  void begin(Hub& hub) {
    for (std::size_t at = 0; at < files_.size(); at += 2) load(hub, city_, files_[at]);
    must(hub.registry().runner().catch_up());
    learn_and_activate(hub);
    must(hub.registry().runner().catch_up());
  }

  static void settle(Hub& hub) {
    while (!must(hub.registry().status()).caught_up) {
      must(hub.registry().runner().catch_up());
    }
  }

  std::unique_ptr<Hub> second_node(const PostgresBackend& place, const Clock& clock) {
    return must(Hub::create(place.folder(), settings_of(place.settings_store()), share(), clock));
  }

  const City city_{2'000, 731};
  const std::vector<sim::WrittenFile> files_ = city_.extracts();
  PushedClock clock_;
};

TEST_F(SeveralNodes, AnswerAsOneWhileTheLeasePassesFromOneToTheOther) {
  PostgresBackend calm;
  std::multiset<std::string> expected;
  std::string model;
  {
    const auto hub = make_hub(calm, city_, clock_);
    begin(*hub);
    for (std::size_t at = 1; at < files_.size(); at += 2) load(*hub, city_, files_[at]);
    settle(*hub);
    expected = Linked(*hub).subjects();
    model = must(hub->registry().models().find(1)).name;
  }

  PostgresBackend place;
  const auto one = make_hub(place, city_, clock_);
  begin(*one);
  EXPECT_EQ(must(one->registry().models().find(1)).name, model);
  const auto other = second_node(place, clock_);
  one->registry().start();
  other->registry().start();
  // Both load, each its own resources, so that rows of one record keep their order, while both want to link;
  // time passes, so that leases lapse under who holds them.
  std::vector<std::thread> threads;
  for (Hub* hub : {one.get(), other.get()}) {
    threads.emplace_back([&, hub] {
      for (std::size_t at = 1; at < files_.size(); at += 2) {
        if ((files_[at].resource == "self-declarations") != (hub == other.get())) continue;
        load(*hub, city_, files_[at]);
        clock_.push(std::chrono::seconds{31});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  one->registry().stop();
  clock_.push(std::chrono::seconds{31});
  other->registry().stop();
  settle(*other);

  const Linked linked(*other);
  EXPECT_EQ(linked.twice(), 0);
  // Where two link by turns while both load, a few groups still come out otherwise (README, known limits):
  // ten sets of 2,755 differed in one run.
  constexpr double apart_most = 0.01;
  expect_same(linked.subjects(), expected, apart_most);
  EXPECT_EQ(linked.links().size(), Linked(*one).links().size());
}

TEST_F(SeveralNodes, OperatorsOnBothMergeAtOnceAndNothingIsLost) {
  PostgresBackend place;
  const auto one = make_hub(place, city_, clock_);
  begin(*one);
  std::vector<registry::SubjectId> persons;
  {
    std::set<registry::SubjectId> found;
    const Linked linked(*one);
    for (const auto& [key, link] : linked.links()) {
      if (link.role == registry::Role::person) found.insert(link.subject);
    }
    persons.assign(found.begin(), found.end());
    persons.resize(13);
  }
  const auto other = second_node(place, clock_);
  one->registry().start();
  other->registry().start();
  while (!other->registry().search_ready()) std::this_thread::yield();

  // Each joins every person to the first, one from the front, one from the back; records arrive meanwhile.
  const auto merge_all = [&](Hub& hub, bool from_back, const char* operator_name) {
    int merged = 0;
    for (std::size_t at = 1; at < persons.size(); ++at) {
      const auto whom = persons[from_back ? persons.size() - at : at];
      for (;;) {
        const auto done =
            hub.registry().decisions().merge(persons.front(), whom, "同一人", {operator_name, std::nullopt});
        if (!done && done.error().code == ErrorCode::unavailable) continue;  // this node loads the model yet
        if (done) ++merged;
        EXPECT_TRUE(done || done.error().message == "registry.already_one") << done.error().to_log();
        break;
      }
    }
    return merged;
  };
  int first = 0, second = 0;
  std::vector<std::thread> threads;
  threads.emplace_back([&] { first = merge_all(*one, false, "account:1"); });
  threads.emplace_back([&] { second = merge_all(*other, true, "account:2"); });
  threads.emplace_back([&] { load(*one, city_, files_[1]); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(first + second, static_cast<int>(persons.size()) - 1);
  one->registry().stop();
  clock_.push(std::chrono::seconds{31});
  other->registry().stop();
  settle(*other);

  auto& decisions = other->registry().decisions();
  const auto events = must(decisions.events(registry::SubjectId(), registry::EventId(), 100));
  std::vector<registry::Event> merges;
  for (const auto& event : events) {
    if (event.reason == "同一人" && !event.undone_at) merges.push_back(event);
  }
  EXPECT_EQ(merges.size(), persons.size() - 1);
  {
    auto reader = must(other->store().read());
    for (const auto person : persons)
      EXPECT_EQ(must(registry::kept_subject(*reader, person)), persons.front());
  }
  // And every one of them can be taken back, on the node that did not make it too.
  for (const auto& merge : merges) must(decisions.undo(merge.id, {"account:3", std::nullopt}));
  settle(*other);
  auto reader = must(other->store().read());
  for (const auto person : persons) EXPECT_EQ(must(registry::kept_subject(*reader, person)), person);
  EXPECT_EQ(Linked(*other).twice(), 0);
}

}  // namespace
}  // namespace jingwei::app::testing

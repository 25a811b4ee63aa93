// Goal: each event and each timer takes effect once, also when a lease was lost, on either storage; followers
// see everything.
#include "storage/feed_runner.h"
#include "storage/postgres/test_server.h"
#include "storage/store_suite.h"
#include "storage/temporary_folder.h"
#include "storage/timer_runner.h"

namespace jingwei::storage {

namespace {

const Statement add_total =
    suite::same("runner.add_total", "UPDATE item SET version = version + $2 WHERE id = $1");

// Adds each event's number to item 1, in the database with the cursor.
class Adder final : public Consumer {
 public:
  std::string name() const override { return "adder"; }
  Result<void> handle(std::span<const FeedEntry> entries, Change& effect) override {
    for (const auto& entry : entries)
      effect.writes.push_back({&add_total, {std::int64_t{1}, std::int64_t{std::stoll(entry.body)}}, 1});
    return {};
  }
};

// The same, folded in memory and saved now and then.
class Folder final : public Consumer {
 public:
  explicit Folder(std::chrono::milliseconds every) : every_(every) {}
  std::string name() const override { return "folder"; }
  Result<void> load(Reader& reader) override {
    const std::array<Value, 1> key = {std::int64_t{1}};
    JW_ASSIGN(const auto stands, query_integer(reader, suite::item_version, key));
    total = saved_total_ = stands.value_or(0);
    return {};
  }
  Result<void> handle(std::span<const FeedEntry> entries, Change&) override {
    for (const auto& entry : entries) total += std::stoll(entry.body);
    return {};
  }
  bool folds() const override { return true; }
  Result<void> save(Change& effect) override {
    effect.writes.push_back({&add_total, {std::int64_t{1}, total - saved_total_}, 1});
    return {};
  }
  std::chrono::milliseconds save_every() const override { return every_; }
  void saved(FeedPosition) override { saved_total_ = total; }

  std::int64_t total = 0;

 private:
  std::chrono::milliseconds every_;
  std::int64_t saved_total_ = 0;
};

class Runners : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      if (const std::string reason = TestServer::missing(); !reason.empty()) GTEST_SKIP() << reason;
      store_ = open_postgres({.uri = TestServer::instance().fresh_uri(), .clock = &clock_}).value();
    } else {
      store_ = open_embedded({.folder = folder_.path(), .clock = &clock_}).value();
    }
    ASSERT_TRUE(store_->migrate(suite::tables()).ok());
    Change change = suite::put(1);
    ASSERT_TRUE(store_->commit(std::move(change)).ok());
  }

  void tell(std::int64_t from, std::int64_t to) {
    for (std::int64_t n = from; n <= to; ++n) {
      Change change;
      change.events.push_back({"n", std::to_string(n)});
      ASSERT_TRUE(store_->commit(std::move(change)).ok());
    }
    // On PostgreSQL an event is readable when nothing older is under way.
    FeedPosition after;
    for (int i = 0; i < 1'000; ++i) {
      const auto entries = store_->read_feed(after, 10'000).value();
      if (!entries.empty() && entries.back().body == std::to_string(to)) return;
      store_->wait_for_feed(entries.empty() ? after : entries.back().position, std::chrono::milliseconds{10});
    }
  }

  std::int64_t total() {
    auto reader = store_->read();
    const std::array<Value, 1> key = {std::int64_t{1}};
    return query_integer(**reader, suite::item_version, key).value().value_or(0) - 1;
  }

  ManualClock clock_;
  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(Runners, EachEventTakesEffectOnce) {
  Adder adder;
  FeedRunner runner(*store_, clock_, adder, "a");
  tell(1, 10);
  EXPECT_EQ(runner.step().value(), 10U);
  EXPECT_EQ(runner.step().value(), 0U);
  tell(11, 20);
  FeedRunner restarted(*store_, clock_, adder, "a");
  EXPECT_EQ(restarted.step().value(), 10U);
  EXPECT_EQ(total(), 210);
}

TEST_P(Runners, OnlyTheHolderOfTheLeaseRuns) {
  Adder first, second;
  FeedRunner a(*store_, clock_, first, "a"), b(*store_, clock_, second, "b");
  tell(1, 3);
  EXPECT_EQ(a.step().value(), 3U);
  tell(4, 5);
  EXPECT_EQ(b.step().value(), 0U);
  clock_.advance(std::chrono::seconds{11});  // a has gone silent
  EXPECT_EQ(b.step().value(), 2U);
  tell(6, 6);
  EXPECT_EQ(a.step().value(), 0U);
  EXPECT_EQ(total(), 15);
}

// a's process stalls with events folded but not saved; b takes over; a wakes up and tries to save what b has
// saved already.
TEST_P(Runners, AStalledHolderCannotSaveOverItsSuccessor) {
  Folder first(std::chrono::hours{1}), second(std::chrono::milliseconds{0});
  FeedRunner a(*store_, clock_, first, "a"), b(*store_, clock_, second, "b");
  tell(1, 4);
  EXPECT_EQ(a.step().value(), 4U);
  EXPECT_EQ(total(), 0);
  clock_.advance(std::chrono::seconds{11});
  EXPECT_EQ(b.step().value(), 4U);
  EXPECT_EQ(total(), 10);
  const auto late = a.flush();
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_EQ(total(), 10);
  clock_.advance(std::chrono::seconds{11});
  tell(5, 5);
  EXPECT_EQ(a.step().value(), 1U);
  ASSERT_TRUE(a.flush().ok());
  EXPECT_EQ(total(), 15);
}

TEST_P(Runners, AFoldIsSavedAtItsRhythm) {
  Folder folder(std::chrono::milliseconds{100});
  FeedRunner runner(*store_, clock_, folder, "a");
  tell(1, 2);
  EXPECT_EQ(runner.step().value(), 2U);
  EXPECT_EQ(folder.total - 1, 3);
  EXPECT_EQ(total(), 0);
  clock_.advance(std::chrono::milliseconds{100});
  EXPECT_EQ(runner.step().value(), 0U);
  EXPECT_EQ(total(), 3);
}

// Takes everything, and minds only even numbers.
class EvenAdder final : public Consumer {
 public:
  std::string name() const override { return "even"; }
  Result<void> handle(std::span<const FeedEntry> entries, Change& effect) override {
    for (const auto& entry : entries) {
      const std::int64_t number = std::stoll(entry.body);
      if (number % 2 == 0) effect.writes.push_back({&add_total, {std::int64_t{1}, number}, 1});
    }
    return {};
  }
};

TEST_P(Runners, EventsWithoutEffectMoveTheCursorNowAndThen) {
  EvenAdder even;
  FeedRunner runner(*store_, clock_, even, "a");
  const auto cursor = [&] {
    auto reader = store_->read();
    return read_cursor(**reader, "even").value();
  };
  tell(1, 1);
  EXPECT_EQ(runner.step().value(), 1U);
  EXPECT_EQ(cursor(), FeedPosition{});
  clock_.advance(std::chrono::seconds{1});
  EXPECT_EQ(runner.step().value(), 0U);
  const FeedPosition first = cursor();
  EXPECT_EQ(first, runner.position());
  tell(3, 3);
  EXPECT_EQ(runner.step().value(), 1U);
  EXPECT_EQ(cursor(), first);
  tell(4, 4);
  EXPECT_EQ(runner.step().value(), 1U);
  EXPECT_EQ(cursor(), runner.position());
  EXPECT_EQ(total(), 4);
  tell(5, 5);
  EXPECT_EQ(runner.step().value(), 1U);
  runner.stop();
  EXPECT_EQ(cursor(), runner.position());
}

TEST_P(Runners, ThreadsOfRunnerAndFollowerKeepUpWithWriters) {
  Folder folder(std::chrono::milliseconds{0});
  FeedRunner runner(*store_, clock_, folder, "a");
  std::atomic<std::int64_t> seen = 0;
  Follower follower(*store_, {}, [&](std::span<const FeedEntry> entries) -> Result<void> {
    for (const auto& entry : entries) seen += std::stoll(entry.body);
    return {};
  });
  runner.start();
  follower.start();
  std::vector<std::thread> pool;
  std::mutex mutex;
  FeedPosition last;
  for (int t = 0; t < 4; ++t) {
    pool.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        Change change;
        change.events.push_back({"n", "1"});
        const auto committed = store_->commit(std::move(change));
        ASSERT_TRUE(committed.ok());
        std::lock_guard lock(mutex);
        last = std::max(last, committed->position);
      }
    });
  }
  for (auto& thread : pool) thread.join();
  EXPECT_TRUE(follower.wait_until(last, std::chrono::seconds{30}));
  EXPECT_EQ(seen, 200);
  follower.stop();
  runner.stop();
  for (auto taken = runner.step(); taken.ok() && *taken > 0;) taken = runner.step();
  EXPECT_EQ(total(), 200);
}

TEST_P(Runners, ATimerActsOnceAndComesAgainAfterAFailure) {
  TimerRunner runner(*store_, clock_, "a");
  int calls = 0;
  bool fail = true;
  runner.on("add", [&](const Timer& timer) -> Result<Change> {
    ++calls;
    if (fail) return Error(ErrorCode::unavailable, "storage.unavailable");
    Change change;
    change.writes.push_back({&add_total, {std::int64_t{1}, std::int64_t{std::stoll(timer.body)}}, 1});
    return change;
  });
  Change change;
  change.writes.push_back(add_timer(TimerId(5), clock_.now() + std::chrono::seconds{10}, "add", "42"));
  ASSERT_TRUE(store_->commit(std::move(change)).ok());
  EXPECT_EQ(runner.step().value(), 0U);
  EXPECT_EQ(calls, 0);
  clock_.advance(std::chrono::seconds{10});
  EXPECT_EQ(runner.step().value(), 0U);
  EXPECT_EQ(calls, 1);
  fail = false;
  EXPECT_EQ(runner.step().value(), 0U);  // not before its delay has passed
  clock_.advance(std::chrono::seconds{2});
  EXPECT_EQ(runner.step().value(), 1U);
  clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(runner.step().value(), 0U);
  EXPECT_EQ(total(), 42);
}

INSTANTIATE_TEST_SUITE_P(Storages, Runners, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Postgres" : "Embedded"; });

}  // namespace

}  // namespace jingwei::storage

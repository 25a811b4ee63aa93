// Goal: the server storage keeps every promise of the port, with several processes on one database and
// through lost connections.
#include "storage/callers_suite.h"
#include "storage/postgres/test_server.h"

namespace jingwei::storage {

namespace {

struct PostgresBackend {
  static constexpr bool shared = true;
  static std::string missing() { return TestServer::missing(); }
  Result<std::unique_ptr<Store>> open(const Clock& clock) {
    return open_postgres({.uri = uri, .clock = &clock});
  }
  std::string uri = TestServer::instance().fresh_uri();
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, StoreSuite, PostgresBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, CallersSuite, PostgresBackend);

class PostgresStore : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = TestServer::missing(); !reason.empty()) GTEST_SKIP() << reason;
    uri_ = TestServer::instance().fresh_uri();
  }

  std::unique_ptr<Store> open() {
    auto opened = open_postgres({.uri = uri_, .writers = 4});
    EXPECT_TRUE(opened.ok()) << opened.error().to_log();
    auto store = std::move(opened).value();
    const auto migrated = store->migrate(suite::tables());
    EXPECT_TRUE(migrated.ok()) << migrated.error().to_log();
    return store;
  }

  static std::int64_t count(Store& store) {
    auto reader = store.read();
    return query_integer(**reader, suite::count_items, {}).value().value_or(-1);
  }

  std::string uri_;
};

// Two processes and more starting at once on an empty database.
TEST_F(PostgresStore, MigrationsRaceToOneOutcome) {
  std::vector<std::thread> pool;
  std::atomic<int> opened = 0;
  for (int t = 0; t < 6; ++t) {
    pool.emplace_back([&] {
      auto store = open_postgres({.uri = uri_, .writers = 1, .readers = 2});
      ASSERT_TRUE(store.ok()) << store.error().to_log();
      const auto migrated = (*store)->migrate(suite::tables());
      EXPECT_TRUE(migrated.ok()) << migrated.error().to_log();
      ++opened;
    });
  }
  for (auto& thread : pool) thread.join();
  EXPECT_EQ(opened, 6);
  EXPECT_EQ(count(*open()), 0);
}

TEST_F(PostgresStore, TwoStoresOnOneDatabaseSeeEachOthersFeed) {
  auto one = open();
  auto two = open();
  std::vector<std::thread> pool;
  for (int w = 0; w < 8; ++w) {
    pool.emplace_back([&, w] {
      Store& store = w % 2 == 0 ? *one : *two;
      for (std::int64_t i = 0; i < 30; ++i) EXPECT_TRUE(store.commit(suite::told(w * 1'000 + i, "{}")).ok());
    });
  }
  std::set<FeedPosition> seen;
  FeedPosition after;
  for (int i = 0; i < 5'000 && seen.size() < 240; ++i) {
    const auto entries = two->read_feed(after, 16);
    ASSERT_TRUE(entries.ok());
    for (const auto& entry : *entries) {
      EXPECT_TRUE(seen.insert(entry.position).second);
      after = entry.position;
    }
    if (entries->empty()) two->wait_for_feed(after, std::chrono::milliseconds{50});
  }
  for (auto& thread : pool) thread.join();
  EXPECT_EQ(seen.size(), 240U);
}

TEST_F(PostgresStore, ComesBackAfterItsServerWasKilled) {
  if (!TestServer::instance().is_private()) GTEST_SKIP() << "the given server is not ours to kill";
  auto store = open();
  ASSERT_TRUE(store->commit(suite::put(1)).ok());
  TestServer::instance().kill_hard();
  TestServer::instance().start_again();
  Change safe = suite::put(2);
  safe.idempotency = Idempotency{"a", "b", "c", "d", "e"};
  const auto committed = store->commit(std::move(safe));
  EXPECT_TRUE(committed.ok()) << committed.error().to_log();
  EXPECT_EQ(count(*store), 2);
}

TEST_F(PostgresStore, AnUnreachableServerIsUnavailable) {
  const auto opened = open_postgres({.uri = "postgresql://nobody@127.0.0.1:1/none"});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
}

}  // namespace

}  // namespace jingwei::storage

// Goal: the embedded storage keeps every promise of the port, owns its folder, and stays small in its log.
#include "storage/callers_suite.h"
#include "storage/temporary_folder.h"

namespace jingwei::storage {

namespace {

struct EmbeddedBackend {
  static constexpr bool shared = false;
  static std::string missing() { return {}; }
  Result<std::unique_ptr<Store>> open(const Clock& clock) {
    return open_embedded({.folder = folder_.path() + "/data", .clock = &clock, .vfs = {}});
  }
  TemporaryFolder folder_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreSuite, EmbeddedBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, CallersSuite, EmbeddedBackend);

TEST(EmbeddedStore, ASecondOwnerOfTheFolderIsToldWhoHoldsIt) {
  TemporaryFolder folder;
  auto first = open_embedded({.folder = folder.path()});
  ASSERT_TRUE(first.ok());
  const auto second = open_embedded({.folder = folder.path()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_EQ(second.error().message, "storage.locked");
  const std::pair<std::string, std::string> pid = {"pid", std::to_string(::getpid())};
  EXPECT_NE(std::find(second.error().arguments.begin(), second.error().arguments.end(), pid),
            second.error().arguments.end());
  first->reset();
  EXPECT_TRUE(open_embedded({.folder = folder.path()}).ok());
}

TEST(EmbeddedStore, ClosingFinishesWhatIsQueued) {
  TemporaryFolder folder;
  std::atomic<int> accepted = 0;
  {
    auto store = open_embedded({.folder = folder.path()}).value();
    ASSERT_TRUE(store->migrate(suite::tables()).ok());
    for (std::int64_t id = 0; id < 500; ++id) {
      store->commit(suite::put(id),
                    [&](const Result<Committed>& result) { accepted += result.ok() ? 1 : 0; });
    }
  }
  EXPECT_EQ(accepted, 500);
}

bool stands(Reader& reader, std::int64_t id) {
  const std::array<Value, 1> key = {id};
  return query_integer(reader, suite::item_version, key).value().has_value();
}

// People write one after another, a millisecond apart; beside them the hub writes for itself.
TEST(EmbeddedStore, WhatTheHubWritesGoesWithWhatPeopleWrite) {
  TemporaryFolder folder;
  ManualClock clock;
  auto store = open_embedded({.folder = folder.path(), .clock = &clock}).value();
  ASSERT_TRUE(store->migrate(suite::tables()).ok());
  constexpr std::int64_t writes = 200, own = 100;
  std::thread hub([&] {
    for (std::int64_t n = 0; n < own; ++n) {
      Change change = suite::put(10'000 + n);
      change.origin = Origin::hub;
      // Each third is refused: whoever it rides with is not.
      if (n % 3 == 0) change.writes.push_back(change.writes.front());
      EXPECT_EQ(store->commit(std::move(change)).ok(), n % 3 != 0);
    }
  });
  for (std::int64_t n = 0; n < writes; ++n) {
    clock.advance(std::chrono::milliseconds{1});
    EXPECT_TRUE(store->commit(suite::put(n)).ok());
  }
  hub.join();
  store.reset();
  store = open_embedded({.folder = folder.path(), .clock = &clock}).value();
  auto reader = store->read().value();
  for (std::int64_t n = 0; n < writes; ++n) EXPECT_TRUE(stands(*reader, n)) << n;
  for (std::int64_t n = 0; n < own; ++n) EXPECT_EQ(stands(*reader, 10'000 + n), n % 3 != 0) << n;
}

// The last of a stream is followed by nobody: the hub's own write does not wait for company for ever.
TEST(EmbeddedStore, WhatTheHubWritesGoesAloneWhenNobodyComes) {
  TemporaryFolder folder;
  ManualClock clock;
  auto store = open_embedded({.folder = folder.path(), .clock = &clock}).value();
  ASSERT_TRUE(store->migrate(suite::tables()).ok());
  ASSERT_TRUE(store->commit(suite::put(1)).ok());
  clock.advance(std::chrono::milliseconds{2});
  ASSERT_TRUE(store->commit(suite::put(2)).ok());
  Change change = suite::put(3);
  change.origin = Origin::hub;
  EXPECT_TRUE(store->commit(std::move(change)).ok());
}

TEST(EmbeddedStore, TheLogIsMovedIntoTheFileWhileWritersWrite) {
  TemporaryFolder folder;
  auto store = open_embedded({.folder = folder.path()}).value();
  ASSERT_TRUE(store->migrate(suite::tables()).ok());
  const std::string name(8'000, 'n');
  std::atomic<int> left = 8'000;
  std::vector<std::thread> pool;
  for (int t = 0; t < 8; ++t) {
    pool.emplace_back([&, t] {
      for (std::int64_t i = 0; i < 1'000; ++i) {
        EXPECT_TRUE(store->commit(suite::put(t * 10'000 + i, name)).ok());
        --left;
      }
    });
  }
  for (auto& thread : pool) thread.join();
  EXPECT_LT(std::filesystem::file_size(folder.path() + "/jingwei.db-wal"), 150U << 20);
  EXPECT_GT(std::filesystem::file_size(folder.path() + "/jingwei.db"), 20U << 20);
}

}  // namespace

}  // namespace jingwei::storage

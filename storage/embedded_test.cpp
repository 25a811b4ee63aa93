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

// Goal: what was acknowledged survives a power cut, torn sectors, a full disk and failing operations; seeds
// replay.
#include "storage/faulty/faulty_file_system.h"
#include "storage/faulty/sqlite_vfs.h"
#include "storage/store_suite.h"

namespace jingwei::storage {

namespace {

std::string fresh_name() {
  static std::atomic<int> count = 0;
  return "faulty-" + std::to_string(count++);
}

// A machine: a disk, and SQLite on it.
struct Machine {
  explicit Machine(std::uint64_t seed) : disk(seed), vfs(fresh_name(), disk) {}
  Result<std::unique_ptr<Store>> open(const Clock* clock = nullptr) {
    return open_embedded({.folder = "/data", .clock = clock, .vfs = vfs.name()});
  }
  FaultyFileSystem disk;
  SqliteVfs vfs;
};

struct FaultyBackend {
  static constexpr bool shared = false;
  static std::string missing() { return {}; }
  Result<std::unique_ptr<Store>> open(const Clock& clock) { return machine.open(&clock); }
  Machine machine{7};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Faulty, StoreSuite, FaultyBackend);

std::set<std::int64_t> items_of(Store& store) {
  static const Statement all = suite::same("faulty.all", "SELECT id FROM item ORDER BY id");
  std::set<std::int64_t> ids;
  auto reader = store.read();
  EXPECT_TRUE(reader.ok());
  const auto read =
      (*reader)->query(all, {}, [&](const Row& row) { return ids.insert(row.integer(0)).second; });
  EXPECT_TRUE(read.ok());
  return ids;
}

// Several threads commit until the disk fails them or `each` is done; returns what was acknowledged.
std::set<std::int64_t> commit_many(Store& store, std::int64_t first, int threads, int each) {
  std::mutex mutex;
  std::set<std::int64_t> acknowledged;
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const std::int64_t id = first + t * 1'000 + i;
        if (!store.commit(suite::told(id, std::to_string(id))).ok()) return;
        std::lock_guard lock(mutex);
        acknowledged.insert(id);
      }
    });
  }
  for (auto& thread : pool) thread.join();
  return acknowledged;
}

void expect_whole(Store& store, const std::set<std::int64_t>& acknowledged) {
  const auto items = items_of(store);
  EXPECT_TRUE(std::includes(items.begin(), items.end(), acknowledged.begin(), acknowledged.end()));
  // A Change is there with its event or not at all, and the feed has no gap.
  const auto feed = store.read_feed({}, 1'000'000);
  ASSERT_TRUE(feed.ok());
  std::set<std::int64_t> told;
  FeedPosition before;
  for (const auto& entry : *feed) {
    EXPECT_TRUE(told.insert(std::stoll(entry.body)).second);
    EXPECT_TRUE(entry.position.sequence == before.sequence + 1 ||
                entry.position.transaction > before.transaction);
    before = entry.position;
  }
  EXPECT_EQ(told, items);
}

TEST(FaultyDisk, APowerCutAtAnyMomentLosesNothingAcknowledged) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Machine machine(seed);
    SeededRandom random(seed * 977);
    std::set<std::int64_t> acknowledged;
    for (int life = 0; life < 3; ++life) {
      auto store = machine.open();
      ASSERT_TRUE(store.ok()) << store.error().to_log();
      ASSERT_TRUE((*store)->migrate(suite::tables()).ok());
      expect_whole(**store, acknowledged);
      machine.disk.break_after(static_cast<std::int64_t>(1 + random.below(120)));
      acknowledged.merge(commit_many(**store, (life + 1) * 100'000, 4, 30));
      store->reset();
      machine.disk.power_cut();
    }
    auto store = machine.open();
    ASSERT_TRUE(store.ok()) << store.error().to_log();
    ASSERT_TRUE((*store)->migrate(suite::tables()).ok());
    expect_whole(**store, acknowledged);
  }
}

TEST(FaultyDisk, APowerCutWhileTheTablesAreMadeIsMendedByTheNextStart) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Machine machine(seed);
    machine.disk.break_after(static_cast<std::int64_t>(seed));
    if (auto store = machine.open(); store.ok()) (void)(*store)->migrate(suite::tables());
    machine.disk.power_cut();
    auto store = machine.open();
    ASSERT_TRUE(store.ok()) << store.error().to_log();
    ASSERT_TRUE((*store)->migrate(suite::tables()).ok());
    EXPECT_TRUE((*store)->commit(suite::put(1)).ok());
  }
}

TEST(FaultyDisk, AFullDiskRefusesLosesNothingAndWorksAgainWithSpace) {
  Machine machine(3);
  auto store = machine.open().value();
  ASSERT_TRUE(store->migrate(suite::tables()).ok());
  machine.disk.set_capacity(machine.disk.used_bytes() + 2'000'000);
  std::set<std::int64_t> acknowledged;
  ErrorCode refusal = ErrorCode::internal;
  int refused = 0;
  for (std::int64_t id = 0; id < 400 && refused < 5; ++id) {
    Change change = suite::told(id, std::to_string(id));
    change.writes.push_back({&suite::put_cell, {id, Null{}, Null{}, std::string(3'000, 'x'), Null{}}, 1});
    const auto result = store->commit(std::move(change));
    if (result.ok()) {
      acknowledged.insert(id);
    } else {
      refusal = result.error().code;
      ++refused;
    }
  }
  EXPECT_GT(acknowledged.size(), 10U);
  EXPECT_GE(refused, 5);
  EXPECT_EQ(refusal, ErrorCode::exhausted);
  expect_whole(*store, acknowledged);
  machine.disk.set_capacity(UINT64_MAX);
  ASSERT_TRUE(store->commit(suite::told(1'000, "1000")).ok());
  acknowledged.insert(1'000);
  store.reset();
  store = machine.open().value();
  expect_whole(*store, acknowledged);
}

TEST(FaultyDisk, OneFailingOperationHarmsAtMostItsGroup) {
  for (std::int64_t nth = 1; nth <= 40; ++nth) {
    SCOPED_TRACE("operation " + std::to_string(nth));
    Machine machine(static_cast<std::uint64_t>(nth));
    auto store = machine.open().value();
    ASSERT_TRUE(store->migrate(suite::tables()).ok());
    machine.disk.fail_once_after(nth);
    std::set<std::int64_t> acknowledged;
    int failures = 0;
    for (std::int64_t id = 0; id < 40; ++id) {
      if (store->commit(suite::told(id, std::to_string(id))).ok()) {
        acknowledged.insert(id);
      } else {
        ++failures;
      }
    }
    EXPECT_LE(failures, 1);
    store.reset();
    machine.disk.power_cut();
    store = machine.open().value();
    const auto items = items_of(*store);
    EXPECT_TRUE(std::includes(items.begin(), items.end(), acknowledged.begin(), acknowledged.end()));
  }
}

TEST(FaultyDisk, ForgetsWhatWasNotSynced) {
  FaultyFileSystem disk(1);
  const std::string old_text(2'000, 'a'), new_text(2'000, 'b');
  {
    auto file = disk.open("/f/x", OpenMode::create).value();
    ASSERT_TRUE(file->write(0, std::as_bytes(std::span(old_text))).ok());
    ASSERT_TRUE(file->sync().ok());
    ASSERT_TRUE(disk.sync_folder("/f").ok());
    ASSERT_TRUE(file->write(0, std::as_bytes(std::span(new_text))).ok());
    disk.power_cut();
    std::array<std::byte, 4> bytes{};
    EXPECT_FALSE(file->read(0, bytes).ok());
  }
  const auto text = read_text(disk, "/f/x", 10'000);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->size(), 2'000U);
  EXPECT_EQ(text->find_first_not_of("ab"), std::string::npos);
  EXPECT_NE(*text, new_text);
}

TEST(FaultyDisk, DurablyWrittenTextIsOldOrNewAfterAPowerCut) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    FaultyFileSystem disk(seed);
    ASSERT_TRUE(write_text_durably(disk, "/f/x", "old").ok());
    disk.break_after(static_cast<std::int64_t>(1 + seed % 7));
    const bool done = write_text_durably(disk, "/f/x", "new").ok();
    disk.power_cut();
    const auto text = read_text(disk, "/f/x", 100);
    ASSERT_TRUE(text.ok()) << seed;
    EXPECT_TRUE(*text == "new" || (!done && *text == "old")) << seed << ' ' << *text;
  }
}

}  // namespace

}  // namespace jingwei::storage

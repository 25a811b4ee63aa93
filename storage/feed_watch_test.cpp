#include "storage/postgres/feed_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace jingwei::storage::postgres {
namespace {

FeedEntry entry_at(std::int64_t transaction, std::string body = "{}") {
  FeedEntry entry;
  entry.position = {transaction, 0};
  entry.kind = "test.event";
  entry.body = std::move(body);
  return entry;
}

// A feed of transactions 1 … last, and how often it was asked.
struct Server {
  std::int64_t last = 0;
  std::size_t body_bytes = 2;
  std::vector<FeedPosition> asked;

  FeedPages::Read read() {
    return [this](FeedPosition after, std::size_t most) -> Result<std::vector<FeedEntry>> {
      asked.push_back(after);
      std::vector<FeedEntry> entries;
      for (std::int64_t at = 1; at <= last && entries.size() < most; ++at) {
        if (after < FeedPosition{at, 0}) entries.push_back(entry_at(at, std::string(body_bytes, 'x')));
      }
      return entries;
    };
  }
};

std::vector<std::int64_t> numbers(const Result<std::vector<FeedEntry>>& entries) {
  std::vector<std::int64_t> all;
  for (const auto& entry : *entries) all.push_back(entry.position.transaction);
  return all;
}

using Numbers = std::vector<std::int64_t>;

TEST(FeedPages, AreReadOnceForAllConsumers) {
  Server server{.last = 5, .asked = {}};
  FeedPages pages(server.read());
  for (int consumer = 0; consumer < 4; ++consumer)
    EXPECT_EQ(numbers(pages.after({2, 0}, 10)), (Numbers{3, 4, 5}));
  EXPECT_EQ(numbers(pages.after({3, 0}, 1)), (Numbers{4}));
  EXPECT_EQ(server.asked.size(), 1u);
}

TEST(FeedPages, GoOnWhereTheyEnd) {
  Server server{.last = 3, .asked = {}};
  FeedPages pages(server.read());
  EXPECT_EQ(numbers(pages.after({}, 10)), (Numbers{1, 2, 3}));
  EXPECT_EQ(numbers(pages.after({3, 0}, 10)), Numbers{});
  server.last = 6;
  EXPECT_EQ(numbers(pages.after({3, 0}, 10)), (Numbers{4, 5, 6}));
  EXPECT_EQ(numbers(pages.after({1, 0}, 10)), (Numbers{2, 3, 4, 5, 6}));
  EXPECT_EQ(server.asked.size(), 3u);
}

// A consumer that stands at the edge of what can be read, beyond the last entry, leaves no gap behind it.
TEST(FeedPages, HaveNoGaps) {
  Server server{.last = 2, .asked = {}};
  FeedPages pages(server.read());
  EXPECT_EQ(numbers(pages.after({}, 10)), (Numbers{1, 2}));
  server.last = 8;
  EXPECT_EQ(numbers(pages.after({5, 0}, 10)), (Numbers{6, 7, 8}));
  EXPECT_EQ(server.asked.back(), (FeedPosition{2, 0}));
  EXPECT_EQ(numbers(pages.after({2, 0}, 10)), (Numbers{3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(server.asked.size(), 2u);
}

TEST(FeedPages, FindWhatLiesBeyondAFullPage) {
  Server server{.last = 1, .asked = {}};
  FeedPages pages(server.read());
  EXPECT_EQ(numbers(pages.after({}, 2)), (Numbers{1}));
  server.last = 9;
  EXPECT_EQ(numbers(pages.after({7, 0}, 2)), (Numbers{8, 9}));
}

TEST(FeedPages, TakeInWhatALateConsumerReads) {
  Server server{.last = 6, .asked = {}};
  FeedPages pages(server.read());
  EXPECT_EQ(numbers(pages.after({4, 0}, 10)), (Numbers{5, 6}));
  EXPECT_EQ(numbers(pages.after({1, 0}, 10)), (Numbers{2, 3, 4, 5, 6}));
  EXPECT_EQ(numbers(pages.after({1, 0}, 2)), (Numbers{2, 3}));
  EXPECT_EQ(server.asked.size(), 2u);
  // One that ends before them stands alone.
  EXPECT_EQ(numbers(pages.after({}, 1)), (Numbers{1}));
  EXPECT_EQ(numbers(pages.after({1, 0}, 10)), (Numbers{2, 3, 4, 5, 6}));
  EXPECT_EQ(server.asked.size(), 3u);
}

TEST(FeedPages, AreBounded) {
  Server server{.last = 20, .body_bytes = std::size_t{1} << 20, .asked = {}};
  FeedPages pages(server.read());
  EXPECT_EQ(pages.after({}, 100)->size(), 20u);
  EXPECT_EQ(pages.after({18, 0}, 100)->size(), 2u);  // the newest are kept
  EXPECT_EQ(server.asked.size(), 1u);
  EXPECT_EQ(pages.after({1, 0}, 100)->size(), 19u);  // the oldest are not
  EXPECT_EQ(server.asked.size(), 2u);
}

TEST(FeedPages, TellOfFailureAndGoOn) {
  bool broken = true;
  FeedPages pages([&](FeedPosition, std::size_t) -> Result<std::vector<FeedEntry>> {
    if (broken) return Error(ErrorCode::unavailable, "storage.unavailable");
    return std::vector<FeedEntry>{entry_at(1)};
  });
  EXPECT_FALSE(pages.after({}, 10).ok());
  broken = false;
  EXPECT_EQ(numbers(pages.after({}, 10)), (Numbers{1}));
}

TEST(FeedWatch, WakesAllThatWaitForAnEntry) {
  std::atomic<std::int64_t> newest = 0;
  FeedWatch watch([&]() -> Result<FeedPosition> { return FeedPosition{newest.load(), 0}; });
  std::vector<std::thread> consumers;
  std::atomic<int> woken = 0;
  for (int consumer = 0; consumer < 8; ++consumer) {
    consumers.emplace_back([&] {
      if (watch.wait({4, 0}, std::chrono::minutes{1})) ++woken;
    });
  }
  newest = 5;
  watch.note({5, 0});
  for (auto& consumer : consumers) consumer.join();
  EXPECT_EQ(woken, 8);
  EXPECT_EQ(watch.head(), (FeedPosition{5, 0}));
}

// Commits of other processes, which nobody tells of, and those that an older transaction holds back.
TEST(FeedWatch, AsksAgainUntilThereIsSomething) {
  std::atomic<int> asked = 0;
  FeedWatch watch([&]() -> Result<FeedPosition> {
    const int times = ++asked;
    if (times == 2) return Error(ErrorCode::unavailable, "storage.unavailable");
    return FeedPosition{times > 3 ? 7 : 0, 0};
  });
  EXPECT_TRUE(watch.wait({6, 0}, std::chrono::minutes{1}));
  EXPECT_EQ(asked, 4);
  watch.note({9, 0});
  EXPECT_TRUE(watch.wait({6, 0}, std::chrono::minutes{1}));  // known already
  EXPECT_EQ(asked, 4);
}

TEST(FeedWatch, LosesPatience) {
  FeedWatch watch([]() -> Result<FeedPosition> { return FeedPosition{}; });
  EXPECT_FALSE(watch.wait({}, std::chrono::milliseconds{0}));
  EXPECT_FALSE(watch.wait({}, std::chrono::milliseconds{5}));
  EXPECT_EQ(watch.head(), FeedPosition{});
}

}  // namespace
}  // namespace jingwei::storage::postgres

// One more suite for every storage: callers that wait for their Change, callers that leave a callback and
// bulk slices at once. A Change of a caller that waits may be committed on its own thread; what is promised
// must not depend on that. Backends as in store_suite.h.
#pragma once

#include "storage/store_suite.h"

namespace jingwei::storage {

template <typename Backend>
class CallersSuite : public StoreSuite<Backend> {};

TYPED_TEST_SUITE_P(CallersSuite);

TYPED_TEST_P(CallersSuite, ThoseWhoWaitAndThoseWhoDoNotShareTheWriter) {
  constexpr std::int64_t threads = 4, rounds = 60;
  std::atomic<int> accepted = 0, called_back = 0;
  std::vector<std::thread> pool;
  for (std::int64_t t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (std::int64_t i = 0; i < rounds; ++i) {
        Change waited = suite::told(t * 1'000 + i, "waited");
        Change left = suite::told(10'000 + t * 1'000 + i, "left");
        waited.shard = i % 2 == 0 ? 0 : t + 1;
        left.shard = waited.shard;
        this->store_->commit(std::move(left),
                             [&](const Result<Committed>& result) { called_back += result.ok() ? 1 : 0; });
        const auto committed = this->store_->commit(std::move(waited));
        EXPECT_TRUE(committed.ok()) << committed.error().to_log();
        // The same id again is refused, and harms nobody.
        this->expect_code(this->store_->commit(suite::told(t * 1'000 + i, "again")), ErrorCode::conflict);
        accepted += committed.ok() ? 1 : 0;
      }
    });
  }
  for (std::int64_t s = 0; s < 4; ++s) {
    BulkSlice slice{"item", {"id", "version", "name"}, {}, {}};
    for (std::int64_t r = 0; r < 100; ++r) {
      slice.cells.insert(slice.cells.end(),
                         {Value{100'000 + s * 100 + r}, Value{std::int64_t{1}}, Value{"bulk"}});
    }
    slice.change.events.push_back({"ingest.slice", "slice"});
    EXPECT_TRUE(this->store_->append(std::move(slice)).ok());
  }
  for (auto& thread : pool) thread.join();
  this->reopen();  // closing finishes what is queued
  EXPECT_EQ(accepted, threads * rounds);
  EXPECT_EQ(called_back, threads * rounds);
  EXPECT_EQ(this->number(suite::count_items), 2 * threads * rounds + 400);
  EXPECT_EQ(this->whole_feed().size(), static_cast<std::size_t>(2 * threads * rounds + 4));
}

TYPED_TEST_P(CallersSuite, AFailureOnTheCallersThreadLeavesNothingBehind) {
  ASSERT_TRUE(this->store_->commit(suite::told(1, "first")).ok());
  Change fails = suite::told(2, "undone");
  fails.writes.push_back({&suite::change_item, {std::int64_t{1}, std::int64_t{7}, "n"}, 1});
  this->expect_code(this->store_->commit(std::move(fails)), ErrorCode::conflict);
  Change cannot_run;
  cannot_run.writes.push_back({&suite::broken, {}, {}});
  this->expect_code(this->store_->commit(std::move(cannot_run)), ErrorCode::internal);
  const auto last = this->store_->commit(suite::told(3, "second"));
  ASSERT_TRUE(last.ok()) << last.error().to_log();
  const auto feed = this->whole_feed();
  ASSERT_EQ(feed.size(), 2U);
  EXPECT_EQ(feed[0].body, "first");
  EXPECT_EQ(feed[1].body, "second");
  EXPECT_EQ(feed[1].position, last->position);
  EXPECT_EQ(this->number(suite::count_items), 2);
}

REGISTER_TYPED_TEST_SUITE_P(CallersSuite, ThoseWhoWaitAndThoseWhoDoNotShareTheWriter,
                            AFailureOnTheCallersThreadLeavesNothingBehind);

}  // namespace jingwei::storage

// What all consumers of one process ask of the feed, asked of the server once for all of them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "storage/store.h"

namespace jingwei::storage::postgres {

// Waits for entries that can be read: committed, with no older transaction still under way. One of those that
// wait asks the server for the newest such position, the others wait for its answer: at once when this
// process committed something, every 2 ms while an older transaction holds that back, else every 20 ms, for
// the commits of other processes. Thread-safe.
class FeedWatch {
 public:
  using Ask = std::function<Result<FeedPosition>()>;

  // `ask` tells the newest position that can be read.
  explicit FeedWatch(Ask ask) : ask_(std::move(ask)) {}

  // This process committed.
  void note(FeedPosition position);
  // The newest position that this process committed.
  FeedPosition head() const;
  // Returns when an entry after `after` can be read, or `patience` is over; whether there is one.
  bool wait(FeedPosition after, std::chrono::milliseconds patience);

 private:
  using Time = std::chrono::steady_clock::time_point;
  Time next_ask() const;
  void ask(std::unique_lock<std::mutex>& lock);

  const Ask ask_;
  mutable std::mutex mutex_;
  std::condition_variable told_;
  FeedPosition written_, readable_;
  bool unasked_ = false;  // written_ grew since the last question began
  bool asking_ = false;
  Time asked_at_{};
};

// The last entries that were read, so that many consumers of the same ones read them once: a range of the
// feed without gaps, of bounded size. What can be read never changes. Thread-safe.
class FeedPages {
 public:
  using Read = std::function<Result<std::vector<FeedEntry>>(FeedPosition after, std::size_t most)>;

  explicit FeedPages(Read read) : read_(std::move(read)) {}

  // At most `most` entries after `after`, in order; fewer where the ones in memory end, none only when there
  // are none.
  Result<std::vector<FeedEntry>> after(FeedPosition after, std::size_t most);

 private:
  bool stands(FeedPosition after) const;
  std::vector<FeedEntry> copy(FeedPosition after, std::size_t most) const;
  void keep(FeedPosition after, const std::vector<FeedEntry>& entries);

  const Read read_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<FeedPosition> under_way_;  // after which others are reading
  FeedPosition from_;                    // what stands here is all there is after it, up to the last
  std::deque<FeedEntry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace jingwei::storage::postgres

// Runs what follows the feed: consumers with a durable cursor, and followers that keep caches.
#pragma once

#include "storage/loop.h"
#include "storage/store.h"

namespace jingwei::storage {

// Something that takes each event once. Its cursor is moved in the same Change as its effect.
// All functions are called by one thread at a time; an error is logged and the same entries come again later.
class Consumer {
 public:
  virtual ~Consumer() = default;
  virtual std::string name() const = 0;

  // Called when this process becomes the runner, and again whenever state in memory may have parted from what
  // stands in the database (a lost lease, a refused commit): drop it and read what was saved together with
  // the cursor.
  virtual Result<void> load(Reader&) { return {}; }

  // Takes the next entries, in order: adds their effect to `effect`, or folds them into memory.
  virtual Result<void> handle(std::span<const FeedEntry> entries, Change& effect) = 0;

  // Whether handle() folds entries into memory, so that only save() tells their effect.
  virtual bool folds() const { return false; }
  // Folding consumers: adds the state folded since the last save. Called just before each commit of the
  // cursor.
  virtual Result<void> save(Change&) { return {}; }
  // Least time between two saves; zero commits after every page of entries that had an effect. Pages without
  // one only move the cursor: once in a second is enough, since they may come again.
  virtual std::chrono::milliseconds save_every() const { return std::chrono::milliseconds{0}; }
  // After a commit of the cursor, with the position reached; for pushing to whoever watches.
  virtual void saved(FeedPosition) {}
};

// Runs one Consumer under the lease "consumer:<name>": of several processes on one database one runs it at a
// time. The cursor's expectation keeps events from taking effect twice even when a lease was lost unnoticed.
class FeedRunner {
 public:
  // `owner` names this process, differently from every other (host, pid, a random number).
  FeedRunner(Store& store, const Clock& clock, Consumer& consumer, std::string owner);

  // Takes one page of events, and saves when it is time; returns how many events were taken (0 also when
  // another process holds the lease). For tests, and for the thread. Errors: as the store's and the
  // consumer's; the next step tries again.
  Result<std::size_t> step();
  // Saves what is folded, whatever the time.
  Result<void> flush();

  // Runs steps in a thread of its own until `stop` (or the destructor), which flushes.
  void start();
  void stop();

  // How far the events have been handed to the consumer, saved or not. Thread-safe.
  FeedPosition position() const;

 private:
  Result<bool> hold_lease();
  Result<void> load();
  void forget();
  std::chrono::milliseconds rhythm() const;

  Store& store_;
  const Clock& clock_;
  Consumer& consumer_;
  std::string owner_;

  bool holding_ = false;
  bool loaded_ = false;
  std::chrono::nanoseconds lease_taken_{0};
  std::chrono::nanoseconds saved_at_{0};
  FeedPosition saved_;  // the cursor as it stands in the database
  FeedPosition taken_;  // handed to the consumer
  Change effect_;
  mutable std::mutex mutex_;
  FeedPosition published_;
  Loop loop_;
};

// Follows the feed without a cursor, for caches: every process follows for itself, from the position its
// cache was read at.
class Follower {
 public:
  using Handle = std::function<Result<void>(std::span<const FeedEntry>)>;
  // `from` is Reader::position() of the snapshot the cache was filled from.
  Follower(Store& store, FeedPosition from, Handle handle);

  // Hands over one page; returns how many events. On an error of `handle` the same page comes again.
  Result<std::size_t> step();
  void start();
  void stop();

  FeedPosition position() const;
  // True as soon as everything up to `position` has been handled; false when `patience` passes first.
  bool wait_until(FeedPosition position, std::chrono::milliseconds patience);

 private:
  Store& store_;
  Handle handle_;
  mutable std::mutex mutex_;
  std::condition_variable moved_;
  FeedPosition position_;
  Loop loop_;
};

}  // namespace jingwei::storage

#include "storage/feed_runner.h"

#include <algorithm>

#include "base/limits.h"
#include "base/log.h"

namespace jingwei::storage {

namespace {

constexpr std::chrono::seconds lease_time{10};
constexpr std::chrono::seconds lease_renewal{3};
constexpr std::chrono::milliseconds idle_wait{250};
constexpr std::chrono::milliseconds fault_pause{500};
constexpr std::chrono::milliseconds cursor_rhythm{1'000};
constexpr std::chrono::milliseconds gathering{50};

}  // namespace

FeedRunner::FeedRunner(Store& store, const Clock& clock, Consumer& consumer, std::string owner)
    : store_(store), clock_(clock), consumer_(consumer), owner_(std::move(owner)) {}

// True while this process is the runner. Renewed well before the lease lapses, measured on the monotonic
// clock.
Result<bool> FeedRunner::hold_lease() {
  const auto now = clock_.monotonic();
  if (holding_ && now - lease_taken_ < lease_renewal) return true;
  JW_ASSIGN(const bool held,
            store_.take_lease("consumer:" + consumer_.name(), owner_, clock_.now(), lease_time));
  if (!held) forget();
  holding_ = held;
  lease_taken_ = now;
  return held;
}

void FeedRunner::forget() {
  loaded_ = false;
  effect_ = {};
}

Result<void> FeedRunner::load() {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(saved_, read_cursor(*reader, consumer_.name()));
  JW_TRY(consumer_.load(*reader));
  taken_ = saved_;
  effect_ = {};
  saved_at_ = clock_.monotonic();
  loaded_ = true;
  std::lock_guard lock(mutex_);
  published_ = taken_;
  return {};
}

// How seldom to save what was taken.
std::chrono::milliseconds FeedRunner::rhythm() const {
  const bool moves_alone =
      !consumer_.folds() && effect_.writes.empty() && effect_.events.empty() && effect_.audit.empty();
  return moves_alone ? std::max(consumer_.save_every(), cursor_rhythm) : consumer_.save_every();
}

Result<std::size_t> FeedRunner::step() {
  JW_ASSIGN(const bool held, hold_lease());
  if (!held) return std::size_t{0};
  if (!loaded_) JW_TRY(load());
  JW_ASSIGN(const auto entries, store_.read_feed(taken_, limits::feed_page_events));
  if (!entries.empty()) {
    auto handled = consumer_.handle(entries, effect_);
    if (!handled) {
      forget();  // half a page may have been folded
      return std::move(handled).error();
    }
    taken_ = entries.back().position;
    std::lock_guard lock(mutex_);
    published_ = taken_;
  }
  if (taken_ > saved_ && clock_.monotonic() - saved_at_ >= rhythm()) JW_TRY(flush());
  return entries.size();
}

Result<void> FeedRunner::flush() {
  if (!loaded_ || taken_ == saved_) return {};
  auto outcome = [&]() -> Result<void> {
    JW_TRY(consumer_.save(effect_));
    effect_.writes.push_back(move_cursor(consumer_.name(), saved_, taken_));
    effect_.origin = Origin::hub;
    JW_ASSIGN([[maybe_unused]] const auto committed, store_.commit(std::move(effect_)));
    return {};
  }();
  effect_ = {};
  if (!outcome) {
    // Another process moved the cursor, or the effect was refused: what is in memory counts no longer.
    forget();
    if (outcome.error().code == ErrorCode::conflict) holding_ = false;
    return outcome;
  }
  saved_ = taken_;
  saved_at_ = clock_.monotonic();
  consumer_.saved(saved_);
  return {};
}

void FeedRunner::start() {
  loop_.start([this] {
    const auto taken = step();
    if (!taken) {
      log::warn("consumer.step_failed", {{"consumer", consumer_.name()}, {"error", taken.error().to_log()}});
      loop_.pause(fault_pause);
    } else if (!holding_) {
      loop_.pause(fault_pause);
    } else if (*taken > 0 && *taken < limits::feed_page_events) {
      // Events that come one after another are taken some at a time.
      loop_.pause(gathering);
    } else if (*taken == 0) {
      const auto wanted = rhythm();
      store_.wait_for_feed(taken_,
                           taken_ > saved_ && wanted.count() > 0 ? std::min(wanted, idle_wait) : idle_wait);
    }
  });
}

void FeedRunner::stop() {
  loop_.stop();
  if (auto outcome = flush(); !outcome) {
    log::warn("consumer.flush_failed", {{"consumer", consumer_.name()}, {"error", outcome.error().to_log()}});
  }
}

FeedPosition FeedRunner::position() const {
  std::lock_guard lock(mutex_);
  return published_;
}

Follower::Follower(Store& store, FeedPosition from, Handle handle)
    : store_(store), handle_(std::move(handle)), position_(from) {}

Result<std::size_t> Follower::step() {
  const FeedPosition from = position();
  // Taken before the feed is read: when nothing comes, everything up to this horizon has been seen.
  FeedPosition horizon;
  {
    JW_ASSIGN(auto reader, store_.read());
    JW_ASSIGN(horizon, reader->position());
  }
  JW_ASSIGN(const auto entries, store_.read_feed(from, limits::feed_page_events));
  if (!entries.empty()) JW_TRY(handle_(entries));
  const FeedPosition reached = entries.size() == limits::feed_page_events
                                   ? entries.back().position
                                   : std::max(entries.empty() ? from : entries.back().position, horizon);
  {
    std::lock_guard lock(mutex_);
    position_ = std::max(position_, reached);
  }
  moved_.notify_all();
  return entries.size();
}

void Follower::start() {
  loop_.start([this] {
    const auto taken = step();
    if (!taken) {
      log::warn("follower.step_failed", {{"error", taken.error().to_log()}});
      loop_.pause(fault_pause);
    } else if (*taken == 0) {
      store_.wait_for_feed(position(), idle_wait);
    }
  });
}

void Follower::stop() {
  loop_.stop();
}

FeedPosition Follower::position() const {
  std::lock_guard lock(mutex_);
  return position_;
}

bool Follower::wait_until(FeedPosition position, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, patience, [&] { return position_ >= position; });
}

}  // namespace jingwei::storage

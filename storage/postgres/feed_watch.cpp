#include "storage/postgres/feed_watch.h"

#include <algorithm>

namespace jingwei::storage::postgres {

namespace {

constexpr std::chrono::milliseconds held_back_rhythm{2};
constexpr std::chrono::milliseconds others_rhythm{20};
constexpr std::size_t most_bytes = std::size_t{8} << 20;
constexpr std::size_t most_entries = 4'096;

}  // namespace

void FeedWatch::note(FeedPosition position) {
  {
    const std::lock_guard lock(mutex_);
    if (position <= written_) return;
    written_ = position;
    unasked_ = true;
  }
  told_.notify_one();
}

FeedPosition FeedWatch::head() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

FeedWatch::Time FeedWatch::next_ask() const {
  if (unasked_) return {};
  return asked_at_ + (written_ > readable_ ? held_back_rhythm : others_rhythm);
}

void FeedWatch::ask(std::unique_lock<std::mutex>& lock) {
  asking_ = true;
  unasked_ = false;
  asked_at_ = std::chrono::steady_clock::now();
  lock.unlock();
  const auto answer = ask_();
  lock.lock();
  asking_ = false;
  if (answer) readable_ = std::max(readable_, *answer);
  told_.notify_all();
}

bool FeedWatch::wait(FeedPosition after, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (readable_ <= after) {
    const auto now = std::chrono::steady_clock::now();
    if (!asking_ && next_ask() <= now) {
      ask(lock);
      continue;
    }
    if (deadline <= now) {
      told_.notify_one();  // in case it was this one that was to ask
      return false;
    }
    told_.wait_until(lock, asking_ ? deadline : std::min(deadline, next_ask()));
  }
  return true;
}

bool FeedPages::stands(FeedPosition after) const {
  return !entries_.empty() && from_ <= after && after < entries_.back().position;
}

std::vector<FeedEntry> FeedPages::copy(FeedPosition after, std::size_t most) const {
  const auto first = std::upper_bound(
      entries_.begin(), entries_.end(), after,
      [](FeedPosition position, const FeedEntry& entry) { return position < entry.position; });
  const auto count = std::min(most, static_cast<std::size_t>(entries_.end() - first));
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

// Consumers are woken together and ask for the same: one of them reads, the others look again after it. Who
// stands beyond the last entry in memory reads on from there, so that no gap comes about.
Result<std::vector<FeedEntry>> FeedPages::after(FeedPosition after, std::size_t most) {
  FeedPosition start = after;
  {
    std::unique_lock lock(mutex_);
    const auto is_read = [&] {
      start = entries_.empty() ? after : std::min(after, entries_.back().position);
      return std::find(under_way_.begin(), under_way_.end(), start) != under_way_.end();
    };
    if (is_read()) came_.wait(lock, [&] { return !is_read(); });
    if (stands(after)) return copy(after, most);
    under_way_.push_back(start);
  }
  auto entries = read_(start, most);
  bool whole = true;
  {
    const std::lock_guard lock(mutex_);
    under_way_.erase(std::find(under_way_.begin(), under_way_.end(), start));
    if (entries && !entries->empty()) keep(start, *entries);
    whole = !entries || entries->size() < most || after < entries->back().position;
  }
  came_.notify_all();
  if (!whole) return read_(after, most);
  if (entries && start < after)
    std::erase_if(*entries, [&](const FeedEntry& entry) { return entry.position <= after; });
  return entries;
}

void FeedPages::keep(FeedPosition after, const std::vector<FeedEntry>& entries) {
  if (entries_.empty()) from_ = after;
  if (entries.back().position < from_) return;  // of somebody who comes long behind
  if (after < from_) {
    const auto known = std::find_if(entries.begin(), entries.end(),
                                    [&](const FeedEntry& entry) { return from_ < entry.position; });
    entries_.insert(entries_.begin(), entries.begin(), known);
    for (auto entry = entries.begin(); entry != known; ++entry) bytes_ += entry->body.size();
    from_ = after;
  }
  for (const auto& entry : entries) {
    if (!entries_.empty() && entry.position <= entries_.back().position) continue;
    entries_.push_back(entry);
    bytes_ += entry.body.size();
  }
  while (entries_.size() > most_entries || (bytes_ > most_bytes && entries_.size() > 1)) {
    bytes_ -= entries_.front().body.size();
    from_ = entries_.front().position;
    entries_.pop_front();
  }
}

}  // namespace jingwei::storage::postgres

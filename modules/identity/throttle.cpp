#include "modules/identity/throttle.h"

#include <algorithm>

namespace jingwei::identity {

namespace {

constexpr int free_tries = 4;            // of one place
constexpr int free_tries_of_all = 100;   // of all unknown places together
constexpr std::chrono::seconds longest{900};
constexpr std::chrono::hours forgotten{24};
constexpr std::size_t most_counts = 200'000;

std::string key_of(const Throttle::Try& one) {
  return one.account + '\n' + one.place;
}

std::string key_of_all(const Throttle::Try& one) {
  return one.account + "\n*";
}

}  // namespace

std::optional<std::chrono::seconds> Throttle::wait_of(const Count& count, int free, Moment now) {
  if (count.failures <= free) return std::nullopt;
  const int doublings = std::min(count.failures - free - 1, 10);
  const Moment until = count.last + std::min<std::chrono::seconds>(std::chrono::seconds{1 << doublings}, longest);
  if (until <= now) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(until - now);
}

std::optional<std::chrono::seconds> Throttle::wait(const Try& one, Moment now) const {
  const std::lock_guard lock(mutex_);
  std::optional<std::chrono::seconds> longest_wait;
  const auto look = [&](const std::string& key, int free) {
    const auto place = counts_.find(key);
    if (place == counts_.end()) return;
    const auto wait = wait_of(place->second, free, now);
    if (wait && (!longest_wait || *longest_wait < *wait)) longest_wait = wait;
  };
  look(key_of(one), free_tries);
  if (!one.known_device) look(key_of_all(one), free_tries_of_all);
  return longest_wait;
}

void Throttle::count(const std::string& key, Moment now) {
  Count& one = counts_[key];
  if (now - one.last > forgotten) one.failures = 0;
  ++one.failures;
  one.last = now;
}

void Throttle::failed(const Try& one, Moment now) {
  const std::lock_guard lock(mutex_);
  if (counts_.size() >= most_counts) {
    std::erase_if(counts_, [&](const auto& entry) { return now - entry.second.last > longest; });
    if (counts_.size() >= most_counts) counts_.clear();
  }
  count(key_of(one), now);
  if (!one.known_device) count(key_of_all(one), now);
}

void Throttle::succeeded(const Try& one) {
  const std::lock_guard lock(mutex_);
  counts_.erase(key_of(one));
}

}  // namespace jingwei::identity

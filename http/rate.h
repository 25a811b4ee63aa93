// A token bucket per client address, kept as one number each (the generic cell rate algorithm, ITU-T I.371).
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace jingwei::http {

struct Rate {
  double per_second = 200;     // tokens refilled; 0 turns metering off
  double burst = 400;          // most tokens a client can save up
  bool spare_loopback = true;  // clients of this machine are not metered
};

// Thread-safe; lock-free in take().
class Bucket {
 public:
  // Takes `cost` tokens, or says how long until they are there.
  std::optional<std::chrono::nanoseconds> take(int cost, const Rate& rate, std::chrono::nanoseconds now);
  bool full_at(std::chrono::nanoseconds now) const {
    return full_again_ns_.load(std::memory_order_relaxed) <= now.count();
  }

 private:
  std::atomic<std::int64_t> full_again_ns_{0};  // when the bucket will be full if nothing more is taken
};

class RateLimiter {
 public:
  explicit RateLimiter(Rate rate) : rate_(rate) {}
  const Rate& rate() const { return rate_; }
  // The bucket of a client; nullptr when it is not metered. Shared by the client's connections.
  std::shared_ptr<Bucket> bucket_of(std::string_view address);
  // Forgets full buckets nobody holds.
  void sweep(std::chrono::nanoseconds now);

 private:
  Rate rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Bucket>> buckets_;
};

}  // namespace jingwei::http

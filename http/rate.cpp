#include "http/rate.h"

namespace jingwei::http {

std::optional<std::chrono::nanoseconds> Bucket::take(int cost, const Rate& rate,
                                                     std::chrono::nanoseconds now) {
  if (cost <= 0 || rate.per_second <= 0) return std::nullopt;
  const double token_ns = 1e9 / rate.per_second;
  const auto price = static_cast<std::int64_t>(cost * token_ns);
  const auto depth = static_cast<std::int64_t>(std::max(rate.burst, static_cast<double>(cost)) * token_ns);
  std::int64_t before = full_again_ns_.load(std::memory_order_relaxed);
  while (true) {
    const std::int64_t after = std::max(before, now.count()) + price;
    if (after - now.count() > depth) return std::chrono::nanoseconds(after - now.count() - depth);
    if (full_again_ns_.compare_exchange_weak(before, after, std::memory_order_relaxed)) return std::nullopt;
  }
}

std::shared_ptr<Bucket> RateLimiter::bucket_of(std::string_view address) {
  if (rate_.per_second <= 0) return nullptr;
  if (rate_.spare_loopback && (address.starts_with("127.") || address == "::1")) return nullptr;
  const std::scoped_lock lock(mutex_);
  auto& bucket = buckets_[std::string(address)];
  if (!bucket) bucket = std::make_shared<Bucket>();
  return bucket;
}

void RateLimiter::sweep(std::chrono::nanoseconds now) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(buckets_, [&](const auto& entry) {
    return entry.second.use_count() == 1 && entry.second->full_at(now);
  });
}

}  // namespace jingwei::http

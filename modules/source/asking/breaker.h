// A circuit breaker: a department in trouble is left alone for a while, then asked once to see whether it is
// back.
#pragma once

#include <chrono>
#include <mutex>

#include "base/limits.h"

namespace jingwei::source {

enum class BreakerState : std::uint8_t { closed, open, half_open };
std::string_view name_of(BreakerState state);

// Pure: takes the monotonic time with every call. Closed: all go through; limits::question_failures_to_open
// failures in a row open it. Open: nothing goes through for limits::question_rest. Half-open: one probe goes;
// answered it closes, failed it opens for twice as long, up to limits::question_rest_most. Thread-safe.
class Breaker {
 public:
  using Moment = std::chrono::nanoseconds;

  enum class Pass : std::uint8_t { none, plain, probe };

  // Whether a call may go now. Each call that went is reported with its pass by exactly one of the three
  // below.
  Pass allow(Moment now);
  void succeeded(Pass pass);
  void failed(Pass pass, Moment now);
  // It says nothing about the department (our own end gave up): a probe is given back.
  void abandoned(Pass pass);

  BreakerState state(Moment now) const;
  // Until the next probe may go; zero when something may go now.
  std::chrono::nanoseconds rest(Moment now) const;

 private:
  mutable std::mutex mutex_;
  int failures_ = 0;
  bool open_ = false;
  bool probing_ = false;
  Moment until_{0};
  std::chrono::nanoseconds rest_ = limits::question_rest;
};

// At most `per_minute` calls a minute, all of them at once when none went for a minute. Thread-safe.
class CallRate {
 public:
  explicit CallRate(std::int64_t per_minute) : per_minute_(per_minute) {}
  bool take(std::chrono::nanoseconds now);

 private:
  std::mutex mutex_;
  std::int64_t per_minute_;
  double left_ = -1;
  std::chrono::nanoseconds last_{0};
};

}  // namespace jingwei::source

#include "modules/source/asking/breaker.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace jingwei::source {

std::string_view name_of(BreakerState state) {
  constexpr std::array<std::string_view, 3> names = {"closed", "open", "half_open"};
  return names.at(static_cast<std::size_t>(state));
}

Breaker::Pass Breaker::allow(Moment now) {
  const std::lock_guard lock(mutex_);
  if (!open_) return Pass::plain;
  if (now < until_ || probing_) return Pass::none;
  probing_ = true;
  return Pass::probe;
}

void Breaker::succeeded(Pass pass) {
  const std::lock_guard lock(mutex_);
  // Once open only a probe closes it: an answer to an older call says little about now.
  if (open_ && pass != Pass::probe) return;
  failures_ = 0;
  open_ = probing_ = false;
  rest_ = limits::question_rest;
}

void Breaker::failed(Pass pass, Moment now) {
  const std::lock_guard lock(mutex_);
  if (open_) {
    if (pass != Pass::probe) return;
    probing_ = false;
    rest_ = std::min<std::chrono::nanoseconds>(rest_ * 2, limits::question_rest_most);
    until_ = now + rest_;
    return;
  }
  if (++failures_ < limits::question_failures_to_open) return;
  open_ = true;
  until_ = now + rest_;
}

void Breaker::abandoned(Pass pass) {
  const std::lock_guard lock(mutex_);
  if (pass == Pass::probe) probing_ = false;
}

BreakerState Breaker::state(Moment now) const {
  const std::lock_guard lock(mutex_);
  if (!open_) return BreakerState::closed;
  return now < until_ ? BreakerState::open : BreakerState::half_open;
}

std::chrono::nanoseconds Breaker::rest(Moment now) const {
  const std::lock_guard lock(mutex_);
  return open_ && now < until_ ? until_ - now : std::chrono::nanoseconds{0};
}

bool CallRate::take(std::chrono::nanoseconds now) {
  const std::lock_guard lock(mutex_);
  const auto most = static_cast<double>(per_minute_);
  const double passed = std::chrono::duration<double>(now - last_).count();
  left_ = left_ < 0 ? most : std::min(most, left_ + passed * most / 60);
  last_ = now;
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

}  // namespace jingwei::source

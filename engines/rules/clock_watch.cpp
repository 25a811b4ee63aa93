// When time alone may change an answer. Each comparison with an instant that follows the clock tells the next
// moment at which it may turn out otherwise; parts of a rule that were not looked at cannot matter before one
// of those that were turns.
#include <algorithm>

#include "engines/rules/evaluation.h"

namespace jingwei::rules {

namespace {

constexpr std::chrono::hours look_ahead{24 * 365 * 200};
// Months that run over put an instant at most three days later than months that do not.
constexpr std::chrono::hours run_over_most{24 * 3};

int sign(Instant left, Instant right) {
  return left < right ? -1 : left > right;
}

// The first instant after `low` (where `reached` is false) for which it is true; it must be so at `high`.
template <typename Reached>
Instant first_reached(Instant low, Instant high, const Reached& reached) {
  while (high - low > std::chrono::microseconds(1)) {
    const Instant middle = low + (high - low) / 2;
    (reached(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

Value Evaluation::moved(Instant instant, std::uint32_t parent, Motion::Kind kind, Unit unit,
                        std::int64_t amount) {
  motions_.push_back({kind, unit, parent, amount});
  return Value::moving(instant, static_cast<std::uint32_t>(motions_.size()));
}

// Where the moving instant will be when the clock says `at`.
Instant Evaluation::apply(std::uint32_t motion, Instant at) const {
  const Motion& step = motions_[motion - 1];
  if (step.kind == Motion::Kind::clock) return at;
  const Instant from = apply(step.parent, at);
  switch (step.kind) {
    case Motion::Kind::in_zone:
      return plus_in_zone(from, step.amount, step.unit, with_.zone).value_or(from);
    case Motion::Kind::running_over:
      return plus_running_over(from, step.amount, step.unit).value_or(from);
    case Motion::Kind::start_of_day:
      return start_of_day(from, with_.zone);
    default:
      return with_.working_time->add(from, std::chrono::microseconds(step.amount));
  }
}

Instant Evaluation::apply_never_back(std::uint32_t motion, Instant at) const {
  const Motion& step = motions_[motion - 1];
  if (step.kind == Motion::Kind::clock) return at;
  return plus_in_zone(at, step.amount, step.unit, nullptr).value_or(at);
}

bool Evaluation::runs_over(std::uint32_t motion) const {
  const Motion& step = motions_[motion - 1];
  return step.kind == Motion::Kind::running_over && !length_of(step.unit);
}

// True when it keeps the same distance from the clock (but for changes of the zone's offset).
bool Evaluation::is_shift(std::uint32_t motion) const {
  for (; motion != 0; motion = motions_[motion - 1].parent) {
    const Motion& step = motions_[motion - 1];
    if (step.kind == Motion::Kind::clock) return true;
    const bool added = step.kind == Motion::Kind::in_zone || step.kind == Motion::Kind::running_over;
    if (!added || !length_of(step.unit)) return false;
    if (step.kind == Motion::Kind::in_zone && with_.zone &&
        (step.unit == Unit::day || step.unit == Unit::week) &&
        with_.zone->offset_at(now_) != with_.zone->offset_at(now_ + std::chrono::hours(24 * 190)))
      return false;
  }
  return true;
}

void Evaluation::watch(Instant at) {
  if (!with_.watch_clock) return;
  at = std::max(at, now_ + tick_);
  if (!may_change_at_ || at < *may_change_at_) may_change_at_ = at;
}

void Evaluation::watch_order(const Value& left, const Value& right) {
  const std::uint32_t a = left.motion();
  const std::uint32_t b = right.motion();
  if (a == b || !with_.watch_clock) return;
  if (a == 0) return watch_crossing(b, left.as_instant());
  if (b == 0) return watch_crossing(a, right.as_instant());
  if (is_shift(a) && is_shift(b)) return;
  watch(std::min(start_of_next_day(now_, with_.zone), now_ + std::chrono::minutes(1)));
}

// The next moment at which a moving instant stands otherwise to a fixed one.
void Evaluation::watch_crossing(std::uint32_t motion, Instant fixed) {
  if (runs_over(motion)) return watch_running_over(motion, fixed);
  const Instant here = apply(motion, now_);
  const int side = sign(here, fixed);
  if (side > 0) return;  // it only goes on from here
  if (side == 0) return watch_at_once();
  if (is_shift(motion)) return watch(now_ + (fixed - here));
  const auto reached = [&](Instant at) { return apply(motion, at) >= fixed; };
  const Instant high = std::max(now_, fixed) + look_ahead;
  if (reached(high)) watch(first_reached(now_, high, reached));
}

// With months that run over the instant may go back by up to three days when a short month is passed; within
// a day (UTC) it goes as the clock.
void Evaluation::watch_running_over(std::uint32_t motion, Instant fixed) {
  const Instant here = apply(motion, now_);
  const auto near = [&](Instant at) { return apply_never_back(motion, at) >= fixed - run_over_most; };
  if (here < fixed && !near(now_)) {
    const Instant high = std::max(now_, fixed) + look_ahead;
    if (near(high)) watch(first_reached(now_, high, near));
    return;
  }
  if (here == fixed) return watch_at_once();
  if (here > fixed && apply_never_back(motion, now_) > fixed) return;
  const Instant midnight = start_of_next_day(now_, nullptr);
  watch(here < fixed ? std::min(midnight, now_ + (fixed - here)) : midnight);
}

}  // namespace jingwei::rules

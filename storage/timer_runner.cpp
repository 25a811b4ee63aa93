#include "storage/timer_runner.h"

#include "base/log.h"

namespace jingwei::storage {

namespace {

constexpr std::chrono::seconds lease_time{60};
constexpr std::chrono::seconds longest_delay{3'600};
constexpr std::chrono::milliseconds rhythm{250};
constexpr std::size_t claims_at_once = 64;

std::chrono::seconds delay_after(std::int64_t attempt) {
  return std::min(std::chrono::seconds{std::int64_t{1} << std::clamp<std::int64_t>(attempt, 1, 12)},
                  longest_delay);
}

}  // namespace

TimerRunner::TimerRunner(Store& store, const Clock& clock, std::string owner)
    : store_(store), clock_(clock), owner_(std::move(owner)) {}

void TimerRunner::on(const std::string& kind, Handler handler) {
  if (handlers_.insert_or_assign(kind, std::move(handler)).second) kinds_.push_back(kind);
}

Result<std::size_t> TimerRunner::step() {
  JW_ASSIGN(const auto timers, store_.claim_timers(kinds_, owner_, clock_.now(), lease_time, claims_at_once));
  std::size_t acted = 0;
  for (const Timer& timer : timers) acted += act(timer) ? 1 : 0;
  return acted;
}

bool TimerRunner::act(const Timer& timer) {
  auto outcome = [&]() -> Result<Committed> {
    JW_ASSIGN(Change change, handlers_.at(timer.kind)(timer));
    change.writes.push_back(complete_timer(timer));
    change.origin = Origin::hub;
    return store_.commit(std::move(change));
  }();
  if (outcome) return true;
  log::warn("timer.failed",
            {{"kind", timer.kind}, {"timer", timer.id.value}, {"error", outcome.error().to_log()}});
  Change again;
  again.origin = Origin::hub;
  again.writes.push_back(postpone_timer(timer, clock_.now() + delay_after(timer.attempt)));
  // When even this fails the lease lapses, and the timer comes again by itself.
  (void)store_.commit(std::move(again));
  return false;
}

void TimerRunner::start() {
  loop_.start([this] {
    const auto acted = step();
    if (!acted) log::warn("timer.step_failed", {{"error", acted.error().to_log()}});
    if (!acted || *acted == 0) loop_.pause(rhythm);
  });
}

void TimerRunner::stop() {
  loop_.stop();
}

}  // namespace jingwei::storage

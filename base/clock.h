// Time comes in from outside: services take a Clock, tests turn one by hand.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jingwei {

// An instant in UTC with microseconds, as stored (BIGINT) and compared.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
// A local calendar day of the hub's zone; stored as days since 1970-01-01.
using Day = std::chrono::sys_days;

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time; may jump, so only for what people see and what is stored.
  virtual Instant now() const = 0;
  // Never goes back; for durations, leases held in this process and rate limits.
  virtual std::chrono::nanoseconds monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
  std::chrono::nanoseconds monotonic() const override;
};

// A clock that stands still until told; safe to read and turn from several threads.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = Instant{std::chrono::days{18'300}})
      : now_us_(start.time_since_epoch().count()) {}
  Instant now() const override { return Instant{std::chrono::microseconds{now_us_.load()}}; }
  std::chrono::nanoseconds monotonic() const override { return std::chrono::microseconds{ticks_us_.load()}; }
  void advance(std::chrono::microseconds by) {
    now_us_ += by.count();
    ticks_us_ += by.count();
  }
  // Moves wall time only, as a broken time server would.
  void jump_to(Instant instant) { now_us_ = instant.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> now_us_;
  std::atomic<std::int64_t> ticks_us_{0};
};

inline std::int64_t to_micros(Instant instant) {
  return instant.time_since_epoch().count();
}
inline Instant from_micros(std::int64_t micros) {
  return Instant{std::chrono::microseconds{micros}};
}
inline std::int32_t to_days(Day day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}
inline Day from_days(std::int32_t days) {
  return Day{std::chrono::days{days}};
}

// "2020-01-21T08:00:00.000000Z".
std::string to_rfc3339(Instant instant);
// RFC 3339 date-time with "Z" or an offset; fraction up to six digits counted, more cut. Nothing if
// malformed.
std::optional<Instant> parse_rfc3339(std::string_view text);
// "2020-01-21".
std::string to_iso(Day day);
// Exactly YYYY-MM-DD and a real day; nothing otherwise.
std::optional<Day> parse_iso_day(std::string_view text);

// Days of an instant in a zone (IANA name such as "Asia/Shanghai"; ICU's rules). Thread-safe after
// construction.
class Zone {
 public:
  explicit Zone(const std::string& iana_name);
  ~Zone();
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  Day day_of(Instant instant) const;
  // The instant at which `day` begins in this zone.
  Instant start_of(Day day) const;
  // Offset from UTC at `instant`.
  std::chrono::seconds offset_at(Instant instant) const;
  const std::string& name() const { return name_; }

 private:
  struct Rules;
  std::string name_;
  Rules* rules_;
};

}  // namespace jingwei

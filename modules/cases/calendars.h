// The hub's working calendar: the State Council's days, and what the hub has set over them, in versions.
#pragma once

#include <memory>
#include <mutex>

#include "modules/cases/cases_parts.h"
#include "modules/cases/writing.h"

namespace jingwei::cases {

// What people set: hours, and the days that differ from the State Council's.
struct CalendarSetting {
  std::int64_t version = 0;  // 0: nobody has set anything
  WorkingHours hours;
  SpecialDays days;
  std::string set_by;
  Instant set_at{};
};

// "08:30"; nothing for what is no time of a day ("24:00" is one).
std::optional<std::chrono::minutes> parse_time(std::string_view text);
std::string time_text(std::chrono::minutes time);

// Thread-safe.
class Calendars {
 public:
  explicit Calendars(const CasesParts& parts);

  // Reads what counts. Where the State Council's days are others than those by which open deadlines were
  // laid, as after an update of the program, that is a new version, and the feed tells so. Errors: the
  // store's, corrupt.
  Result<void> open();
  Result<void> reload();
  Result<void> follow(const storage::FeedEntry& event);
  // The one that counts now; stays valid while held.
  std::shared_ptr<const WorkingCalendar> calendar() const;
  CalendarSetting setting() const;
  // Becomes the next version: its days stand over those set before, which stay. Errors: invalid (hours out of
  // order), corrupt (the days set before), conflict, the store's.
  Result<CalendarSetting> set(CalendarSetting wanted, const WriteRequest& request);

 private:
  Result<storage::Change> note_holidays(storage::Reader& reader) const;

  const CasesParts& parts_;
  mutable std::mutex swap_;
  CalendarSetting setting_;
  std::shared_ptr<const WorkingCalendar> calendar_;
};

}  // namespace jingwei::cases

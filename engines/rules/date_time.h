// Dates as rules read them, and what can be added to them. Inner header of engines/rules.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "engines/rules/operators.h"

namespace jingwei::rules {

// CertLogic's date-times: YYYY-MM-DD, YYYY-MM-DDThh:mm:ss with any fraction (cut to milliseconds) and Z, ±h,
// ±hh, ±hhmm, ±hh:mm or nothing (UTC); YYYY and YYYY-MM stand for their last day, where `partial` allows
// them.
enum class Partial : std::uint8_t { refused, allowed };
std::optional<Instant> parse_date_time(std::string_view text, Partial partial);
// A date of birth: YYYY, YYYY-MM (their last day) or YYYY-MM-DD.
std::optional<Instant> parse_birth_date(std::string_view text);
// What jingwei reads: RFC 3339, or YYYY-MM-DD as the beginning of that day in the zone (UTC when null).
std::optional<Instant> parse_local_date(std::string_view text, const Zone* zone);

// UTC; months and years run over as in JavaScript (31 January + 1 month = 3 March, or 2 March in a leap
// year). Nothing when the result lies outside the years 0 to 9999.
std::optional<Instant> plus_running_over(Instant from, std::int64_t amount, Unit unit);
// In the zone (UTC when null): days keep the time of day, months and years stay in their month
// (31 January + 1 month = 28 February). Never goes back when `from` goes on.
std::optional<Instant> plus_in_zone(Instant from, std::int64_t amount, Unit unit, const Zone* zone);

Instant start_of_day(Instant at, const Zone* zone);
Instant start_of_next_day(Instant at, const Zone* zone);
Day local_day(Instant at, const Zone* zone);

// Whole units from one instant to another, rounded down (negative when `to` comes first).
std::int64_t whole_units(Instant from, Instant to, Unit unit, const Zone* zone);

// Of seconds up to weeks; nothing for months and years.
std::optional<std::chrono::microseconds> length_of(Unit unit);

}  // namespace jingwei::rules

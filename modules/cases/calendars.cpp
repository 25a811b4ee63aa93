#include "modules/cases/calendars.h"

#include <array>

#include "modules/cases/calendar/holiday_file.h"
#include "modules/cases/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::cases {

namespace {

constexpr int minutes_a_day = 24 * 60;
constexpr std::string_view hub_itself = "hub";

std::string text_of(const WorkingHours& hours) {
  return time_text(hours.begin) + "-" + time_text(hours.end) + "," + time_text(hours.rest_begin) + "-" +
         time_text(hours.rest_end);
}

// "08:30-17:30,12:00-13:00".
std::optional<WorkingHours> parse_hours(std::string_view text) {
  if (text.size() != 23) return std::nullopt;
  std::array<std::chrono::minutes, 4> times{};
  for (std::size_t at = 0; at < times.size(); ++at) {
    const auto time = parse_time(text.substr(at * 6, 5));
    if (!time) return std::nullopt;
    times[at] = *time;
  }
  return WorkingHours{times[0], times[1], times[2], times[3]};
}

// The newest version as it is kept; none: nobody has set anything.
struct KeptCalendar {
  std::int64_t version = 0;
  std::string hours = text_of(WorkingHours{}), days;
};
Result<KeptCalendar> read_newest(storage::Reader& reader) {
  KeptCalendar kept;
  JW_TRY(reader.query(sql::newest_calendar, {}, [&](const storage::Row& row) {
    kept = {row.integer(0), std::string(row.text(1)), std::string(row.text(2))};
    return true;
  }));
  return kept;
}

void tell_version(std::int64_t version, const std::string& actor, storage::Change& change) {
  const std::string number = std::to_string(version);
  change.events.push_back({std::string(calendar_event_kind), R"({"version":)" + number + "}"});
  change.audit.push_back({actor, "calendar.set", "calendar:" + number, "{}"});
}

}  // namespace

std::optional<std::chrono::minutes> parse_time(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0, 1, 3, 4}) {
    if (digit(at) < 0 || digit(at) > 9) return std::nullopt;
  }
  const int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
  if (minute > 59 || hour * 60 + minute > minutes_a_day) return std::nullopt;
  return std::chrono::minutes{hour * 60 + minute};
}

std::string time_text(std::chrono::minutes time) {
  const auto two = [](std::int64_t number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return two(time.count() / 60) + ":" + two(time.count() % 60);
}

Calendars::Calendars(const CasesParts& parts)
    : parts_(parts),
      calendar_(std::make_shared<WorkingCalendar>(WorkingHours{}, parts.holidays, parts.zone)) {}

Result<void> Calendars::open() {
  // A program that came without the days knows of none that are new.
  if (!parts_.holidays.empty()) {
    JW_ASSIGN(const auto committed, storage::decide_and_commit(parts_.store, [&](storage::Reader& reader) {
                return note_holidays(reader);
              }));
    static_cast<void>(committed);
  }
  return reload();
}

Result<storage::Change> Calendars::note_holidays(storage::Reader& reader) const {
  const std::string digest = storage::sha256_hex(write_holidays(parts_.holidays));
  const std::int64_t now = to_micros(parts_.clock.now());
  std::string noted;
  JW_TRY(reader.query(sql::noted_holidays, {}, [&](const storage::Row& row) {
    noted = row.text(0);
    return true;
  }));
  storage::Change change;
  change.origin = storage::Origin::hub;
  if (noted == digest) return change;
  JW_ASSIGN(KeptCalendar next, read_newest(reader));
  if (noted.empty()) {
    change.writes.push_back({&sql::note_holidays, {digest, now}, 1});
    // By which days the open ones were laid is not known: once more.
    const std::array<storage::Value, 2> first = {std::int64_t{0}, std::int64_t{1}};
    JW_ASSIGN(const auto open, storage::query_integer(reader, sql::open_cases_after, first));
    if (open) tell_version(next.version, std::string(hub_itself), change);
    return change;
  }
  ++next.version;
  change.writes.push_back({&sql::change_noted_holidays, {noted, digest, now}, 1});
  change.writes.push_back(
      {&sql::put_calendar, {next.version, next.hours, next.days, std::string(hub_itself), now}, 1});
  tell_version(next.version, std::string(hub_itself), change);
  return change;
}

Result<void> Calendars::reload() {
  CalendarSetting setting;
  bool whole = true;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(reader->query(sql::newest_calendar, {}, [&](const storage::Row& row) {
      setting.version = row.integer(0);
      const auto hours = parse_hours(row.text(1));
      auto days = parse_holidays(row.text(2));
      whole = hours && days.ok();
      if (!whole) return true;
      setting.hours = *hours;
      setting.days = std::move(*days);
      setting.set_by = row.text(3);
      setting.set_at = from_micros(row.integer(4));
      return true;
    }));
  }
  if (!whole) return Error(ErrorCode::corrupt, "cases.calendar_corrupt");
  SpecialDays days = setting.days;
  days.insert(parts_.holidays.begin(), parts_.holidays.end());  // what is set stands before what is given
  auto calendar = std::make_shared<WorkingCalendar>(setting.hours, std::move(days), parts_.zone);
  const std::lock_guard lock(swap_);
  setting_ = std::move(setting);
  calendar_ = std::move(calendar);
  return {};
}

Result<void> Calendars::follow(const storage::FeedEntry& event) {
  if (event.kind != calendar_event_kind) return {};
  return reload();
}

std::shared_ptr<const WorkingCalendar> Calendars::calendar() const {
  const std::lock_guard lock(swap_);
  return calendar_;
}

CalendarSetting Calendars::setting() const {
  const std::lock_guard lock(swap_);
  return setting_;
}

Result<CalendarSetting> Calendars::set(CalendarSetting wanted, const WriteRequest& request) {
  JW_TRY(check_hours(wanted.hours));
  JW_ASSIGN(wanted.set_by, catalog::clean_actor(request.actor));
  const std::string hours = text_of(wanted.hours);
  auto row = catalog::idempotency_of(request.idempotency_key, wanted.set_by, "set_calendar",
                                     {hours, write_holidays(wanted.days)});
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const KeptCalendar standing, read_newest(reader));
    JW_ASSIGN(const SpecialDays before, parse_holidays(standing.days));
    SpecialDays all = wanted.days;
    all.insert(before.begin(), before.end());  // what is given stands before what was set
    const std::string days = write_holidays(all);
    wanted.version = standing.version + 1;
    wanted.set_at = parts_.clock.now();
    storage::Change change;
    change.writes.push_back(
        {&sql::put_calendar, {wanted.version, hours, days, wanted.set_by, to_micros(wanted.set_at)}, 1});
    tell_version(wanted.version, wanted.set_by, change);
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decide));
  static_cast<void>(committed);
  JW_TRY(reload());
  return setting();
}

}  // namespace jingwei::cases

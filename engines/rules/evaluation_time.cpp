// Instants, working time and regions.
#include <algorithm>

#include "engines/rules/evaluation.h"

namespace jingwei::rules {

namespace {

constexpr std::int64_t most_working_units = 100'000;

}  // namespace

// An instant, or a text that says one; nothing for null. Sets the error for anything else.
std::optional<Instant> Evaluation::instant_of(const Value& value, Id id, std::uint32_t& motion) {
  motion = value.motion();
  if (value.kind() == Kind::instant) return value.as_instant();
  if (value.is_null() || (value.kind() == Kind::text && value.as_text().empty())) return std::nullopt;
  if (value.kind() == Kind::text) {
    const auto parsed = parse_local_date(value.as_text(), with_.zone);
    if (parsed) return parsed;
  }
  fail_on(id, "rules.not_a_date", value);
  return std::nullopt;
}

Value Evaluation::plus(Id id, const Node& node) {
  const Value date = operand(node, 0);
  const Value amount = operand(node, 1);
  std::uint32_t motion = 0;
  const auto from = instant_of(date, id, motion);
  if (!from || failed() || amount.is_null()) return {};
  if (amount.kind() != Kind::integer) return fail_on(id, "rules.not_an_integer", amount);
  const auto to = plus_in_zone(*from, amount.as_integer(), node.unit, with_.zone);
  if (!to) return fail(id, "rules.date_range");
  return motion == 0 ? Value::instant(*to)
                     : moved(*to, motion, Motion::Kind::in_zone, node.unit, amount.as_integer());
}

Value Evaluation::plus_working(Id id, const Node& node) {
  const Value date = operand(node, 0);
  const Value amount = operand(node, 1);
  std::uint32_t motion = 0;
  const auto from = instant_of(date, id, motion);
  if (!from || failed() || amount.is_null()) return {};
  if (amount.kind() != Kind::integer) return fail_on(id, "rules.not_an_integer", amount);
  if (!with_.working_time) return fail(id, "rules.no_calendar");
  if (amount.as_integer() < 0 || amount.as_integer() > most_working_units)
    return fail(id, "rules.calendar_range");
  const auto unit = node.unit == Unit::day ? with_.working_time->day_length() : *length_of(node.unit);
  const auto working = unit * amount.as_integer();
  if (working / std::max(with_.working_time->day_length(), std::chrono::microseconds(1)) >
      limits::calendar_days)
    return fail(id, "rules.calendar_range");
  const Instant to = with_.working_time->add(*from, working);
  return motion == 0 ? Value::instant(to)
                     : moved(to, motion, Motion::Kind::working, Unit::second, working.count());
}

// What two operands say; nothing where one of them is no instant.
std::optional<Evaluation::Span> Evaluation::span_of(Id id, const Node& node) {
  const Value first = operand(node, 0);
  const Value second = operand(node, 1);
  std::uint32_t from_motion = 0, to_motion = 0;
  const auto from = instant_of(first, id, from_motion);
  const auto to = instant_of(second, id, to_motion);
  if (!from || !to || failed()) return std::nullopt;
  return Span{*from, *to, from_motion, to_motion};
}

// Whole units of time from one instant to another.
Value Evaluation::elapsed(Id id, const Node& node) {
  const auto span = span_of(id, node);
  if (!span) return {};
  const auto& [from, to, from_motion, to_motion] = *span;
  const std::int64_t whole = whole_units(from, to, node.unit, with_.zone);
  if (from_motion == to_motion) return Value::integer(whole);
  // The count changes when the difference reaches the next unit, or falls below this one.
  const auto next = plus_in_zone(from, whole + 1, node.unit, with_.zone);
  const auto here = plus_in_zone(from, whole, node.unit, with_.zone);
  if (from_motion == 0 && next) {
    watch_crossing(to_motion, *next);
  } else if (to_motion == 0 && length_of(node.unit) && here && is_shift(from_motion)) {
    watch(now_ + (to - *here) + tick_);
  } else {
    watch(std::min(start_of_next_day(now_, with_.zone), now_ + std::chrono::minutes(1)));
  }
  return Value::integer(whole);
}

// Whole years since a date of birth, by the calendar of the zone: one is older on the birthday.
Value Evaluation::age(Id id, const Node& node) {
  const Value date = operand(node, 0);
  std::uint32_t motion = 0;
  const auto born = instant_of(date, id, motion);
  if (!born || failed()) return {};
  const Instant birthday = start_of_day(*born, with_.zone);
  const std::int64_t years = whole_units(birthday, now_, Unit::year, with_.zone);
  if (with_.watch_clock) {
    if (const auto next = plus_in_zone(birthday, years + 1, Unit::year, with_.zone)) watch(*next);
  }
  return Value::integer(years);
}

Value Evaluation::working_between(Id id, const Node& node) {
  const auto span = span_of(id, node);
  if (!span) return {};
  const auto& [from, to, from_motion, to_motion] = *span;
  if (!with_.working_time) return fail(id, "rules.no_calendar");
  const auto apart = to > from ? to - from : from - to;
  if (apart > std::chrono::hours(24) * limits::calendar_days) return fail(id, "rules.calendar_range");
  const auto unit = node.unit == Unit::day ? with_.working_time->day_length() : *length_of(node.unit);
  const auto passed = with_.working_time->between(from, to);
  const std::int64_t whole = unit.count() > 0 ? passed / unit : 0;
  // Working time never passes faster than time: the next whole unit is at least what lacks of it away.
  if (from_motion != to_motion && unit.count() > 0)
    watch(now_ + std::max(std::chrono::microseconds(tick_), unit - (passed - whole * unit)));
  return Value::integer(whole);
}

Value Evaluation::region_within(Id id, const Node& node) {
  const Value region = operand(node, 0);
  const Value ancestor = operand(node, 1);
  if (failed() || region.is_null() || ancestor.is_null()) return Value::boolean(false);
  if (region.kind() != Kind::text) return fail_on(id, "rules.not_a_text", region);
  if (!with_.regions) return fail(id, "rules.no_regions");
  const auto below = [&](const Value& one) {
    if (one.kind() != Kind::text) {
      fail_on(id, "rules.not_a_text", one);
      return false;
    }
    const auto known = with_.regions->within(region.as_text(), one.as_text());
    if (!known) fail(id, "rules.unknown_region");
    return known.value_or(false);
  };
  if (ancestor.kind() != Kind::list) return Value::boolean(below(ancestor));
  if (!burn(ancestor.as_list().size(), id)) return {};
  for (const auto& one : ancestor.as_list()) {
    if (below(one) || failed()) return Value::boolean(!failed());
  }
  return Value::boolean(false);
}

Value Evaluation::time_operation(Id id, const Node& node) {
  switch (node.op) {
    case Op::now:
      return motions_.empty() ? Value::instant(now_) : Value::moving(now_, 1);
    case Op::date:
    case Op::start_of_day: {
      const Value value = operand(node, 0);
      std::uint32_t motion = 0;
      const auto instant = instant_of(value, id, motion);
      if (!instant) return {};
      if (node.op == Op::date) return Value::moving(*instant, motion);
      const Instant begin = start_of_day(*instant, with_.zone);
      return motion == 0 ? Value::instant(begin)
                         : moved(begin, motion, Motion::Kind::start_of_day, Unit::day, 0);
    }
    case Op::elapsed:
      return elapsed(id, node);
    case Op::age:
      return age(id, node);
    case Op::within:
      return within(id, node);
    case Op::plus_working_time:
      return plus_working(id, node);
    case Op::working_time:
      return working_between(id, node);
    case Op::is_working_day: {
      const Value value = operand(node, 0);
      std::uint32_t motion = 0;
      const auto instant = instant_of(value, id, motion);
      if (!instant) return {};
      if (!with_.working_time) return fail(id, "rules.no_calendar");
      if (motion != 0) watch(now_ + (start_of_next_day(*instant, with_.zone) - *instant));
      return Value::boolean(with_.working_time->is_working(local_day(*instant, with_.zone)));
    }
    case Op::region_within:
      return region_within(id, node);
    default:
      return fail(id, "rules.unknown_operator");
  }
}

}  // namespace jingwei::rules

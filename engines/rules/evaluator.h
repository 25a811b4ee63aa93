// Works compiled rules out.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engines/rules/program.h"
#include "engines/rules/value.h"

namespace jingwei::rules {

// A working calendar, seen from rules.
class WorkingTime {
 public:
  virtual ~WorkingTime() = default;
  virtual bool is_working(Day day) const = 0;
  // Of a whole working day.
  virtual std::chrono::microseconds day_length() const = 0;
  // The moment at which `working` of working time has passed since `from`.
  virtual Instant add(Instant from, std::chrono::microseconds working) const = 0;
  virtual std::chrono::microseconds between(Instant from, Instant to) const = 0;
};

// The tree of regions, seen from rules.
class RegionTree {
 public:
  virtual ~RegionTree() = default;
  // Whether a region is `ancestor` or lies below it; nothing when either is not known.
  virtual std::optional<bool> within(std::string_view region, std::string_view ancestor) const = 0;
};

// One node that was worked out. Steps stand in the order in which they began: a node before its operands.
struct TraceStep {
  std::uint32_t node = 0;
  std::uint32_t depth = 0;
  Value value;
  bool done = false;  // false: it was given up because of an error
};

struct Trace {
  std::vector<TraceStep> steps;
  bool cut = false;  // more than limits::trace_steps
};

// What a rule is worked out with besides its data. Pointers may be null; a rule that needs one then fails.
struct Surroundings {
  Instant now{};               // of `now` (jingwei)
  const Zone* zone = nullptr;  // whose days count; null: UTC
  const WorkingTime* working_time = nullptr;
  const RegionTree* regions = nullptr;
  std::int64_t fuel = limits::fuel;  // steps that may be used up
  bool watch_clock = false;          // tell `may_change_at`
  Trace* trace = nullptr;            // filled anew
};

struct Answer {
  Value value;  // valid until the evaluator's next evaluation, while data and program live
  // With watch_clock: no answer but this one comes before that instant, as long as the data stay. Nothing:
  // time alone does not change it. It may come early (ask again then), never late.
  std::optional<Instant> may_change_at;
  std::int64_t fuel_used = 0;
};

// Owns the memory of one evaluation after the other. One thread at a time; make one for each.
class Evaluator {
 public:
  Evaluator();
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  // Errors: invalid (the data do not fit the rule), with `field` the JSON pointer in the rule, arguments path
  // and place: rules.not_an_integer, rules.not_a_number, rules.not_a_date, rules.not_a_text,
  // rules.not_a_list, rules.no_truth, rules.not_comparable, rules.date_range, rules.text_too_long,
  // rules.value_too_deep, rules.unknown_region, rules.no_calendar, rules.no_regions, rules.calendar_range;
  // exhausted rules.out_of_fuel.
  Result<Answer> evaluate(const Program& program, const Value& data, const Surroundings& with = {});

  // Whether the answer counts as true. Errors: as evaluate.
  Result<bool> holds(const Program& program, const Value& data, const Surroundings& with = {});

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace jingwei::rules

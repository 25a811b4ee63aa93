// One evaluation under way. Inner header of engines/rules.
#pragma once

#include <optional>
#include <string>

#include "engines/rules/arena.h"
#include "engines/rules/date_time.h"
#include "engines/rules/evaluator.h"
#include "engines/rules/program_parts.h"

namespace jingwei::rules {

// How an instant follows the clock: steps from `now` on, each on top of its parent (0: none; 1: the clock
// itself).
struct Motion {
  enum class Kind : std::uint8_t { clock, in_zone, running_over, start_of_day, working };
  Kind kind = Kind::clock;
  Unit unit = Unit::second;
  std::uint32_t parent = 0;
  std::int64_t amount = 0;  // units; microseconds of working time
};

class Evaluation {
 public:
  Evaluation(const ProgramParts& program, const Value& data, const Surroundings& with, Arena& arena,
             std::vector<Motion>& motions);

  // The value of a node. After a failure every value is null and `error` is set.
  Value value_of(std::uint32_t id) {
    if (--fuel_ < 0 || error_) [[unlikely]]
      return error_ ? Value() : fail(id, "rules.out_of_fuel", ErrorCode::exhausted);
    if (trace_) [[unlikely]]
      return traced(id);
    return work_out(id);
  }

  // Ends the evaluation: the last checks on its result.
  void finish(const Value& result);

  const std::optional<Error>& error() const { return error_; }
  std::optional<Instant> may_change_at() const { return may_change_at_; }
  std::int64_t fuel_left() const { return fuel_; }

 private:
  using Id = std::uint32_t;

  Value traced(Id id);
  Value work_out(Id id);
  // Each answers for a group of operators.
  Value strict_operation(Id id, const Node& node);
  Value logic_operation(Id id, const Node& node);
  Value number_operation(Id id, const Node& node);
  Value time_operation(Id id, const Node& node);
  Value list_operation(Id id, const Node& node);

  Id child(const Node& node, std::size_t i) const { return program_.children[node.first + i]; }
  Value operand(const Node& node, std::size_t i) { return value_of(child(node, i)); }
  bool failed() const { return error_.has_value(); }
  Value fail(Id id, const char* message, ErrorCode code = ErrorCode::invalid);
  Value fail_on(Id id, const char* message, const Value& value);
  bool burn(std::size_t steps, Id id);

  // evaluation.cpp
  Value read(Id id, const Node& node);
  Value drill(Value from, const Node& node) const;
  bool truth(const Value& value, Id id);
  Value make_list(std::span<const Value> items, Id id);
  Value make_object(std::span<const Member> members, Id id);
  bool same(const Value& left, const Value& right, Id id);
  Value branch(const Node& node, Id id);
  Value conjunction(const Node& node, Id id);
  Value missing(const Node& node, Id id);
  Value in_list(const Node& node, Id id);
  Value joined(const Node& node, Id id);

  // evaluation_strict.cpp
  Value strict_compare(Id id, const Node& node);
  Value strict_compare_dates(Id id, const Node& node);
  Value strict_plus_time(Id id, const Node& node);

  // evaluation_numbers.cpp
  Value compare(Id id, const Node& node);
  std::optional<int> order(const Value& left, const Value& right, Id id);
  Value arithmetic(Id id, const Node& node);
  Value fold(Id id, const Node& node);

  // evaluation_time.cpp
  std::optional<Instant> instant_of(const Value& value, Id id, std::uint32_t& motion);
  struct Span {
    Instant from{}, to{};
    std::uint32_t from_motion = 0, to_motion = 0;
  };
  std::optional<Span> span_of(Id id, const Node& node);
  Value compare_dates(Id id, const Node& node);
  Value plus(Id id, const Node& node);
  Value plus_working(Id id, const Node& node);
  Value elapsed(Id id, const Node& node);
  Value age(Id id, const Node& node);
  Value working_between(Id id, const Node& node);
  Value region_within(Id id, const Node& node);

  // evaluation_lists.cpp
  std::optional<std::span<const Value>> list_of(const Value& value, Id id);
  Value in_scope(const Value& scope, Id lambda);
  Value each(Id id, const Node& node);
  Value reduce(Id id, const Node& node);
  Value within(Id id, const Node& node);
  Value extreme(Id id, const Node& node);
  Value merged(Id id, const Node& node);

  // clock_watch.cpp: when time alone may change the answer.
  Value moved(Instant instant, std::uint32_t parent, Motion::Kind kind, Unit unit, std::int64_t amount);
  Instant apply(std::uint32_t motion, Instant at) const;
  Instant apply_never_back(std::uint32_t motion, Instant at) const;
  bool runs_over(std::uint32_t motion) const;
  bool is_shift(std::uint32_t motion) const;
  void watch(Instant at);
  void watch_at_once() { watch(now_ + tick_); }
  void watch_order(const Value& left, const Value& right);
  void watch_crossing(std::uint32_t motion, Instant fixed);
  void watch_running_over(std::uint32_t motion, Instant fixed);
  // A moving instant is used as something that is not an instant.
  void escape(const Value& value) {
    if (value.motion() != 0) watch_at_once();
  }

  const ProgramParts& program_;
  const Surroundings& with_;
  Arena& arena_;
  std::vector<Motion>& motions_;
  Value root_;
  Value scope_;  // what `var` reads
  Trace* trace_;
  std::uint32_t depth_ = 0;
  std::int64_t fuel_;
  Instant now_;
  std::chrono::microseconds tick_{1};
  std::optional<Instant> may_change_at_;
  std::optional<Error> error_;
};

// Lists and objects a rule builds may nest this deep.
inline constexpr std::uint8_t built_depth = 200;

}  // namespace jingwei::rules

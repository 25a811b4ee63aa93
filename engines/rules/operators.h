// The operators of both dialects. Inner header of engines/rules.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace jingwei::rules {

enum class Op : std::uint8_t {
  // both dialects
  constant,
  list,  // […] with parts that are worked out
  variable,
  clock_text,  // the variable that is declared as the clock, read as a text
  branch,
  conjunction,
  negation,
  plus_time,
  reduce,
  extract_uvci,
  birth_date,
  // certlogic: ints and date-times only, everything else is an error
  strict_identical,
  strict_less,
  strict_less_equal,
  strict_greater,
  strict_greater_equal,
  strict_before,
  strict_not_after,
  strict_after,
  strict_not_before,
  strict_in,
  strict_plus,
  strict_plus_time,
  strict_reduce,
  strict_birth_date,
  // jingwei
  fact,
  missing,
  disjunction,
  truth,
  same,
  differs,
  less,
  less_equal,
  greater,
  greater_equal,
  before,
  not_after,
  after,
  not_before,
  plus,
  minus,
  times,
  divide,
  remainder,
  least,
  greatest,
  absolute,
  round,
  floor,
  in,
  joined,
  length,
  map,
  filter,
  all,
  some,
  none,
  count,
  sum,
  first,
  last,
  earliest,
  latest,
  merge,
  distinct,
  now,
  date,
  start_of_day,
  elapsed,
  age,
  within,
  plus_working_time,
  working_time,
  is_working_day,
  region_within,
};

struct Operator {
  std::string_view name;
  Op op;
  int least;   // operands
  int most;    // -1: any number
  int lambda;  // index of the operand that is worked out for each item of operand 0; -1: none
};

enum class Dialect : std::uint8_t { certlogic, jingwei };

std::span<const Operator> operators_of(Dialect dialect);
const Operator* find_operator(Dialect dialect, std::string_view name);
// The name of the dialect's operator that is least edits away; empty when none is near.
std::string_view nearest_operator(Dialect dialect, std::string_view name);

enum class Unit : std::uint8_t { second, minute, hour, day, week, month, year };
// Nothing but the dialect's units; certlogic has year, month, day and hour.
bool find_unit(Dialect dialect, std::string_view name, Unit& unit);

}  // namespace jingwei::rules

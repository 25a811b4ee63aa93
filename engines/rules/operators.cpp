#include "engines/rules/operators.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace jingwei::rules {

namespace {

constexpr int any = -1;

constexpr std::array certlogic = {
    Operator{"if", Op::branch, 3, 3, any},
    Operator{"and", Op::conjunction, 2, any, any},
    Operator{"!", Op::negation, 1, 1, any},
    Operator{"===", Op::strict_identical, 2, 2, any},
    Operator{"<", Op::strict_less, 2, 3, any},
    Operator{"<=", Op::strict_less_equal, 2, 3, any},
    Operator{">", Op::strict_greater, 2, 3, any},
    Operator{">=", Op::strict_greater_equal, 2, 3, any},
    Operator{"before", Op::strict_before, 2, 3, any},
    Operator{"not-after", Op::strict_not_after, 2, 3, any},
    Operator{"after", Op::strict_after, 2, 3, any},
    Operator{"not-before", Op::strict_not_before, 2, 3, any},
    Operator{"in", Op::strict_in, 2, 2, any},
    Operator{"+", Op::strict_plus, 2, 2, any},
    Operator{"plusTime", Op::strict_plus_time, 3, 3, any},
    Operator{"reduce", Op::strict_reduce, 3, 3, 1},
    Operator{"extractFromUVCI", Op::extract_uvci, 2, 2, any},
    Operator{"dccDateOfBirth", Op::strict_birth_date, 1, 1, any},
};

constexpr std::array jingwei_operators = {
    Operator{"if", Op::branch, 2, any, any},
    Operator{"and", Op::conjunction, 1, any, any},
    Operator{"or", Op::disjunction, 1, any, any},
    Operator{"!", Op::negation, 1, 1, any},
    Operator{"!!", Op::truth, 1, 1, any},
    Operator{"missing", Op::missing, 1, any, any},
    Operator{"===", Op::same, 2, 2, any},
    Operator{"==", Op::same, 2, 2, any},
    Operator{"!==", Op::differs, 2, 2, any},
    Operator{"!=", Op::differs, 2, 2, any},
    Operator{"<", Op::less, 2, 3, any},
    Operator{"<=", Op::less_equal, 2, 3, any},
    Operator{">", Op::greater, 2, 3, any},
    Operator{">=", Op::greater_equal, 2, 3, any},
    Operator{"before", Op::before, 2, 3, any},
    Operator{"not-after", Op::not_after, 2, 3, any},
    Operator{"after", Op::after, 2, 3, any},
    Operator{"not-before", Op::not_before, 2, 3, any},
    Operator{"+", Op::plus, 1, any, any},
    Operator{"-", Op::minus, 1, 2, any},
    Operator{"*", Op::times, 1, any, any},
    Operator{"/", Op::divide, 2, 2, any},
    Operator{"%", Op::remainder, 2, 2, any},
    Operator{"min", Op::least, 1, any, any},
    Operator{"max", Op::greatest, 1, any, any},
    Operator{"abs", Op::absolute, 1, 1, any},
    Operator{"round", Op::round, 1, 2, any},
    Operator{"floor", Op::floor, 1, 1, any},
    Operator{"in", Op::in, 2, 2, any},
    Operator{"cat", Op::joined, 1, any, any},
    Operator{"length", Op::length, 1, 1, any},
    Operator{"map", Op::map, 2, 2, 1},
    Operator{"filter", Op::filter, 2, 2, 1},
    Operator{"reduce", Op::reduce, 3, 3, 1},
    Operator{"all", Op::all, 2, 2, 1},
    Operator{"some", Op::some, 2, 2, 1},
    Operator{"none", Op::none, 2, 2, 1},
    Operator{"count", Op::count, 1, 2, 1},
    Operator{"sum", Op::sum, 1, 2, 1},
    Operator{"first", Op::first, 1, 1, any},
    Operator{"last", Op::last, 1, 1, any},
    Operator{"earliest", Op::earliest, 2, 2, any},
    Operator{"latest", Op::latest, 2, 2, any},
    Operator{"merge", Op::merge, 1, any, any},
    Operator{"distinct", Op::distinct, 1, 1, any},
    Operator{"now", Op::now, 0, 0, any},
    Operator{"date", Op::date, 1, 1, any},
    Operator{"start-of-day", Op::start_of_day, 1, 1, any},
    Operator{"elapsed", Op::elapsed, 3, 3, any},
    Operator{"age", Op::age, 1, 1, any},
    Operator{"within", Op::within, 4, 4, any},
    Operator{"plusTime", Op::plus_time, 3, 3, any},
    Operator{"plus-working-time", Op::plus_working_time, 3, 3, any},
    Operator{"working-time", Op::working_time, 3, 3, any},
    Operator{"is-working-day", Op::is_working_day, 1, 1, any},
    Operator{"region-within", Op::region_within, 2, 2, any},
    Operator{"extractFromUVCI", Op::extract_uvci, 2, 2, any},
    Operator{"dccDateOfBirth", Op::birth_date, 1, 1, any},
};

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::span<const Operator> operators_of(Dialect dialect) {
  if (dialect == Dialect::certlogic) return certlogic;
  return jingwei_operators;
}

const Operator* find_operator(Dialect dialect, std::string_view name) {
  for (const auto& known : operators_of(dialect)) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

std::string_view nearest_operator(Dialect dialect, std::string_view name) {
  if (name.size() > 40) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& known : operators_of(dialect)) {
    if (known.name.size() < 2) continue;
    const std::size_t distance = edits(name, known.name);
    if (distance < least) {
      least = distance;
      nearest = known.name;
    }
  }
  return nearest;
}

bool find_unit(Dialect dialect, std::string_view name, Unit& unit) {
  constexpr std::array<std::string_view, 7> names = {"second", "minute", "hour", "day",
                                                     "week",   "month",  "year"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return false;
  unit = static_cast<Unit>(found - names.begin());
  if (dialect == Dialect::jingwei) return true;
  return unit == Unit::hour || unit == Unit::day || unit == Unit::month || unit == Unit::year;
}

}  // namespace jingwei::rules

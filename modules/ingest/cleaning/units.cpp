#include "modules/ingest/cleaning/units.h"

#include <array>
#include <cmath>

namespace jingwei::ingest {

namespace {

struct Known {
  Unit::Family family;
  std::string_view word;
  double shift, times, per;
};

constexpr std::array known_units = {
#define JINGWEI_UNIT(family, word, shift, times, per) Known{Unit::Family::family, word, shift, times, per},
#include "modules/ingest/cleaning/units.def"
};

}  // namespace

Unit unit_named(std::string_view word) {
  for (const auto& known : known_units) {
    if (known.word == word) return {std::string(word), known.family, known.shift, known.times, known.per};
  }
  return {.word = std::string(word)};
}

bool same_unit(std::string_view word, const Unit& unit) {
  const Unit from = unit_named(word);
  if (from.family == Unit::Family::own || unit.family == Unit::Family::own) return word == unit.word;
  return from.family == unit.family && from.shift == unit.shift &&
         from.times * unit.per == unit.times * from.per;
}

std::optional<double> converted(double value, std::string_view word, const Unit& to) {
  if (same_unit(word, to)) return value;
  const Unit from = unit_named(word);
  if (from.family != to.family || from.family == Unit::Family::own) return std::nullopt;
  const double other = (value + from.shift) * (from.times * to.per) / (from.per * to.times) - to.shift;
  // Nine decimals are more than any measure here has; what stands behind is the binary form's.
  return std::fabs(other) < 1e6 ? std::round(other * 1e9) / 1e9 : other;
}

}  // namespace jingwei::ingest

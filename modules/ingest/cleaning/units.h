// Units behind numbers: which word means which, and how one becomes another. The table is units.def.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jingwei::ingest {

// A unit of the table, or a word of a field's own ("mmHg") that stands for itself alone.
struct Unit {
  enum class Family : std::uint8_t {
    own,
    mass,
    temperature,
    area,
    length,
    money,
    volume,
    duration,
    ratio,
    people,
    age,
    pieces
  };
  std::string word;
  Family family = Family::own;
  double shift = 0, times = 1, per = 1;  // base = (value + shift) * times / per
};

Unit unit_named(std::string_view word);

// `value` of the unit written as `word`, in unit `to`; nothing when the two do not measure the same. Of an
// equal unit the value comes back as it is.
std::optional<double> converted(double value, std::string_view word, const Unit& to);

// True when both words name one and the same unit (公斤 and kg).
bool same_unit(std::string_view word, const Unit& unit);

}  // namespace jingwei::ingest

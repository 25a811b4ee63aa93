// How alike two values of a type are, on one scale of levels, and two rows, as a pattern of levels.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engines/linkage/records.h"

namespace jingwei::linkage {

// What each level means for each type stands in docs/formats/linkage.md. From `exact` on, likeness falls;
// `crossed` is a given name that stands as the other's surname and the reverse, or parts of a date or name
// exchanged.
enum class Level : std::uint8_t { missing, exact, near, close, loose, crossed, different };
inline constexpr std::size_t level_count = 7;

std::string_view name_of(Level level);

// Levels of all fields, three bits each, field 0 lowest.
using Pattern = std::uint64_t;
inline Level level_at(Pattern pattern, std::size_t field) {
  return static_cast<Level>(pattern >> (3 * field) & 7);
}
inline Pattern with_level(Pattern pattern, std::size_t field, Level level) {
  return (pattern & ~(Pattern{7} << (3 * field))) | static_cast<Pattern>(level) << (3 * field);
}

// Two normal forms of one type; neither is empty. Symmetric, never `missing`. `sound_a` and `sound_b` are
// those of names (Column::sounds), else empty.
Level compare_values(FieldType type, std::string_view a, std::string_view b, std::string_view sound_a = {},
                     std::string_view sound_b = {});

// Fields whose values may have changed places: the given name and the surname, where there is one of each.
struct ExchangedNames {
  explicit ExchangedNames(std::span<const FieldType> types);
  int given = -1, surname = -1;
};

// The pattern of two rows from each field's level, `level(field)`, with given names and surnames that changed
// places: `cross_level(true)` compares a's given name with b's surname, `cross_level(false)` the reverse;
// `missing` where one of the two is.
template <typename LevelOf, typename CrossLevel>
Pattern pattern_of(std::size_t fields, const ExchangedNames& names, const LevelOf& level,
                   const CrossLevel& cross_level) {
  Pattern pattern = 0;
  for (std::size_t field = 0; field < fields; ++field)
    pattern |= static_cast<Pattern>(level(field)) << (3 * field);
  if (names.given < 0) return pattern;
  const auto given = static_cast<std::size_t>(names.given), surname = static_cast<std::size_t>(names.surname);
  const auto disagrees = [](Level one) { return one == Level::missing || one >= Level::loose; };
  if (!disagrees(level_at(pattern, given)) || !disagrees(level_at(pattern, surname))) return pattern;
  const Level one = cross_level(true), other = cross_level(false);
  const bool one_agrees = one != Level::missing && one <= Level::close;
  const bool other_agrees = other != Level::missing && other <= Level::close;
  // That they are exchanged is said once, by the given name; how well they agree, by the surname.
  if (one_agrees && other_agrees)
    return with_level(with_level(pattern, given, Level::crossed), surname, std::max(one, other));
  // Half of an exchange, the other half not being written.
  if ((one_agrees && other == Level::missing) || (other_agrees && one == Level::missing))
    return with_level(pattern, given, Level::crossed);
  return pattern;
}

Pattern compare_rows(std::span<const FieldType> types, const ExchangedNames& names, const RowView& a,
                     const RowView& b);

// Both hold citizen numbers that pass their check and differ; or both two dates of birth and two sexes, each
// unlike the other: never one person, whatever else agrees. `pattern` is that of the two rows.
bool contradict_rows(std::span<const FieldType> types, const RowView& a, const RowView& b, Pattern pattern);

// Compares rows of prepared records, as compare_rows does. Remembers levels of value pairs, so one per
// thread; answers never depend on what was asked before.
class Comparer {
 public:
  explicit Comparer(const Records& records);

  Pattern compare(std::uint32_t row_a, std::uint32_t row_b);
  // As contradict_rows.
  bool contradict(std::uint32_t row_a, std::uint32_t row_b, Pattern pattern) const;

 private:
  Level level(std::size_t field, ValueId a, ValueId b);
  Level cross_level(ValueId given, ValueId surname);

  struct Remembered {
    ValueId a = 0, b = 0;
    Level level = Level::missing;
  };
  const Records& records_;
  std::vector<FieldType> types_;
  ExchangedNames names_;
  std::vector<std::vector<Remembered>> remembered_;  // by field, direct-mapped
};

}  // namespace jingwei::linkage

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

// Compares rows of prepared records. Remembers levels of value pairs, so one per thread; answers never depend
// on what was asked before.
class Comparer {
 public:
  explicit Comparer(const Records& records);

  Pattern compare(std::uint32_t row_a, std::uint32_t row_b);
  // Both hold citizen numbers that pass their check and differ; or both two dates of birth and two sexes,
  // each unlike the other: never one person, whatever else agrees.
  bool contradict(std::uint32_t row_a, std::uint32_t row_b, Pattern pattern) const;

 private:
  Level level(std::size_t field, ValueId a, ValueId b);
  Level cross_level(ValueId given, ValueId surname);

  struct Remembered {
    ValueId a = 0, b = 0;
    Level level = Level::missing;
  };
  const Records& records_;
  std::vector<std::vector<Remembered>> remembered_;  // by field, direct-mapped
  int given_ = -1, surname_ = -1;                    // fields whose values may have changed places
};

}  // namespace jingwei::linkage

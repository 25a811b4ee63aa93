// How common each value of a field is, frozen: what a value that agrees is worth, and which values say
// nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "engines/linkage/records.h"

namespace jingwei::linkage {

// Of one field. Values stand here as value_hash() only.
//
// Listed are the values that stand in several distinct rows, at most frequency_values_most of them; those of
// identifiers, phones and e-mail addresses only where 20 rows or more hold them, so that a table does not
// tell one person's number. All others count as standing in `usual_rows` rows, the mean over their rows.
struct FrequencyTable {
  struct Entry {
    std::uint64_t value = 0;
    std::uint32_t rows = 0;
    bool operator==(const Entry&) const = default;
  };
  std::uint64_t filled = 0;  // distinct rows with a value
  double chance_of_agreement = 0;
  double usual_rows = 1;
  std::vector<Entry> values;            // by hash, each once
  std::vector<std::uint64_t> defaults;  // values that are taken as nothing said; by hash

  // A value's share of the rows over the usual one; at least 1/64: counts of small files say no more. 1 where
  // nothing is known.
  double rarity(std::uint64_t value) const;
  double rarity_of_rows(double rows) const;
  bool is_default(std::uint64_t value) const;

  bool operator==(const FrequencyTable&) const = default;
};

inline constexpr std::size_t frequency_values_most = 200'000;
// A value is taken for at most so many times rarer than the usual one of its field.
inline constexpr double rarest = 1.0 / 64;

// The table of a prepared column.
FrequencyTable frequencies_of(const Column& column);
// rarity() of all values of a column at once, by ValueId.
std::vector<double> rarities(const Column& column, const FrequencyTable& table);

}  // namespace jingwei::linkage

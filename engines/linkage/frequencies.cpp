#include "engines/linkage/frequencies.h"

#include <algorithm>

namespace jingwei::linkage {

namespace {

constexpr std::uint32_t listed_rows_least = 2;
// Of fields whose every value is one person's.
constexpr std::uint32_t listed_rows_least_personal = 20;

std::uint32_t least_rows(const Column& column) {
  const FieldType type = column.field.type;
  const bool personal = type == FieldType::identifier || type == FieldType::phone || type == FieldType::email;
  std::uint32_t least = personal ? listed_rows_least_personal : listed_rows_least;
  // Where too many values qualify, those of the lowest counts go, all of one count together.
  std::vector<std::uint32_t> counts;
  for (ValueId value = 1; value < column.counts.size(); ++value) {
    if (column.counts[value] >= least) counts.push_back(column.counts[value]);
  }
  if (counts.size() > frequency_values_most) {
    const auto cut = counts.begin() + frequency_values_most;
    std::nth_element(counts.begin(), cut, counts.end(), std::greater<>());
    least = *cut + 1;
  }
  return least;
}

}  // namespace

double FrequencyTable::rarity_of_rows(double rows) const {
  if (chance_of_agreement <= 0 || filled == 0) return 1;
  return std::max(rarest, rows / static_cast<double>(filled) / chance_of_agreement);
}

double FrequencyTable::rarity(std::uint64_t value) const {
  const auto found =
      std::lower_bound(values.begin(), values.end(), value,
                       [](const Entry& entry, std::uint64_t wanted) { return entry.value < wanted; });
  return rarity_of_rows(found != values.end() && found->value == value ? found->rows : usual_rows);
}

bool FrequencyTable::is_default(std::uint64_t value) const {
  return std::binary_search(defaults.begin(), defaults.end(), value);
}

FrequencyTable frequencies_of(const Column& column) {
  FrequencyTable table;
  table.filled = column.filled;
  table.chance_of_agreement = column.chance_of_agreement;
  const std::uint32_t least = least_rows(column);
  double rows = 0, squares = 0;
  for (ValueId value = 1; value < column.counts.size(); ++value) {
    const std::uint32_t count = column.counts[value];
    if (count >= least) {
      table.values.push_back({column.hashes[value], count});
    } else {
      rows += count;
      squares += static_cast<double>(count) * count;
    }
  }
  // Values are numbered by their hash; two of one hash would stand one behind the other.
  const auto same = [](const FrequencyTable::Entry& a, const FrequencyTable::Entry& b) {
    return a.value == b.value;
  };
  table.values.erase(std::unique(table.values.begin(), table.values.end(), same), table.values.end());
  if (rows > 0) table.usual_rows = squares / rows;
  for (const auto& [value, count] : column.defaults) table.defaults.push_back(column.hashes[value]);
  std::sort(table.defaults.begin(), table.defaults.end());
  return table;
}

std::vector<double> rarities(const Column& column, const FrequencyTable& table) {
  std::vector<double> all(column.hashes.size(), table.rarity_of_rows(table.usual_rows));
  auto listed = table.values.begin();
  for (ValueId value = 1; value < all.size() && listed != table.values.end(); ++value) {
    while (listed != table.values.end() && listed->value < column.hashes[value]) ++listed;
    if (listed != table.values.end() && listed->value == column.hashes[value])
      all[value] = table.rarity_of_rows(listed->rows);
  }
  return all;
}

}  // namespace jingwei::linkage

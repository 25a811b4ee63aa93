// Sorting by 64-bit keys whose upper half tells most of them apart: hashes, and numbers shifted up.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace jingwei::linkage {

// Sorts by `less`, which must order by `key(item)` first. Three stable passes over the upper 33 bits, then
// what those do not tell apart.
//
// Source: H. H. Seward, MIT R-232 (1954), as in D. E. Knuth, TAOCP 3, 5.2.5.
template <typename Item, typename KeyOf, typename Less>
void radix_sort(std::vector<Item>& items, const KeyOf& key, const Less& less) {
  constexpr std::size_t worth_it = 2'048;
  if (items.size() < worth_it) {
    std::sort(items.begin(), items.end(), less);
    return;
  }
  constexpr int digit_bits = 11, lowest = 31;
  constexpr std::size_t digits = std::size_t{1} << digit_bits;
  std::array<std::array<std::uint32_t, digits>, 3> counts{};
  for (const Item& item : items) {
    const std::uint64_t bits = key(item) >> lowest;
    for (std::size_t pass = 0; pass < 3; ++pass) ++counts[pass][bits >> (digit_bits * pass) & (digits - 1)];
  }
  std::vector<Item> other(items.size());
  for (std::size_t pass = 0; pass < 3; ++pass) {
    std::uint32_t sum = 0;
    for (auto& count : counts[pass]) {
      const std::uint32_t here = count;
      count = sum;
      sum += here;
    }
    const auto shift = static_cast<unsigned>(lowest + digit_bits * static_cast<int>(pass));
    for (Item& item : items) other[counts[pass][key(item) >> shift & (digits - 1)]++] = std::move(item);
    items.swap(other);
  }
  for (std::size_t begin = 0, end = 0; begin < items.size(); begin = end) {
    const std::uint64_t upper = key(items[begin]) >> lowest;
    bool in_order = true;
    for (++end; end < items.size() && key(items[end]) >> lowest == upper; ++end)
      in_order = in_order && !less(items[end], items[end - 1]);
    if (!in_order)
      std::sort(items.begin() + static_cast<std::ptrdiff_t>(begin),
                items.begin() + static_cast<std::ptrdiff_t>(end), less);
  }
}

// A row under one blocking key.
struct KeyedRow {
  std::uint64_t key;
  std::uint32_t row;
};

inline void sort_by_key(std::vector<KeyedRow>& keyed) {
  radix_sort(
      keyed, [](const KeyedRow& one) { return one.key; },
      [](const KeyedRow& a, const KeyedRow& b) { return a.key != b.key ? a.key < b.key : a.row < b.row; });
}

}  // namespace jingwei::linkage

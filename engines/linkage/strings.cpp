#include "engines/linkage/strings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace jingwei::linkage {

namespace {

template <typename View>
double jaro_winkler_of(View a, View b) {
  a = a.substr(0, compared_characters);
  b = b.substr(0, compared_characters);
  if (a == b) return a.empty() ? 0.0 : 1.0;
  // The order of looking decides between equal characters: let it not depend on who comes first.
  if (a.size() > b.size() || (a.size() == b.size() && a > b)) std::swap(a, b);
  if (a.empty()) return 0.0;
  const int first = static_cast<int>(a.size()), second = static_cast<int>(b.size());
  const int reach = std::max(0, second / 2 - 1);
  std::uint64_t taken_a = 0, taken_b = 0;
  int common = 0;
  for (int i = 0; i < first; ++i) {
    const int to = std::min(second - 1, i + reach);
    for (int j = std::max(0, i - reach); j <= to; ++j) {
      if ((taken_b >> j & 1) != 0 || a[static_cast<std::size_t>(i)] != b[static_cast<std::size_t>(j)])
        continue;
      taken_a |= std::uint64_t{1} << i;
      taken_b |= std::uint64_t{1} << j;
      ++common;
      break;
    }
  }
  if (common == 0) return 0.0;
  int exchanged = 0;
  for (int i = 0, j = 0; i < first; ++i) {
    if ((taken_a >> i & 1) == 0) continue;
    while ((taken_b >> j & 1) == 0) ++j;
    if (a[static_cast<std::size_t>(i)] != b[static_cast<std::size_t>(j)]) ++exchanged;
    ++j;
  }
  const double m = common;
  const double jaro = (m / first + m / second + (m - exchanged / 2) / m) / 3;
  int prefix = 0;
  while (prefix < std::min(4, first) &&
         a[static_cast<std::size_t>(prefix)] == b[static_cast<std::size_t>(prefix)])
    ++prefix;
  return jaro + prefix * 0.1 * (1 - jaro);
}

template <typename View>
int edits_of(View a, View b, int most) {
  a = a.substr(0, compared_characters);
  b = b.substr(0, compared_characters);
  if (std::abs(static_cast<int>(a.size()) - static_cast<int>(b.size())) > most) return most + 1;
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  const int rows = static_cast<int>(a.size()), columns = static_cast<int>(b.size());
  if (rows == 0 || columns == 0) return std::min(rows + columns, most + 1);
  std::array<std::array<std::uint8_t, compared_characters + 1>, 3> table;
  for (int j = 0; j <= columns; ++j) table[0][static_cast<std::size_t>(j)] = static_cast<std::uint8_t>(j);
  int least_before = 0;
  for (int i = 1; i <= rows; ++i) {
    auto& now = table[static_cast<std::size_t>(i % 3)];
    const auto& before = table[static_cast<std::size_t>((i + 2) % 3)];
    const auto& earlier = table[static_cast<std::size_t>((i + 1) % 3)];
    now[0] = static_cast<std::uint8_t>(i);
    int least = i;
    for (int j = 1; j <= columns; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const bool same = a[static_cast<std::size_t>(i - 1)] == b[at - 1];
      int best = std::min({before[at] + 1, now[at - 1] + 1, before[at - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[static_cast<std::size_t>(i - 1)] == b[at - 2] &&
          a[static_cast<std::size_t>(i - 2)] == b[at - 1])
        best = std::min(best, earlier[at - 2] + 1);
      now[at] = static_cast<std::uint8_t>(best);
      least = std::min(least, best);
    }
    // An exchange reaches two rows back, so one row over the limit is not enough.
    if (least > most && least_before >= most) return most + 1;
    least_before = least;
  }
  return std::min<int>(table[static_cast<std::size_t>(rows % 3)][static_cast<std::size_t>(columns)],
                       most + 1);
}

}  // namespace

double jaro_winkler(std::string_view a, std::string_view b) {
  return jaro_winkler_of(a, b);
}
double jaro_winkler(std::u32string_view a, std::u32string_view b) {
  return jaro_winkler_of(a, b);
}
int edits(std::string_view a, std::string_view b, int most) {
  return edits_of(a, b, most);
}
int edits(std::u32string_view a, std::u32string_view b, int most) {
  return edits_of(a, b, most);
}

double pairs_shared(std::u32string_view a, std::u32string_view b) {
  a = a.substr(0, compared_characters);
  b = b.substr(0, compared_characters);
  if (a.size() < 2 || b.size() < 2) return a == b && !a.empty() ? 1.0 : 0.0;
  std::array<std::uint64_t, compared_characters> left, right;
  const auto gather = [](std::u32string_view text, auto& into) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
      into[i] = static_cast<std::uint64_t>(text[i]) << 32 | static_cast<std::uint64_t>(text[i + 1]);
    std::sort(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(text.size()) - 1);
  };
  gather(a, left);
  gather(b, right);
  const std::size_t first = a.size() - 1, second = b.size() - 1;
  std::size_t common = 0;
  for (std::size_t i = 0, j = 0; i < first && j < second;) {
    if (left[i] == right[j]) {
      ++common;
      ++i;
      ++j;
    } else if (left[i] < right[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return 2.0 * static_cast<double>(common) / static_cast<double>(first + second);
}

}  // namespace jingwei::linkage

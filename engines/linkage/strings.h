// Similarities of strings. All are symmetric and pure; lengths are those of the views, in characters.
#pragma once

#include <string_view>

namespace jingwei::linkage {

// Characters beyond this many are not looked at by any similarity, so that each has a bounded cost.
inline constexpr std::size_t compared_characters = 64;

// 1 for equal strings, 0 for strings without a common character near enough.
//
// Source: M. A. Jaro, "Advances in record-linkage methodology as applied to matching the 1985 census of
// Tampa, Florida", JASA 84 (1989); W. E. Winkler, "String comparator metrics and enhanced decision rules in
// the Fellegi-Sunter model of record linkage", ASA Survey Research Methods (1990): prefix of up to four
// characters at weight 0.1.
double jaro_winkler(std::string_view a, std::string_view b);
double jaro_winkler(std::u32string_view a, std::u32string_view b);

// Insertions, deletions, substitutions and exchanges of neighbours that turn one string into the other, each
// place edited once; gives `most + 1` as soon as it is known to exceed `most`.
//
// Source: F. J. Damerau, "A technique for computer detection and correction of spelling errors", CACM 7
// (1964); V. I. Levenshtein, Soviet Physics Doklady 10 (1966); the restricted form (optimal string
// alignment).
int edits(std::string_view a, std::string_view b, int most);
int edits(std::u32string_view a, std::u32string_view b, int most);

// The share of character pairs both have (Dice's coefficient over the sets of neighbouring pairs), 0 to 1:
// for longer texts whose words change places.
//
// Source: L. R. Dice, "Measures of the amount of ecologic association between species", Ecology 26 (1945).
double pairs_shared(std::u32string_view a, std::u32string_view b);

}  // namespace jingwei::linkage

// The level of two unequal values, by type. Called by compare_values, which puts them in order first: these
// are symmetric through it. Both are normal forms and not empty.
#pragma once

#include <string_view>

#include "engines/linkage/comparison.h"

namespace jingwei::linkage {

// Given names and surnames: spelling (Jaro–Winkler, edits), sound (pinyin) and shape of Chinese characters,
// short forms (rob, robert).
Level name_level(std::string_view a, std::string_view b, std::string_view sound_a, std::string_view sound_b);
// Whole names: as above, words in another order, and a shared surname (the first character of a Chinese name,
// the last word of another) as `loose`.
Level full_name_level(std::string_view a, std::string_view b, std::string_view sound_a,
                      std::string_view sound_b);
// Eight digits each, mostly: one digit, exchanged parts, one part of three that differs.
Level date_level(std::string_view a, std::string_view b);
Level identifier_level(std::string_view a, std::string_view b);
Level phone_level(std::string_view a, std::string_view b);
Level email_level(std::string_view a, std::string_view b);
// Streets and places: spelling, words in common.
Level words_level(std::string_view a, std::string_view b);
// By component: the numbers (road, building, unit, room) and the words around them, apart. A short form that
// leaves the beginning out is `near`; the same building but another room is `loose`.
Level address_level(std::string_view a, std::string_view b);
Level postcode_level(std::string_view a, std::string_view b);
Level number_level(std::string_view a, std::string_view b);
Level text_level(std::string_view a, std::string_view b);

}  // namespace jingwei::linkage

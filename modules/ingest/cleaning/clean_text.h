// Width, invisible characters, white space; names, addresses, yes and no.
#pragma once

#include <string_view>

#include "modules/ingest/cleaning/clean_value.h"

namespace jingwei::ingest {

enum class Punctuation : std::uint8_t {
  keep,  // full-width letters, digits and spaces are folded, Chinese punctuation stays: free text
  fold,  // all full-width forms are folded: codes, numbers, dates
};

// Folds width, drops invisible characters, trims and joins white space. Gives `raw` itself when nothing
// changes. Refuses text holding U+FFFD or bytes that are not UTF-8: something was lost on the way.
Cleaned tidy(std::string_view raw, Punctuation punctuation, CleanContext& context);

// Whether tidy() surely gives `text` itself: most values of most files, found without looking at characters.
bool is_settled(std::string_view text);

// True for "NULL", "N/A", "-", "无", "不详" and their like, on tidied text.
bool is_empty_word(std::string_view text);
// True for "#REF!", "#N/A"'s siblings and "#####", which a spreadsheet shows in place of a value.
bool is_spreadsheet_error(std::string_view text);
// Neither of them can be true: told by the first byte.
inline bool surely_says_something(std::string_view text) {
  const char first = text.empty() ? '-' : text[0];
  return (first >= '0' && first <= '9') || (first >= 'A' && first <= 'M') || (first >= 'a' && first <= 'm') ||
         (first >= 'o' && first <= 'z');
}

// The following take the outcome of tidy() and go on with it.
void clean_person_name(Cleaned& value, CleanContext& context);
void clean_address(Cleaned& value, CleanContext& context);
void clean_boolean(Cleaned& value);

std::size_t count_code_points(std::string_view text);

}  // namespace jingwei::ingest

// What of a row is taken for a blocking key: a whole value, or a part or sound of it that outlives common
// mistakes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/linkage/records.h"

namespace jingwei::linkage {

struct Feature {
  std::string name;  // "surname", "surname (sound)"
  std::uint32_t fields =
      0;  // bit set of the fields it reads; a key combines features of different fields only
  std::vector<std::uint32_t> of_row;  // a hash; 0 where the row says nothing
};

// All features the fields offer:
//   names       whole, sound (pinyin; Soundex of Latin ones), beginning; given name and surname in any order
//   date        whole, year, month and day, its digits sorted
//   identifier  whole, first half, second half
//   phone       whole, the last six digits, the first seven
//   email       whole, the part before @
//   address     whole, its numbers, its beginning; street and place: whole, beginning
//   others      whole
// Source of Soundex: R. C. Russell, US patent 1,261,167 (1918), as in D. E. Knuth, TAOCP 3, 6.
std::vector<Feature> make_features(const Records& records, unsigned threads);

// Soundex of a Latin word, such as "r163"; empty without a letter.
std::string soundex(std::string_view word);

}  // namespace jingwei::linkage

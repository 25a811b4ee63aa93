// What of a row is taken for a blocking key: a whole value, or a part or sound of it that outlives common
// mistakes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engines/linkage/records.h"

namespace jingwei::linkage {

// Numbers stand in frozen models: never change one, add at the end.
enum class FeaturePart : std::uint8_t {
  whole,
  sound,           // pinyin, or Soundex of Latin words
  words,           // of a name of several, in order
  name_beginning,  // one Chinese character, or three letters
  beginning,       // two, or four
  year,
  month_and_day,
  digits,  // in order
  first_half,
  second_half,
  last_six,
  first_seven,
  box,         // of an e-mail address
  numbers,     // of an address, the last three
  both_names,  // given name and surname whichever way round they stand
};
inline constexpr std::size_t feature_parts = 15;

struct FeatureSpec {
  FeaturePart part = FeaturePart::whole;
  std::uint8_t field = 0;
  std::uint8_t other = 0;  // of both_names: the surname's field

  // Bit set of the fields it reads; a key combines features of different fields only.
  std::uint32_t fields() const { return 1U << field | (part == FeaturePart::both_names ? 1U << other : 0U); }
  bool operator==(const FeatureSpec&) const = default;
};

// All features that fields of these types offer:
//   names       whole, sound (pinyin; Soundex of Latin ones), beginning; given name and surname in any order
//   date        whole, year, month and day, its digits sorted
//   identifier  whole, first half, second half
//   phone       whole, the last six digits, the first seven
//   email       whole, the part before @
//   address     whole, its numbers, its beginning; street and place: whole, beginning
//   others      whole
// Source of Soundex: R. C. Russell, US patent 1,261,167 (1918), as in D. E. Knuth, TAOCP 3, 6.
std::vector<FeatureSpec> feature_specs(std::span<const Field> fields);
// "surname", "surname (sound)"
std::string name_of(const FeatureSpec& spec, std::span<const Field> fields);
// A hash of what the feature takes of a row; 0 where the row says nothing.
std::uint32_t feature_of(const FeatureSpec& spec, const RowView& row);

struct Feature {
  FeatureSpec spec;
  std::string name;
  std::vector<std::uint32_t> of_row;  // feature_of() of each
};

// The features of prepared records, each for all rows; those of empty columns are left out.
std::vector<Feature> make_features(const Records& records, unsigned threads);
std::vector<Feature> make_features(const Records& records, std::span<const FeatureSpec> specs,
                                   unsigned threads);

// Soundex of a Latin word, such as "r163"; empty without a letter.
std::string soundex(std::string_view word);

}  // namespace jingwei::linkage

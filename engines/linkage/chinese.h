// Chinese characters that people take for each other: those that sound alike and those that look alike.
#pragma once

#include <string>
#include <string_view>

namespace jingwei::linkage {

// How alike two characters sound: their pinyin without tones is equal, or differs only where dialects and
// input methods do (zh/z, ch/c, sh/s, n/l, -ng/-n).
enum class SoundLikeness : unsigned char { none, near, same };
SoundLikeness sound_likeness(char32_t a, char32_t b);

// Whether two characters look alike: one of the well-known pairs (未末, 己已), or the same radical with
// neighbouring places in Unicode's order, which inside a radical goes by strokes.
//
// Source: The Unicode Standard, chapter 18 (the unified ideographs U+4E00 to U+9FA5 stand in the order of the
// KangXi dictionary: radical, then strokes); the radicals' first characters are the compatibility mappings of
// U+2F00 to U+2FD5.
bool look_alike(char32_t a, char32_t b);

// The sound of a whole name in letters: pinyin of Chinese characters, other letters as they are, without
// spaces.
std::string sound_of(std::string_view text);

// A citizen number of 15 digits as its 18 digits; anything else as it is.
// Source: GB 11643-1999 (century 19 before the year, ISO 7064 MOD 11-2 check character).
std::string eighteen_digits(std::string_view identifier);
// Whether `identifier` is a citizen number of 18 digits with a possible date and the right check character.
bool is_valid_citizen_number(std::string_view identifier);

}  // namespace jingwei::linkage

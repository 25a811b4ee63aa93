// Text as people type it: Unicode forms, width, Chinese variants, pinyin. All functions are thread-safe and
// take UTF-8.
//
// Text that is not UTF-8 is never an error here: each bad byte counts as U+FFFD, except in to_simplified and
// to_traditional, which hand such text back as it came.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jingwei::text {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_utf8(std::string_view text);
bool is_ascii(std::string_view text);
// Unicode NFKC: full-width letters, digits and punctuation become half-width, compatibility forms are folded.
std::string nfkc(std::string_view text);
// Only width is folded (！ to ～ and the ideographic space); everything else stays.
std::string half_width(std::string_view text);
// White space (Unicode) at both ends removed, zero-width and control characters removed everywhere; inner
// runs of space become one ASCII space.
std::string squeeze(std::string_view text);
// Chinese variants through OpenCC (t2s, s2t).
std::string to_simplified(std::string_view text);
std::string to_traditional(std::string_view text);
// Toneless pinyin syllables, lower case, one per character; other text stays as words: 香洲区 →
// {"xiang","zhou","qu"} (ICU Han-Latin).
std::vector<std::string> pinyin(std::string_view text);
std::string pinyin_joined(std::string_view text);    // "xiangzhouqu"
std::string pinyin_initials(std::string_view text);  // "xzq"
// Unicode code points; text that is not UTF-8 gives U+FFFD for each bad byte.
std::u32string code_points(std::string_view text);
std::string from_code_points(std::u32string_view points);
void append_code_point(std::string& out, char32_t point);
// The code point at `at` (must be inside `text`), moving `at` behind it; U+FFFD and one byte on where it is
// not UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at);
// ASCII only.
std::string lower_ascii(std::string_view text);

// White_Space of Unicode: tab, line ends, no-break, ideographic and other spaces.
bool is_white_space(char32_t point);
// Characters nobody sees: controls (but white space), zero-width, direction marks, byte order mark, soft
// hyphen, tags.
bool is_invisible(char32_t point);
// A Chinese character: CJK unified ideographs with their extensions, compatibility ideographs and 〇.
bool is_han(char32_t point);

}  // namespace jingwei::text

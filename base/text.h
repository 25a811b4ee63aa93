// Text as people type it: Unicode forms, width, Chinese variants, pinyin. All functions are thread-safe and take UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jingwei::text {

bool is_utf8(std::string_view text);
// Unicode NFKC: full-width letters, digits and punctuation become half-width, compatibility forms are folded.
std::string nfkc(std::string_view text);
// Only width is folded (！ to ～ and the ideographic space); everything else stays.
std::string half_width(std::string_view text);
// Leading and trailing white space (Unicode), zero-width and control characters removed; inner runs of space become one.
std::string squeeze(std::string_view text);
// Chinese variants through OpenCC (t2s, s2t).
std::string to_simplified(std::string_view text);
std::string to_traditional(std::string_view text);
// Toneless pinyin syllables, lower case, one per character; other text stays as words: 香洲区 → {"xiang","zhou","qu"} (ICU Han-Latin).
std::vector<std::string> pinyin(std::string_view text);
std::string pinyin_joined(std::string_view text);    // "xiangzhouqu"
std::string pinyin_initials(std::string_view text);  // "xzq"
// Unicode code points; text that is not UTF-8 gives U+FFFD for each bad byte.
std::u32string code_points(std::string_view text);
std::string from_code_points(std::u32string_view points);
// ASCII only.
std::string lower_ascii(std::string_view text);

}  // namespace jingwei::text

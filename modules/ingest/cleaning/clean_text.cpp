#include "modules/ingest/cleaning/clean_text.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace jingwei::ingest {

namespace {

// Whether each of the eight bytes is ASCII that one sees: 0x21 to 0x7E.
bool eight_seen(const char* bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x80 * ones;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  // With no top bit set, adding reaches it in bytes from 0x21 on, and in bytes from 0x7F on: no byte carries.
  return (word & tops) == 0 && ((word + 0x5F * ones) & ~(word + ones) & tops) == tops;
}

// Length of the prefix of `raw` that surely stays as it is: ASCII but for controls and runs of space, and the
// common Chinese characters U+4E00 to U+9FFF.
std::size_t settled_prefix(std::string_view raw) {
  std::size_t at = 0;
  char before = ' ';
  while (at < raw.size()) {
    const auto byte = static_cast<unsigned char>(raw[at]);
    if (byte < 0x80 && at + 8 <= raw.size() && eight_seen(raw.data() + at)) {
      at += 8;
    } else if (byte > 0x20 && byte < 0x7F) {
      ++at;
    } else if (byte == ' ' && before != ' ' && at + 1 < raw.size()) {
      ++at;
    } else if (byte >= 0xE4 && byte <= 0xE9 && at + 2 < raw.size()) {
      const auto second = static_cast<unsigned char>(raw[at + 1]),
                 third = static_cast<unsigned char>(raw[at + 2]);
      if ((second & 0xC0) != 0x80 || (third & 0xC0) != 0x80 || (byte == 0xE4 && second < 0xB8)) return at;
      at += 3;
    } else {
      return at;
    }
    before = raw[at - 1];
  }
  return at;
}

// Nothing but the common Chinese characters U+4E00 to U+9FFF.
bool is_common_han(std::string_view text) {
  if (text.size() % 3 != 0) return false;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const auto first = static_cast<unsigned char>(text[at]),
               second = static_cast<unsigned char>(text[at + 1]),
               third = static_cast<unsigned char>(text[at + 2]);
    const bool han = first >= 0xE4 && first <= 0xE9 && (second & 0xC0) == 0x80 && (third & 0xC0) == 0x80 &&
                     (first != 0xE4 || second >= 0xB8);
    if (!han) return false;
  }
  return true;
}

char32_t fold(char32_t point, Punctuation punctuation) {
  if (point < 0xFF01 || point > 0xFFE5) {
    if (punctuation == Punctuation::fold) {
      if (point == 0x2212 || point == 0x2010 || point == 0x2011 || point == 0x2013 || point == 0x2014)
        return '-';
      if (point == 0x2018 || point == 0x2019) return '\'';
      if (point == 0x3002) return '.';
    }
    return point;
  }
  if (point > 0xFF5E) return punctuation == Punctuation::fold && point == 0xFFE5 ? 0xA5 : point;
  const char32_t half = point - 0xFEE0;
  const bool letter_or_digit =
      (half >= '0' && half <= '9') || (half >= 'A' && half <= 'Z') || (half >= 'a' && half <= 'z');
  return letter_or_digit || punctuation == Punctuation::fold ? half : point;
}

bool is_middle_dot(char32_t point) {
  return point == 0xB7 || point == 0x2022 || point == 0x2027 || point == 0x30FB || point == 0xFF65 ||
         point == 0x387 || point == 0x2219 || point == 0x22C5 || point == 0x2E31 || point == 0x16EB ||
         point == 0xFF0E || point == '.';
}

constexpr char32_t first_former_point = 0xE815;
constexpr std::array<char32_t, 80> national_points = {
#include "modules/ingest/cleaning/gb18030_points.def"
};

// What the national standard has today for a character that its first edition had no place for in Unicode: 䶮
// in the names of many. The point itself for any other.
char32_t national_point(char32_t point) {
  const bool former = point >= first_former_point && point < first_former_point + national_points.size();
  return former ? national_points[point - first_former_point] : point;
}

// Characters that only one machine's font knows; what they mean is lost elsewhere.
bool is_private_use(char32_t point) {
  return (point >= 0xE000 && point <= 0xF8FF) || point >= 0xF0000;
}

bool is_latin_name(std::string_view text) {
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = text::next_code_point(text, at);
    const bool letter =
        (point >= 'A' && point <= 'Z') || (point >= 'a' && point <= 'z') || (point >= 0xC0 && point < 0x250);
    if (!letter && point != ' ' && point != '-' && point != '\'' && point != '.') return false;
    any = any || letter;
  }
  return any;
}

std::string_view keep_in(Arena& arena, std::string_view text) {
  return arena.copy(text);
}

}  // namespace

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_settled(std::string_view text) {
  return settled_prefix(text) == text.size();
}

Cleaned tidy(std::string_view raw, Punctuation punctuation, CleanContext& context) {
  Cleaned value;
  const std::size_t settled = settled_prefix(raw);
  value.text = raw;
  if (settled == raw.size()) {
    if (raw.empty()) value.status = CleanStatus::empty;
    return value;
  }
  std::string out(raw.substr(0, settled));
  // A space at the end of the settled part may turn out to be the last character.
  bool space = false;
  if (!out.empty() && out.back() == ' ') {
    out.pop_back();
    space = true;
  }
  for (std::size_t at = settled; at < raw.size();) {
    const std::size_t begin = at;
    const char32_t point = text::next_code_point(raw, at);
    if (point == 0xFFFD) {
      value.text = raw.substr(0, begin);
      value.refuse(Rule::lost_characters);
      return value;
    }
    if (text::is_invisible(point)) {
      value.rules.add(Rule::invisible);
      continue;
    }
    if (text::is_white_space(point)) {
      if (point == 0x3000) value.rules.add(Rule::width);
      if (space || out.empty() || point != ' ') value.rules.add(Rule::white_space);
      space = !out.empty();
      continue;
    }
    if (space) out += ' ';
    space = false;
    const char32_t folded = fold(point, punctuation);
    if (folded != point) value.rules.add(Rule::width);
    text::append_code_point(out, folded);
  }
  if (space) value.rules.add(Rule::white_space);
  if (out != raw) value.text = keep_in(context.arena, out);
  value.status = out.empty()           ? CleanStatus::empty
                 : value.rules.empty() ? CleanStatus::clean
                                       : CleanStatus::cleaned;
  return value;
}

bool is_empty_word(std::string_view text) {
  // Nearly every value is told apart by its length, first byte or first character.
  if (text.empty() || text.size() > 12) return false;
  if ((text[0] & 0x80) != 0) {
    constexpr std::string_view begins[] = {"无", "暂", "没", "空", "未", "不", "—"};
    if (text.size() < 3) return false;
    if (std::none_of(std::begin(begins), std::end(begins),
                     [&](std::string_view one) { return std::memcmp(one.data(), text.data(), 3) == 0; }))
      return false;
  } else if (text[0] != '-' && text[0] != '/' && text[0] != '\\' && text[0] != 'N' && text[0] != 'n' &&
             text[0] != '#') {
    return false;
  }
  constexpr std::string_view words[] = {"-",    "--",     "---",    "/",      "\\",   "N/A",  "n/a",  "NA",
                                        "#N/A", "NULL",   "null",   "Null",   "None", "none", "nil",  "NaN",
                                        "nan",  "\\N",    "无",     "暂无",   "没有", "空",   "未知", "不详",
                                        "未填", "未填写", "未提供", "不清楚", "——",   "—"};
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

bool is_spreadsheet_error(std::string_view text) {
  if (text.empty() || text[0] != '#') return false;
  constexpr std::string_view errors[] = {"#REF!", "#VALUE!", "#NAME?",  "#DIV/0!",
                                         "#NUM!", "#NULL!",  "#SPILL!", "#CALC!"};
  if (std::find(std::begin(errors), std::end(errors), text) != std::end(errors)) return true;
  return text.size() >= 3 && text.find_first_not_of('#') == std::string_view::npos;
}

namespace {

// "Smith, John": with a comma the family name stands first, without one last.
bool name_by_comma(Cleaned& value, Arena& arena) {
  const std::size_t wide = value.text.find("，"), narrow = value.text.find(',');
  const std::size_t at = std::min(wide, narrow), size = wide < narrow ? 3 : 1;
  if (at == std::string_view::npos) return false;
  std::string_view family = value.text.substr(0, at), given = value.text.substr(at + size);
  while (family.ends_with(' ')) family.remove_suffix(1);
  while (given.starts_with(' ')) given.remove_prefix(1);
  if (!is_latin_name(family) || !is_latin_name(given)) return false;
  value.text = keep_in(arena, std::string(given) + " " + std::string(family));
  value.rules.add(Rule::name_order);
  value.status = CleanStatus::cleaned;
  return true;
}

}  // namespace

void clean_person_name(Cleaned& value, CleanContext& context) {
  if (is_common_han(value.text)) return;
  if (name_by_comma(value, context.arena)) return;
  const std::u32string points = text::code_points(value.text);
  std::u32string name;
  for (std::size_t i = 0; i < points.size(); ++i) {
    char32_t point = national_point(points[i]);
    if (point != points[i]) value.rules.add(Rule::name_national);
    const bool after_han = !name.empty() && (text::is_han(name.back()) || name.back() == 0xB7);
    const char32_t following = i + 1 < points.size() ? points[i + 1] : U'\0';
    if (point == ' ' && after_han && (text::is_han(following) || is_middle_dot(following))) {
      value.rules.add(Rule::name_spaces);
      continue;
    }
    if (is_middle_dot(point) && after_han && name.back() != 0xB7 &&
        (text::is_han(following) || following == ' ')) {
      if (point != 0xB7) value.rules.add(Rule::name_dot);
      point = 0xB7;
    }
    if ((point >= '0' && point <= '9') || (point >= 0x2460 && point <= 0x249B))
      return value.refuse(Rule::name_digits);
    if (point == '*' || point == 0xD7 || point == 0x25CF || point == 0xFF0A)
      return value.refuse(Rule::name_masked);
    if (is_private_use(point)) return value.refuse(Rule::name_private_use);
    const bool letter = (point >= 'A' && point <= 'Z') || (point >= 'a' && point <= 'z') || point == ' ' ||
                        point == '\'' || point == '-' || point == '.' || point == 0x2019 || point == 0xB7;
    const bool foreign_letter = point >= 0xC0 && point < 0x2000 && point != 0xD7 && point != 0xF7;
    const bool kana_or_hangul = (point >= 0x3040 && point <= 0x30FF) || (point >= 0xAC00 && point <= 0xD7A3);
    if (!letter && !foreign_letter && !kana_or_hangul && !text::is_han(point) && point < 0x2E80 &&
        point != 0x25CB) {
      return value.refuse(Rule::name_symbols);
    }
    const bool mark =
        (point >= 0x3001 && point <= 0x3004) || (point >= 0x3008 && point <= 0x3020) || point >= 0xFF00;
    if (mark && point < 0x10000) return value.refuse(Rule::name_symbols);
    name += point;
  }
  if (value.rules.has(Rule::name_spaces) || value.rules.has(Rule::name_dot) ||
      value.rules.has(Rule::name_national)) {
    value.text = keep_in(context.arena, text::from_code_points(name));
    value.status = CleanStatus::cleaned;
  }
}

void clean_address(Cleaned& value, CleanContext& context) {
  const std::string_view text = value.text;
  if (text.find(' ') == std::string_view::npos) return;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Chinese addresses have no spaces; those between Latin words stay.
    const bool beside_chinese = text[i] == ' ' && i > 0 && i + 1 < text.size() &&
                                ((text[i - 1] & 0x80) != 0 || (text[i + 1] & 0x80) != 0);
    if (beside_chinese) {
      value.rules.add(Rule::address_spaces);
    } else {
      out += text[i];
    }
  }
  if (out.size() == text.size()) return;
  value.text = keep_in(context.arena, out);
  value.status = CleanStatus::cleaned;
}

void clean_boolean(Cleaned& value) {
  constexpr std::string_view yes[] = {"1",  "y",  "yes", "t", "true", "是", "有",
                                      "对", "真", "已",  "√", "✓",    "✔"};
  constexpr std::string_view no[] = {"0",    "n",  "no", "f",  "false", "否", "无", "没有",
                                     "不是", "非", "假", "未", "×",     "✗",  "不"};
  if (value.text == "true" || value.text == "false") {
    value.integer = value.text == "true" ? 1 : 0;
    return;
  }
  if (value.text.size() <= 8) {
    const std::string word = text::lower_ascii(value.text);
    const bool is_yes = std::find(std::begin(yes), std::end(yes), word) != std::end(yes);
    if (is_yes || std::find(std::begin(no), std::end(no), word) != std::end(no)) {
      const std::string_view canonical = is_yes ? "true" : "false";
      // 是 and 否 are how forms say it; only other words are a change.
      if (value.text != canonical && value.text != "是" && value.text != "否") {
        value.rules.add(Rule::boolean_word);
        value.status = CleanStatus::cleaned;
      }
      value.text = canonical;
      value.integer = is_yes ? 1 : 0;
      return;
    }
  }
  value.refuse(Rule::boolean_unknown);
}

}  // namespace jingwei::ingest

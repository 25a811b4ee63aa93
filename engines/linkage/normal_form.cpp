#include "engines/linkage/normal_form.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "engines/linkage/chinese.h"

namespace jingwei::linkage {

namespace {

constexpr std::array<std::string_view, 18> nothing = {"null", "none", "nan",  "n/a", "nil",  "-",
                                                      "--",   "/",    "\\",   ".",   "?",    "unknown",
                                                      "无",   "不详", "未知", "空",  "暂无", "不明"};

bool says_nothing(std::string_view text) {
  return text.empty() || std::find(nothing.begin(), nothing.end(), text) != nothing.end();
}

using text::is_digit;

// Half width, lower case, spaces squeezed.
std::string plain(std::string_view raw) {
  raw = raw.substr(0, 4 * normal_form_bytes);
  std::string text;
  if (text::is_ascii(raw)) {
    bool space = false;
    for (const char c : raw) {
      if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) {
        space = !text.empty();
        continue;
      }
      if (space) text += ' ';
      space = false;
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  } else {
    text = text::lower_ascii(text::squeeze(text::nfkc(raw)));
  }
  return text;
}

std::string cut(std::string text) {
  if (text.size() <= normal_form_bytes) return text;
  std::size_t end = normal_form_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

// Letters and single spaces; Chinese names without spaces at all.
std::string name_form(std::string text) {
  const bool ascii = text::is_ascii(text);
  if (!ascii) text = text::to_simplified(text);
  std::string out;
  bool space = false, han = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = text::next_code_point(text, at);
    const bool letter = point >= 0x80 ? !text::is_white_space(point) && point != U'·' && point != U'•'
                                      : std::isalpha(static_cast<int>(point)) != 0;
    if (!letter) {
      // An apostrophe stands inside a word; everything else parts words.
      space = space || (point != U'\'' && !out.empty());
      continue;
    }
    const bool is_han = text::is_han(point);
    if (space && !is_han && !han) out += ' ';
    space = false;
    han = is_han;
    text::append_code_point(out, point);
  }
  return out;
}

void put(std::string& out, int number, std::size_t width) {
  std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

// Days since 1899-12-30 as a civil date (H. Hinnant's days-to-civil arithmetic).
std::string from_spreadsheet_day(int day) {
  const int z = day - 25569 + 719468;
  const int era = z / 146097, doe = z - era * 146097;
  const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  const int month = mp < 10 ? mp + 3 : mp - 9;
  std::string out;
  put(out, yoe + era * 400 + (month <= 2 ? 1 : 0), 4);
  put(out, month, 2);
  put(out, doy - (153 * mp + 2) / 5 + 1, 2);
  return out;
}

std::string date_form(const std::string& text) {
  std::array<std::string, 3> parts;
  std::size_t count = 0;
  bool open = false;
  for (const char c : text) {
    if (is_digit(c)) {
      if (!open && count == 3) break;  // a time of day behind the date
      if (!open) ++count;
      open = true;
      parts[count - 1] += c;
    } else {
      open = false;
    }
  }
  if (count == 0) return {};
  if (count < 3) {
    const std::string& only = parts[0];
    if (only.size() >= 14 || only.size() == 8) return only.substr(0, 8);
    if (only.size() == 5) return from_spreadsheet_day(std::stoi(only));
    if (only.size() == 4)
      return count == 2 && parts[1].size() <= 2 ? only + (parts[1].size() == 1 ? "0" : "") + parts[1] : only;
    return only.substr(0, 8);
  }
  for (auto& part : parts) part = part.substr(0, 4);
  std::array<int, 3> numbers = {std::stoi(parts[0]), std::stoi(parts[1]), std::stoi(parts[2])};
  if (parts[0].size() < 3 && parts[2].size() == 4) {
    numbers = {numbers[2], numbers[0], numbers[1]};          // month, day, year …
    if (numbers[1] > 12) std::swap(numbers[1], numbers[2]);  // … unless it is day, month, year
  }
  std::string out;
  put(out, numbers[0], 4);
  put(out, numbers[1], 2);
  put(out, numbers[2], 2);
  return out;
}

bool is_cut_by_spreadsheet(std::string_view text) {
  const auto e = text.find_first_of("eE");
  return e != text.npos && e > 0 && is_digit(text[e - 1]) && e + 1 < text.size() && text[e + 1] == '+';
}

std::string identifier_form(const std::string& text) {
  if (is_cut_by_spreadsheet(text)) return {};
  std::string out;
  for (const char c : text) {
    if (is_digit(c) || static_cast<unsigned char>(c) >= 0x80) out += c;
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  if (text.ends_with(".0") && out.size() > 1) out.pop_back();
  // A number whose digits are all one says as little as none.
  if (out.size() > 3 && out.find_first_not_of(out[0]) == out.npos) return {};
  return eighteen_digits(out);
}

std::string phone_form(std::string text) {
  if (is_cut_by_spreadsheet(text)) return {};
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  std::string out;
  for (const char c : text) {
    if (is_digit(c)) out += c;
  }
  if (out.starts_with("0086")) out.erase(0, 4);
  if (out.size() > 11 && out.starts_with("86")) out.erase(0, 2);
  if (out.size() > 9 && out.starts_with("0")) out.erase(0, 1);
  if (out.size() < 4 || out.find_first_not_of(out[0]) == out.npos) return {};
  return out;
}

std::string number_form(const std::string& text) {
  std::string out = text;
  while (out.size() > 1 && out[0] == '0' && is_digit(out[1])) out.erase(0, 1);
  if (out.find('.') != out.npos &&
      std::all_of(out.begin(), out.end(), [](char c) { return is_digit(c) || c == '.' || c == '-'; })) {
    while (out.ends_with('0')) out.pop_back();
    if (out.ends_with('.')) out.pop_back();
  }
  return out;
}

std::string address_form(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = text::next_code_point(text, at);
    const bool separator =
        point < 0x80 ? std::isalnum(static_cast<int>(point)) == 0
                     : text::is_white_space(point) || point == U'，' || point == U'、' || point == U'。';
    if (!separator) {
      text::append_code_point(out, point);
    } else if (!out.empty() && !out.ends_with(' ')) {
      out += ' ';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string category_form(const std::string& text) {
  if (text == "男" || text == "男性" || text == "male" || text == "m") return "male";
  if (text == "女" || text == "女性" || text == "female" || text == "f") return "female";
  return text;
}

}  // namespace

std::string normal_form(FieldType type, std::string_view raw) {
  std::string text = plain(raw);
  if (says_nothing(text)) return {};
  switch (type) {
    case FieldType::given_name:
    case FieldType::surname:
    case FieldType::full_name:
      text = name_form(std::move(text));
      break;
    case FieldType::date:
      text = date_form(text);
      break;
    case FieldType::identifier:
      text = identifier_form(text);
      break;
    case FieldType::phone:
      text = phone_form(std::move(text));
      break;
    case FieldType::postcode:
      std::erase_if(text, [](char c) {
        return static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) == 0;
      });
      break;
    case FieldType::number:
      text = number_form(text);
      break;
    case FieldType::street:
    case FieldType::locality:
    case FieldType::address:
      if (!text::is_ascii(text)) text = text::to_simplified(text);
      text = address_form(text);
      break;
    case FieldType::category:
      text = category_form(text);
      break;
    case FieldType::email:
      std::erase(text, ' ');
      break;
    case FieldType::text:
      if (!text::is_ascii(text)) text = text::to_simplified(text);
      break;
  }
  return cut(std::move(text));
}

bool is_sex(std::string_view value) {
  return value == "male" || value == "female";
}

}  // namespace jingwei::linkage

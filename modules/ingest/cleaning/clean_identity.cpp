#include "modules/ingest/cleaning/clean_identity.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "modules/ingest/cleaning/citizen_places.h"

namespace jingwei::ingest {

namespace {

using text::is_digit;
bool eight_digits(const char* bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  // 0x30 to 0x3F, and still so when six are added.
  return (word & 0xF0 * ones) == 0x30 * ones && ((word + 6 * ones) & 0xF0 * ones) == 0x30 * ones;
}
bool all_digits(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    if (!eight_digits(text.data() + at)) return false;
  }
  for (; at < text.size(); ++at) {
    if (!is_digit(text[at])) return false;
  }
  return !text.empty();
}

// Takes out what people put between digits; views `text` when there is nothing to take out.
std::string_view without(std::string_view text, std::string_view separators, Arena& arena) {
  if (text.find_first_of(separators) == std::string_view::npos) return text;
  char* const place = arena.allocate(text.size());
  std::size_t size = 0;
  for (const char c : text) {
    if (separators.find(c) == std::string_view::npos) place[size++] = c;
  }
  return {place, size};
}

void replace(Cleaned& value, std::string_view text, Rule rule) {
  if (value.text == text) return;
  value.text = text;
  value.rules.add(rule);
  value.status = CleanStatus::cleaned;
}

enum class Exponent : std::uint8_t { none, exact, lost };

// "1.3901234567E+10" still holds every digit and is written out; "1.39012E+10" does not.
Exponent expand_exponent(Cleaned& value, Arena& arena) {
  const std::string_view text = value.text;
  const std::size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos || e == 0) return Exponent::none;
  const std::string_view mantissa = text.substr(0, e);
  std::string_view power = text.substr(e + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  if (!all_digits(power) || power.size() > 2 || !is_digit(mantissa[0])) return Exponent::none;
  if (mantissa.size() > 1 &&
      (mantissa[1] != '.' || (mantissa.size() > 2 && !all_digits(mantissa.substr(2))))) {
    return Exponent::none;
  }
  const std::string_view digits = without(mantissa, ".", arena);
  const std::size_t wanted = static_cast<std::size_t>(std::stoi(std::string(power))) + 1;
  if (digits.size() != wanted) return Exponent::lost;
  replace(value, digits, Rule::number_exponent);
  return Exponent::exact;
}

void drop_text_mark(Cleaned& value) {
  if (value.text.starts_with('\'') || value.text.starts_with('`')) {
    replace(value, value.text.substr(1), Rule::text_mark);
  }
}

void drop_zero_fraction(Cleaned& value) {
  if (value.text.ends_with(".0") && all_digits(value.text.substr(0, value.text.size() - 2))) {
    replace(value, value.text.substr(0, value.text.size() - 2), Rule::number_form);
  }
}

bool is_mobile(std::string_view text) {
  return text.size() == 11 && text[0] == '1' && text[1] >= '3' && text[1] <= '9' && all_digits(text);
}

// Splits a landline with its leading zero: 010 and 02x take 8 digits, other areas three digits more and 7
// or 8.
std::size_t area_code_length(std::string_view digits) {
  if (digits.size() < 10 || digits[0] != '0') return 0;
  const std::size_t area = digits[1] == '1' || digits[1] == '2' ? 3 : 4;
  if (digits[1] == '0' || (digits[1] == '1' && digits[2] != '0')) return 0;
  const std::size_t local = digits.size() - area;
  const bool fits = area == 3 ? local == 8 : local == 7 || local == 8;
  return fits && digits[area] >= '2' ? area : 0;
}

bool is_service_number(std::string_view digits) {
  return digits.size() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
}

struct Place {
  static bool in(int value, int low, int high) { return value >= low && value <= high; }

  static bool is_province(int code) {
    return in(code, 11, 15) || in(code, 21, 23) || in(code, 31, 37) || in(code, 41, 46) || in(code, 50, 54) ||
           in(code, 61, 65);
  }

  // Whether six digits have the form of a place that issued IDs.
  static bool plausible(std::string_view prefix) {
    const auto two = [&](std::size_t at) { return (prefix[at] - '0') * 10 + (prefix[at + 1] - '0'); };
    const int province = two(0), city = two(2), district = two(4);
    if (province == 71 || in(province, 81, 83)) return city == 0 && district == 0;
    if (prefix[0] == '9') return is_province(two(1));  // foreigners: 9, province, country in three digits
    if (!is_province(province)) return false;
    const bool municipality = province == 11 || province == 12 || province == 31 || province == 50;
    return municipality ? city <= 3 : city <= 70 || city == 90;
  }
};

}  // namespace

char citizen_id_check(std::string_view digits) {
  constexpr int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (digits[i] - '0') * weights[i];
  return "10X98765432"[sum % 11];
}

namespace {

// Takes the extension behind a landline off: 转801, 分机801, ext. 801, x801, or a third group of digits.
std::string_view without_extension(std::string_view text, std::string_view& extension) {
  for (const std::string_view word :
       {"转分机", "转", "分机号", "分机", "ext.", "Ext.", "EXT", "ext", "x", "X", "#"}) {
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos || at < 7) continue;
    std::string_view behind = text.substr(at + word.size());
    while (behind.starts_with(' ') || behind.starts_with(':')) behind.remove_prefix(1);
    if (!all_digits(behind) || behind.size() > 6) return text;
    extension = behind;
    text = text.substr(0, at);
    while (text.ends_with(' ') || text.ends_with('-')) text.remove_suffix(1);
    return text;
  }
  const std::size_t last = text.rfind('-');
  const std::size_t first = text.find('-');
  // 4008001234-801 is how a service number with one is written here.
  if (last == 10 && is_service_number(text.substr(0, 10)) && all_digits(text.substr(11)) &&
      text.size() <= 17) {
    extension = text.substr(11);
    return text.substr(0, 10);
  }
  if (last == first || text[0] != '0' || first > 4 || first < 3) return text;
  const std::string_view behind = text.substr(last + 1), local = text.substr(first + 1, last - first - 1);
  if (!all_digits(behind) || behind.size() > 6 || local.size() < 7 || !all_digits(local)) return text;
  extension = behind;
  return text.substr(0, last);
}

// A landline or service number with an extension: 0756-2123456-801. `digits` without it.
void clean_extended(Cleaned& value, std::string_view digits, std::string_view extension,
                    CleanContext& context) {
  if (!all_digits(digits)) return value.refuse(Rule::phone_bad_form);
  const std::size_t area = area_code_length(digits);
  if (area == 0 && !is_service_number(digits)) {
    const bool local = (digits.size() == 7 || digits.size() == 8) && digits[0] >= '2';
    return value.refuse(local ? Rule::phone_area_code : Rule::phone_bad_form);
  }
  char* const place = context.arena.allocate(digits.size() + extension.size() + 2);
  char* end = place;
  const auto put = [&](std::string_view part) {
    part.copy(end, part.size());
    end += part.size();
  };
  if (area != 0) {
    put(digits.substr(0, area));
    put("-");
  }
  put(digits.substr(area));
  put("-");
  put(extension);
  replace(value, {place, static_cast<std::size_t>(end - place)}, Rule::phone_extension);
}

}  // namespace

void clean_phone(Cleaned& value, CleanContext& context) {
  if (is_mobile(value.text)) return;
  drop_text_mark(value);
  drop_zero_fraction(value);
  if (expand_exponent(value, context.arena) == Exponent::lost) return value.refuse(Rule::phone_scientific);
  if (value.text.find_first_of(",;/") != std::string_view::npos ||
      value.text.find("、") != std::string_view::npos) {
    return value.refuse(Rule::phone_several);
  }
  std::string_view extension;
  std::string_view number = without_extension(value.text, extension);
  std::string_view digits = without(number, " -.()", context.arena);
  if (!extension.empty()) return clean_extended(value, digits, extension, context);
  const bool international = digits.starts_with('+') || digits.starts_with("00");
  if (international) digits.remove_prefix(digits[0] == '+' ? 1 : 2);
  if (!all_digits(digits)) return value.refuse(Rule::phone_bad_form);
  if (international && !digits.starts_with("86")) {
    if (digits.size() < 8 || digits.size() > 15) return value.refuse(Rule::phone_length);
    char* const place = context.arena.allocate(digits.size() + 1);
    place[0] = '+';
    digits.copy(place + 1, digits.size());
    return replace(value, {place, digits.size() + 1}, Rule::phone_form);
  }
  if (international || (digits.size() == 13 && digits.starts_with("86"))) {
    digits.remove_prefix(2);
    // Abroad the area code loses its zero: +86 756 2123456.
    if (!is_mobile(digits) && !digits.starts_with('0') && !is_service_number(digits)) {
      char* const place = context.arena.allocate(digits.size() + 1);
      place[0] = '0';
      digits.copy(place + 1, digits.size());
      digits = {place, digits.size() + 1};
    }
    value.rules.add(Rule::phone_prefix);
    value.status = CleanStatus::cleaned;
  }
  if (digits.size() == 12 && digits[0] == '0' && is_mobile(digits.substr(1))) {
    digits.remove_prefix(1);
    value.rules.add(Rule::phone_prefix);
  }
  if (is_mobile(digits) || is_service_number(digits)) return replace(value, digits, Rule::phone_form);
  if (const std::size_t area = area_code_length(digits); area != 0) {
    char* const place = context.arena.allocate(digits.size() + 1);
    digits.copy(place, area);
    place[area] = '-';
    digits.copy(place + area + 1, digits.size() - area, area);
    return replace(value, {place, digits.size() + 1}, Rule::phone_form);
  }
  if ((digits.size() == 7 || digits.size() == 8) && digits[0] >= '2')
    return value.refuse(Rule::phone_area_code);
  value.refuse(digits.size() == 11 ? Rule::phone_bad_form : Rule::phone_length);
}

void clean_citizen_id(Cleaned& value, CleanContext& context) {
  const bool plain = value.text.size() == 18 && all_digits(value.text.substr(0, 17));
  if (!plain) {
    drop_text_mark(value);
    drop_zero_fraction(value);
    if (expand_exponent(value, context.arena) == Exponent::lost)
      return value.refuse(Rule::citizen_id_scientific);
    replace(value, without(value.text, " -", context.arena), Rule::code_separators);
  }
  std::string_view id = value.text;
  if (id.size() != 18 && id.size() != 15) return value.refuse(Rule::citizen_id_length);
  if (!all_digits(id.substr(0, id.size() == 18 ? 17 : 15))) return value.refuse(Rule::citizen_id_form);
  if (id.size() == 15) {
    char* const place = context.arena.allocate(18);
    id.copy(place, 6);
    // Sequence numbers from 996 were kept for people born before 1900.
    std::memcpy(place + 6, id.substr(12) >= "996" ? "18" : "19", 2);
    id.copy(place + 8, 9, 6);
    place[17] = citizen_id_check({place, 17});
    replace(value, {place, 18}, Rule::citizen_id_upgraded);
    id = value.text;
  } else if (id[17] == 'x') {
    char* const place = context.arena.allocate(18);
    id.copy(place, 17);
    place[17] = 'X';
    replace(value, {place, 18}, Rule::code_case);
    id = value.text;
  }
  if (!is_digit(id[17]) && id[17] != 'X') return value.refuse(Rule::citizen_id_form);
  const bool checks = citizen_id_check(id) == id[17];
  // A spreadsheet keeps 15 digits of a number and writes zeros for the rest.
  if (!checks && id.ends_with("000")) return value.refuse(Rule::citizen_id_spreadsheet);
  const auto& synthetic = context.synthetic_id_prefixes;
  if (!Place::plausible(id.substr(0, 6)) &&
      std::none_of(synthetic.begin(), synthetic.end(),
                   [&](const auto& prefix) { return id.starts_with(prefix); })) {
    return value.refuse(Rule::citizen_id_region);
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    int n = 0;
    for (std::size_t i = at; i < at + size; ++i) n = n * 10 + (id[i] - '0');
    return n;
  };
  const std::chrono::year_month_day birth{std::chrono::year{number(6, 4)},
                                          std::chrono::month{static_cast<unsigned>(number(10, 2))},
                                          std::chrono::day{static_cast<unsigned>(number(12, 2))}};
  if (!birth.ok() || birth.year() < std::chrono::year{1850}) return value.refuse(Rule::citizen_id_birth);
  if (Day{birth} > context.today) return value.refuse(Rule::citizen_id_future);
  if (!checks) return value.refuse(Rule::citizen_id_checksum);
  if (context.places != nullptr && id[0] != '9' &&
      !context.places->can_have_issued(static_cast<std::uint32_t>(number(0, 6)), number(6, 4))) {
    return value.refuse(Rule::citizen_id_place_time);
  }
  value.birth_date = Day{birth};
  value.sex = (id[16] - '0') % 2 == 1 ? Sex::male : Sex::female;
}

void clean_credit_code(Cleaned& value, CleanContext& context) {
  drop_text_mark(value);
  replace(value, without(value.text, " -", context.arena), Rule::code_separators);
  if (std::any_of(value.text.begin(), value.text.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    char* const place = context.arena.allocate(value.text.size());
    std::transform(value.text.begin(), value.text.end(), place,
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    replace(value, {place, value.text.size()}, Rule::code_case);
  }
  const std::string_view code = value.text;
  if ((code.size() == 15 || code.size() == 13) && all_digits(code))
    return value.refuse(Rule::credit_code_old);
  if (code.size() != 18) return value.refuse(Rule::credit_code_length);
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  if (!all_digits(code.substr(2, 6)) || code[0] == '0') return value.refuse(Rule::credit_code_form);
  int sum = 0, weight = 1;
  for (std::size_t i = 0; i < 18; ++i) {
    const std::size_t digit = alphabet.find(code[i]);
    if (digit == std::string_view::npos) return value.refuse(Rule::credit_code_form);
    if (i < 17) sum += static_cast<int>(digit) * weight;
    weight = weight * 3 % 31;
  }
  if (alphabet[static_cast<std::size_t>((31 - sum % 31) % 31)] != code[17])
    value.refuse(Rule::credit_code_checksum);
}

}  // namespace jingwei::ingest

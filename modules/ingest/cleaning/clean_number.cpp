#include "modules/ingest/cleaning/clean_number.h"

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "modules/ingest/cleaning/numerals.h"

namespace jingwei::ingest {

namespace {

using text::is_digit;

// A decimal number as digits and a power of ten.
struct Decimal {
  bool negative = false;
  std::uint64_t digits = 0;
  int count = 0;  // significant digits read; over 19 they are no longer exact
  int scale = 0;
};

struct Reader {
  std::string_view text;
  std::size_t at = 0;

  bool take(char c) {
    if (at < text.size() && text[at] == c) return ++at, true;
    return false;
  }
  bool take(std::string_view word) {
    if (text.substr(at).starts_with(word)) return at += word.size(), true;
    return false;
  }
  bool done() const { return at == text.size(); }
};

void push_digit(Decimal& number, char c, bool fraction) {
  if (number.count < 19) {
    number.digits = number.digits * 10 + static_cast<std::uint64_t>(c - '0');
    number.count += number.digits != 0;
    number.scale -= fraction;
  } else if (!fraction || c != '0') {
    ++number.count;
    number.scale += !fraction;
  }
}

// Reads the digits before the point; groups of a thousand must be whole: 1,234 but not 12,34.
Rule read_whole(Reader& in, Decimal& number, bool& grouped) {
  std::size_t run = 0, total = 0;
  for (; !in.done(); ++in.at) {
    const char c = in.text[in.at];
    if (is_digit(c)) {
      push_digit(number, c, false);
      ++run;
      ++total;
    } else if ((c == ',' || c == '\'' || c == ' ') && total > 0 && in.at + 1 < in.text.size() &&
               is_digit(in.text[in.at + 1])) {
      if (run > 3 || (grouped && run != 3)) return Rule::number_grouping;
      grouped = true;
      run = 0;
    } else {
      break;
    }
  }
  if (grouped && run != 3) return Rule::number_grouping;
  return Rule::none;
}

Rule read_exponent(Reader& in, Decimal& number) {
  const bool negative = in.take('-');
  if (!negative) in.take('+');
  int power = 0;
  const std::size_t begin = in.at;
  for (; !in.done() && is_digit(in.text[in.at]); ++in.at)
    power = std::min(power * 10 + (in.text[in.at] - '0'), 10'000);
  if (in.at == begin) return Rule::number_unreadable;
  number.scale += negative ? -power : power;
  return Rule::none;
}

Rule read_decimal(Reader& in, Decimal& number, RuleSet& rules) {
  number.negative = in.take('-');
  if (!number.negative && in.take('+')) rules.add(Rule::number_form);
  bool grouped = false;
  const std::size_t begin = in.at;
  if (const Rule refusal = read_whole(in, number, grouped); refusal != Rule::none) return refusal;
  if (grouped) rules.add(Rule::number_separators);
  std::size_t digits = in.at - begin;
  if (in.take('.')) {
    if (digits == 0) rules.add(Rule::number_form);
    const std::size_t fraction = in.at;
    for (; !in.done() && is_digit(in.text[in.at]); ++in.at) push_digit(number, in.text[in.at], true);
    if (in.at == fraction) rules.add(Rule::number_form);
    digits += in.at - fraction;
  }
  if (digits == 0) return Rule::number_unreadable;
  if (in.take('e') || in.take('E')) {
    rules.add(Rule::number_exponent);
    if (const Rule refusal = read_exponent(in, number); refusal != Rule::none) return refusal;
  }
  return Rule::none;
}

// 1.2万, 3亿, 1.5万亿; 35%.
void read_powers(Reader& in, Decimal& number, RuleSet& rules, const Unit* unit) {
  while (in.take(' ')) {
  }
  // 万元 is a unit of its own where money is asked for.
  for (const auto& [word, power] :
       {std::pair{"万", 4}, std::pair{"亿", 8}, std::pair{"萬", 4}, std::pair{"億", 8}}) {
    if (unit != nullptr && unit->word == in.text.substr(in.at)) return;
    while (in.take(std::string_view(word))) {
      rules.add(Rule::number_unit);
      number.scale += power;
    }
  }
  if (in.at < in.text.size() && in.take(std::string_view("亿"))) number.scale += 8;
  const bool counts_percent = unit != nullptr && unit->family == Unit::Family::ratio;
  if (!counts_percent && in.take('%')) {
    rules.add(Rule::number_percent);
    number.scale -= 2;
  }
}

Decimal decimal_of(std::int64_t whole) {
  Decimal number;
  number.digits = static_cast<std::uint64_t>(whole);
  for (std::uint64_t left = number.digits; left != 0; left /= 10) ++number.count;
  return number;
}

// The exact whole number; nothing when there is a fraction. `fits` tells whether 64 bits hold it.
std::optional<std::int64_t> whole_of(const Decimal& number, bool& fits) {
  std::uint64_t digits = number.digits;
  fits = true;
  if (digits == 0) return 0;
  for (int scale = number.scale; scale < 0; ++scale) {
    if (digits % 10 != 0) return std::nullopt;
    digits /= 10;
  }
  constexpr std::uint64_t most = 9'223'372'036'854'775'807ULL;
  fits = number.count <= 19 && digits <= most;
  for (int scale = number.scale; scale > 0 && fits; --scale) {
    fits = digits <= most / 10;
    digits *= 10;
  }
  return number.negative ? -static_cast<std::int64_t>(digits) : static_cast<std::int64_t>(digits);
}

double real_of(const Decimal& number) {
  // Both parts are exact doubles and one division rounds once (Clinger 1990): nearly every decimal people
  // write.
  constexpr double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  if (number.digits < std::uint64_t{1} << 53 && number.count <= 19 && number.scale <= 0 &&
      number.scale >= -10) {
    const double real = static_cast<double>(number.digits) / powers[-number.scale];
    return number.negative ? -real : real;
  }
  char text[48];
  char* end = text;
  if (number.negative) *end++ = '-';
  end = std::to_chars(end, text + 32, number.digits).ptr;
  *end++ = 'e';
  end = std::to_chars(end, text + sizeof text, number.scale).ptr;
  double real = 0;
  const auto [at, fault] = std::from_chars(text, end, real);
  if (fault != std::errc{}) return number.scale > 0 ? HUGE_VAL : 0;
  return real;
}

template <typename Number>
void write_plain(Cleaned& value, Number number, RuleSet rules, CleanContext& context) {
  char text[400];
  char* end;
  if constexpr (std::is_same_v<Number, double>) {
    end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
  } else {
    end = std::to_chars(text, text + sizeof text, number).ptr;
  }
  value.text = context.arena.copy({text, static_cast<std::size_t>(end - text)});
  value.rules.add(rules);
  value.status = CleanStatus::cleaned;
}

// Digits only, at most 18 of them and no needless zero in front: the common case, done at once.
bool read_plain(Cleaned& value) {
  const std::string_view text = value.text;
  if (text.size() > 18 || (text.size() > 1 && text[0] == '0')) return false;
  std::int64_t number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    number = number * 10 + (c - '0');
  }
  value.integer = number;
  value.number = static_cast<double>(number);
  return true;
}

// Digits, a point, digits, at most 15 of them with a minus in front or not: both parts are exact doubles, so
// that one division rounds once, as real_of does. False for any other form.
bool read_plain_fraction(Cleaned& value) {
  constexpr double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  std::string_view text = value.text;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (text.size() > 16 || point == 0 || point == std::string_view::npos) return false;
  const std::size_t behind = text.size() - point - 1;
  if (behind == 0 || behind > 10) return false;
  std::int64_t digits = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at == point) continue;
    if (!is_digit(text[at])) return false;
    digits = digits * 10 + (text[at] - '0');
  }
  const double real = static_cast<double>(digits) / powers[behind];
  value.number = negative ? -real : real;
  return true;
}

// A number as it was written, and the word behind it.
struct Found {
  Rule refusal = Rule::none;
  Decimal number;
  double parts = 1;  // the number is to be divided by this: 3/4
  RuleSet rules;
  std::string_view unit;
};

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// 四分之三, 百分之三十五, 百分之35.
bool read_parts(std::string_view text, Found& found) {
  const std::size_t at = text.find("分之");
  if (at == std::string_view::npos) return false;
  std::string_view below = text.substr(0, at), above = text.substr(at + 6);
  std::optional<std::int64_t> parts;
  if (below == "百" || below == "千") {
    parts = below == "百" ? 100 : 1'000;
  } else {
    parts = take_numeral(below);
    if (!parts || *parts == 0 || !below.empty()) return false;
  }
  Reader in{above};
  RuleSet rules;
  if (read_decimal(in, found.number, rules) != Rule::none || !in.done()) {
    const auto numeral = take_numeral(above);
    if (!numeral || !above.empty()) return false;
    found.number = decimal_of(*numeral);
  }
  found.rules.add(Rule::number_fraction);
  if (*parts == 100) found.unit = "%";
  if (*parts == 1'000) found.unit = "‰";
  if (found.unit.empty()) found.parts = static_cast<double>(*parts);
  return true;
}

// 3/4 in a number field; nothing else bears a slash.
bool read_slash(std::string_view text, Found& found) {
  const std::size_t at = text.find('/');
  if (at == std::string_view::npos || at == 0 || at > 6 || text.size() - at > 7) return false;
  std::int64_t above = 0, below = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == at) continue;
    if (!is_digit(text[i])) return false;
    std::int64_t& part = i < at ? above : below;
    part = part * 10 + (text[i] - '0');
  }
  if (below == 0) return false;
  found.number = decimal_of(above);
  found.parts = static_cast<double>(below);
  found.rules.add(Rule::number_fraction);
  return true;
}

// 10-20, 10~20, 10至20: two numbers where one is asked for.
bool is_between(std::string_view text, std::string_view rest) {
  for (const std::string_view mark : {"-", "~", "～", "至", "到"}) {
    if (!rest.starts_with(mark) || rest.size() == text.size()) continue;
    const std::string_view behind = without_spaces(rest.substr(mark.size()));
    if (!behind.empty() && is_digit(behind[0])) return true;
  }
  return false;
}

Found find_number(std::string_view text, const Unit* unit) {
  Found found;
  if (text.starts_with('\'')) {
    found.rules.add(Rule::text_mark);
    text.remove_prefix(1);
  }
  if (unit != nullptr && unit->family == Unit::Family::money) {
    for (const std::string_view sign : {"¥", "￥", "人民币", "RMB"}) {
      if (!text.starts_with(sign)) continue;
      text = without_spaces(text.substr(sign.size()));
      found.rules.add(Rule::number_unit_dropped);
    }
  }
  if (read_slash(text, found) || read_parts(text, found)) return found;
  Reader in{text};
  found.refusal = read_decimal(in, found.number, found.rules);
  const std::string_view behind = text.substr(in.at);
  const bool numeral_goes_on =
      found.refusal == Rule::none && (behind.starts_with("千") || behind.starts_with("百") ||
                                      behind.starts_with("仟") || behind.starts_with("佰"));
  bool mixed = false;  // 1万2千
  if (found.refusal == Rule::none && !numeral_goes_on) {
    read_powers(in, found.number, found.rules, unit);
    mixed =
        in.at > 0 && in.at < text.size() && (is_digit(text[in.at]) || text.substr(in.at).starts_with("零"));
  }
  if (found.refusal == Rule::number_unreadable || numeral_goes_on || mixed) {
    std::string_view rest = text;
    if (const auto numeral = take_numeral(rest)) {
      found.refusal = Rule::none;
      found.number = decimal_of(*numeral);
      found.rules.add(Rule::number_words);
      in.at = text.size() - rest.size();
    }
  }
  if (found.refusal != Rule::none) return found;
  found.unit = without_spaces(text.substr(in.at));
  if (is_between(text, text.substr(in.at))) found.refusal = Rule::number_between;
  return found;
}

// What stands behind the number: nothing, the field's unit, another of its kind, or something else.
Rule settle_unit(Found& found, const Unit* unit, double& real) {
  if (found.unit.empty()) return Rule::none;
  if (unit == nullptr) {
    if (found.unit != "%" && found.unit != "‰") return Rule::number_units;
    found.number.scale -= found.unit == "%" ? 2 : 3;
    real = real_of(found.number);
    return Rule::none;
  }
  if (same_unit(found.unit, *unit)) {
    found.rules.add(Rule::number_unit_dropped);
    return Rule::none;
  }
  const auto other = converted(real, found.unit, *unit);
  if (!other) return Rule::number_other_unit;
  found.rules.add(Rule::number_converted);
  real = *other;
  return Rule::none;
}

}  // namespace

void clean_number(Cleaned& value, Whole whole, const Unit* unit, CleanContext& context) {
  if (read_plain(value)) return;
  if (whole == Whole::not_required && read_plain_fraction(value)) return;
  Found found = find_number(value.text, unit);
  if (found.refusal != Rule::none) return value.refuse(found.refusal);
  value.number = real_of(found.number) / found.parts;
  if (const Rule refusal = settle_unit(found, unit, value.number); refusal != Rule::none)
    return value.refuse(refusal);
  if (!std::isfinite(value.number)) return value.refuse(Rule::number_range);
  RuleSet& rules = found.rules;
  if (whole == Whole::not_required) {
    if (!rules.empty()) write_plain(value, value.number, rules, context);
    return;
  }
  bool fits = false;
  std::optional<std::int64_t> integer;
  if (found.parts == 1 && !rules.has(Rule::number_converted)) {
    integer = whole_of(found.number, fits);
  } else if (value.number == std::floor(value.number)) {
    fits = std::fabs(value.number) < 9e15;
    integer = fits ? static_cast<std::int64_t>(value.number) : 0;
  }
  if (!integer) return value.refuse(Rule::number_not_whole);
  if (!fits) return value.refuse(Rule::number_range);
  value.integer = *integer;
  value.number = static_cast<double>(*integer);
  if (value.text.find('.') != std::string_view::npos || value.text.starts_with('0') ||
      value.text.starts_with("-0")) {
    if (value.text != "0") rules.add(Rule::number_form);
  }
  if (!rules.empty()) write_plain(value, value.integer, rules, context);
}

}  // namespace jingwei::ingest

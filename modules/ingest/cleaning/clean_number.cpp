#include "modules/ingest/cleaning/clean_number.h"

#include <charconv>
#include <cmath>

namespace jingwei::ingest {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

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
  if (in.done()) return Rule::none;
  while (in.take(' ')) {
  }
  // 1.2万, 3亿, 1.5万亿; 35%.
  for (const auto& [word, power] :
       {std::pair{"万", 4}, std::pair{"亿", 8}, std::pair{"萬", 4}, std::pair{"億", 8}}) {
    while (in.take(std::string_view(word))) {
      rules.add(Rule::number_unit);
      number.scale += power;
    }
  }
  if (in.at < in.text.size() && in.take(std::string_view("亿"))) number.scale += 8;
  if (in.take('%')) {
    rules.add(Rule::number_percent);
    number.scale -= 2;
  }
  return in.done() ? Rule::none : Rule::number_units;
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

}  // namespace

void clean_number(Cleaned& value, Whole whole, CleanContext& context) {
  if (read_plain(value)) return;
  Reader in{value.text};
  Decimal number;
  RuleSet rules;
  if (in.take('\'')) rules.add(Rule::text_mark);
  if (const Rule refusal = read_decimal(in, number, rules); refusal != Rule::none) {
    const bool starts =
        !value.text.empty() && (is_digit(value.text[0]) || value.text[0] == '-' || value.text[0] == '+');
    return value.refuse(refusal == Rule::number_units && !starts ? Rule::number_unreadable : refusal);
  }
  value.number = real_of(number);
  if (!std::isfinite(value.number)) return value.refuse(Rule::number_range);
  if (whole == Whole::not_required) {
    if (!rules.empty()) write_plain(value, value.number, rules, context);
    return;
  }
  bool fits = false;
  const auto integer = whole_of(number, fits);
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

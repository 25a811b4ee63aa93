#include "modules/ingest/cleaning/numerals.h"

#include "base/text.h"

namespace jingwei::ingest {

namespace {

int digit_of(char32_t point) {
  if (point >= '0' && point <= '9') return static_cast<int>(point - '0');
  constexpr std::u32string_view plain = U"零一二三四五六七八九", formal = U"〇壹贰叁肆伍陆柒捌玖",
                                other = U"○壱弐参";
  if (const auto at = plain.find(point); at != std::u32string_view::npos) return static_cast<int>(at);
  if (const auto at = formal.find(point); at != std::u32string_view::npos) return static_cast<int>(at);
  if (const auto at = other.find(point); at != std::u32string_view::npos) return static_cast<int>(at);
  return point == U'两' ? 2 : -1;
}

std::int64_t power_of(char32_t point) {
  switch (point) {
    case U'十':
    case U'拾':
      return 10;
    case U'百':
    case U'佰':
      return 100;
    case U'千':
    case U'仟':
      return 1'000;
    case U'万':
    case U'萬':
      return 10'000;
    case U'亿':
    case U'億':
      return 100'000'000;
    default:
      return 0;
  }
}

constexpr std::int64_t most = 900'000'000'000'000'000;

// What was read so far: 1亿 2千3百 4 is whole 1亿, section 2300, digits 4.
struct Numeral {
  std::int64_t whole = 0, section = 0, digits = 0;
  std::int64_t last_power = 0;  // of the last unit read: 一千二 means 1200
  int digit_count = 0;
  bool any_power = false, zero_before = false;

  bool push_digit(int digit) {
    if (digits > most / 10) return false;
    if (any_power && digit == 0 && digit_count == 0) return zero_before = true;  // 一百零五
    digits = digits * 10 + digit;
    ++digit_count;
    return true;
  }

  bool push_power(std::int64_t power) {
    if (power < 10'000) {
      // 十二 stands for 一十二; a smaller unit must follow a larger one.
      if (digit_count == 0 && (power != 10 || section != 0)) return false;
      const bool falls = last_power == 0 || last_power >= 10'000 || power < last_power;
      if (!falls || digits > 9'999) return false;
      section += (digit_count == 0 ? 1 : digits) * power;
    } else {
      const std::int64_t part = section + digits;
      if ((part == 0 && whole == 0) || part > most / power) return false;
      // 三万亿: the larger unit multiplies what stands before it.
      if (last_power >= 10'000 && power > last_power) {
        if (whole > most / power) return false;
        whole = (whole + part) * power;
      } else {
        if (last_power >= 10'000 && power == last_power && part == 0) return false;
        whole += part * power;
      }
      section = 0;
    }
    digits = 0;
    digit_count = 0;
    zero_before = false;
    last_power = power;
    any_power = true;
    return true;
  }

  std::int64_t value() const {
    // 一万二 is 12000, 一百零二 is 102, 一万零二 is 10002.
    const bool abridged = any_power && digit_count == 1 && !zero_before && last_power > 10;
    return whole + section + (abridged ? digits * (last_power / 10) : digits);
  }
};

}  // namespace

std::optional<std::int64_t> take_numeral(std::string_view& text) {
  Numeral numeral;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    const char32_t point = text::next_code_point(text, next);
    if (const int digit = digit_of(point); digit >= 0) {
      if (!numeral.push_digit(digit)) return std::nullopt;
    } else if (const std::int64_t power = power_of(point); power != 0) {
      if (!numeral.push_power(power)) return std::nullopt;
    } else {
      break;
    }
    at = next;
  }
  if (at == 0 || numeral.value() > most) return std::nullopt;
  text.remove_prefix(at);
  return numeral.value();
}

}  // namespace jingwei::ingest

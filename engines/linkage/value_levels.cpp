#include "engines/linkage/value_levels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "engines/linkage/chinese.h"
#include "engines/linkage/strings.h"

namespace jingwei::linkage {

namespace {

// A text's characters in a small place of their own; long ones are cut.
struct Characters {
  explicit Characters(std::string_view text) {
    for (std::size_t at = 0; at < text.size() && size < points.size();)
      points[size++] = text::next_code_point(text, at);
  }
  std::u32string_view view() const { return {points.data(), size}; }
  std::array<char32_t, compared_characters> points;
  std::size_t size = 0;
};

// Words between spaces, the first few.
struct Words {
  explicit Words(std::string_view text) {
    while (!text.empty() && count < words.size()) {
      const auto word = text.substr(0, text.find(' '));
      if (!word.empty()) words[count++] = word;
      text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
  }
  std::array<std::string_view, 12> words;
  std::size_t count = 0;
};

bool has_han(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), text::is_han);
}

Level latin_name_level(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  const int edited = edits(a, b, 2);
  if (edited == 1 && shorter >= 3) return Level::near;
  const double likeness = jaro_winkler(a, b);
  if (likeness >= 0.93 || (edited == 2 && shorter >= 5)) return Level::near;
  // A short form or a first letter.
  const bool beginning = (a.size() < b.size() ? b : a).starts_with(a.size() < b.size() ? a : b);
  if (likeness >= 0.86 || edited == 1 || (beginning && shorter >= 2)) return Level::close;
  if (likeness >= 0.76 || beginning) return Level::loose;
  return Level::different;
}

// Chinese names of the same length, character by character.
Level han_name_level(std::u32string_view a, std::u32string_view b) {
  if (a.size() != b.size()) {
    const auto& longer = a.size() > b.size() ? a : b;
    const auto& shorter = a.size() > b.size() ? b : a;
    if (longer.size() == shorter.size() + 1 && shorter.size() >= 2 && edits(a, b, 1) == 1)
      return Level::close;
    return edits(a, b, 2) <= 1 || (shorter.size() >= 2 && edits(a, b, 2) <= 2) ? Level::loose
                                                                               : Level::different;
  }
  int unlike = 0, alike = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    const SoundLikeness sound = sound_likeness(a[i], b[i]);
    (sound != SoundLikeness::none || look_alike(a[i], b[i]) ? alike : unlike) += 1;
  }
  if (unlike == 0) return alike == 1 ? Level::near : Level::close;
  if (edits(a, b, 1) == 1 && std::is_permutation(a.begin(), a.end(), b.begin())) return Level::crossed;
  if (unlike == 1 && a.size() >= 3) return Level::loose;
  return Level::different;
}

int at_digit(std::string_view text, std::size_t at) {
  return text[at] - '0';
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Share of the words of the text with fewer that stand, nearly, in the other.
double words_shared(const Words& a, const Words& b) {
  const Words& few = a.count <= b.count ? a : b;
  const Words& many = a.count <= b.count ? b : a;
  if (few.count == 0) return 0;
  std::size_t found = 0;
  std::uint32_t taken = 0;
  for (std::size_t i = 0; i < few.count; ++i) {
    for (std::size_t j = 0; j < many.count; ++j) {
      const std::size_t shorter = std::min(few.words[i].size(), many.words[j].size());
      if ((taken >> j & 1) != 0 || edits(few.words[i], many.words[j], 1) > (shorter >= 4 ? 1 : 0)) continue;
      taken |= 1U << j;
      ++found;
      break;
    }
  }
  return static_cast<double>(found) / static_cast<double>(few.count);
}

// An address parted into its numbers and everything else.
struct AddressParts {
  explicit AddressParts(std::string_view text) {
    bool digits = false;
    for (std::size_t at = 0; at < text.size();) {
      const char32_t point = text::next_code_point(text, at);
      const bool digit = point >= U'0' && point <= U'9';
      if (digit) {
        if (!digits && count < numbers.size()) numbers[count++] = 0;
        if (count > 0)
          numbers[count - 1] =
              (numbers[count - 1] * 10 + static_cast<std::uint32_t>(point - U'0')) % 1'000'000'000;
      } else if (point != U' ' && length < words.size()) {
        words[length++] = point;
      }
      digits = digit;
    }
  }
  std::array<std::uint32_t, 8> numbers;
  std::size_t count = 0;
  std::array<char32_t, compared_characters> words;
  std::size_t length = 0;
};

}  // namespace

Level name_level(std::string_view a, std::string_view b, std::string_view sound_a, std::string_view sound_b) {
  const bool ascii_a = text::is_ascii(a), ascii_b = text::is_ascii(b);
  if (ascii_a && ascii_b) return latin_name_level(a, b);
  if (ascii_a != ascii_b) {
    if (sound_a == sound_b) return Level::near;
    return edits(sound_a, sound_b, 1) == 1 && sound_a.size() > 4 ? Level::close : Level::different;
  }
  const Characters first(a), second(b);
  if (has_han(first.view()) && has_han(second.view())) return han_name_level(first.view(), second.view());
  const double likeness = jaro_winkler(first.view(), second.view());
  return likeness >= 0.92   ? Level::near
         : likeness >= 0.84 ? Level::close
         : likeness >= 0.76 ? Level::loose
                            : Level::different;
}

Level full_name_level(std::string_view a, std::string_view b, std::string_view sound_a,
                      std::string_view sound_b) {
  if (text::is_ascii(a) && text::is_ascii(b)) {
    const Words first(a), second(b);
    const int edited = edits(a, b, 2);
    if (edited == 1 || (edited == 2 && std::min(a.size(), b.size()) >= 10)) return Level::near;
    const double shared = words_shared(first, second);
    if (shared == 1 && first.count == second.count) return Level::crossed;
    if (jaro_winkler(a, b) >= 0.94 || (shared == 1 && std::min(first.count, second.count) >= 2))
      return Level::close;
    const bool surname = first.count > 0 && second.count > 0 &&
                         edits(first.words[first.count - 1], second.words[second.count - 1], 1) <= 1;
    return surname || shared >= 0.5 ? Level::loose : Level::different;
  }
  const Level level = name_level(a, b, sound_a, sound_b);
  if (level == Level::loose) return Level::close;  // one character of three or more
  if (level != Level::different) return level;
  const Characters first(a), second(b);
  return first.size > 0 && second.size > 0 && first.points[0] == second.points[0] ? Level::loose
                                                                                  : Level::different;
}

Level date_level(std::string_view a, std::string_view b) {
  if (a.size() != 8 || b.size() != 8 || !all_digits(a) || !all_digits(b)) {
    // A year or a month alone.
    if ((a.size() == 4 || a.size() == 6) && b.starts_with(a)) return Level::loose;
    if ((b.size() == 4 || b.size() == 6) && a.starts_with(b)) return Level::loose;
    return edits(a, b, 1) <= 1 ? Level::close : Level::different;
  }
  const auto year_a = a.substr(0, 4), year_b = b.substr(0, 4);
  const auto month_a = a.substr(4, 2), month_b = b.substr(4, 2), day_a = a.substr(6), day_b = b.substr(6);
  if (edits(a, b, 1) <= 1) return Level::near;
  if (year_a == year_b && month_a == day_b && day_a == month_b) return Level::crossed;
  const int same = (year_a == year_b ? 1 : 0) + (month_a == month_b ? 1 : 0) + (day_a == day_b ? 1 : 0);
  // The year's last two digits exchanged or one of them wrong beside one wrong part.
  if (same == 2) return Level::close;
  int digits = 0;
  for (std::size_t i = 0; i < 8; ++i) digits += at_digit(a, i) != at_digit(b, i) ? 1 : 0;
  if (digits <= 2 || edits(a, b, 2) <= 2) return Level::close;
  return same == 1 && year_a == year_b ? Level::loose : Level::different;
}

Level identifier_level(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  const int most = shorter >= 6 ? 2 : 1;
  const int edited = edits(a, b, most);
  if (edited == 1) return Level::near;
  if (edited != 2 || most != 2) return Level::different;
  // Citizen numbers of one place and day of birth differ in their last four only: two of these are not a
  // mistake.
  const bool citizen = a.size() == 18 && b.size() == 18 && all_digits(a.substr(0, 17));
  return citizen && a.substr(0, 14) == b.substr(0, 14) ? Level::different : Level::close;
}

Level phone_level(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  // Written without the area.
  if (shorter >= 7 && a.size() != b.size() && (a.ends_with(b) || b.ends_with(a))) return Level::near;
  const int edited = edits(a, b, 2);
  if (edited == 1) return Level::near;
  return edited == 2 && shorter >= 7 ? Level::close : Level::different;
}

Level email_level(std::string_view a, std::string_view b) {
  const auto box_a = a.substr(0, a.find('@')), box_b = b.substr(0, b.find('@'));
  if (edits(a, b, 2) <= (std::min(a.size(), b.size()) >= 8 ? 2 : 1)) return Level::near;
  if (box_a == box_b && !box_a.empty()) return Level::close;
  if (jaro_winkler(box_a, box_b) >= 0.9) return Level::loose;
  return Level::different;
}

Level words_level(std::string_view a, std::string_view b) {
  if (text::is_ascii(a) && text::is_ascii(b)) {
    const std::size_t shorter = std::min(a.size(), b.size());
    const int edited = edits(a, b, 2);
    if (edited <= (shorter >= 6 ? 2 : 1)) return Level::near;
    if (jaro_winkler(a, b) >= 0.93) return Level::close;
    const Words first(a), second(b);
    const double shared = words_shared(first, second);
    if (shared == 1) return Level::close;
    return jaro_winkler(a, b) >= 0.85 ? Level::loose : Level::different;
  }
  return text_level(a, b);
}

Level address_level(std::string_view a, std::string_view b) {
  const AddressParts first(a), second(b);
  const std::u32string_view words_a(first.words.data(), first.length),
      words_b(second.words.data(), second.length);
  const bool contained = words_a.size() <= words_b.size() ? words_b.find(words_a) != words_b.npos
                                                          : words_a.find(words_b) != words_a.npos;
  const double likeness = contained ? 1 : pairs_shared(words_a, words_b);
  // The numbers of the shorter form stand at the end of the other's: a beginning was left out.
  const std::size_t few = std::min(first.count, second.count);
  const bool same_numbers =
      std::equal(first.numbers.begin() + static_cast<std::ptrdiff_t>(first.count - few),
                 first.numbers.begin() + static_cast<std::ptrdiff_t>(first.count),
                 second.numbers.begin() + static_cast<std::ptrdiff_t>(second.count - few));
  if (same_numbers && few > 0) {
    if (likeness >= 0.6 && first.count == second.count) return Level::near;
    if (likeness >= 0.45 || few >= 3) return Level::close;
  }
  const bool all_but_room =
      few >= 2 && first.count == second.count &&
      std::equal(first.numbers.begin(), first.numbers.begin() + static_cast<std::ptrdiff_t>(few) - 1,
                 second.numbers.begin());
  if (likeness >= 0.8 && few == 0) return Level::near;
  if (likeness >= 0.6 && (all_but_room || few <= 1)) return Level::loose;
  return Level::different;
}

Level postcode_level(std::string_view a, std::string_view b) {
  if (a.size() >= 3 && edits(a, b, 1) == 1) return Level::near;
  if (a.size() >= 4 && b.size() >= 4 && a.substr(0, 3) == b.substr(0, 3)) return Level::loose;
  return Level::different;
}

Level number_level(std::string_view a, std::string_view b) {
  if (a.size() <= 15 && b.size() <= 15) {
    const double first = std::strtod(std::string(a).c_str(), nullptr),
                 second = std::strtod(std::string(b).c_str(), nullptr);
    const double larger = std::max(std::abs(first), std::abs(second));
    if (larger >= 1000 && std::abs(first - second) <= 0.005 * larger) return Level::near;
  }
  return std::max(a.size(), b.size()) >= 2 && edits(a, b, 1) == 1 ? Level::near : Level::different;
}

Level text_level(std::string_view a, std::string_view b) {
  const Characters first(a), second(b);
  const int edited = edits(first.view(), second.view(), 2);
  const std::size_t shorter = std::min(first.size, second.size);
  if (edited == 1 || (edited == 2 && shorter >= 6)) return Level::near;
  const double shared = pairs_shared(first.view(), second.view());
  if (shared >= 0.75) return Level::near;
  if (shared >= 0.5 || first.view().find(second.view()) != std::u32string_view::npos ||
      second.view().find(first.view()) != std::u32string_view::npos)
    return Level::close;
  return shared >= 0.3 ? Level::loose : Level::different;
}

}  // namespace jingwei::linkage

#include "base/text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/result.h"

namespace jingwei::text {

namespace {

bool is_tail(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// ASCII and the unified ideographs of the first plane, which are their own normal form: most of what comes.
bool is_own_nfkc(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = next_code_point(text, at);
    if (point >= 0x80 && (point < 0x4E00 || point > 0x9FFF) && (point < 0x3400 || point > 0x4DBF))
      return false;
  }
  return true;
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> unsigned char { return i < text.size() ? text[i] : 0; };
  const unsigned char lead = text[at], second = byte(at + 1);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  if (lead >= 0xC2 && lead <= 0xDF && is_tail(second)) {
    at += 2;
    return (lead & 0x1Fu) << 6 | (second & 0x3Fu);
  }
  if ((lead & 0xF0) == 0xE0 && is_tail(second) && is_tail(byte(at + 2))) {
    const char32_t point = (lead & 0x0Fu) << 12 | (second & 0x3Fu) << 6 | (byte(at + 2) & 0x3Fu);
    if (point >= 0x800 && (point < 0xD800 || point > 0xDFFF)) {
      at += 3;
      return point;
    }
  }
  if (lead >= 0xF0 && lead <= 0xF4 && is_tail(second) && is_tail(byte(at + 2)) && is_tail(byte(at + 3))) {
    const char32_t point =
        (lead & 0x07u) << 18 | (second & 0x3Fu) << 12 | (byte(at + 2) & 0x3Fu) << 6 | (byte(at + 3) & 0x3Fu);
    if (point >= 0x10000 && point <= 0x10FFFF) {
      at += 4;
      return point;
    }
  }
  ++at;
  return 0xFFFD;
}

bool is_ascii(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (word & 0x8080808080808080) return false;
  }
  for (; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) >= 0x80) return false;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && is_ascii(text.substr(at, 8))) {
      at += 8;
      continue;
    }
    const std::size_t begin = at;
    // A sequence that truly spells U+FFFD takes three bytes, a bad byte takes one.
    if (next_code_point(text, at) == 0xFFFD && at - begin == 1) return false;
  }
  return true;
}

void append_code_point(std::string& out, char32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    if (point >= 0xD800 && point <= 0xDFFF) point = 0xFFFD;
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point <= 0x10FFFF) {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += "\xEF\xBF\xBD";
  }
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) points += next_code_point(text, at);
  return points;
}

std::string from_code_points(std::u32string_view points) {
  std::string out;
  out.reserve(points.size() * 3);
  for (const char32_t point : points) append_code_point(out, point);
  return out;
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool is_white_space(char32_t point) {
  if (point < 0x80) return point == ' ' || (point >= 9 && point <= 13);
  return point == 0x85 || point == 0xA0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200A) ||
         point == 0x2028 || point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

bool is_invisible(char32_t point) {
  if (point < 0xA0) return (point < 0x20 || point >= 0x7F) && !is_white_space(point);
  return point == 0xAD || point == 0x34F || point == 0x61C || point == 0x180E ||
         (point >= 0x200B && point <= 0x200F) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF || (point >= 0xFFF9 && point <= 0xFFFB) ||
         (point >= 0xE0000 && point <= 0xE007F);
}

bool is_han(char32_t point) {
  return (point >= 0x4E00 && point <= 0x9FFF) || (point >= 0x3400 && point <= 0x4DBF) || point == 0x3007 ||
         (point >= 0xF900 && point <= 0xFAFF) || (point >= 0x20000 && point <= 0x323AF);
}

std::string nfkc(std::string_view text) {
  if (is_ascii(text) || is_own_nfkc(text)) return std::string(text);
  UErrorCode fault = U_ZERO_ERROR;
  static const icu::Normalizer2* const normalizer = [] {
    UErrorCode load_fault = U_ZERO_ERROR;
    const auto* found = icu::Normalizer2::getNFKCInstance(load_fault);
    JW_ASSERT(U_SUCCESS(load_fault));
    return found;
  }();
  std::string out;
  const icu::UnicodeString normal = normalizer->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))),
      fault);
  JW_ASSERT(U_SUCCESS(fault));
  normal.toUTF8String(out);
  return out;
}

std::string half_width(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    char32_t point = next_code_point(text, at);
    if (point >= 0xFF01 && point <= 0xFF5E) point -= 0xFEE0;
    if (point == 0x3000) point = ' ';
    append_code_point(out, point);
  }
  return out;
}

std::string squeeze(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = next_code_point(text, at);
    if (is_invisible(point)) continue;
    if (is_white_space(point)) {
      space = !out.empty();
      continue;
    }
    if (space) out += ' ';
    space = false;
    append_code_point(out, point);
  }
  return out;
}

}  // namespace jingwei::text

#include "schema/utf8.h"

namespace jingwei::schema {

char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t point = length == 4 ? lead & 0x07 : length == 3 ? lead & 0x0F : lead & 0x1F;
  bool good = lead >= 0xC2 && lead <= 0xF4 && text.size() >= length;
  for (std::size_t at = 1; good && at < length; ++at) {
    const auto tail = static_cast<unsigned char>(text[at]);
    good = (tail & 0xC0) == 0x80;
    point = (point << 6) | (tail & 0x3F);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  good = good && point >= least[length] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
  text.remove_prefix(good ? length : 1);
  return good ? point : bad_code_point;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    if (take_code_point(text) == bad_code_point) return false;
  }
  return true;
}

}  // namespace jingwei::schema

#include "modules/ingest/reading/double_byte.h"

#include <cstddef>

namespace jingwei::ingest {

namespace {

// Negative logarithms of how rare a character of each class is in text, roughly; only their order matters.
constexpr double common = 0, symbol = 0.5, uncommon = 3, rare = 4, private_use = 5, impossible = 8;
// How much better Big5 must be: most of what arrives here is GB18030.
constexpr double head_start = 3;

bool between(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

double gb18030_cost(unsigned char lead, unsigned char trail) {
  if (trail >= 0xA1 && between(lead, 0xB0, 0xD7)) return common;
  if (trail >= 0xA1 && between(lead, 0xA1, 0xA9)) return symbol;
  if (trail >= 0xA1 && between(lead, 0xD8, 0xF7)) return uncommon;
  return rare;
}

double big5_cost(unsigned char lead, unsigned char trail) {
  if (between(lead, 0xA4, 0xC5) || (lead == 0xC6 && trail <= 0x7E)) return common;
  if (between(lead, 0xA1, 0xA3)) return symbol;
  if (between(lead, 0xC9, 0xF8)) return uncommon;
  return private_use;
}

double cost_as_gb18030(std::string_view text) {
  double cost = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (at + 1 == text.size()) break;
    const auto trail = static_cast<unsigned char>(text[at + 1]);
    if (between(lead, 0x81, 0xFE) && between(trail, 0x30, 0x39)) {
      cost += rare;
      at += 4;
    } else if (between(lead, 0x81, 0xFE) && between(trail, 0x40, 0xFE) && trail != 0x7F) {
      cost += gb18030_cost(lead, trail);
      at += 2;
    } else {
      cost += impossible;
      ++at;
    }
  }
  return cost;
}

double cost_as_big5(std::string_view text) {
  double cost = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    if (at + 1 == text.size()) break;
    const auto trail = static_cast<unsigned char>(text[at + 1]);
    if (between(lead, 0x81, 0xFE) && (between(trail, 0x40, 0x7E) || between(trail, 0xA1, 0xFE))) {
      cost += big5_cost(lead, trail);
      at += 2;
    } else {
      cost += impossible;
      ++at;
    }
  }
  return cost;
}

}  // namespace

bool looks_like_big5(std::string_view sample) {
  return cost_as_big5(sample) + head_start < cost_as_gb18030(sample);
}

}  // namespace jingwei::ingest

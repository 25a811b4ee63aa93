#include "modules/ingest/cleaning/citizen_places.h"

#include <array>

namespace jingwei::ingest {

namespace {

constexpr std::uint32_t codes = 660'000;  // behind the last province's, 65
constexpr std::uint8_t in_force = 255;
constexpr int listed_from = 2003;  // the first year the lists of ended codes cover

struct Earlier {
  std::uint32_t code;
  std::string_view name;
  int first, last;
};
constexpr std::array earlier = {
#define JINGWEI_ENDED(year, ended)
#define JINGWEI_EARLIER(code, name, first, last) Earlier{code, name, first, last},
#include "modules/ingest/cleaning/citizen_places.def"
};

struct Ended {
  int year;
  std::string_view list;
};
constexpr std::array ended_in = {
#define JINGWEI_ENDED(year, ended) Ended{year, ended},
#define JINGWEI_EARLIER(code, name, first, last)
#include "modules/ingest/cleaning/citizen_places.def"
};

}  // namespace

CitizenPlaces::CitizenPlaces(std::span<const std::uint32_t> current, std::span<const EndedPlace> ended)
    : standing_(codes) {
  for (const auto& [year, list] : ended_in) {
    for (std::size_t at = 0; at + 6 <= list.size(); at += 7) {
      std::uint32_t code = 0;
      for (const char c : list.substr(at, 6)) code = code * 10 + static_cast<std::uint32_t>(c - '0');
      standing_[code] = static_cast<std::uint8_t>(year - 1980);
    }
  }
  for (const auto& [code, year] : ended) {
    if (code < codes && year > 1980 && year - 1980 < in_force)
      standing_[code] = static_cast<std::uint8_t>(year - 1980);
  }
  for (const std::uint32_t code : current) {
    if (code < codes) standing_[code] = in_force;
  }
}

bool CitizenPlaces::can_have_issued(std::uint32_t code, int birth_year) const {
  if (code >= codes) return true;  // Hong Kong, Macao, Taiwan, foreigners: not places of this table
  const std::uint8_t standing = standing_[code];
  if (standing == in_force) return true;
  if (standing != 0) return birth_year <= 1980 + standing;
  return birth_year < listed_from || code % 100 <= 1;
}

std::optional<bool> CitizenPlaces::existed_in(std::uint32_t code, int year) const {
  bool listed = false;
  for (const auto& place : earlier) {
    if (place.code != code) continue;
    listed = true;
    if (year >= place.first && (place.last == 0 || year <= place.last)) return true;
  }
  if (listed) return false;
  const std::uint8_t standing = code < codes ? standing_[code] : 0;
  if (standing == in_force) return year >= listed_from ? std::optional(true) : std::nullopt;
  if (standing != 0 && year > 1980 + standing) return false;
  return std::nullopt;
}

std::optional<std::string_view> CitizenPlaces::name_in(std::uint32_t code, int year,
                                                       std::string_view current_name) const {
  for (const auto& place : earlier) {
    if (place.code == code && year >= place.first && (place.last == 0 || year <= place.last))
      return place.name;
  }
  if (existed_in(code, year) == std::optional(false) || current_name.empty()) return std::nullopt;
  return current_name;
}

}  // namespace jingwei::ingest

// The places that issued citizen IDs: which six digits stood for a district, and until when.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace jingwei::ingest {

// A code that ended, and in which year.
struct EndedPlace {
  std::uint32_t code;
  int year;
};

// Built once from the region tree; immutable, any thread may ask.
class CitizenPlaces {
 public:
  // `current`: six-digit codes of the districts now in force. `ended`: further codes that ended, from 1980
  // on, than the table lists.
  explicit CitizenPlaces(std::span<const std::uint32_t> current, std::span<const EndedPlace> ended = {});

  // Whether a person born in `birth_year` can have an ID of this place: it must have existed at the birth or
  // at some later time, since the ID may be issued years after the birth. Cities without districts (…00, …01)
  // and codes that may have ended before the listed years are given the benefit of the doubt for people born
  // before 2003; no others.
  bool can_have_issued(std::uint32_t code, int birth_year) const;

  // Whether the code was in force in that very year; nothing when the tables do not reach so far.
  std::optional<bool> existed_in(std::uint32_t code, int year) const;

  // The name the place bore in that year: an earlier one of the table, else `current_name`; nothing when the
  // code is known not to have been in force.
  std::optional<std::string_view> name_in(std::uint32_t code, int year, std::string_view current_name) const;

 private:
  std::vector<std::uint8_t> standing_;  // by code: 0 unlisted, 255 in force, else the year it ended - 1980
};

}  // namespace jingwei::ingest

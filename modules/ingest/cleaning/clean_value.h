// What every cleaning function takes and gives. All of them are pure but for the arena of their context.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "modules/ingest/cleaning/arena.h"
#include "modules/ingest/cleaning/clean_rules.h"

namespace jingwei::ingest {

enum class CleanStatus : std::uint8_t { clean, cleaned, empty, refused };
enum class Sex : std::uint8_t { unknown, male, female };

// The outcome for one value. `text` views the input while unchanged, else the context's arena; of a choice it
// views the FieldCleaner, which must live as long.
struct Cleaned {
  CleanStatus status = CleanStatus::clean;
  Rule refusal = Rule::none;  // of refused
  RuleSet rules;              // of cleaned; may stand beside refused too
  std::string_view text;  // canonical: ISO day, RFC 3339 instant, choice id, plain decimal, "true"/"false"
  std::int64_t integer =
      0;  // integer; days since 1970 of a date; UTC micros of a datetime; 0/1; region id (also of an address
          // that gives one, else 0); choice index; DocumentKinds of an identity document
  double number = 0;              // number and integer
  std::optional<Day> birth_date;  // citizen_id
  Sex sex = Sex::unknown;         // citizen_id

  void refuse(Rule rule) {
    status = CleanStatus::refused;
    refusal = rule;
  }
};

struct RegionMatch {
  enum class Outcome : std::uint8_t { found, unknown, ambiguous } outcome = Outcome::unknown;
  std::int64_t region_id = 0;
  bool by_name = false;  // noted as a change: the sender wrote a name instead of a code
};

// What an address says of its place.
struct AddressMatch {
  std::int64_t region_id = 0;  // deepest region that is sure; 0 when the address tells none
  RuleSet rules;               // how it was read, and why it tells no region (clean.address.*)
  // Bytes of names of places that stand a second time; empty when equal.
  std::size_t repeated_begin = 0, repeated_end = 0;
};

// In the order of catalog::AddressPart.
enum class AddressPart : std::uint8_t { building_key, road, number, compound, building, unit, floor, room };

// Reads addresses; given by the service (address_resolver.h).
class AddressResolver {
 public:
  virtual ~AddressResolver() = default;
  virtual AddressMatch match(std::string_view address) = 0;
  // A part of a cleaned address in its normal form; empty when it does not say it.
  virtual std::string part(std::string_view address, AddressPart part) = 0;
};

class CitizenPlaces;

// Resolves the text of a region field; given by the service.
class RegionResolver {
 public:
  virtual ~RegionResolver() = default;
  virtual RegionMatch resolve(std::string_view text) = 0;
};

// One per thread and load. Cleaned views live until arena.reset(), which RowCleaner calls at each row.
struct CleanContext {
  CleanContext(Instant now_, const Zone& zone_) : now(now_), zone(&zone_), today(zone_.day_of(now_)) {}

  Arena arena;
  Instant now;
  const Zone* zone;  // of times that come without an offset
  Day today;
  RegionResolver* regions = nullptr;      // without one every region is unknown
  AddressResolver* addresses = nullptr;   // without one no address tells a region
  const CitizenPlaces* places = nullptr;  // without it the place in a citizen ID is checked by its form only
  // Beginnings of citizen IDs accepted though such places never issued any: those of synthetic cities
  // ("9901", "9902").
  std::vector<std::string> synthetic_id_prefixes;

  // Asking the zone is slow and a file's times lie on few days: each day's offset is kept in its place.
  struct DayOffset {
    Day day{};
    std::chrono::seconds offset{};
    bool whole_day = false;
  };
  std::array<DayOffset, 64> day_offsets{};
};

}  // namespace jingwei::ingest

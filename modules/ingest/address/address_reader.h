// Reads the place out of an address as people write it: 广东省珠海市香洲区吉大街道景山路188号,
// 香洲吉大景山路188号, 我家在江苏淮安清江浦区人民路. Levels may be missing, endings left out, places bear old
// names or stand twice.
//
// Nothing is guessed. Several readings are weighed in this order, and what is left ambiguous stays so:
//   1. the other levels named in the address, down to street and community;
//   2. the hub's own region, then its city, then its province;
//   3. otherwise the deepest region that all readings share, if the address names one; else none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "modules/ingest/address/address_index.h"

namespace jingwei::ingest {

struct AddressReading {
  enum class Outcome : std::uint8_t { found, nothing_named, ambiguous };
  Outcome outcome = Outcome::nothing_named;
  region::Node node =
      region::no_node;      // deepest region that is sure; of an ambiguous one, what all readings share
  bool old_name = false;    // a name of earlier times, or with the ending of earlier times
  bool short_name = false;  // an ending was left out
  bool by_hub = false;      // the hub's own region decided
  std::size_t repeated_begin = 0;  // bytes of names that stand a second time; empty when equal
  std::size_t repeated_end = 0;
  std::size_t district_end = 0;  // where the text behind the names of province, city and district begins
  std::size_t region_end = 0;    // the same behind street and community
  std::size_t region_begin = 0;  // where the names begin; words may stand in front
};

// One per thread; the index is shared.
class AddressReader {
 public:
  // `hub`: the hub's own region; no_node: none.
  AddressReader(const AddressIndex& index, region::Node hub);

  // `address`: cleaned text (half-width, no spaces beside Chinese characters). Pure.
  AddressReading read(std::string_view address);

 private:
  // One way of reading the names from the left.
  struct Trail {
    region::Node node = 0;  // the root: nothing named yet
    std::size_t end = 0;
    std::size_t district_end = 0;
    std::size_t repeated_begin = 0, repeated_end = 0;
    std::uint8_t names = 0;
    std::uint8_t weak = 0;    // names that are not whole
    bool last_short = false;  // the last name lacks its ending: what follows must fit
    bool anchored = false;    // a whole name, a city, or two names
    bool old_name = false, short_name = false;
    bool below = false;  // a street or community was named too
  };
  struct Longest;

  void extend(const Trail& trail);
  void take(const Trail& trail, const NameMatch& match, std::size_t begin, const NamedPlace& place);
  void stop(Trail trail);
  bool descend(Trail& trail) const;
  bool match_street(Trail& trail, std::string_view rest, region::Node district) const;
  bool match_street_in_city(Trail& trail, std::string_view rest) const;
  bool match_community(Trail& trail, std::string_view rest) const;
  void match_own(Trail& trail) const;
  void read_unanchored_street();
  AddressReading decide(std::size_t begin) const;
  bool names_place_above(region::Node node) const;
  bool in_hub_city(region::Node node) const;

  const AddressIndex& index_;
  const region::Tree& tree_;
  std::vector<region::Node> hub_path_;  // deepest first, down to the province
  region::Node hub_city_ = region::no_node;
  std::string_view text_;
  bool scanning_ = false;  // not at the front of the text: only what is sure by itself
  int depth_ = 0;
  std::vector<Trail> ends_;
};

}  // namespace jingwei::ingest

// The regions of the synthetic city with codes and invented names, from the province-level place down to the
// grids.
#pragma once

#include <string>
#include <vector>

#include "sim/geometry.h"

namespace jingwei::sim {

inline constexpr std::string_view province_code = "990000";
inline constexpr std::string_view province_name = "虚构省";
inline constexpr std::string_view city_code = "990100";
inline constexpr std::string_view city_name = "云汐市";

struct Place {
  std::string code;
  std::string name;
  int level = 0;     // 0 nation … 6 grid
  std::string kind;  // province, city, district, subdistrict, town, community, village, grid
  int parent = -1;   // index in Places::all, −1 under the nation
  const Outline* outline = nullptr;
};

// A grid with what lies in it.
struct GridPlace {
  int place = 0;  // index in Places::all
  std::int64_t weight = 0;
  bool dense = false;
  bool village = false;
  std::vector<std::string> compounds;  // residential compounds, or hamlets in a village
  std::string road;
};

struct Places {
  std::vector<Place> all;        // parents before children, codes ascending
  std::vector<GridPlace> grids;  // in code order
  const Place& at(int index) const { return all[static_cast<std::size_t>(index)]; }
  // Name of district, town, community and grid above and including `index`, joined: 望汐区听澜街道…
  std::string path_name(int index, int from_level) const;
};

// Keeps pointers into `map`.
Places name_places(const CityMap& map, std::uint64_t seed);

}  // namespace jingwei::sim

// The map of the city: an invented coast and a tiling of it, level by level, whose borders children and
// parents share.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/city.h"

namespace jingwei::sim {

// Millionths of a degree (WGS-84): what six decimals of GeoJSON can say, so areas add up exactly.
struct Point {
  std::int32_t lon_e6 = 0;
  std::int32_t lat_e6 = 0;
  bool operator==(const Point&) const = default;
};

using Ring = std::vector<Point>;

// First ring outer and anticlockwise, further ones holes and clockwise; the first point is not repeated at
// the end.
using Outline = std::vector<Ring>;

struct Area {
  int parent = 0;           // index on the level above
  std::int64_t weight = 0;  // how many people live here, relative to others
  bool dense = false;       // town centre rather than countryside
  Outline outline;
};

enum MapLevel : std::size_t { map_city, map_district, map_town, map_community, map_grid, map_levels };

// Areas of each level, children of one parent standing together in the parents' order.
using CityMap = std::array<std::vector<Area>, map_levels>;

// Draws the map around 116.5 E 19.5 N, open sea in truth, so that it covers no real city.
// A mesh of small hexagons with shaken corners is cut into land and sea; land is parted level by level into
// connected pieces (graph Voronoi with Lloyd's relaxation, denser towards the centre); borders are smoothed
// between the corners where three grids meet, alike for every level. `shape` must pass check_shape.
CityMap draw_city(const Shape& shape, std::uint64_t seed);

// Twice the signed area in square millionths of a degree.
std::int64_t doubled_area(const Ring& ring);

}  // namespace jingwei::sim

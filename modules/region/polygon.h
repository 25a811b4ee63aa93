// Boundaries: polygons in WGS-84 degrees, from GeoJSON (RFC 7946), and which of many holds a point.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modules/region/coordinates.h"

namespace jingwei::region {

struct Box {
  Position low{180, 90};
  Position high{-180, -90};
  void include(Position p);
  bool contains(Position p) const;
};

// One or more rings. A point lies inside when it crosses an odd number of edges, so the rings' direction does
// not matter and holes are holes. Immutable.
class Boundary {
 public:
  // A GeoJSON Polygon or MultiPolygon geometry. Errors: invalid "region.boundary_invalid" (other type, ring
  // under four points, ring not closed, coordinates out of range, over 100,000 points).
  static Result<Boundary> from_geojson(std::string_view geometry);

  bool contains(Position p) const;
  const Box& box() const { return box_; }
  // Centroid of the largest ring; a planar answer, good for places of city size.
  Position center() const { return center_; }
  // The geometry as GeoJSON, normalised: coordinates with at most 7 decimals (about 1 cm).
  const std::string& geojson() const { return geojson_; }

 private:
  std::vector<std::vector<Position>> rings_;
  Box box_;
  Position center_;
  std::string geojson_;
};

// Finds the boundaries holding a point by an even grid over the box of all. Immutable after construction;
// thread-safe.
class BoundaryIndex {
 public:
  struct Entry {
    std::uint32_t number = 0;  // the caller's
    std::shared_ptr<const Boundary> boundary;
  };
  BoundaryIndex() = default;
  explicit BoundaryIndex(std::vector<Entry> entries);
  // The number of the first entry that holds `p`; a point on a shared edge goes to one of its neighbours,
  // always the same.
  std::optional<std::uint32_t> find(Position p) const;

 private:
  std::size_t cell_of(Position p) const;

  std::vector<Entry> entries_;
  Box box_;
  std::size_t side_ = 0;
  std::vector<std::vector<std::uint32_t>> cells_;
};

}  // namespace jingwei::region

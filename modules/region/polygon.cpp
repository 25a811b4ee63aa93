#include "modules/region/polygon.h"

#include <simdjson.h>

#include <cmath>

#include "base/json.h"

namespace jingwei::region {
namespace {

constexpr std::size_t most_points = 100'000;

Error invalid(std::string detail) {
  return Error(ErrorCode::invalid, "region.boundary_invalid")
      .with("reason", detail)
      .because(std::move(detail));
}

double rounded(double degrees) {
  return std::round(degrees * 1e7) / 1e7;
}

Result<std::vector<Position>> read_ring(simdjson::dom::element ring, std::size_t& points) {
  simdjson::dom::array list;
  if (ring.get_array().get(list) != simdjson::SUCCESS) return invalid("ring is not an array");
  std::vector<Position> out;
  for (const simdjson::dom::element point : list) {
    double longitude = 0;
    double latitude = 0;
    if (point.at(0).get_double().get(longitude) != simdjson::SUCCESS ||
        point.at(1).get_double().get(latitude) != simdjson::SUCCESS) {
      return invalid("point is not [longitude, latitude]");
    }
    if (std::abs(longitude) > 180 || std::abs(latitude) > 90) return invalid("coordinates out of range");
    if (++points > most_points) return invalid("more than 100000 points");
    out.push_back({rounded(longitude), rounded(latitude)});
  }
  if (out.size() < 4) return invalid("ring of fewer than four points");
  if (out.front() != out.back()) return invalid("ring is not closed");
  return out;
}

// Rings of one polygon appended to `rings`, and their JSON to `out`.
Result<void> read_polygon(simdjson::dom::element polygon, std::vector<std::vector<Position>>& rings,
                          JsonWriter& out, std::size_t& points) {
  simdjson::dom::array list;
  if (polygon.get_array().get(list) != simdjson::SUCCESS || list.size() == 0)
    return invalid("polygon has no rings");
  out.begin_array();
  for (const simdjson::dom::element ring : list) {
    JW_ASSIGN(auto positions, read_ring(ring, points));
    out.begin_array();
    for (const Position p : positions) {
      out.begin_array();
      out.value(p.longitude);
      out.value(p.latitude);
      out.end_array();
    }
    out.end_array();
    rings.push_back(std::move(positions));
  }
  out.end_array();
  return {};
}

bool odd_crossings(const std::vector<Position>& ring, Position p) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Position a = ring[i];
    const Position b = ring[j];
    // Half-open in latitude, so that a corner counts once and a shared edge belongs to one side.
    if ((a.latitude > p.latitude) == (b.latitude > p.latitude)) continue;
    const double at =
        (b.longitude - a.longitude) * (p.latitude - a.latitude) / (b.latitude - a.latitude) + a.longitude;
    if (p.longitude < at) inside = !inside;
  }
  return inside;
}

// Of the largest ring, which is the outer one of the largest part.
Position centroid(const std::vector<std::vector<Position>>& rings, const Box& box) {
  const std::vector<Position>* largest = nullptr;
  double largest_area = 0;
  Position best{(box.low.longitude + box.high.longitude) / 2, (box.low.latitude + box.high.latitude) / 2};
  for (const auto& ring : rings) {
    double area = 0;
    double x = 0;
    double y = 0;
    const Position o = ring.front();
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
      const double ax = ring[i].longitude - o.longitude, ay = ring[i].latitude - o.latitude;
      const double bx = ring[i + 1].longitude - o.longitude, by = ring[i + 1].latitude - o.latitude;
      const double cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    if (std::abs(area) <= std::abs(largest_area)) continue;
    largest = &ring;
    largest_area = area;
    best = {o.longitude + x / (3 * area), o.latitude + y / (3 * area)};
  }
  return largest == nullptr ? best : Position{rounded(best.longitude), rounded(best.latitude)};
}

}  // namespace

void Box::include(Position p) {
  low = {std::min(low.longitude, p.longitude), std::min(low.latitude, p.latitude)};
  high = {std::max(high.longitude, p.longitude), std::max(high.latitude, p.latitude)};
}

bool Box::contains(Position p) const {
  return p.longitude >= low.longitude && p.longitude <= high.longitude && p.latitude >= low.latitude &&
         p.latitude <= high.latitude;
}

Result<Boundary> Boundary::from_geojson(std::string_view geometry) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view type;
  simdjson::dom::element coordinates;
  if (parser.parse(geometry.data(), geometry.size()).get(root) != simdjson::SUCCESS)
    return invalid("not JSON");
  if (root["type"].get_string().get(type) != simdjson::SUCCESS ||
      root["coordinates"].get(coordinates) != simdjson::SUCCESS) {
    return invalid("not a GeoJSON geometry");
  }
  Boundary out;
  JsonWriter json(geometry.size());
  json.begin_object();
  json.member("type", type);
  json.key("coordinates");
  std::size_t points = 0;
  if (type == "Polygon") {
    JW_TRY(read_polygon(coordinates, out.rings_, json, points));
  } else if (type == "MultiPolygon") {
    simdjson::dom::array polygons;
    if (coordinates.get_array().get(polygons) != simdjson::SUCCESS || polygons.size() == 0)
      return invalid("no polygons");
    json.begin_array();
    for (const simdjson::dom::element polygon : polygons)
      JW_TRY(read_polygon(polygon, out.rings_, json, points));
    json.end_array();
  } else {
    return invalid("neither Polygon nor MultiPolygon");
  }
  json.end_object();
  for (const auto& ring : out.rings_) {
    for (const Position p : ring) out.box_.include(p);
  }
  out.center_ = centroid(out.rings_, out.box_);
  out.geojson_ = json.take();
  return out;
}

bool Boundary::contains(Position p) const {
  if (!box_.contains(p)) return false;
  bool inside = false;
  for (const auto& ring : rings_) inside ^= odd_crossings(ring, p);
  return inside;
}

BoundaryIndex::BoundaryIndex(std::vector<Entry> entries) : entries_(std::move(entries)) {
  if (entries_.empty()) return;
  for (const Entry& entry : entries_) {
    box_.include(entry.boundary->box().low);
    box_.include(entry.boundary->box().high);
  }
  side_ = std::clamp<std::size_t>(static_cast<std::size_t>(std::sqrt(static_cast<double>(entries_.size()))),
                                  1, 512);
  cells_.resize(side_ * side_);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const std::size_t low = cell_of(entries_[i].boundary->box().low);
    const std::size_t high = cell_of(entries_[i].boundary->box().high);
    for (std::size_t row = low / side_; row <= high / side_; ++row) {
      for (std::size_t column = low % side_; column <= high % side_; ++column)
        cells_[row * side_ + column].push_back(i);
    }
  }
}

std::size_t BoundaryIndex::cell_of(Position p) const {
  const auto step = [&](double value, double low, double high) {
    if (high <= low) return std::size_t{0};
    return std::min(side_ - 1,
                    static_cast<std::size_t>((value - low) / (high - low) * static_cast<double>(side_)));
  };
  return step(p.latitude, box_.low.latitude, box_.high.latitude) * side_ +
         step(p.longitude, box_.low.longitude, box_.high.longitude);
}

std::optional<std::uint32_t> BoundaryIndex::find(Position p) const {
  if (entries_.empty() || !box_.contains(p)) return std::nullopt;
  for (const std::uint32_t i : cells_[cell_of(p)]) {
    if (entries_[i].boundary->contains(p)) return entries_[i].number;
  }
  return std::nullopt;
}

}  // namespace jingwei::region

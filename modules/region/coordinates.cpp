#include "modules/region/coordinates.h"

#include <cmath>
#include <numbers>

namespace jingwei::region {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double axis_metres = 6378245.0;
constexpr double eccentricity_squared = 0.00669342162296594323;

double latitude_shift(double x, double y) {
  double d = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * std::sqrt(std::abs(x));
  d += (20.0 * std::sin(6.0 * x * pi) + 20.0 * std::sin(2.0 * x * pi)) * 2.0 / 3.0;
  d += (20.0 * std::sin(y * pi) + 40.0 * std::sin(y / 3.0 * pi)) * 2.0 / 3.0;
  return d + (160.0 * std::sin(y / 12.0 * pi) + 320.0 * std::sin(y * pi / 30.0)) * 2.0 / 3.0;
}

double longitude_shift(double x, double y) {
  double d = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * std::sqrt(std::abs(x));
  d += (20.0 * std::sin(6.0 * x * pi) + 20.0 * std::sin(2.0 * x * pi)) * 2.0 / 3.0;
  d += (20.0 * std::sin(x * pi) + 40.0 * std::sin(x / 3.0 * pi)) * 2.0 / 3.0;
  return d + (150.0 * std::sin(x / 12.0 * pi) + 300.0 * std::sin(x / 30.0 * pi)) * 2.0 / 3.0;
}

// Solves forward(q) = p by adding what is missing; the shifts vary so slowly that each round gains several
// digits.
template <typename Forward>
Position invert(Position p, Forward forward) {
  Position q = p;
  for (int round = 0; round < 30; ++round) {
    const Position there = forward(q);
    const double east = p.longitude - there.longitude;
    const double north = p.latitude - there.latitude;
    q.longitude += east;
    q.latitude += north;
    if (std::abs(east) < 1e-10 && std::abs(north) < 1e-10) break;
  }
  return q;
}

}  // namespace

std::optional<Crs> parse_crs(std::string_view text) {
  if (text == "wgs84") return Crs::wgs84;
  if (text == "gcj02") return Crs::gcj02;
  if (text == "bd09") return Crs::bd09;
  return std::nullopt;
}

bool outside_china(Position p) {
  return p.longitude < 72.004 || p.longitude > 137.8347 || p.latitude < 0.8293 || p.latitude > 55.8271;
}

Position wgs84_to_gcj02(Position p) {
  if (outside_china(p)) return p;
  const double x = p.longitude - 105.0;
  const double y = p.latitude - 35.0;
  const double latitude = p.latitude / 180.0 * pi;
  const double sine = std::sin(latitude);
  const double magic = 1.0 - eccentricity_squared * sine * sine;
  const double root = std::sqrt(magic);
  const double north =
      latitude_shift(x, y) * 180.0 / (axis_metres * (1.0 - eccentricity_squared) / (magic * root) * pi);
  const double east = longitude_shift(x, y) * 180.0 / (axis_metres / root * std::cos(latitude) * pi);
  return {p.longitude + east, p.latitude + north};
}

Position gcj02_to_wgs84(Position p) {
  if (outside_china(p)) return p;
  return invert(p, wgs84_to_gcj02);
}

Position gcj02_to_bd09(Position p) {
  if (outside_china(p)) return p;
  constexpr double turn = pi * 3000.0 / 180.0;
  const double radius = std::hypot(p.longitude, p.latitude) + 0.00002 * std::sin(p.latitude * turn);
  const double angle = std::atan2(p.latitude, p.longitude) + 0.000003 * std::cos(p.longitude * turn);
  return {radius * std::cos(angle) + 0.0065, radius * std::sin(angle) + 0.006};
}

Position bd09_to_gcj02(Position p) {
  if (outside_china(p)) return p;
  return invert(p, gcj02_to_bd09);
}

Position to_wgs84(Position p, Crs from) {
  if (from == Crs::bd09) p = bd09_to_gcj02(p);
  return from == Crs::wgs84 ? p : gcj02_to_wgs84(p);
}

Position from_wgs84(Position p, Crs to) {
  if (to == Crs::wgs84) return p;
  const Position shifted = wgs84_to_gcj02(p);
  return to == Crs::bd09 ? gcj02_to_bd09(shifted) : shifted;
}

}  // namespace jingwei::region

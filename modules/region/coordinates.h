// The three coordinate systems of maps in China. Inside the kernel always WGS-84 (CGCS2000 is the same to a
// decimetre).
//
// GCJ-02 (国家测绘局, the offset every public map in China bears) and BD-09 (Baidu's further one) have no
// official text; the formulas are those described publicly in "Restrictions on geographic data in China"
// (Wikipedia) and used by the open conversion tools: Krasovsky 1940 ellipsoid, a = 6378245.0 m, e² =
// 0.00669342162296594323.
#pragma once

#include <optional>
#include <string_view>

namespace jingwei::region {

// Degrees; longitude east, latitude north.
struct Position {
  double longitude = 0;
  double latitude = 0;
  bool operator==(const Position&) const = default;
};

enum class Crs : unsigned char { wgs84, gcj02, bd09 };

// "wgs84", "gcj02", "bd09"; nothing for anything else.
std::optional<Crs> parse_crs(std::string_view text);

// True outside the rectangle 72.004–137.8347 E, 0.8293–55.8271 N, where GCJ-02 equals WGS-84.
bool outside_china(Position p);

Position wgs84_to_gcj02(Position p);
// By iteration until the forward formula gives `p` to 1e-9 degrees.
Position gcj02_to_wgs84(Position p);
Position gcj02_to_bd09(Position p);
Position bd09_to_gcj02(Position p);

Position to_wgs84(Position p, Crs from);
Position from_wgs84(Position p, Crs to);

}  // namespace jingwei::region

// Coordinates: known points, round trips, and nothing moved abroad. Polygons: holes, directions, edges, bad
// input.
#include <gtest/gtest.h>

#include "base/random.h"
#include "modules/region/polygon.h"
#include "modules/region/region_testing.h"

namespace jingwei::region {
namespace {

// Known pair of 天安门 as the open converters (eviltransform, coordtransform) give it.
TEST(Coordinates, ShiftsKnownPoints) {
  const Position gcj = wgs84_to_gcj02({116.404, 39.915});
  EXPECT_NEAR(gcj.longitude, 116.41024449916938, 1e-8);
  EXPECT_NEAR(gcj.latitude, 39.91640428150164, 1e-8);
  const Position bd = gcj02_to_bd09({116.404, 39.915});
  EXPECT_NEAR(bd.longitude, 116.41036949371029, 1e-8);
  EXPECT_NEAR(bd.latitude, 39.92133699351021, 1e-8);
}

TEST(Coordinates, ComesBackFromEverySystem) {
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    const Position p{75 + random.unit() * 58, 4 + random.unit() * 49};
    for (const Crs crs : {Crs::wgs84, Crs::gcj02, Crs::bd09}) {
      const Position back = to_wgs84(from_wgs84(p, crs), crs);
      ASSERT_NEAR(back.longitude, p.longitude, 1e-7);
      ASSERT_NEAR(back.latitude, p.latitude, 1e-7);
    }
  }
}

TEST(Coordinates, LeavesTheRestOfTheWorldAlone) {
  const Position paris{2.35, 48.85};
  EXPECT_EQ(wgs84_to_gcj02(paris), paris);
  EXPECT_EQ(to_wgs84(paris, Crs::bd09), paris);
  EXPECT_EQ(parse_crs("gcj02"), Crs::gcj02);
  EXPECT_FALSE(parse_crs("utm"));
}

TEST(Boundary, CountsHolesWhateverTheDirection) {
  for (const char* hole : {"[4,4],[6,4],[6,6],[4,6],[4,4]", "[4,4],[4,6],[6,6],[6,4],[4,4]"}) {
    const auto boundary =
        Boundary::from_geojson(R"({"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]],[)" +
                               std::string(hole) + "]]}");
    ASSERT_TRUE(boundary.ok());
    EXPECT_TRUE(boundary->contains({1, 1}));
    EXPECT_FALSE(boundary->contains({5, 5}));
    EXPECT_FALSE(boundary->contains({11, 5}));
    EXPECT_NEAR(boundary->center().longitude, 5, 1e-9);
  }
}

TEST(Boundary, TakesMultiPolygonsAndRefusesTheRest) {
  const auto two = Boundary::from_geojson(
      R"({"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]})");
  ASSERT_TRUE(two.ok());
  EXPECT_TRUE(two->contains({5.8, 5.5}));
  EXPECT_EQ(Boundary::from_geojson(two->geojson())->geojson(), two->geojson());
  for (const char* bad :
       {"", "{}", "[1]", R"({"type":"Point","coordinates":[1,2]})", R"({"type":"Polygon","coordinates":[]})",
        R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]})",
        R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[2,2]]]})",
        R"({"type":"Polygon","coordinates":[[[0,0],[999,0],[1,1],[0,0]]]})",
        R"({"type":"Polygon","coordinates":[[["a",0],[9,0],[1,1],[0,0]]]})"}) {
    const auto refused = Boundary::from_geojson(bad);
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_EQ(refused.error().message, "region.boundary_invalid");
  }
}

// Neighbouring squares share edges and corners; each point must belong to exactly one.
TEST(BoundaryIndex, GivesEveryPointToOneSquare) {
  std::vector<BoundaryIndex::Entry> entries;
  for (std::uint32_t i = 0; i < 400; ++i) {
    auto boundary =
        Boundary::from_geojson(testing::square(113 + 0.01 * (i % 20), 22 + 0.01 * (i / 20), 0.01));
    entries.push_back({i, std::make_shared<Boundary>(std::move(boundary).value())});
  }
  const BoundaryIndex index(entries);
  SeededRandom random(3);
  for (int i = 0; i < 5'000; ++i) {
    const Position p{113 + random.unit() * 0.19999, 22 + random.unit() * 0.19999};
    int holders = 0;
    for (const auto& entry : entries) holders += entry.boundary->contains(p) ? 1 : 0;
    ASSERT_EQ(holders, 1);
    const auto number = index.find(p);
    ASSERT_TRUE(number);
    ASSERT_TRUE(entries[*number].boundary->contains(p));
  }
  EXPECT_FALSE(index.find({112, 22}));
  EXPECT_FALSE(BoundaryIndex().find({112, 22}));
}

}  // namespace
}  // namespace jingwei::region

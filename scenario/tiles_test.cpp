// Goal: what packages put on the cockpit reaches those it is for, with a name in both languages, and goes
// with its package.
#include "scenario/tiles.h"

#include <gtest/gtest.h>

#include "base/file_system.h"
#include "scenario/messages.gen.h"
#include "scenario/new_package.h"
#include "schema/messages.gen.h"
#include "tests/support/backends.h"

namespace jingwei::scenario {
namespace {

using jingwei::testing::must;

Package made(const std::string& id, const std::string& cockpit) {
  schema::register_messages();
  register_messages();
  Package package;
  package.id = id;
  package.place = id;
  for (auto& [name, text] : must(new_package(id))) {
    if (!name.starts_with(".schema/")) package.files.emplace(name, text);
  }
  if (!cockpit.empty()) package.files["cockpit.yaml"] = cockpit;
  return package;
}

std::vector<TileGroup> seen(const std::vector<Package>& packages, const std::set<std::string>& roles,
                            Language language = Language::en) {
  return tiles_for(Shelf(packages), roles, false, language);
}

TEST(Tiles, AreNamedAsTheirMetricUnlessTheySayOtherwise) {
  const auto plain = seen({made("lamp", "")}, {});
  ASSERT_EQ(plain.size(), 1U);
  EXPECT_EQ(plain[0].title, "lamp");
  EXPECT_EQ(plain[0].owner, "Grid office");
  ASSERT_EQ(plain[0].tiles.size(), 1U);
  EXPECT_EQ(plain[0].tiles[0].title, "Open cases");
  EXPECT_EQ(plain[0].tiles[0].definition, "Cases that are not closed at this moment");
  EXPECT_EQ(plain[0].tiles[0].metric, "lamp-open");
  EXPECT_EQ(seen({made("lamp", "")}, {}, Language::zh)[0].tiles[0].title, "未结案");
  const auto titled =
      seen({made("lamp",
                 "title: {zh: 路灯, en: Lamps}\ntiles:\n"
                 "  - {id: a, show: trend, metric: lamp-open, days: 7, title: {zh: 甲, en: A}}\n")},
           {});
  EXPECT_EQ(titled[0].title, "Lamps");
  EXPECT_EQ(titled[0].tiles[0].title, "A");
  EXPECT_EQ(titled[0].tiles[0].days, 7);
}

TEST(Tiles, AreSeenByTheRolesTheirFileOrTheyThemselvesName) {
  const Package package = made("lamp",
                               "roles: [leader]\ntiles:\n"
                               "  - {id: all, show: number, metric: lamp-open}\n"
                               "  - {id: desk, show: number, metric: lamp-open, roles: [dispatcher]}\n"
                               "  - {id: any, show: number, metric: lamp-open, roles: [anyone]}\n");
  const auto ids = [&](const std::set<std::string>& roles) {
    std::string all;
    for (const auto& group : seen({package}, roles)) {
      for (const auto& tile : group.tiles) all += tile.id + " ";
    }
    return all;
  };
  EXPECT_EQ(ids({"leader"}), "all any ");
  EXPECT_EQ(ids({"dispatcher"}), "desk any ");
  EXPECT_EQ(ids({"leader", "dispatcher"}), "all desk any ");
  EXPECT_EQ(ids({}), "any ");
  EXPECT_EQ(tiles_for(Shelf({package}), {}, true, Language::en)[0].tiles.size(), 3U);
}

TEST(Tiles, NobodyMaySeeAnyOfAGroupThatIsThenNotThere) {
  EXPECT_TRUE(seen({made("lamp", "roles: [leader]\ntiles:\n  - {id: a, show: number, metric: lamp-open}\n")},
                   {"auditor"})
                  .empty());
  EXPECT_TRUE(seen({}, {"leader"}).empty());
}

TEST(Tiles, AMeanOfHoursSaysItsUnitAndNeedsWhatItIsTakenOf) {
  Package package = made("lamp", "tiles:\n  - {id: a, show: mean, metric: lamp-hours, of: lamp-closed}\n");
  package.files["metrics.yaml"] +=
      "  - {id: lamp-hours, title: {zh: 用时, en: Hours}, definition: {zh: 用时, en: Hours}, process: lamp, "
      "count: hours_to_close}\n"
      "  - {id: lamp-closed, title: {zh: 结案, en: Closed}, definition: {zh: 结案, en: Closed}, process: "
      "lamp, count: closed}\n";
  for (const auto& fault : Shelf({package}).check("lamp")) ADD_FAILURE() << render(fault, Language::en);
  const auto groups = seen({package}, {});
  EXPECT_TRUE(groups[0].tiles[0].in_hours);
  EXPECT_EQ(groups[0].tiles[0].of, "lamp-closed");
  package.files["cockpit.yaml"] = "tiles:\n  - {id: a, show: mean, metric: lamp-hours}\n";
  EXPECT_EQ(Shelf({package}).check("lamp").size(), 1U);
}

TEST(Tiles, EveryOneOfTheProgramsPackagesIsShownInBothLanguages) {
  schema::register_messages();
  register_messages();
  const auto packages = must(read_packages(real_file_system(), JINGWEI_SOURCE_DIR "/scenarios"));
  const Shelf shelf(packages);
  for (const Language language : {Language::zh, Language::en}) {
    const auto groups = tiles_for(shelf, {}, true, language);
    std::size_t with_tiles = 0;
    for (const auto& package : shelf.packages())
      with_tiles += package.list("cockpit.yaml", "tiles").empty() ? 0 : 1;
    EXPECT_GE(with_tiles, 9U);
    EXPECT_EQ(groups.size(), with_tiles);
    for (const auto& group : groups) {
      EXPECT_FALSE(group.title.empty()) << group.package;
      for (const auto& tile : group.tiles) {
        EXPECT_FALSE(tile.title.empty()) << group.package << " " << tile.id;
        if (shelf.entry("metrics.yaml", "metrics", tile.metric) != nullptr)
          EXPECT_FALSE(tile.definition.empty()) << group.package << " " << tile.id;
      }
    }
  }
}

}  // namespace
}  // namespace jingwei::scenario

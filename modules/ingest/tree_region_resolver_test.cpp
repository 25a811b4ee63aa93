// Goal: a region is found however people write it, and a name that stands twice is never guessed.
#include "modules/ingest/tree_region_resolver.h"

#include <gtest/gtest.h>

#include "modules/region/region_testing.h"

namespace jingwei::ingest {
namespace {

class RegionResolving : public ::testing::Test {
 protected:
  RegionResolving()
      : tree_(region::testing::sample_tree()), resolver_(tree_, tree_->id(tree_->find("980100"))) {}

  // The code found, or "unknown", or "ambiguous".
  std::string found(std::string_view text) {
    const RegionMatch match = resolver_.resolve(text);
    if (match.outcome == RegionMatch::Outcome::ambiguous) return "ambiguous";
    if (match.outcome == RegionMatch::Outcome::unknown) return "unknown";
    return std::string(tree_->code(tree_->find(RegionId(match.region_id))));
  }

  std::shared_ptr<const region::Tree> tree_;
  TreeRegionResolver resolver_;
};

TEST_F(RegionResolving, ByCodeInEveryLength) {
  EXPECT_EQ(found("980101001002"), "980101001002");
  EXPECT_EQ(found("980101"), "980101");
  EXPECT_EQ(found("9801"), "980100");
  EXPECT_EQ(found("777777"), "unknown");
  EXPECT_FALSE(resolver_.resolve("980101").by_name);
}

TEST_F(RegionResolving, ByNameUnderTheHubBeforeTheCountry) {
  EXPECT_EQ(found("香洲区"), "980101");
  EXPECT_EQ(found("无区市"), "ambiguous") << "it stands twice outside the hub";
  EXPECT_EQ(found("东城街道"), "981900003") << "outside the hub, but only once";
  EXPECT_TRUE(resolver_.resolve("香洲区").by_name);
}

TEST_F(RegionResolving, ANameThatStandsTwiceIsAmbiguous) {
  EXPECT_EQ(found("和平村委会"), "ambiguous");
}

TEST_F(RegionResolving, NamesFromTheTopDownTellThemApart) {
  EXPECT_EQ(found("香洲区翠香街道和平村委会"), "980101001001");
  EXPECT_EQ(found("长安区/重庆路街道/和平村委会"), "980102001001");
  EXPECT_EQ(found("虚南省 云山市 长安区 重庆路街道 和平村委会"), "980102001001");
  EXPECT_EQ(found("云山市，香洲区，翠香街道"), "980101001");
  EXPECT_EQ(found("香洲区/没有街道"), "unknown");
}

TEST_F(RegionResolving, NothingIsFoundForNothing) {
  EXPECT_EQ(found(""), "unknown");
  EXPECT_EQ(found("/"), "unknown");
  EXPECT_EQ(found(" "), "unknown");
}

TEST_F(RegionResolving, AnswersStayTheSameWhenAskedAgain) {
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(found("香洲区"), "980101");
    EXPECT_EQ(found("和平村委会"), "ambiguous");
  }
}

}  // namespace
}  // namespace jingwei::ingest

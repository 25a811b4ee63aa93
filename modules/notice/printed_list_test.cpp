// Goal: whoever tells people at their doors has one sheet for each building, with everybody on it once.
#include <gtest/gtest.h>

#include "modules/notice/messages.gen.h"
#include "modules/notice/notice_json.h"
#include "modules/region/region_testing.h"
#include "tests/support/backends.h"

namespace jingwei::notice {
namespace {

using jingwei::testing::must;

class PrintedList : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_messages(); }
  PrintedList() {
    const auto file = region::testing::sample_file();
    const auto country = region::Tree::from_file(file);
    const RegionId community = country->id(country->find("980101001001"));
    region::OwnRegions own;
    const auto add = [&](RegionId id, RegionId parent, const char* name, region::Level level) {
      region::OwnRegion one;
      one.id = id;
      one.parent = parent;
      one.code = "own-" + id.to_string();
      one.name = name;
      one.level = level;
      own.regions.push_back(one);
    };
    add(first_, community, "1栋", region::Level::building);
    add(second_, community, "2栋", region::Level::building);
    add(flat_, second_, "301", region::Level::flat);
    tree_ = must(region::Tree::merge(file, own));
    community_ = community;
  }

  static NamedReceipt holder(std::int64_t account, RegionId region, const std::string& name) {
    Receipt receipt;
    receipt.account = AccountId(account);
    receipt.region = region;
    receipt.role = "resident";
    return named(receipt, Contact{name, "", false});
  }
  static NamedReceipt neighbour(std::int64_t id, RegionId region, const std::string& name,
                                const std::string& address) {
    Receipt receipt;
    receipt.account = AccountId(id);
    receipt.region = region;
    return named(receipt, Contact{name, "", true, address, true});
  }
  // The sheets of the page, from heading to table's end.
  std::vector<std::string> sheets(const std::vector<NamedReceipt>& people) const {
    Notice notice;
    notice.title = "停水";
    const std::string page = printed_list(notice, people, {*tree_, Language::zh});
    std::vector<std::string> found;
    for (std::size_t at = page.find("<section>"); at != std::string::npos;
         at = page.find("<section>", at + 1))
      found.push_back(page.substr(at, page.find("</section>", at) - at));
    return found;
  }
  static bool has(const std::string& sheet, const std::string& text) {
    return sheet.find(text) != std::string::npos;
  }

  const RegionId first_{900'001}, second_{900'002}, flat_{900'003};
  RegionId community_;
  std::shared_ptr<const region::Tree> tree_;
};

TEST_F(PrintedList, PeopleWithoutAnAccountStandByTheBuildingOfTheirAddress) {
  const auto all = sheets({neighbour(1, community_, "王老五", "香洲路1号2栋3单元401"),
                           neighbour(2, community_, "钱七", "香洲路1号3栋102"),
                           neighbour(3, community_, "赵六", "香洲路1号2栋1单元101")});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(has(all[0], "香洲路1号2栋，共 2 人"));
  EXPECT_TRUE(has(all[0], "<td>王**</td>"));
  EXPECT_TRUE(has(all[0], "<td>赵**</td>"));
  EXPECT_TRUE(has(all[1], "香洲路1号3栋，共 1 人"));
  EXPECT_TRUE(has(all[1], "<td>钱**</td>"));
}

TEST_F(PrintedList, AccountsStandByTheRegionOfTheirGrantFlatsWithTheirBuilding) {
  const auto all = sheets({holder(1, first_, "甲"), holder(2, flat_, "乙"), holder(3, second_, "丙")});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(has(all[0], "1栋，共 1 人"));
  EXPECT_TRUE(has(all[0], "<td>甲</td>"));
  EXPECT_TRUE(has(all[1], "2栋，共 2 人"));
  EXPECT_TRUE(has(all[1], "<td>乙</td>"));
  EXPECT_TRUE(has(all[1], "<td>丙</td>"));
  EXPECT_FALSE(has(all[1], "301"));
}

TEST_F(PrintedList, WhoeverIsKnownByNoBuildingStandsOnTheSheetOfTheRegion) {
  const auto all = sheets({holder(1, community_, "甲"), holder(2, community_, "乙"), holder(3, {}, "丙"),
                           neighbour(4, community_, "钱七", "香洲路1号3栋102")});
  ASSERT_EQ(all.size(), 3U);
  std::size_t named_once = 0;
  for (const auto& sheet : all) {
    for (const char* name : {"<td>甲</td>", "<td>乙</td>", "<td>丙</td>", "<td>钱**</td>"})
      named_once += has(sheet, name) ? 1 : 0;
    EXPECT_EQ(has(sheet, "<td>甲</td>"), has(sheet, "<td>乙</td>"));
  }
  EXPECT_EQ(named_once, 4U);
}

}  // namespace
}  // namespace jingwei::notice

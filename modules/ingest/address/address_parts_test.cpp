// Goal: the parts of an address come out alike however it is written.
#include "modules/ingest/address/address_parts.h"

#include <gtest/gtest.h>

namespace jingwei::ingest {
namespace {

// "road number compound building unit floor room", what is missing as -.
std::string parts(std::string_view text) {
  const AddressParts all = parts_of(text);
  std::string out;
  for (const std::string& part :
       {all.road, all.number, all.compound, all.building, all.unit, all.floor, all.room})
    out += (out.empty() ? "" : " ") + (part.empty() ? "-" : part);
  return out;
}

TEST(AddressPartsTest, EveryPart) {
  EXPECT_EQ(parts("景山路188号粤财大厦A座1203室"), "景山路 188 粤财大厦 A - - 1203");
  EXPECT_EQ(parts("人民东路1号翠香花园3栋2单元5楼501房"), "人民东路 1 翠香花园 3 2 5 501");
  EXPECT_EQ(parts("虹漕路461号58号楼5楼"), "虹漕路 461 - 58 - 5 -");
  EXPECT_EQ(parts("国定东路200号1号楼904室"), "国定东路 200 - 1 - - 904");
  EXPECT_EQ(parts("丹巴路28弄旭辉世纪广场6号楼910室"), "丹巴路 28弄 旭辉世纪广场 6 - - 910");
  EXPECT_EQ(parts("沪松公路1136弄1号楼10楼"), "沪松公路 1136弄 - 1 - 10 -");
}

TEST(AddressPartsTest, NumbersInEveryWriting) {
  EXPECT_EQ(parts("翠香花园三栋二单元五〇一室"), "- - 翠香花园 3 2 - 501");
  EXPECT_EQ(parts("景山路188号粤财大厦a座"), "景山路 188 粤财大厦 A - - -");
  EXPECT_EQ(parts("朝阳门北大街乙12号天辰大厦303"), "朝阳门北大街 乙12 天辰大厦 - - - 303");
  EXPECT_EQ(parts("天赐街5-1号国贸中心22层"), "天赐街 5-1 国贸中心 - - 22 -");
  EXPECT_EQ(parts("翠香花园1-2-301"), "- - 翠香花园 1 2 - 301");
  EXPECT_EQ(parts("科苑路15号科兴科学园A4-507"), "科苑路 15 科兴科学园 A4 - - 507");
  EXPECT_EQ(parts("建国路93号12F"), "建国路 93 - - - 12 -");
}

TEST(AddressPartsTest, RoadsNamedByNumbers) {
  EXPECT_EQ(parts("中山三路12号"), "中山三路 12 - - - - -");
  EXPECT_EQ(parts("朗山二号路8号"), "朗山二号路 8 - - - - -");
  EXPECT_EQ(parts("天府大道北段1700号"), "天府大道北段 1700 - - - - -");
  EXPECT_EQ(parts("苏州大道西8号"), "苏州大道西 8 - - - - -");
  EXPECT_EQ(parts("科技园北区朗山路26号"), "朗山路 26 科技园北区 - - - -");
  EXPECT_EQ(parts("五条12号"), "五条 12 - - - - -");
}

TEST(AddressPartsTest, RemarksAreNoParts) {
  EXPECT_EQ(parts("景山路188号(桃源居对面2栋)3楼"), "景山路 188 - - - 3 -");
  EXPECT_EQ(parts(""), "- - - - - - -");
  EXPECT_EQ(parts("()"), "- - - - - - -");
}

TEST(AddressPartsTest, OneKeyForOneBuilding) {
  const auto key = [](std::string_view text) { return building_key("440402", parts_of(text)); };
  EXPECT_EQ(key("景山路188号粤财大厦A座1203室"), "440402|景山路188|A");
  EXPECT_EQ(key("景山路188号a栋12楼"), "440402|景山路188|A");
  EXPECT_EQ(key("翠香花园三栋二单元501"), "440402|翠香花园|3");
  EXPECT_EQ(key("景山路"), "");
  EXPECT_EQ(key("对面"), "");
}

}  // namespace
}  // namespace jingwei::ingest

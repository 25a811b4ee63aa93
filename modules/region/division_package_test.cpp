// The package reader on an invented package with everything that goes wrong in real ones: nothing is dropped,
// all is counted.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "modules/region/region_testing.h"

namespace jingwei::region {
namespace {

class DivisionPackageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        (std::filesystem::temp_directory_path() / ("jingwei-divisions-" + std::to_string(getpid()))).string();
    std::filesystem::create_directories(folder_ + "/dist");
    write("provinces.json", R"([{"code":"98","name":"虚南省"}])");
    write(
        "cities.json",
        R"([{"code":"9801","name":"市辖区","provinceCode":"98"},{"code":"9819","name":"无区市","provinceCode":"98"}])");
    write("areas.json", R"([{"code":"980101","name":" 香洲区\u3000","cityCode":"9801","provinceCode":"98"},
      {"code":"981900","name":"无区市","cityCode":"9819","provinceCode":"98"},
      {"code":"980202","name":"孤儿县","cityCode":"9802","provinceCode":"98"}])");
    write(
        "streets.json",
        R"([{"code":"981900003","name":"东城街道","areaCode":"981900"},{"code":"980101001","name":"","areaCode":"980101"}])");
    write("villages.json", R"([{"code":"980101001001","name":"第2社区（A区）","streetCode":"980101001"},
      {"code":"980101001001","name":"第2社区（A区）","streetCode":"980101001"},
      {"code":"980101001001","name":"另一社区","streetCode":"980101001"},
      {"code":"980101009001","name":"无街社区","streetCode":"980101009"}])");
    write("HK-MO-TW.json", R"({"香港特别行政区":{"香港岛":["中西区","湾仔区"],"九龙":["深水埗区"]}})");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/dist/" + name) << text;
  }
  std::string dist() const { return folder_ + "/dist"; }

  std::string folder_;
};

TEST_F(DivisionPackageTest, KeepsAndCountsWhatIsOdd) {
  const auto package = read_division_package(dist());
  ASSERT_TRUE(package.ok()) << package.error().to_log();
  const Oddities& odd = package->oddities;
  EXPECT_EQ(odd.pseudo_cities, 1U);
  EXPECT_EQ(odd.undivided_cities, 1U);
  EXPECT_EQ(odd.repeated, 1U);
  EXPECT_EQ(odd.clashing_codes, 1U);
  EXPECT_EQ(odd.moved_parents, 2U);
  EXPECT_EQ(odd.trimmed_names, 1U);
  EXPECT_EQ(odd.empty_names, 1U);
  EXPECT_EQ(odd.assigned_codes, 5U);
  EXPECT_GE(odd.unusual_names, 1U);
  EXPECT_GE(odd.notes.size(), 7U);

  CompileInput input{package->regions, {}, nullptr, {}};
  const auto compiled = compile_tree(input);
  ASSERT_TRUE(compiled.ok()) << compiled.error().to_log();
  const auto tree = Tree::from_file(testing::as_file(write_tree(compiled->content)));
  EXPECT_EQ(tree->name(tree->find("980101")), "香洲区");
  EXPECT_EQ(tree->path_text(tree->find("981900003")), "虚南省 / 无区市 / 无区市 / 东城街道");
  EXPECT_EQ(tree->path_text(tree->find("980202")), "虚南省 / 孤儿县");
  EXPECT_EQ(tree->path_text(tree->find("980101009001")), "虚南省 / 市辖区 / 香洲区 / 无街社区");
  EXPECT_EQ(tree->name(tree->find("9801010010015")), "另一社区");
  EXPECT_EQ(tree->path_text(tree->find("810201")), "香港特别行政区 / 九龙 / 深水埗区");
}

TEST_F(DivisionPackageTest, KeepsAssignedCodesWhenTheListChanges) {
  CompileInput input;
  input.regions = std::move(read_division_package(dist())).value().regions;
  const auto before = testing::as_file(write_tree(compile_tree(input)->content));
  write("HK-MO-TW.json", R"({"香港特别行政区":{"新界":["北区"],"香港岛":["新区","湾仔区","中西区"]}})");
  const auto package = read_division_package(dist(), assigned_codes(*before));
  ASSERT_TRUE(package.ok());
  std::map<std::string, std::uint64_t> codes;
  for (const SourceRegion& region : package->regions) codes[region.name] = region.code;
  EXPECT_EQ(codes["香港岛"], 810'100U);
  EXPECT_EQ(codes["中西区"], 810'101U);
  EXPECT_EQ(codes["湾仔区"], 810'102U);
  EXPECT_EQ(codes["新区"], 810'103U);
  EXPECT_EQ(codes["新界"], 810'300U) << "the code of 九龙, which is gone, is not used again";
}

TEST_F(DivisionPackageTest, NamesTheFileThatDoesNotRead) {
  write("streets.json", R"([{"code":"98","name":"x","areaCode":"1"}])");
  auto refused = read_division_package(dist());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
  EXPECT_NE(refused.error().arguments.front().second.find("streets.json"), std::string::npos);
  std::filesystem::remove(dist() + "/streets.json");
  refused = read_division_package(dist());
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace jingwei::region

// The tree file: what is compiled reads back, ids persist from edition to edition, and damage is refused.
#include <gtest/gtest.h>

#include "modules/region/region_testing.h"

namespace jingwei::region {
namespace {

using testing::as_file;
using testing::compile_sample;
using testing::sample_regions;

TEST(TreeFile, ReadsBackWhatWasCompiled) {
  const Compiled compiled = compile_sample();
  const auto file = as_file(write_tree(compiled.content));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->nodes().size(), sample_regions().size());
  EXPECT_EQ(to_iso(file->edition()), "2023-06-30");
  const auto tree = Tree::from_file(file);
  for (const SourceRegion& region : sample_regions()) {
    const Node node = tree->find(std::to_string(region.code));
    ASSERT_NE(node, no_node) << region.code;
    EXPECT_EQ(tree->name(node), region.name);
    EXPECT_EQ(static_cast<int>(tree->level(node)), region.level);
    EXPECT_EQ(tree->find(tree->id(node)), node);
  }
}

TEST(TreeFile, RefusesEveryFlippedByte) {
  const std::string good = write_tree(compile_sample().content);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    EXPECT_EQ(as_file(bad), nullptr) << "byte " << at;
  }
}

TEST(TreeFile, RefusesEveryShorterFile) {
  const std::string good = write_tree(compile_sample().content);
  for (std::size_t length = 0; length < good.size(); length += 7)
    EXPECT_EQ(as_file(good.substr(0, length)), nullptr) << length;
}

TEST(TreeFile, TellsDamageAndVersionApart) {
  std::string bytes = write_tree(compile_sample().content);
  bytes[4] = 9;
  std::vector<std::uint64_t> words((bytes.size() + 7) / 8);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  const auto file = TreeFile::parse(words, bytes.size(), "x.jwrt");
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code, ErrorCode::unsupported);
  EXPECT_EQ(file.error().message, "region.file_version");
  const auto missing = TreeFile::open(real_file_system(), "/nowhere/regions.jwrt");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
}

TEST(TreeCompiler, KeepsIdsOfCodesThatPersistAndEndsOthers) {
  const auto before = as_file(write_tree(compile_sample().content));
  std::vector<SourceRegion> regions = sample_regions();
  std::erase_if(regions, [](const SourceRegion& r) { return r.code == 980'101'001'002; });
  regions.push_back({980'101'001'003, 980'101'001, 5, "新香社区居委会"});
  const Compiled next = compile_sample(regions, before, {{"980101001002", "980101001003"}});
  EXPECT_EQ(next.report.ended, 1U);
  EXPECT_EQ(next.report.new_ids, 1U);
  const auto old_tree = Tree::from_file(before);
  const auto tree = Tree::from_file(as_file(write_tree(next.content)));
  for (Node n = 0; n < tree->size(); ++n) {
    const Node earlier = old_tree->find(tree->code(n));
    if (earlier != no_node) {
      EXPECT_EQ(tree->id(n), old_tree->id(earlier)) << tree->code(n);
    }
    EXPECT_EQ(tree->find(tree->id(n)), n);
  }
  const Resolution ended = tree->resolve("980101001002");
  EXPECT_EQ(ended.node, no_node);
  ASSERT_NE(ended.retired, nullptr);
  EXPECT_EQ(ended.retired->successors, std::vector<std::string>{"980101001003"});
  EXPECT_EQ(RegionId(ended.retired->id), old_tree->id(old_tree->find("980101001002")));
  EXPECT_EQ(to_iso(from_days(ended.retired->valid_to)), "2024-06-30");
  const Node fresh = tree->find("980101001003");
  EXPECT_EQ(to_iso(*tree->valid_from(fresh)), "2024-06-30");
  EXPECT_EQ(tree->resolve("980101001003", parse_iso_day("2024-01-01")).node, no_node);
}

TEST(TreeCompiler, RefusesARegionWithoutParentAndACodeTwice) {
  CompileInput input{sample_regions(), {}, nullptr, {}};
  input.regions.push_back({970'101, 970'100, 3, "孤区"});
  EXPECT_EQ(compile_tree(input).error().message, "region.parent_missing");
  input.regions.back() = {980'101, 980'100, 3, "又一区"};
  EXPECT_FALSE(compile_tree(input).ok());
}

TEST(TreeCompiler, ReadsSuccessions) {
  const auto lines = parse_successions("# 2024\n440401,440402\n\n440401 , 440403\n");
  ASSERT_TRUE(lines.ok());
  EXPECT_EQ(lines->size(), 2U);
  EXPECT_EQ(parse_successions("440401\n").error().message, "region.line_invalid");
}

}  // namespace
}  // namespace jingwei::region

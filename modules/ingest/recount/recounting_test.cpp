// Goal: a figure declared later is, in the end, what counting all standing records gives, whatever is
// entered, loaded, changed or withdrawn while it is counted, and whoever stops in between.
#include "modules/ingest/recount/recounting.h"

#include "modules/ingest/withdrawal/withdrawal.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

constexpr std::string_view guests =
    "      - {id: guests, title: {zh: 流动人口, en: Guests}, count: records, where: {kind: guest}}\n";
constexpr std::string_view locals =
    "      - {id: locals, title: {zh: 户籍人口, en: Locals}, count: records, where: {kind: local}}\n";
constexpr std::string_view other_locals =
    "      - {id: locals, title: {zh: 户籍人口, en: Locals}, count: records, where: {kind: guest}}\n";

template <typename Backend>
class RecountWorld : public IngestWorld<Backend> {
 protected:
  using Sums = std::map<std::pair<RegionId, Day>, double>;

  // Publishes people with one figure more.
  void declare(std::string_view metric) {
    std::string text(sample_resources);
    text.insert(text.find(guests) + guests.size(), metric);
    this->write(this->folder_.path() + "/scenarios/sample/resources.yaml", text);
    this->restart("with " + std::to_string(restarts_++));
  }
  void add(int number, const std::string& kind) {
    must(this->node_.ingest->add_record("people",
                                        {{"name", "张三"},
                                         {"citizen_id", citizen_id(number)},
                                         {"kind", kind},
                                         {"grid", grid_code(number)},
                                         {"seen_on", "2020-01-21"}},
                                        {"tester", std::nullopt}));
  }
  bool step() {
    for (;;) {
      const auto more = this->node_.ingest->recounting().step("people");
      if (more) return *more;
      if (more.error().code != ErrorCode::conflict) must(Result<void>(more.error()));
    }
  }

  // As whoever follows the feed has it.
  Sums counted(const std::string& metric) {
    Sums sums;
    for (const auto& entry : this->feed()) {
      if (entry.kind == recount_event_kind && must(parse_recount_event(entry.body)).metric == metric)
        sums.clear();
      if (entry.kind != slice_event_kind) continue;
      for (const auto& change : must(parse_slice_event(entry.body)).counts) {
        if (change.metric == metric) sums[{change.region, change.day}] += change.delta;
      }
    }
    std::erase_if(sums, [](const auto& item) { return item.second == 0; });
    return sums;
  }
  Sums standing(const std::string& kind) {
    Sums sums;
    for (const auto& record : this->records("people")) {
      if (std::get<std::string>(record.values[3]) == kind) sums[{record.region, record.day}] += 1;
    }
    return sums;
  }
  std::size_t recounts_begun() {
    const auto all = this->feed();
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [](const auto& entry) { return entry.kind == recount_event_kind; }));
  }
  std::string some(int first, int count, const std::string& kind) {
    std::string csv(people_header);
    for (int number = first; number < first + count; ++number) csv += person(number, kind);
    return csv;
  }

  int restarts_ = 0;
};

TYPED_TEST_SUITE(RecountWorld, PackingBackends, BackendNames);

TYPED_TEST(RecountWorld, WhatStoodIsCountedWhileEverythingElseGoesOn) {
  std::vector<BatchId> batches;
  for (int part = 0; part < 10; ++part) batches.push_back(this->load("people", people(part * 300, 300)).id);
  this->load("people", this->some(40, 60, "流动"));  // left their slice
  for (int number = 5'000; number < 5'030; ++number) this->add(number, "户籍");
  this->declare(locals);
  this->add(5'100, "户籍");  // counted by who enters it, before the recount begins
  // All there is to do, one thing after each step.
  int done = 0;
  while (this->step()) {
    switch (done++ % 5) {
      case 0:
        for (int part = 0; part < 10; ++part)
          this->add(part * 300 + 7 + done, "流动");  // somewhere counted, somewhere not
        break;
      case 1:
        this->load("people", this->some(6'000 + done * 300, 300, "户籍") + person(done * 11, "流动") +
                                 person(2'900, "户籍"));
        break;
      case 2: {
        const BatchId batch = batches[done == 3 ? 1 : 8];
        auto& withdrawals = this->node_.ingest->withdrawals();
        if (must(withdrawals.find(batch))) break;
        must(withdrawals.ask(batch, "误报", must(withdrawals.plan(batch)).records(),
                             {"officer", std::nullopt}));
        const std::atomic<bool> going{false};
        must(withdrawals.run(batch, going));
        break;
      }
      case 3:
        this->load("people", people(300, 20));  // stand again
        break;
      default:
        this->add(5'003, done % 2 == 0 ? "户籍" : "流动");
        this->add(5'200 + done, "户籍");
    }
    ASSERT_LT(done, 200);
  }
  EXPECT_GT(done, 4) << "in several steps";
  EXPECT_EQ(this->counted("locals"), this->standing("local"));
  EXPECT_EQ(this->counted("guests"), this->standing("guest"));
  // And from then on by who writes.
  this->load("people", this->some(0, 400, "户籍"));
  EXPECT_EQ(this->counted("locals"), this->standing("local"));
  EXPECT_FALSE(this->step());
  EXPECT_EQ(this->recounts_begun(), 1U);
}

// Between what a step has seen and what it writes, somebody enters anew what it is about to count.
TYPED_TEST(RecountWorld, WhoEntersBetweenTwoStepsOfItIsCountedOnce) {
  this->load("people", people(0, 300));
  for (int number = 5'000; number < 5'030; ++number) this->add(number, "户籍");
  this->declare(locals);
  int number = 0;
  const auto enter = [&] {
    this->add(number, "流动");          // packed, until the first of them
    this->add(5'000 + number, "流动");  // in the table
    ++number;
  };
  this->node_.writes->between(enter);
  while (this->step()) {
    ASSERT_LT(number, 20);
    this->node_.writes->between(enter);
  }
  EXPECT_GT(number, 2);
  EXPECT_EQ(this->counted("locals"), this->standing("local"));
  EXPECT_EQ(this->counted("guests"), this->standing("guest"));
}

TYPED_TEST(RecountWorld, WhoeverStopsIsFollowedByTheNext) {
  for (int part = 0; part < 6; ++part) this->load("people", people(part * 300, 300));
  this->declare(locals);
  EXPECT_TRUE(this->step());  // guests and people are known to be counted already
  for (int steps = 0; this->step(); ++steps) {
    if (steps % 2 == 1) this->restart("after " + std::to_string(steps));
  }
  EXPECT_EQ(this->counted("locals"), this->standing("local"));
  EXPECT_EQ(this->recounts_begun(), 1U);
  const std::atomic<bool> going{false};
  must(this->node_.ingest->recounting().run(going));  // of the other resources it is noted that nothing lacks
  EXPECT_FALSE(must(this->node_.ingest->recounting().run(going)));
}

TYPED_TEST(RecountWorld, AFigureThatCountsOtherwiseIsCountedAnewAndOthersAreLeftAlone) {
  this->load("people", people(0, 600));
  this->declare(locals);
  const std::atomic<bool> going{false};
  EXPECT_TRUE(must(this->node_.ingest->recounting().run(going)));
  EXPECT_EQ(this->counted("locals"), this->standing("local"));
  this->declare(other_locals);
  this->node_.ingest->start(1);  // on a thread of its own
  while (this->recounts_begun() < 2 || this->counted("locals") != this->standing("guest"))
    std::this_thread::yield();
  this->node_.ingest->stop();
  EXPECT_EQ(this->recounts_begun(), 2U);
  EXPECT_EQ(this->counted("people").size(), 3U);
}

TYPED_TEST(RecountWorld, WhoKnowsAnEarlierDefinitionDecidesAgain) {
  this->load("people", people(0, 600));
  const catalog::Entry* before = must(this->node_.catalog->find("people"));
  // Another process publishes and begins; this one has not heard of it.
  Records records(*this->node_.store, this->sealer_, this->zone_, 256);
  PackedRows rows;
  {
    auto other = this->node_.store->read();
    ASSERT_TRUE(other.ok());
  }
  storage::Change change;
  static const std::string sql =
      "INSERT INTO metric_recount (resource, metric, meaning, version, since, slices_below, rows_below, "
      "begun_at) "
      "VALUES ('people', 'guests', 'count kind=guest', 99, 1, 0, 0, 5)";
  static const storage::Statement insert{"newer", sql, sql};
  change.writes.push_back({&insert, {}, 1});
  must(this->node_.store->commit(std::move(change)));
  rows.rows.resize(1);
  rows.rows[0].day = from_days(18'000);
  EXPECT_EQ(records.build(*before, rows, BatchId(), this->clock_.now()).error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace jingwei::ingest

// Goal: the small pieces of the core: positions, added Changes, seals, ids, and upgrades of the core's own
// tables.
#include "storage/bulk.h"
#include "storage/sealer.h"
#include "storage/sql.gen.h"
#include "storage/store_suite.h"
#include "storage/temporary_folder.h"
#include "storage/upgrade_suite.h"

namespace jingwei::storage {

namespace {

TEST(FeedPosition, ReadsWhatItWrites) {
  const FeedPosition position{123, 45};
  EXPECT_EQ(position.to_string(), "123.45");
  EXPECT_EQ(FeedPosition::parse("123.45"), position);
  for (const char* bad : {"", ".", "1", "1.", ".1", "1.2.3", "-1.2", "1.x", "99999999999999999999.1"}) {
    EXPECT_FALSE(FeedPosition::parse(bad)) << bad;
  }
  EXPECT_LT((FeedPosition{1, 9}), (FeedPosition{2, 1}));
}

TEST(Change, ChangesOfSeveralModulesAddUp) {
  Change one = suite::told(1, "a");
  Change two = suite::told(2, "b");
  two.shard = 9;
  two.idempotency = Idempotency{"a", "o", "k", "h", "r"};
  one.add(std::move(two));
  EXPECT_EQ(one.shard, 9);
  EXPECT_EQ(one.writes.size(), 2U);
  EXPECT_EQ(one.events.back().body, "b");
  EXPECT_TRUE(one.idempotency);
}

TEST(BulkPace, LoadsRestWhilePeopleWriteAndNotForWhatTheHubWrites) {
  using std::chrono::milliseconds;
  ManualClock clock(Instant{});
  BulkPace pace(clock);
  Change of_person, of_hub;
  of_hub.origin = Origin::hub;
  const auto rest_after = [&](milliseconds work) {
    clock.advance(work);
    const auto rest = pace.rest();
    clock.advance(std::chrono::duration_cast<milliseconds>(rest));
    return rest;
  };
  rest_after(milliseconds{10});
  for (int i = 0; i < 5; ++i) {
    pace.note(of_hub);
    EXPECT_EQ(rest_after(milliseconds{10}), milliseconds{0}) << "the hub's own writes hold no load up";
  }
  pace.note(of_person);
  EXPECT_EQ(rest_after(milliseconds{10}), milliseconds{0}) << "one write is no stream";
  clock.advance(milliseconds{5});
  pace.note(of_person);
  EXPECT_EQ(rest_after(milliseconds{10}), milliseconds{105}) << "seven times the fifteen since it went on";
  pace.note(of_person);
  pace.note(of_hub);
  EXPECT_EQ(rest_after(milliseconds{10}), milliseconds{70});
  pace.note(of_person);
  EXPECT_EQ(rest_after(milliseconds{90}), milliseconds{400}) << "not longer than that";
  pace.note(of_hub);
  EXPECT_EQ(rest_after(milliseconds{90}), milliseconds{0}) << "the stream of people has ended";
}

TEST(BulkPace, SlicesAreSmallWhilePeopleWriteBySoMuchAsTheyTookOfLate) {
  using std::chrono::microseconds, std::chrono::milliseconds;
  ManualClock clock(Instant{});
  BulkPace pace(clock);
  const Change of_person;
  EXPECT_EQ(pace.rows_at_once(8'000), 8'000U);
  pace.note(of_person);
  clock.advance(milliseconds{5});
  pace.note(of_person);
  EXPECT_TRUE(pace.stream());
  EXPECT_EQ(pace.rows_at_once(8'000), 512U);
  EXPECT_EQ(pace.rows_at_once(100), 100U);
  EXPECT_TRUE(BulkPace::is_small(512));
  EXPECT_FALSE(BulkPace::is_small(8'000));
  for (int i = 0; i < 30; ++i) pace.note_slice(400, microseconds{400 * 2});  // 2 µs a row
  EXPECT_EQ(pace.rows_at_once(8'000), 100U);
  for (int i = 0; i < 30; ++i) pace.note_slice(10, milliseconds{1});
  EXPECT_EQ(pace.rows_at_once(8'000), 32U) << "not fewer: nothing would come forward";
  clock.advance(milliseconds{300});
  EXPECT_FALSE(pace.stream());
  EXPECT_EQ(pace.rows_at_once(8'000), 8'000U) << "the stream of people has ended";
}

TEST(PlainSealer, OpensWhatItSealedAndNothingElse) {
  const auto sealer = plain_sealer();
  const Cell cell{"person", 7, "name"};
  EXPECT_EQ(sealer->open(cell, sealer->seal(cell, "张三")).value(), "张三");
  EXPECT_EQ(sealer->seal(cell, "x").front(), '\0');
  EXPECT_EQ(sealer->open(cell, "\x01secret").error().code, ErrorCode::corrupt);
  EXPECT_EQ(sealer->open(cell, "").error().code, ErrorCode::corrupt);
  EXPECT_EQ(sealer->equality_hash("t", "c", "v"), sealer->equality_hash("t", "c", "v"));
  EXPECT_NE(sealer->equality_hash("t", "cv", ""), sealer->equality_hash("t", "c", "v"));
}

TEST(Upgrade, TheCoresOwnTablesUpgradeFromEveryStep) {
  UpgradeCase upgrade;
  const auto steps = sql::migrations();
  upgrade.before.assign(steps.begin(), steps.end());
  upgrade.steps = suite::tables();
  upgrade.sample = [](int) {
    return std::vector<std::string>{"INSERT INTO item (id, version, name) VALUES (1, 2, 'x')"};
  };
  upgrade.dumps = {"SELECT id, version, name FROM item ORDER BY id", "SELECT count(*) FROM cell"};
  std::vector<std::unique_ptr<TemporaryFolder>> folders;
  const auto checked = check_upgrades(upgrade, [&] {
    folders.push_back(std::make_unique<TemporaryFolder>());
    return open_embedded({.folder = folders.back()->path()});
  });
  EXPECT_TRUE(checked.ok()) << checked.error().to_log();
}

}  // namespace

}  // namespace jingwei::storage

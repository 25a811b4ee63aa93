// Goal: the tables of all modules together come up on an empty database, come up again, and from every step
// before.
#include "app/modules.h"
#include "modules/audit/sql.gen.h"
#include "modules/cases/sql.gen.h"
#include "modules/catalog/sql.gen.h"
#include "modules/purpose/sql.gen.h"
#include "modules/region/sql.gen.h"
#include "modules/source/sql.gen.h"
#include "storage/sql.gen.h"
#include "storage/upgrade_suite.h"
#include "tests/support/backends.h"

namespace jingwei::app {
namespace {

using jingwei::testing::must;

template <typename Backend>
class Upgrades : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
  }

  void check(std::span<const storage::Migration> steps, std::vector<std::string> inserts,
             std::vector<std::string> dumps) {
    storage::UpgradeCase upgrade;
    upgrade.before.assign(storage::sql::migrations().begin(), storage::sql::migrations().end());
    upgrade.steps.assign(steps.begin(), steps.end());
    upgrade.sample = [inserts = std::move(inserts)](int) { return inserts; };
    upgrade.dumps = std::move(dumps);
    std::deque<Backend> places;
    const auto checked = storage::check_upgrades(upgrade, [&] { return places.emplace_back().open(clock_); });
    EXPECT_TRUE(checked.ok()) << checked.error().to_log();
  }

  SystemClock clock_;
};

TYPED_TEST_SUITE(Upgrades, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(Upgrades, AllTablesComeUpAndStandStillWhenOpenedAgain) {
  TypeParam backend;
  for (int opening = 0; opening < 3; ++opening) {
    auto store = must(backend.open(this->clock_));
    must(store->migrate(all_migrations()));
    must(store->migrate(all_migrations()));
  }
}

TYPED_TEST(Upgrades, NoStepStandsTwiceAndNumbersHaveNoGaps) {
  std::map<std::string, int> last;
  for (const auto& migration : all_migrations()) {
    EXPECT_EQ(migration.number, ++last[migration.module]) << migration.module << ' ' << migration.title;
  }
  EXPECT_EQ(last.size(), 15U);
}

TYPED_TEST(Upgrades, DataNewerThanTheProgramAreRefused) {
  TypeParam backend;
  auto store = must(backend.open(this->clock_));
  must(store->migrate(all_migrations()));
  auto newer = all_migrations();
  newer.push_back(newer.back());
  newer.back().number += 1;
  newer.back().title = "later";
  newer.back().sqlite = newer.back().postgres = "-- reference\nCREATE TABLE later (id BIGINT)";
  must(store->migrate(newer));
  const auto older = store->migrate(all_migrations());
  ASSERT_FALSE(older.ok());
  EXPECT_EQ(older.error().code, ErrorCode::corrupt);
}

TYPED_TEST(Upgrades, TheCatalogueFromEveryStep) {
  this->check(catalog::sql::migrations(),
              {"INSERT INTO resource_table (resource, step, shape, changed_at) VALUES ('notes', 1, "
               "'1;f_words:text', 5)"},
              {"SELECT resource, step, shape, changed_at FROM resource_table ORDER BY resource"});
}

TYPED_TEST(Upgrades, SourcesFromEveryStep) {
  this->check(
      source::sql::migrations(),
      {"INSERT INTO source (id, kind, title, resource, settings, secrets, schedule, terms, state, version, "
       "created_at, wanted_at, taken) VALUES (7, 'folder', 'drop', 'venues', '{\"path\":\"/srv\"}', "
       "CAST('' AS BYTEA), '', '{\"agreement\":\"7\"}', 'paused', 3, 5, 6, 12)",
       "INSERT INTO source_run (id, source, started_at, outcome, detail) VALUES (9, 7, 5, 'taken', 'a.csv')"},
      {"SELECT id, kind, title, resource, settings, schedule, terms, state, version, watermark, "
       "last_content, "
       "created_at, wanted_at, next_due_at, last_run_at, last_ok_at, last_error, last_error_at, taken, "
       "refused, "
       "repeated FROM source ORDER BY id",
       "SELECT id, source, outcome, detail FROM source_run ORDER BY id"});
}

TYPED_TEST(Upgrades, CasesFromEveryStep) {
  this->check(cases::sql::migrations(),
              {"INSERT INTO case_file (id, version, process, process_version, state, state_before, stage, "
               "open_mark, place, owner, "
               "department, assignee, had_before, waits_for, reporter, category, urgency, opened_at, "
               "entered_at, changed_at, "
               "closed_at, due_at, overdue, touched, escalated, supervised, reopened, not_ours, parent, "
               "photos, tasks_open, content) "
               "VALUES (7, 5, 'repair', 1, 'closed', 'verifying', 7, 0, 3, 3, 'centre', '', '', '', "
               "'account:9', 'lamp', '', 1, 2, 2, "
               "2, 9, 0, 1, 0, 0, 0, 0, 0, 1, 0, CAST('c' AS BYTEA))",
               "INSERT INTO case_conflict (id, device, sequence, kind, case_id, actor, at, done_at, "
               "settled_at, content) VALUES "
               "(8, 'd', 1, 'act', 7, 'account:2', 3, NULL, NULL, CAST('c' AS BYTEA))",
               "INSERT INTO case_task (case_id, id, region, department, assignee, state, opened_by, "
               "opened_at, due_at, closed_by, "
               "closed_at, row_version, content) VALUES (7, 9, 3, 'centre', 'account:2', 'open', "
               "'account:1', 3, NULL, '', NULL, 1, "
               "CAST('c' AS BYTEA))"},
              {"SELECT id, version, process, state, open_mark, closed_at, photos FROM case_file ORDER BY id",
               "SELECT id, device, sequence, case_id FROM case_conflict ORDER BY id",
               "SELECT case_id, id, assignee, state, for_role FROM case_task ORDER BY id"});
}

TYPED_TEST(Upgrades, DestructionsFromEveryStep) {
  this->check(purpose::sql::migrations(),
              {"INSERT INTO destruction_item (destruction, resource, action, state, stage, basis_zh, "
               "basis_en, before, records, "
               "versions, refused, batches, files, answers, keys_destroyed, key_ids, row_version) VALUES (4, "
               "'people', "
               "'destroy', 'done', '', '', '', 5, 10, 11, 2, 1, 0, 0, 1, '9', 6)"},
              {"SELECT destruction, resource, state, before, records, keys_destroyed, cases, photos FROM "
               "destruction_item "
               "ORDER BY destruction, resource"});
}

TYPED_TEST(Upgrades, TheAuditLogFromEveryStep) {
  this->check(
      audit::sql::migrations(),
      {"INSERT INTO audit_leaf (position, xact, sequence, shard, salt, commitment) VALUES (0, 4, 1, 0, "
       "CAST('s' AS BYTEA), CAST('c' AS BYTEA))",
       "INSERT INTO audit_tile (level, tile, hashes) VALUES (0, 0, CAST('h' AS BYTEA))",
       "INSERT INTO audit_head (size, root, signed_at, public_key, signature) VALUES (1, CAST('r' AS "
       "BYTEA), 5, CAST('k' AS BYTEA), CAST('g' AS BYTEA))"},
      {"SELECT position, xact, sequence, shard FROM audit_leaf", "SELECT level, tile FROM audit_tile",
       "SELECT size, signed_at FROM audit_head"});
}

}  // namespace
}  // namespace jingwei::app

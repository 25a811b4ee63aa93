// Goal: rows pulled from another database arrive once, at their time, in bounded memory, and only by
// permitted ways.
#include <libpq-fe.h>
#include <sqlite3.h>

#include "modules/source/kinds/odbc_options.h"
#include "modules/source/kinds/rows.h"
#include "modules/source/source_testing.h"

namespace jingwei::source {
namespace {

void run_sql(const std::string& path, const std::string& script) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  char* fault = nullptr;
  EXPECT_EQ(sqlite3_exec(database, script.c_str(), nullptr, nullptr, &fault), SQLITE_OK)
      << (fault ? fault : "");
  sqlite3_free(fault);
  sqlite3_close(database);
}

template <typename Backend>
class PullSource : public testing::SourceWorld<Backend> {
 protected:
  std::string other() const { return this->folder_.path() + "/other.db"; }
  void make_other() {
    run_sql(other(),
            "CREATE TABLE note (words TEXT, weight REAL, changed_at INTEGER);"
            "INSERT INTO note VALUES ('one', 1.5, 100), ('two', NULL, 200), ('three', 3, 200);");
  }
  NewSource sqlite_source(const std::string& schedule = "") {
    NewSource source;
    source.kind = Kind::sqlite;
    source.title = "other";
    source.resource = "notes";
    source.schedule = schedule;
    source.settings = {{"path", other()},
                       {"query", "SELECT words, weight, changed_at FROM note"},
                       {"watermark", "changed_at"}};
    return source;
  }
  void run_now(SourceId id) {
    testing::must(this->sources_->run_now(id, "tester"));
    this->look();
    this->load_all();
  }
};
TYPED_TEST_SUITE(PullSource, jingwei::testing::Backends, jingwei::testing::BackendNames);

TYPED_TEST(PullSource, RowsAfterTheWatermarkComeOnce) {
  this->make_other();
  const auto id = this->add(this->sqlite_source()).source.id;
  this->run_now(id);
  EXPECT_EQ(this->versions("notes"), 3);
  EXPECT_EQ(testing::must(this->sources_->find(id)).source.watermark, "i:200");
  this->run_now(id);
  EXPECT_EQ(this->versions("notes"), 3);
  // A row of the very mark, written late, is not passed over.
  run_sql(this->other(), "INSERT INTO note VALUES ('four', 4, 200), ('five', 5, 300)");
  this->run_now(id);
  EXPECT_EQ(this->versions("notes"), 5);
  EXPECT_EQ(testing::must(this->sources_->find(id)).source.watermark, "i:300");
  const auto newest = this->runs(id).front();
  EXPECT_EQ(newest.outcome, Outcome::taken);
  EXPECT_EQ(newest.items, 4) << "the two of the mark again, and two new ones";
}

TYPED_TEST(PullSource, WithoutAWatermarkTheSameRowsMakeNoBatchAndChangedOnesDo) {
  this->make_other();
  auto source = this->sqlite_source();
  source.settings.erase("watermark");
  const auto id = this->add(std::move(source)).source.id;
  this->run_now(id);
  this->run_now(id);
  EXPECT_EQ(this->runs(id).front().outcome, Outcome::nothing);
  run_sql(this->other(), "UPDATE note SET words = 'uno' WHERE words = 'one'");
  this->run_now(id);
  run_sql(this->other(), "UPDATE note SET words = 'one' WHERE words = 'uno'");
  this->run_now(id);
  EXPECT_EQ(this->runs(id).front().outcome, Outcome::taken)
      << "rows that were so before, but not last time, count";
}

TYPED_TEST(PullSource, AScheduleRunsItByTheClock) {
  this->make_other();
  const auto id = this->add(this->sqlite_source("every 15m")).source.id;
  this->look(std::chrono::seconds{60});
  EXPECT_EQ(testing::must(this->timers_->step()), 0u);
  this->look(std::chrono::minutes{15});
  EXPECT_EQ(testing::must(this->timers_->step()), 1u);
  EXPECT_EQ(testing::must(this->timers_->step()), 0u);
  this->look();
  this->load_all();
  EXPECT_EQ(this->records("notes").size(), 3u);
  EXPECT_EQ(this->runs(id).size(), 1u);
  // A timer of a schedule that was changed no longer runs it.
  testing::must(this->sources_->pause(id, "tester"));
  this->clock_.advance(std::chrono::minutes{20});
  testing::must(this->timers_->step());
  this->look();
  EXPECT_EQ(this->runs(id).size(), 1u);
}

TYPED_TEST(PullSource, WhateverWriteFailsRowsArriveOnce) {
  using When = jingwei::testing::FailingStore::When;
  this->make_other();
  const auto id = this->add(this->sqlite_source()).source.id;
  int rows = 3;
  for (const When when : {When::before, When::after}) {
    for (int write = 1; write <= 3; ++write) {
      testing::must(this->sources_->run_now(id, "tester"));
      this->node_.writes->fail_write(write, when);
      this->look();
      this->restart_sources();
      this->look();
      this->run_now(id);
      EXPECT_EQ(this->versions("notes"), rows);
      ++rows;
      run_sql(this->other(), "INSERT INTO note VALUES ('more " + std::to_string(rows) + "', 1, " +
                                 std::to_string(1'000 + rows) + ")");
    }
  }
}

TYPED_TEST(PullSource, AFailedPullIsToldWithWhatTheDatabaseSaid) {
  this->make_other();
  auto source = this->sqlite_source();
  source.settings["query"] = "SELECT absent FROM note";
  source.settings["watermark"] = "";
  const auto id = this->add(std::move(source)).source.id;
  this->run_now(id);
  const auto run = this->runs(id).front();
  EXPECT_EQ(run.outcome, Outcome::failed);
  ASSERT_TRUE(run.error);
  EXPECT_NE(render(*run.error, Language::en).find("no such column"), std::string::npos);
  EXPECT_EQ(testing::must(this->sources_->find(id)).health, Health::failing);
  EXPECT_FALSE(testing::must(this->sources_->find(id)).source.wanted_at) << "it waits for its next time";
  EXPECT_EQ(this->waiting_uploads(), 0u);
}

TYPED_TEST(PullSource, NothingButOneReadingStatementIsTaken) {
  this->make_other();
  for (const char* query : {"DELETE FROM note", "SELECT 1; DELETE FROM note", "PRAGMA writable_schema=1"}) {
    auto source = this->sqlite_source();
    source.settings["query"] = query;
    EXPECT_EQ(this->sources_->add(source, "tester").error().code, ErrorCode::invalid) << query;
  }
  // Behind a SELECT's face SQLite is held to reading all the same.
  const RowQuery sly{
      Kind::sqlite,
      {{"path", this->other()}, {"query", "WITH x AS (SELECT 1) DELETE FROM note"}, {"timeout_seconds", "5"}},
      ""};
  EXPECT_FALSE(open_pull(sly).ok());
}

TYPED_TEST(PullSource, SecretsAreSealedAndNeverGivenBack) {
  NewSource source;
  source.kind = Kind::postgres;
  source.title = "pg";
  source.resource = "notes";
  source.settings = {
      {"host", "127.0.0.1"}, {"port", "5"}, {"database", "d"}, {"user", "u"}, {"query", "SELECT 1"}};
  source.secrets = {{"password", "open sesame"}};
  const auto added = this->add(source);
  EXPECT_FALSE(added.source.settings.contains("password"));
  EXPECT_EQ(added.source.sealed.find("open sesame"), std::string::npos);
  // Changed without naming it, it stays.
  source.secrets.clear();
  source.title = "pg2";
  const auto edited = testing::must(this->sources_->edit(added.source.id, source, "tester"));
  EXPECT_EQ(testing::must(opened_settings(this->sources_->parts(), edited.source)).at("password"),
            "open sesame");
}

TYPED_TEST(PullSource, OdbcReadsThroughItsDriver) {
  this->make_other();
  NewSource source;
  source.kind = Kind::odbc;
  source.title = "odbc";
  source.resource = "notes";
  source.settings = {{"driver", "SQLite3"},
                     {"options", "Database=" + this->other()},
                     {"query", "SELECT words, weight, changed_at FROM note"},
                     {"watermark", "changed_at"}};
  const auto trial = this->sources_->try_out(source);
  if (!trial.ok() && render(trial.error(), Language::en).find("Can't open lib") != std::string::npos)
    GTEST_SKIP() << "libsqliteodbc is not installed";
  EXPECT_EQ(testing::must(trial).found, (std::vector<std::string>{"words", "weight", "changed_at"}));
  const auto id = this->add(std::move(source)).source.id;
  this->run_now(id);
  EXPECT_EQ(this->records("notes").size(), 3u);
  run_sql(this->other(), "INSERT INTO note VALUES ('later', 4, 900)");
  this->run_now(id);
  EXPECT_EQ(this->records("notes").size(), 4u);
}

TEST(OdbcOptions, WhatWouldGoRoundTheListsIsRefused) {
  const Allowed allowed{{"/srv/data"}, {"db.example"}, {"SQLite3"}};
  EXPECT_TRUE(check_odbc_options("Database=/srv/data/x.db;Timeout=100", allowed).ok());
  EXPECT_TRUE(check_odbc_options("Server=db.example;Port=1433;Database=city", allowed).ok());
  EXPECT_EQ(check_odbc_options("Database=/etc/passwd", allowed).error().code, ErrorCode::denied);
  EXPECT_EQ(check_odbc_options("Server=evil.example", allowed).error().code, ErrorCode::denied);
  for (const char* options : {"Driver=/tmp/x.so", "DSN=any", "PWD=x", "a={b;c}", "nothing"})
    EXPECT_EQ(check_odbc_options(options, allowed).error().code, ErrorCode::invalid) << options;
}

TEST(PostgresPull, StreamsRowsFromAServerOfItsOwn) {
  if (const auto why = storage::TestServer::missing(); !why.empty()) GTEST_SKIP() << why;
  const std::string uri = storage::TestServer::instance().fresh_uri();
  PGconn* connection = PQconnectdb(uri.c_str());
  ASSERT_EQ(PQstatus(connection), CONNECTION_OK);
  PQclear(PQexec(
      connection,
      "CREATE TABLE note (words text, weight numeric, changed_at timestamptz);"
      "INSERT INTO note SELECT 'w' || n, n / 4.0, timestamptz '2020-01-01 00:00+00' + n * interval '1 s'"
      " FROM generate_series(1, 5000) n"));
  PGresult* where = PQexec(connection, "SELECT current_schema()");
  const std::string schema = PQgetvalue(where, 0, 0);
  PQclear(where);
  Settings settings = {{"host", PQhost(connection)},
                       {"port", PQport(connection)},
                       {"database", PQdb(connection)},
                       {"user", PQuser(connection)},
                       {"tls", "prefer"},
                       {"timeout_seconds", "20"},
                       {"query", "SELECT words, weight, changed_at FROM " + schema + ".note"},
                       {"watermark", "changed_at"}};
  if (const char* password = PQpass(connection); password != nullptr) settings["password"] = password;
  const auto count = [&](const std::string& since, std::string* last) {
    auto rows = testing::must(open_pull({Kind::postgres, settings, since}));
    EXPECT_EQ(rows->columns(), (std::vector<std::string>{"words", "weight", "changed_at"}));
    std::vector<std::optional<std::string>> cells;
    int found = 0;
    while (testing::must(rows->next(cells))) {
      ++found;
      if (last != nullptr) *last = std::string(1, rows->type_of(2)) + ":" + *cells[2];
    }
    return found;
  };
  std::string last;
  EXPECT_EQ(count("", &last), 5'000);
  EXPECT_EQ(count(last, nullptr), 1) << last;
  EXPECT_EQ(count("t:2020-01-01 01:00:00+00", nullptr), 1'401);
  settings["query"] = "SELECT pg_sleep(30) AS changed_at";
  settings["watermark"] = "";
  settings["timeout_seconds"] = "1";
  auto late = open_pull({Kind::postgres, settings, ""});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  settings["query"] = "WITH gone AS (DELETE FROM " + schema + ".note RETURNING words) SELECT * FROM gone";
  EXPECT_FALSE(open_pull({Kind::postgres, settings, ""}).ok()) << "the connection only reads";
  settings["port"] = "1";
  EXPECT_EQ(open_pull({Kind::postgres, settings, ""}).error().code, ErrorCode::unavailable);
  PQfinish(connection);
}

}  // namespace
}  // namespace jingwei::source

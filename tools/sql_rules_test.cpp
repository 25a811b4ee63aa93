// Goal: SQL that would not work on sharded PostgreSQL is caught before it lands.
#include "tools/sql_rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

namespace jingwei::tools {
namespace {

constexpr const char* tables_sql = R"(
-- distributed by: person
CREATE TABLE record (
  person BIGINT NOT NULL,
  id BIGINT NOT NULL,
  body TEXT,
  PRIMARY KEY (person, id)
);
-- distributed by: person
CREATE TABLE link (person BIGINT NOT NULL, source BIGINT NOT NULL, UNIQUE (person, source));
-- reference
CREATE TABLE region (id BIGINT PRIMARY KEY, code TEXT UNIQUE);
)";

std::string problems_of(const std::string& sql, const std::string& migration = tables_sql) {
  FolderSources folder;
  folder.folder = "modules/m";
  folder.migrations = {{"modules/m/migrations/0001_m.sql", migration}};
  if (!sql.empty()) folder.sql = {{"modules/m/sql/m.sql", "-- name: s\n" + sql}};
  Problems problems;
  SqlTables tables;
  read_tables(folder, tables, problems);
  if (problems.empty()) check_sql_rules(folder, tables, problems);
  return problems.to_text();
}

TEST(SqlRules, StatementsByTheDistributionColumnPass) {
  EXPECT_EQ(problems_of("SELECT body FROM record WHERE person = $1 AND id = $2"), "");
  EXPECT_EQ(problems_of("UPDATE record SET body = $2 WHERE person = $1"), "");
  EXPECT_EQ(problems_of("DELETE FROM record WHERE person IN ($1, $2)"), "");
  EXPECT_EQ(problems_of("INSERT INTO record (person, id) VALUES ($1, $2) ON CONFLICT (person, id) DO UPDATE "
                        "SET body = 'x'"),
            "");
  EXPECT_EQ(problems_of("SELECT * FROM record r JOIN link l ON l.person = r.person WHERE r.person = $1"), "");
  EXPECT_EQ(problems_of("SELECT * FROM record r JOIN region g ON g.id = r.id WHERE r.person = $1"), "");
  EXPECT_EQ(problems_of("SELECT * FROM region WHERE code = $1"), "");
  EXPECT_EQ(problems_of("-- scatter: the nightly report\nSELECT count(*) FROM record"), "");
}

TEST(SqlRules, StatementsWithoutItAreCaughtWithTheirPlace) {
  EXPECT_TRUE(problems_of("SELECT body FROM record WHERE id = $1")
                  .starts_with("modules/m/sql/m.sql:1: `s`: record must be found by"));
  EXPECT_NE(problems_of("SELECT person FROM record"), "");
  EXPECT_NE(problems_of("UPDATE record SET person = $1"), "");
  EXPECT_NE(problems_of("DELETE FROM record WHERE body = 'person = 1'"), "");
  EXPECT_NE(problems_of("DELETE FROM record WHERE body > $1 ORDER BY person"), "");
  EXPECT_NE(problems_of("INSERT INTO record (id) VALUES ($1)"), "");
  EXPECT_NE(problems_of("INSERT INTO record (person, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"), "");
}

TEST(SqlRules, JoinsOfDistributedTablesCarryTheKey) {
  EXPECT_NE(problems_of("SELECT * FROM record r JOIN link l ON l.source = r.id WHERE r.person = $1"), "");
  EXPECT_NE(problems_of("SELECT * FROM record r, link l WHERE r.person = $1 AND l.source = r.id"), "");
  EXPECT_EQ(problems_of("SELECT * FROM record JOIN link USING (person)"), "");
}

TEST(SqlRules, TablesDeclareHowTheyAreSpread) {
  EXPECT_NE(problems_of("", "CREATE TABLE a (id BIGINT PRIMARY KEY);"), "");
  EXPECT_NE(problems_of("", "-- distributed by: b\nCREATE TABLE a (id BIGINT);"), "");
  EXPECT_NE(problems_of("", "-- distributed by: b\nCREATE TABLE a (id BIGINT PRIMARY KEY, b BIGINT);"), "");
  EXPECT_NE(problems_of("", "-- distributed by: b\nCREATE TABLE a (id BIGINT, b BIGINT, UNIQUE (id));"), "");
  EXPECT_NE(
      problems_of(
          "",
          "-- distributed by: b\nCREATE TABLE a (id BIGINT, b BIGINT);\nCREATE UNIQUE INDEX i ON a (id);"),
      "");
  EXPECT_EQ(problems_of("", "-- distributed by: b\nCREATE TABLE a (id BIGINT, b BIGINT PRIMARY KEY);"), "");
  EXPECT_NE(problems_of("", "-- reference\nCREATE TABLE a (id BIGINT);\nCREATE TABLE c (id BIGINT);"), "");
}

TEST(SqlRules, HoldForTheWholeTree) {
  namespace fs = std::filesystem;
  const fs::path root(JINGWEI_SOURCE_DIR);
  std::vector<FolderSources> folders;
  for (const char* top : {"storage", "modules", "scenario"}) {
    std::error_code fault;
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root / top, fault)) {
      const auto parent = entry.path().parent_path();
      if (entry.path().extension() == ".sql" &&
          (parent.filename() == "sql" || parent.filename() == "migrations"))
        found.insert(parent.parent_path().generic_string());
    }
    for (const auto& folder : found) {
      auto sources = read_folder(folder);
      ASSERT_TRUE(sources.ok()) << folder;
      folders.push_back(*std::move(sources));
    }
  }
  Problems problems;
  SqlTables tables;
  for (const auto& folder : folders) read_tables(folder, tables, problems);
  for (const auto& folder : folders) check_sql_rules(folder, tables, problems);
  EXPECT_EQ(problems.to_text(), "");
}

}  // namespace
}  // namespace jingwei::tools

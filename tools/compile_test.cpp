// Goal: sources that break a rule stop the build, naming file, line and what was expected; good ones become
// C++.
#include <gtest/gtest.h>

#include "schema/messages.gen.h"
#include "tools/api_generator.h"
#include "tools/openapi.h"
#include "tools/sql_source.h"

namespace jingwei::tools {
namespace {

std::string api(const std::string& operation) {
  return "module: m\ntitle: {zh: 模, en: M}\ntypes:\n  T: {type: object, title: {zh: 体, en: T}, fields: "
         "[{name: a, type: id, title: {zh: 甲, en: A}}]}\n"
         "operations:\n" +
         operation;
}

constexpr const char* good =
    "  - {id: get_t, method: GET, path: '/t/{id}', summary: {zh: 查, en: Get}, permission: t.read, audit: "
    "t.look,\n"
    "     limits: {cost: 1}, runs: pool, response: {status: 200, schema: T},\n"
    "     parameters: [{name: id, in: path, type: id, title: {zh: 号, en: Id}}]}\n";
constexpr const char* write =
    "  - {id: add_t, method: POST, path: /t, summary: {zh: 增, en: Add}, permission: t.write, audit: t.add,\n"
    "     limits: {cost: 1, body_bytes: 100}, runs: pool, idempotency: optional, body: {schema: T}, "
    "response: {status: 204}}\n";

class Compile : public ::testing::Test {
 protected:
  Compile() { schema::register_messages(); }
  std::string problems(const std::string& text) {
    Problems found;
    read_api({"m/api.yaml", text}, found);
    return found.to_text();
  }
  // `text` with `from` replaced by `to`.
  static std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
  std::string broken(const std::string& from, const std::string& to) {
    return problems(api(changed(good, from, to)));
  }
  std::string broken_write(const std::string& from, const std::string& to) {
    return problems(api(changed(write, from, to)));
  }
};

TEST_F(Compile, GoodApiHasNoProblems) {
  EXPECT_EQ(problems(api(std::string(good) + write)), "");
}

TEST_F(Compile, EveryMissingGuardStopsTheBuild) {
  EXPECT_EQ(broken("permission: t.read, ", ""), "m/api.yaml:6: missing key `permission`\n");
  EXPECT_EQ(broken(", audit: t.look", ""), "m/api.yaml:6: missing key `audit`\n");
  EXPECT_NE(broken("audit: t.look", "audit: none").find("audit_reason"), std::string::npos);
  EXPECT_EQ(broken("limits: {cost: 1}, ", ""), "m/api.yaml:6: missing key `limits`\n");
  EXPECT_EQ(broken("limits: {cost: 1}", "limits: {}"), "m/api.yaml:7: missing key `cost`\n");
  EXPECT_NE(broken("summary: {zh: 查, en: Get}", "summary: {zh: 查}")
                .find("m/api.yaml:6: `summary` needs both zh and en"),
            std::string::npos);
  EXPECT_NE(broken("title: {zh: 号, en: Id}", "title: {en: Id}").find("m/api.yaml:8: `title` needs both"),
            std::string::npos);
  EXPECT_NE(broken_write("idempotency: optional, ", "").find("idempotency"), std::string::npos);
  EXPECT_NE(broken_write(", body_bytes: 100", "").find("body_bytes"), std::string::npos);
  EXPECT_NE(broken_write("body_bytes: 100", "body_bytes: 99999999").find("never raise"), std::string::npos);
}

TEST_F(Compile, UnknownWordsNameWhatWasExpected) {
  EXPECT_NE(broken("runs: pool", "run: pool").find("unknown key `run`; did you mean `runs`?"),
            std::string::npos);
  EXPECT_NE(
      broken("runs: pool", "threads: pool").find("unknown key `threads`; expected one of `id`, `method`"),
      std::string::npos);
  EXPECT_NE(broken("runs: pool", "runs: thread").find("expected inline, pool or stream"), std::string::npos);
  EXPECT_NE(broken("method: GET", "method: FETCH").find("expected GET, POST"), std::string::npos);
  EXPECT_NE(broken("schema: T", "schema: U").find("there is no type `U`"), std::string::npos);
  EXPECT_NE(broken("type: id", "type: ident").find("there is no type `ident`"), std::string::npos);
}

TEST_F(Compile, PathsAndParametersMustAgree) {
  EXPECT_NE(broken("'/t/{id}'", "'/t/{id}/{code}'").find("placeholder {code} has no parameter"),
            std::string::npos);
  EXPECT_NE(broken("'/t/{id}'", "'/t'").find("the path has no {id}"), std::string::npos);
  EXPECT_NE(broken("'/t/{id}'", "'/t/x{id}'").find("whole segment"), std::string::npos);
  EXPECT_NE(broken("in: path, type: id", "in: query, type: integer, default: x").find("default of `id`"),
            std::string::npos);
  EXPECT_NE(broken("in: path, type: id", "in: path, type: text").find("needs max_length"), std::string::npos);
}

TEST_F(Compile, DuplicatesStopTheBuild) {
  EXPECT_NE(problems(api(std::string(good) + good)).find("m/api.yaml:9: operation id `get_t` stands twice"),
            std::string::npos);
  const std::string other =
      changed(changed(changed(good, "get_t", "get_u"), "/t/{id}", "/t/{no}"), "name: id", "name: no");
  EXPECT_EQ(problems(api(good + other)), "m/api.yaml:9: GET /t/{no} stands twice\n");
}

TEST_F(Compile, OpenApiIsTheSameForTheSameInputAndSettlesNames) {
  const auto document = [&](const std::string& second_type) {
    std::vector<std::unique_ptr<ApiModule>> modules;
    Problems found;
    modules.push_back(read_api({"m/api.yaml", api(good)}, found));
    std::string other = changed(changed(api(write), "module: m", "module: n"), "type: id", second_type);
    modules.push_back(read_api({"n/api.yaml", other}, found));
    settle_together(modules, found);
    EXPECT_EQ(found.to_text(), "");
    return generate_openapi(modules);
  };
  const std::string same = document("type: id");
  EXPECT_EQ(same, document("type: id"));
  EXPECT_EQ(same.find("\"NT\""), std::string::npos);
  EXPECT_NE(same.find("\"x-permission\": \"t.read\""), std::string::npos);
  EXPECT_NE(document("type: date").find("#/components/schemas/NT"), std::string::npos);
}

TEST_F(Compile, MessagesNeedBothLanguagesAndTheSamePlaceholders) {
  const auto check = [](const std::string& text) {
    Problems found;
    read_messages({"m/messages.yaml", text}, found);
    return found.to_text();
  };
  EXPECT_EQ(check("a.b: {zh: '甲{x}', en: 'A {x}'}\n"), "");
  EXPECT_EQ(check("a.b: {zh: 甲}\n"), "m/messages.yaml:1: missing key `en`\n");
  EXPECT_EQ(check("\na.b: {zh: '甲{x}', en: 'A {y}'}\n"),
            "m/messages.yaml:2: message `a.b` has different placeholders: zh {x}, en {y}\n");
  EXPECT_NE(
      check("a.b: {zh: 甲, en: A}\na.b: {zh: 甲, en: A}\n").find("m/messages.yaml:2: key `a.b` stands twice"),
      std::string::npos);
}

TEST_F(Compile, SqlVariantsStandOverTheCommonText) {
  FolderSources folder;
  folder.folder = "modules/m";
  folder.sql = {{"m.sql", "-- name: a @postgres\nSELECT now($1);\n-- name: a\n-- why\nSELECT 1 + $1;\n"}};
  folder.migrations = {{"modules/m/migrations/0001_first.sql",
                        "-- reference\nCREATE TABLE t (\n  a BLOB --@sqlite\n  a BYTEA --@postgres\n);\n"}};
  Problems found;
  const auto statements = read_statements(folder, found);
  const auto migrations = read_migrations(folder, found);
  ASSERT_EQ(found.to_text(), "");
  ASSERT_EQ(statements.size(), 1u);
  EXPECT_EQ(statements[0].postgres, "SELECT now($1)");
  EXPECT_EQ(statements[0].sqlite, "SELECT 1 + $1");
  EXPECT_EQ(migrations[0].title, "first");
  EXPECT_EQ(migrations[0].sqlite, "CREATE TABLE t (\n  a BLOB\n);\n");
  EXPECT_EQ(migrations[0].postgres, "CREATE TABLE t (\n  a BYTEA\n);\n");
}

TEST_F(Compile, WhatStatementsOfAFolderShareStandsOnce) {
  FolderSources folder;
  folder.folder = "modules/m";
  folder.sql = {{"a.sql", "-- name: one\nSELECT {columns} FROM t WHERE {filter}\n"},
                {"b.sql",
                 "-- part: columns\na, b\n-- part: filter\n($1 = 0\n  OR c = $1)\n\n-- name: two\nSELECT "
                 "{columns} FROM u\n"}};
  Problems found;
  const auto statements = read_statements(folder, found);
  ASSERT_EQ(found.to_text(), "");
  ASSERT_EQ(statements.size(), 2u);
  EXPECT_EQ(statements[0].sqlite, "SELECT a, b FROM t WHERE ($1 = 0\n  OR c = $1)");
  EXPECT_EQ(statements[1].postgres, "SELECT a, b FROM u");
}

TEST_F(Compile, BadSqlIsToldWithItsLine) {
  const auto check = [](const std::string& sql, const std::string& migration = "0001_a.sql") {
    FolderSources folder;
    folder.folder = "m";
    folder.sql = {{"m/sql/m.sql", sql}};
    folder.migrations = {{"m/migrations/" + migration, "-- reference\nCREATE TABLE t (a BIGINT);\n"}};
    Problems found;
    read_statements(folder, found);
    read_migrations(folder, found);
    return found.to_text();
  };
  EXPECT_NE(check("SELECT 1").find("m/sql/m.sql:1: expected `-- name:"), std::string::npos);
  EXPECT_NE(check("-- name: a\nSELECT $2").find("without gaps"), std::string::npos);
  EXPECT_NE(
      check("-- name: a\nSELECT 1\n-- name: a\nSELECT 2").find("m/sql/m.sql:3: statement `a` stands twice"),
      std::string::npos);
  EXPECT_NE(check("-- name: a @postgres\nSELECT 1").find("lacks its @sqlite variant"), std::string::npos);
  EXPECT_NE(check("-- name: a @oracle\nSELECT 1").find("expected @sqlite or @postgres"), std::string::npos);
  EXPECT_NE(check("-- name: a\nSELECT {b}").find("m/sql/m.sql:1: `a` takes in `{b}`"), std::string::npos);
  EXPECT_NE(check("-- part: a\n1\n-- part: a\n2").find("m/sql/m.sql:3: part `a` stands twice"),
            std::string::npos);
  EXPECT_NE(check("-- name: a\nSELECT 1", "0002_a.sql").find("expected migration 1 next"), std::string::npos);
  EXPECT_NE(check("-- name: a\nSELECT 1", "first.sql").find("0001_title.sql"), std::string::npos);
}

}  // namespace
}  // namespace jingwei::tools

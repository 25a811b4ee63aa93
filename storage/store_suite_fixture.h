// What the tests of StoreSuite share: the tables they write, and a Store with a clock turned by hand.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "base/limits.h"
#include "storage/store.h"

namespace jingwei::storage {

namespace suite {

inline Statement same(std::string name, std::string text) {
  return Statement{std::move(name), text, text};
}

inline const Statement put_item =
    same("suite.put_item", "INSERT INTO item (id, version, name) VALUES ($1, 1, $2)");
inline const Statement change_item = same(
    "suite.change_item", "UPDATE item SET version = version + 1, name = $3 WHERE id = $1 AND version = $2");
inline const Statement item_version = same("suite.item_version", "SELECT version FROM item WHERE id = $1");
inline const Statement item_name = same("suite.item_name", "SELECT name FROM item WHERE id = $1");
inline const Statement count_items = same("suite.count_items", "SELECT count(*) FROM item");
inline const Statement add_to_item =
    same("suite.add_to_item", "UPDATE item SET version = $2 WHERE id = $1 AND version = $3");
inline const Statement put_cell = same(
    "suite.put_cell", "INSERT INTO cell (id, whole, fraction, words, bytes) VALUES ($1, $2, $3, $4, $5)");
inline const Statement get_cell =
    same("suite.get_cell", "SELECT whole, fraction, words, bytes FROM cell WHERE id = $1");
inline const Statement broken = same("suite.broken", "SELECT nothing FROM nowhere");

inline Migration step(int number, const std::string& title, const std::string& portable) {
  Migration migration{"suite", number, title, portable, portable};
  for (std::size_t at = 0; (at = migration.sqlite.find("BYTEA", at)) != std::string::npos;) {
    migration.sqlite.replace(at, 5, "BLOB");
  }
  return migration;
}

inline const std::vector<Migration>& tables() {
  static const std::vector<Migration> steps = {
      step(1, "items",
           "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL CHECK (version >= 0), "
           "name TEXT)"),
      step(2, "cells",
           "CREATE TABLE cell (id BIGINT NOT NULL PRIMARY KEY, whole BIGINT, fraction DOUBLE PRECISION, "
           "words TEXT, bytes BYTEA);"
           "CREATE INDEX cell_words ON cell (words)")};
  return steps;
}

inline Change put(std::int64_t id, std::string name = "x") {
  Change change;
  change.writes.push_back({&put_item, {id, std::move(name)}, 1});
  return change;
}

inline Change told(std::int64_t id, const std::string& body) {
  Change change = put(id);
  change.events.push_back({"suite.put", body});
  return change;
}

}  // namespace suite

template <typename Backend>
class StoreSuite : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = Backend::missing(); !reason.empty()) GTEST_SKIP() << reason;
    backend_ = std::make_unique<Backend>();
    reopen();
  }

  void reopen() {
    store_.reset();
    store_ = another();
  }

  std::unique_ptr<Store> another() {
    auto opened = backend_->open(clock_);
    EXPECT_TRUE(opened.ok()) << opened.error().to_log();
    auto store = std::move(opened).value();
    auto migrated = store->migrate(suite::tables());
    EXPECT_TRUE(migrated.ok()) << migrated.error().to_log();
    return store;
  }

  std::int64_t number(const Statement& statement, std::vector<Value> parameters = {}) {
    auto reader = store_->read();
    EXPECT_TRUE(reader.ok());
    auto found = query_integer(**reader, statement, parameters);
    EXPECT_TRUE(found.ok()) << found.error().to_log();
    return found.ok() ? found->value_or(-1) : -2;
  }

  // Everything in the feed, read page by page until nothing more comes.
  std::vector<FeedEntry> whole_feed(FeedPosition after = {}, std::size_t page = 1'000) {
    std::vector<FeedEntry> all;
    for (int empty = 0; empty < 3;) {
      auto entries = store_->read_feed(after, page);
      EXPECT_TRUE(entries.ok()) << entries.error().to_log();
      if (!entries.ok() || entries->empty()) {
        store_->wait_for_feed(after, std::chrono::milliseconds{20});
        ++empty;
        continue;
      }
      after = entries->back().position;
      all.insert(all.end(), entries->begin(), entries->end());
    }
    return all;
  }

  static void expect_code(const Result<Committed>& result, ErrorCode code) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, code) << result.error().to_log();
  }

  SystemClock clock_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Store> store_;
};

}  // namespace jingwei::storage

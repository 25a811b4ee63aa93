// Goal: refused rows stand under their resource's own keys, also those from before, and go with them.
#include "modules/ingest/repair/refused_seal.h"

#include "modules/ingest/sealed_tables.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

TEST(SealedTables, NamesTellTheirResource) {
  EXPECT_EQ(resource_of_table(refused_table("people")), "people");
  EXPECT_EQ(resource_of_table(files_table("people")), "people");
  EXPECT_EQ(resource_of_table("people"), "people");
  EXPECT_EQ(resource_in_path("/data/uploads/" + file_name("17", "car-parks", ".pieces")), "car-parks");
  EXPECT_EQ(resource_in_path("/data.d/some.x/uploads/17.pieces"), "");
  EXPECT_EQ(resource_in_path("plain"), "");
}

template <typename Backend>
class RefusedSeals : public IngestWorld<Backend> {
 protected:
  // A file with one good row and two that are refused.
  Batch load_bad() {
    return this->load("people", std::string(people_header) + person(1) + "张三,12345,,户籍,,2020-01-01\n" +
                                    "李四,,,户籍,,\n");
  }

  void write(const std::string& sql, std::vector<storage::Value> parameters) {
    static std::deque<storage::Statement> kept;
    kept.push_back({"write", sql, sql});
    storage::Change change;
    change.writes.push_back({&kept.back(), std::move(parameters), 1});
    must(this->node_.store->commit(std::move(change)));
  }

  std::int64_t count(const std::string& where) {
    static std::deque<storage::Statement> kept;
    const std::string sql = "SELECT count(*) FROM refused_row WHERE " + where;
    kept.push_back({"count", sql, sql});
    auto reader = must(this->node_.store->read());
    return must(storage::query_integer(*reader, kept.back(), {})).value_or(-1);
  }

  // Puts a row in the form in which rows of all resources shared their keys.
  void make_old(const RefusedRow& row, BatchId batch) {
    const auto old = [&](std::string_view column, const std::string& plain) {
      return storage::Blob{this->sealer_.seal({"refused_row", row.line, column}, plain)};
    };
    write(
        "UPDATE refused_row SET arguments = $3, original = $4, sealed_as = NULL WHERE batch = $1 AND line = "
        "$2",
        {batch.value, row.line, old("arguments", arguments_to_text(row.arguments)),
         old("original", row.original)});
  }
};

TYPED_TEST_SUITE(RefusedSeals, Backends, BackendNames);

TYPED_TEST(RefusedSeals, NewRowsAreBoundToResourceBatchAndLine) {
  const Batch batch = this->load_bad();
  ASSERT_EQ(batch.counts.refused, 2);
  EXPECT_EQ(this->count("sealed_as = 1"), 2);
  auto reader = must(this->node_.store->read());
  static const storage::Statement first{"first",
                                        "SELECT line, original FROM refused_row ORDER BY line LIMIT 1",
                                        "SELECT line, original FROM refused_row ORDER BY line LIMIT 1"};
  must(reader->query(first, {}, [&](const storage::Row& row) {
    const std::string sealed(row.blob(1));
    const RefusedSeal place{"people", batch.id, row.integer(0)};
    EXPECT_TRUE(place.open(this->sealer_, "original", sealed).ok());
    for (const RefusedSeal& elsewhere :
         {RefusedSeal{"venues", batch.id, place.line}, RefusedSeal{"people", BatchId(9), place.line},
          RefusedSeal{"people", batch.id, place.line + 1}, RefusedSeal{"people", batch.id, place.line, 0}})
      EXPECT_FALSE(elsewhere.open(this->sealer_, "original", sealed).ok());
    return false;
  }));
}

TYPED_TEST(RefusedSeals, RowsFromBeforeAreReadAndSealedAnewOneStepAfterAnother) {
  const Batch batch = this->load_bad();
  const auto before = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  for (const auto& row : before) this->make_old(row, batch.id);
  const auto expect_same = [&] {
    const auto now = must(this->node_.ingest->list_refused(batch.id, 0, 10));
    ASSERT_EQ(now.size(), before.size());
    for (std::size_t at = 0; at < now.size(); ++at) {
      EXPECT_EQ(now[at].original, before[at].original);
      EXPECT_EQ(now[at].arguments, before[at].arguments);
    }
  };
  expect_same();
  EXPECT_TRUE(must(seal_refused_anew(*this->node_.store, this->sealer_)));
  EXPECT_EQ(this->count("sealed_as IS NULL"), 0);
  EXPECT_FALSE(must(seal_refused_anew(*this->node_.store, this->sealer_)));
  expect_same();
  EXPECT_EQ(must(this->node_.ingest->find_refused({batch.id, before[0].line})).original, before[0].original);
}

TYPED_TEST(RefusedSeals, ARowThatNothingOpensStopsNoOther) {
  const Batch batch = this->load_bad();
  const auto rows = must(this->node_.ingest->list_refused(batch.id, 0, 10));
  this->make_old(rows[0], batch.id);
  this->sealer_.destroy_so_far();
  this->make_old(rows[1], batch.id);
  EXPECT_TRUE(must(seal_refused_anew(*this->node_.store, this->sealer_)));
  EXPECT_FALSE(must(seal_refused_anew(*this->node_.store, this->sealer_)));
  EXPECT_EQ(this->count("sealed_as = 0"), 1);
  EXPECT_EQ(this->node_.ingest->find_refused({batch.id, rows[0].line}).error().code, ErrorCode::gone);
  EXPECT_EQ(must(this->node_.ingest->find_refused({batch.id, rows[1].line})).original, rows[1].original);
}

TYPED_TEST(RefusedSeals, TheHubSealsThemAnewWhenItIsIdle) {
  const Batch batch = this->load_bad();
  for (const auto& row : must(this->node_.ingest->list_refused(batch.id, 0, 10)))
    this->make_old(row, batch.id);
  this->node_.ingest->start(1);
  while (this->count("sealed_as IS NULL") > 0) std::this_thread::yield();
  this->node_.ingest->stop();
  EXPECT_EQ(this->count("sealed_as = 1"), 2);
}

}  // namespace
}  // namespace jingwei::ingest

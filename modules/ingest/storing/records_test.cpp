// Goal: wherever a record stands, packed in a slice or in the table, there is one of it, and whoever asks
// finds it.
#include "modules/ingest/storing/records.h"

#include <numeric>
#include <thread>

#include "base/bytes.h"
#include "modules/ingest/storing/slice_reader.h"
#include "modules/ingest/withdrawal/withdrawal.h"
#include "tests/support/ingest_world.h"
#include "tests/support/old_slices.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class RecordsWorld : public IngestWorld<Backend> {
 protected:
  static std::string id_of(const Record& record) { return std::get<std::string>(record.values[1]); }
  std::map<std::string, std::string> form(int number, const std::string& kind = "户籍") {
    return {
        {"name", "张三"}, {"citizen_id", citizen_id(number)}, {"kind", kind}, {"grid", grid_code(number)}};
  }
  RecordReceipt add(Node& node, int number, const std::string& kind = "户籍") {
    return must(node.ingest->add_record("people", form(number, kind), {"tester", std::nullopt}));
  }
  double people_counted() {
    double counted = 0;
    for (const auto& [place, value] : this->figures("people")) counted += value;
    return counted;
  }
};

TYPED_TEST_SUITE(RecordsWorld, PackingBackends, BackendNames);

TYPED_TEST(RecordsWorld, ALargeFileGoesPackedAndReadsBackWhole) {
  this->load("people", people(0, 5'000));
  EXPECT_EQ(this->packed("people"), 5'000);
  EXPECT_EQ(this->tabled("people"), 0);
  const auto all = this->records("people");
  ASSERT_EQ(all.size(), 5'000U);
  std::set<std::string> ids;
  for (const auto& record : all) {
    ids.insert(this->id_of(record));
    EXPECT_EQ(record.version, 1);
    EXPECT_TRUE(record.batch);
  }
  EXPECT_EQ(ids.size(), 5'000U);
  EXPECT_EQ(this->people_counted(), 5'000);
  const Record one = must(this->node_.ingest->find_record("people", all[1'234].id, access::Sight::whole()));
  EXPECT_EQ(this->id_of(one), this->id_of(all[1'234]));
  EXPECT_EQ(one.values, all[1'234].values);
  EXPECT_EQ(
      this->node_.ingest->find_record("people", RecordId(all.front().id.value + 1), access::Sight::whole())
          .error()
          .code,
      ErrorCode::not_found);
}

TYPED_TEST(RecordsWorld, PagesGoThroughSlicesAndTableNewestFirst) {
  this->load("people", people(0, 3'000));
  for (int number = 3'000; number < 3'020; ++number) this->add(this->node_, number);
  this->load("people", people(4'000, 2'500));
  for (int number = 0; number < 30; number += 3) this->add(this->node_, number, "流动");  // leave their slice
  const auto all = this->records("people");
  ASSERT_EQ(all.size(), 5'520U);
  std::vector<Record> paged;
  RecordId before;
  for (;;) {
    const auto page =
        must(this->node_.ingest->list_records("people", {std::nullopt, before, 700}, access::Sight::whole()));
    paged.insert(paged.end(), page.begin(), page.end());
    if (page.size() < 700) break;
    before = page.back().id;
  }
  ASSERT_EQ(paged.size(), all.size());
  for (std::size_t at = 0; at < all.size(); ++at) {
    ASSERT_EQ(paged[at].id, all[at].id);
    if (at > 0) {
      ASSERT_GT(all[at - 1].id, all[at].id);
    }
  }
  // One grid of three.
  std::size_t there = 0;
  for (const auto& record : all) there += record.region == all.front().region ? 1 : 0;
  const auto tree = this->node_.regions->tree();
  const std::string code(tree->code(tree->find(all.front().region)));
  EXPECT_EQ(
      must(this->node_.ingest->list_records("people", {code, RecordId(), 10'000}, access::Sight::whole()))
          .size(),
      there);
}

TYPED_TEST(RecordsWorld, ARecordThatChangesLeavesItsSliceWithItsFirstVersion) {
  this->load("people", people(0, 1'000));
  const auto all = this->records("people");
  const Record before = all[400];
  this->clock_.advance(std::chrono::hours{1});
  int number = 0;
  while (citizen_id(number) != this->id_of(before)) ++number;
  const auto receipt = this->add(this->node_, number, number % 4 == 0 ? "户籍" : "流动");
  EXPECT_EQ(receipt.id, before.id);
  EXPECT_EQ(receipt.version, 2);
  EXPECT_EQ(this->packed("people"), 999);
  EXPECT_EQ(this->tabled("people"), 2);
  EXPECT_EQ(must(this->node_.ingest->find_record("people", before.id, access::Sight::whole())).version, 2);
  EXPECT_EQ(this->records("people").size(), 1'000U);
  EXPECT_EQ(this->people_counted(), 1'000);
  // The same again changes nothing; a third value is the third version.
  EXPECT_EQ(this->add(this->node_, number, number % 4 == 0 ? "户籍" : "流动").outcome, RowOutcome::unchanged);
  EXPECT_EQ(this->add(this->node_, number, number % 4 == 0 ? "流动" : "户籍").version, 3);
}

TYPED_TEST(RecordsWorld, RecordsAreMetByTheirKeyWhereverTheyStandAndOnlyWhereTheyMayBeSeen) {
  this->load("people", people(0, 3'000));
  this->add(this->node_, 4, "户籍");  // leaves its slice
  this->add(this->node_, 5'000);      // never was in one
  std::vector<std::vector<storage::Value>> keys;
  for (const int number : {7, 4, 9'999, 5'000, 2'999}) keys.push_back({citizen_id(number)});
  const auto found = must(this->node_.ingest->find_by_key("people", keys, access::Sight::whole()));
  ASSERT_EQ(found.size(), 5U);
  for (const std::size_t at : {0, 1, 3, 4}) {
    ASSERT_TRUE(found[at]) << at;
    EXPECT_EQ(this->id_of(*found[at]), std::get<std::string>(keys[at][0]));
    EXPECT_EQ(found[at]->values,
              must(this->node_.ingest->find_record("people", found[at]->id, access::Sight::whole())).values);
  }
  EXPECT_EQ(found[1]->version, 2) << "as it stands now, not as its slice had it";
  EXPECT_FALSE(found[2]) << "nobody has this number";

  // Whose grid is not the reader's is not there for them, and what is personal stays closed.
  const auto tree = this->node_.regions->tree();
  access::Sight near;
  near.parts.push_back({.region = tree->id(tree->find(grid_code(7)))});
  const auto seen = must(this->node_.ingest->find_by_key("people", keys, near));
  ASSERT_TRUE(seen[0]);
  EXPECT_NE(this->id_of(*seen[0]), citizen_id(7));
  EXPECT_TRUE(seen[1]) << "4 stands in the grid of 7";
  EXPECT_FALSE(seen[3]);
  EXPECT_FALSE(seen[4]);

  // More than are looked for at a time, a key of two fields, and a resource without one.
  std::vector<std::vector<storage::Value>> many;
  for (int number = 0; number < 1'203; ++number) many.push_back({citizen_id(number)});
  const auto all = must(this->node_.ingest->find_by_key("people", many, access::Sight::whole()));
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& one) { return one.has_value(); }), 1'203);
  EXPECT_EQ(this->id_of(*all[1'202]), citizen_id(1'202));
  this->load("daily", "日期,地区,确诊\n2020-01-21," + grid_code(1) + ",12\n");
  const std::vector<std::vector<storage::Value>> day = {
      {std::int64_t{to_days(*parse_iso_day("2020-01-21"))}, tree->id(tree->find(grid_code(1))).value},
      {std::int64_t{to_days(*parse_iso_day("2020-01-22"))}, tree->id(tree->find(grid_code(1))).value}};
  const auto daily = must(this->node_.ingest->find_by_key("daily", day, access::Sight::whole()));
  ASSERT_TRUE(daily[0]);
  EXPECT_EQ(daily[0]->values[2], storage::Value(std::int64_t{12}));
  EXPECT_FALSE(daily[1]);
  EXPECT_EQ(this->node_.ingest->find_by_key("notes", {}, access::Sight::whole()).error().message,
            "ingest.no_key");
}

TYPED_TEST(RecordsWorld, AWithdrawnRecordIsMetByItsKeyNoMore) {
  const Batch batch = this->load("people", people(0, 1'000));
  const std::vector<std::vector<storage::Value>> keys = {{citizen_id(3)}};
  ASSERT_TRUE(must(this->node_.ingest->find_by_key("people", keys, access::Sight::whole()))[0]);
  auto& withdrawals = this->node_.ingest->withdrawals();
  const std::int64_t records = must(withdrawals.plan(batch.id)).records();
  must(withdrawals.ask(batch.id, "误报", records, {"officer", std::nullopt}));
  const std::atomic<bool> going{false};
  must(withdrawals.run(batch.id, going));
  EXPECT_FALSE(must(this->node_.ingest->find_by_key("people", keys, access::Sight::whole()))[0]);
}

TYPED_TEST(RecordsWorld, AFileOfKnownRowsChangesOnlyWhatDiffers) {
  this->load("people", people(0, 3'000));
  std::string csv(people_header);
  for (int number = 2'999; number >= 0; --number)  // in another order
    csv += person(number, number % 100 == 0 ? "户籍" : (number % 4 == 0 ? "流动" : "户籍"));
  this->restart();  // the index is built anew
  const Batch again = this->load("people", csv);
  EXPECT_EQ(again.counts.unchanged, 2'970);
  EXPECT_EQ(again.counts.updated, 30);
  EXPECT_EQ(this->records("people").size(), 3'000U);
  EXPECT_EQ(this->people_counted(), 3'000);
}

TYPED_TEST(RecordsWorld, WhatWasDoneToValuesStandsBesideThem) {
  std::string csv = people(0, 400);
  csv += "张  三," + citizen_id(900) + ",+86 138 0000 0000,户籍," + grid_code(900) + ",2020/1/21\n";
  this->load("people", csv);
  for (const auto& record : this->records("people")) {
    if (this->id_of(record) == citizen_id(900)) {
      EXPECT_NE(record.cleaning.find("phone:clean."), std::string::npos) << record.cleaning;
      EXPECT_NE(record.cleaning.find("seen_on:clean."), std::string::npos) << record.cleaning;
    } else {
      EXPECT_EQ(record.cleaning.find("phone:"), std::string::npos) << record.cleaning;
    }
  }
}

// Loads of overlapping files and single entries of the same people, all at once.
TYPED_TEST(RecordsWorld, HoweverManyWriteAtOnceThereIsOneRecordOfAKey) {
  std::vector<Node> nodes;
  if constexpr (TypeParam::shared) nodes.push_back(this->start_node("other"));
  Node& other = nodes.empty() ? this->node_ : nodes.front();
  const BatchId first = this->submit(this->node_, "people", people(0, 4'000)).batch.id;
  const BatchId second = this->submit(other, "people", people(2'000, 4'000)).batch.id;
  const auto load = [](Node& node, BatchId batch) {
    for (int attempt = 0; attempt < 50; ++attempt) {
      if (node.ingest->load(batch).ok()) return;
    }
    ADD_FAILURE() << "the load never got through";
  };
  std::thread one([&] { load(this->node_, first); });
  std::thread two([&] { load(other, second); });
  for (int number = 0; number < 6'000; number += 37) this->add(number % 2 == 0 ? this->node_ : other, number);
  one.join();
  two.join();
  std::map<std::string, int> seen;
  for (const auto& record : this->records("people")) ++seen[this->id_of(record)];
  EXPECT_EQ(seen.size(), 6'000U);
  for (const auto& [id, times] : seen) ASSERT_EQ(times, 1) << id;
  EXPECT_EQ(this->people_counted(), 6'000);
}

// Rows as a load hands them over; the sixth was cleaned.
PackedRows sample_rows(int count) {
  PackedRows rows;
  for (int at = 0; at < count; ++at) {
    PackedRow row;
    row.begin = static_cast<std::uint32_t>(rows.bytes.size());
    rows.bytes += "content " + std::to_string(at);
    row.size = static_cast<std::uint32_t>(rows.bytes.size()) - row.begin;
    row.region = RegionId(at % 7);
    row.day = from_days(18'000 + at % 3);
    row.line = at + 2;
    rows.rows.push_back(row);
  }
  rows.cleanings = {"b:clean.phone_prefix", "a:clean.width"};
  rows.rows[5].cleaning = 2;
  return rows;
}

std::vector<std::uint32_t> positions_of(const PackedRows& rows) {
  std::vector<std::uint32_t> all(rows.rows.size());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

TEST(SliceFormat, ABlockOpensInItsPlaceOfItsSliceAndTellsOfItsRows) {
  const HidingSealer sealer;  // binds what it seals to its cell
  const PackedRows rows = sample_rows(300);
  const PackedSlice slice = pack_slice(rows, positions_of(rows), {"people", 100}, sealer);
  ASSERT_EQ(slice.blocks.size(), 5U);
  const auto first = unpack_block(slice.blocks[0], 0, block_rows, {"people", 100}, sealer);
  ASSERT_TRUE(first.ok()) << first.error().to_log();
  EXPECT_EQ(first->contents[63], "content 63");
  EXPECT_EQ(first->cleanings[5], "a:clean.width");
  EXPECT_EQ(first->cleanings[6], "");
  const auto last = unpack_block(slice.blocks[4], 4, 300 - 4 * block_rows, {"people", 100}, sealer);
  ASSERT_TRUE(last.ok());
  ASSERT_EQ(last->contents.size(), 44U);
  EXPECT_EQ(last->contents[43], "content 299");
  EXPECT_EQ(last->places[43].region.value, 299 % 7);
  EXPECT_EQ(last->places[43].line, 301);
  EXPECT_EQ(unpack_places(slice.places, 300).value()[299].line, 301);
  EXPECT_FALSE(unpack_block(slice.blocks[0], 1, block_rows, {"people", 100}, sealer).ok())
      << "another block's";
  EXPECT_FALSE(unpack_block(slice.blocks[0], 0, block_rows, {"people", 101}, sealer).ok())
      << "another slice's";
  EXPECT_FALSE(unpack_block(slice.blocks[0], 0, block_rows, {"venues", 100}, sealer).ok());
}

TEST(SliceFormat, DamagedBytesAreToldNotRead) {
  const std::unique_ptr<storage::Sealer> sealer = storage::plain_sealer();
  const PackedRows rows = sample_rows(block_rows);
  const PackedSlice slice = pack_slice(rows, positions_of(rows), {"people", 100}, *sealer);
  const std::string& block = slice.blocks.front();
  EXPECT_TRUE(unpack_block(block, 0, block_rows, {"people", 100}, *sealer).ok());
  EXPECT_FALSE(unpack_block(block, 0, block_rows - 1, {"people", 100}, *sealer).ok());
  EXPECT_FALSE(unpack_block(block, 0, block_rows + 1, {"people", 100}, *sealer).ok());
  for (std::size_t cut = 0; cut < block.size(); cut += 3)
    EXPECT_FALSE(unpack_block(block.substr(0, cut), 0, block_rows, {"people", 100}, *sealer).ok());
  EXPECT_FALSE(unpack_body(slice.places, block, block_rows, {"people", 100}, *sealer).ok())
      << "no body from before blocks";
  EXPECT_FALSE(unpack_places("", 300).ok());
}

TYPED_TEST(RecordsWorld, SlicesFromBeforeBlocksAreReadAndTheirRecordsChange) {
  // The name of the last was cleaned.
  this->load("people", people(0, 599) + "张 三" + person(599).substr(std::string("张三").size()));
  const auto before = this->records("people");
  ASSERT_EQ(before.size(), 600U);
  EXPECT_NE(before.front().cleaning, "");
  auto change = old_slices(*must(this->node_.store->read()), "people", this->sealer_);
  ASSERT_FALSE(change.writes.empty());
  must(this->node_.store->commit(std::move(change)));
  this->restart();
  const auto after = this->records("people");
  ASSERT_EQ(after.size(), 600U);
  for (std::size_t at = 0; at < after.size(); ++at) {
    EXPECT_EQ(after[at].id, before[at].id);
    EXPECT_EQ(after[at].values, before[at].values);
    EXPECT_EQ(after[at].cleaning, before[at].cleaning);
  }
  EXPECT_EQ(must(this->node_.ingest->find_record("people", after[7].id, access::Sight::whole())).values,
            before[7].values);
  const Batch batch =
      this->load("people", std::string(people_header) + person(3, "流动", "2020-02-02") + person(5));
  EXPECT_EQ(batch.counts.updated, 1) << batch.error;
  EXPECT_EQ(this->records("people").size(), 600U);
}

TYPED_TEST(RecordsWorld, ARecordWhoseKeyWasDestroyedIsNewAgainWhateverItsFileSays) {
  this->load("people", people(0, 600));                                                // packed
  this->add(this->node_, 700);                                                         // in the table
  this->load("people", std::string(people_header) + person(1, "流动", "2020-02-02"));  // left its slice
  this->sealer_.destroy_so_far();
  this->load("people", people(800, 300));  // opens
  // Repeated as it was, changed, and beside them what opens.
  const Batch batch = this->load("people", people(0, 600) + person(850, "流动") + person(700));
  EXPECT_EQ(batch.state, BatchState::done) << batch.error;
  EXPECT_EQ(batch.counts.refused, 0);
  EXPECT_EQ(batch.counts.updated, 1) << "the one that opens";
  EXPECT_EQ(batch.counts.unchanged, 0);
  const auto all = this->records("people");
  ASSERT_EQ(all.size(), 901U);
  for (const auto& record : all) {
    const auto found = this->node_.ingest->find_record("people", record.id, access::Sight::whole());
    ASSERT_TRUE(found.ok()) << found.error().to_log();
    EXPECT_EQ(found->values, record.values);
  }
  EXPECT_EQ(this->load("people", people(0, 600) + "\n").counts.unchanged, 600) << "and known from then on";
  // One by hand as well.
  this->sealer_.destroy_so_far();
  const RecordReceipt receipt = this->add(this->node_, 5);
  EXPECT_EQ(receipt.outcome, RowOutcome::created);
  EXPECT_TRUE(this->node_.ingest->find_record("people", receipt.id, access::Sight::whole()).ok());
}

}  // namespace
}  // namespace jingwei::ingest

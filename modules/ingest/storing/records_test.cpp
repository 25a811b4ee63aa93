// Goal: wherever a record stands, packed in a slice or in the table, there is one of it, and whoever asks finds it.
#include "modules/ingest/storing/records.h"

#include <thread>

#include "modules/ingest/storing/slice_format.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class RecordsWorld : public IngestWorld<Backend> {
 protected:
  static std::string id_of(const Record& record) { return std::get<std::string>(record.values[1]); }
  std::map<std::string, std::string> form(int number, const std::string& kind = "户籍") {
    return {{"name", "张三"}, {"citizen_id", citizen_id(number)}, {"kind", kind}, {"grid", grid_code(number)}};
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
  EXPECT_EQ(this->node_.ingest->find_record("people", RecordId(all.front().id.value + 1), access::Sight::whole()).error().code,
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
    const auto page = must(this->node_.ingest->list_records("people", {std::nullopt, before, 700}, access::Sight::whole()));
    paged.insert(paged.end(), page.begin(), page.end());
    if (page.size() < 700) break;
    before = page.back().id;
  }
  ASSERT_EQ(paged.size(), all.size());
  for (std::size_t at = 0; at < all.size(); ++at) {
    ASSERT_EQ(paged[at].id, all[at].id);
    if (at > 0) ASSERT_GT(all[at - 1].id, all[at].id);
  }
  // One grid of three.
  std::size_t there = 0;
  for (const auto& record : all) there += record.region == all.front().region ? 1 : 0;
  const auto tree = this->node_.regions->tree();
  const std::string code(tree->code(tree->find(all.front().region)));
  EXPECT_EQ(must(this->node_.ingest->list_records("people", {code, RecordId(), 10'000}, access::Sight::whole())).size(), there);
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

TEST(SliceFormat, DamagedBytesAreToldNotRead) {
  const std::unique_ptr<storage::Sealer> sealer = storage::plain_sealer();
  PackedRows rows;
  for (int at = 0; at < 300; ++at) {
    PackedRow row;
    row.begin = static_cast<std::uint32_t>(rows.bytes.size());
    rows.bytes += "content " + std::to_string(at);
    row.size = static_cast<std::uint32_t>(rows.bytes.size()) - row.begin;
    row.region = RegionId(at % 7);
    row.day = from_days(18'000 + at % 3);
    row.line = at + 2;
    rows.rows.push_back(row);
  }
  rows.cleanings = {"a:clean.width"};
  rows.rows[5].cleaning = 1;
  std::vector<std::uint32_t> all;
  for (std::uint32_t at = 0; at < 300; ++at) all.push_back(at);
  const PackedSlice slice = pack_slice(rows, all, {"people", 100}, *sealer);
  const auto opened = unpack_slice(slice.places, slice.body, 300, {"people", 100}, *sealer);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->contents[299], "content 299");
  EXPECT_EQ(opened->cleanings[5], "a:clean.width");
  EXPECT_EQ(opened->places[8].region.value, 1);
  EXPECT_EQ(opened->places[299].line, 301);
  EXPECT_FALSE(unpack_slice(slice.places, slice.body, 299, {"people", 100}, *sealer).ok());
  for (std::size_t cut = 0; cut < slice.body.size(); cut += 7)
    EXPECT_FALSE(unpack_slice(slice.places, slice.body.substr(0, cut), 300, {"people", 100}, *sealer).ok());
  EXPECT_FALSE(unpack_places("", 300).ok());
}

}  // namespace
}  // namespace jingwei::ingest

// Goal: one record goes with all its versions, wherever they stand, and nothing beside it changes; nobody
// makes it come back by a number that was given again.
#include "modules/ingest/erasure/record_erasure.h"

#include "modules/ingest/withdrawal/withdrawal.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class RecordErasingWorld : public IngestWorld<Backend> {
 protected:
  RecordErasing& erasing() { return this->node_.ingest->record_erasing(); }
  RecordId id_of(int number) {
    for (const auto& record : this->records("people")) {
      if (record.values[1] == storage::Value(citizen_id(number))) return record.id;
    }
    return {};
  }
  std::int64_t erase(RecordId id) {
    const auto mark = must(erasing().mark_of("people", id));
    return mark ? must(erasing().erase("people", id, *mark, {"Mei", "rights:1"})) : 0;
  }
  void enter(int number, const std::string& kind) {
    must(this->node_.ingest->add_record(
        "people",
        {{"name", "张三"}, {"citizen_id", citizen_id(number)}, {"kind", kind}, {"grid", grid_code(number)}},
        {"tester", std::nullopt}));
  }
  double counted(const std::string& metric) {
    double sum = 0;
    for (const auto& [place, delta] : this->figures(metric)) sum += delta;
    return sum;
  }
};
TYPED_TEST_SUITE(RecordErasingWorld, PackingBackends, BackendNames);

TYPED_TEST(RecordErasingWorld, ARecordGoesAndTheOthersStandAsTheyDid) {
  this->load("people", people(0, 400));
  const RecordId gone = this->id_of(100);
  auto before = this->records("people");
  std::erase_if(before, [&](const Record& record) { return record.id == gone; });
  EXPECT_EQ(this->erase(gone), 1);
  const auto after = this->records("people");
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t at = 0; at < after.size(); ++at) {
    EXPECT_EQ(after[at].id, before[at].id);
    EXPECT_EQ(after[at].values, before[at].values);
    EXPECT_EQ(after[at].region, before[at].region);
    EXPECT_EQ(after[at].line, before[at].line);
    EXPECT_EQ(after[at].cleaning, before[at].cleaning);
  }
  EXPECT_EQ(this->node_.ingest->find_record("people", gone, access::Sight::whole()).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(this->counted("people"), 399);
  EXPECT_EQ(this->counted("guests"), 99) << "its figures went with it";
  EXPECT_FALSE(must(this->erasing().mark_of("people", gone)).has_value());
  EXPECT_EQ(this->erase(gone), 0) << "once";
  const auto told = must(parse_slice_event(this->feed().back().body));
  EXPECT_EQ(told.records, std::vector<std::int64_t>{gone.value});
  this->restart();
  EXPECT_EQ(this->records("people").size(), 399U);
}

// What changed since it came has a version in its slice and others in the table; all go.
TYPED_TEST(RecordErasingWorld, EveryVersionGoesWhereverItStands) {
  this->load("people", people(0, 300));
  this->enter(7, "流动");
  this->enter(7, "户籍");
  const RecordId gone = this->id_of(7);
  const auto versions = this->tabled("people");
  const double guests = this->counted("guests");
  EXPECT_EQ(this->erase(gone), 3);
  EXPECT_EQ(this->tabled("people"), versions - 3);
  EXPECT_EQ(this->counted("people"), 299);
  EXPECT_EQ(this->counted("guests"), guests);
  EXPECT_FALSE(this->id_of(7));
}

// A batch that was taken back keeps what it told: its record goes there too.
TYPED_TEST(RecordErasingWorld, WhatAWithdrawnBatchToldOfItGoesToo) {
  const Batch first = this->load("people", people(0, 300));
  const RecordId withdrawn = this->id_of(5);
  const auto mark = must(this->erasing().mark_of("people", withdrawn));
  auto& withdrawals = this->node_.ingest->withdrawals();
  must(withdrawals.ask(first.id, "误报", 300, {"officer", std::nullopt}));
  std::atomic<bool> going = false;
  must(withdrawals.run(first.id, going));
  EXPECT_TRUE(must(this->erasing().mark_of("people", withdrawn)).has_value()) << "history";
  this->load("people", people(0, 301));
  const RecordId gone = this->id_of(5);
  ASSERT_EQ(must(this->erasing().mark_of("people", gone)), mark) << "the same record";
  EXPECT_GE(this->erase(gone), 2);
  EXPECT_FALSE(must(this->erasing().mark_of("people", withdrawn)).has_value());
  EXPECT_EQ(this->records("people").size(), 300U);
  EXPECT_EQ(this->counted("people"), 300);
}

TYPED_TEST(RecordErasingWorld, AnotherRecordOfTheSameNumberStays) {
  this->load("people", people(0, 300));
  const RecordId one = this->id_of(1), other = this->id_of(2);
  const std::string mark = *must(this->erasing().mark_of("people", one));
  EXPECT_EQ(must(this->erasing().erase("people", other, mark, {"Mei", "rights:1"})), 0);
  EXPECT_EQ(this->records("people").size(), 300U);
}

// Processes that knew its key learn that it is gone: who sends it again makes a new record.
TYPED_TEST(RecordErasingWorld, WhoIsSentAgainIsANewRecordForEveryProcess) {
  this->load("people", people(0, 300));
  this->enter(299, "流动");  // the index is in memory
  const RecordId gone = this->id_of(9);
  EXPECT_EQ(this->erase(gone), 1);
  this->enter(9, "户籍");
  const RecordId fresh = this->id_of(9);
  EXPECT_TRUE(fresh);
  EXPECT_NE(fresh, gone);
  this->load("people", people(0, 301));
  EXPECT_EQ(this->records("people").size(), 301U);
  EXPECT_EQ(this->counted("people"), 301);
  EXPECT_EQ(this->erase(fresh), 2);
  EXPECT_EQ(this->counted("people"), 300);
}

// Between what was seen and what is written somebody enters the record anew: that version goes as well.
TYPED_TEST(RecordErasingWorld, WhatIsEnteredMeanwhileGoesToo) {
  this->load("people", people(0, 300));
  const RecordId gone = this->id_of(8);
  this->node_.writes->between([&] { this->enter(8, "户籍"); });
  EXPECT_EQ(this->erase(gone), 2);
  EXPECT_FALSE(this->id_of(8));
  EXPECT_EQ(this->counted("people"), 299);
  EXPECT_EQ(this->counted("guests"), 74);
}

}  // namespace
}  // namespace jingwei::ingest

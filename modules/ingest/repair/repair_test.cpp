// Refused rows that are mended: sent again with their marks, or by hand.
#include "modules/ingest/withdrawal/withdrawal.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class Repair : public IngestWorld<Backend> {
 protected:
  static constexpr std::string_view marked_header =
      "姓名,身份证号,手机,类别,网格,日期,_原因,_批次,_行号,_校验\n";

  // A batch of two good rows and two refused ones (lines 4 and 5).
  Batch first_try() { return this->load("people", people(1, 2) + bad_row(3) + bad_row(4)); }
  static std::string bad_row(int number) {
    return "张三," + citizen_id(number) + ",12," + "户籍," + grid_code(number) + ",2020-01-21\n";
  }
  static std::string marks(BatchId batch, std::int64_t line, const std::string& resource = "people") {
    return ",手机号不对," + batch.to_string() + ',' + std::to_string(line) + ',' +
           refused_check(batch, line, resource) + '\n';
  }
  static std::string with(std::string row, const std::string& tail) {
    row.pop_back();
    return row + tail;
  }
  Batch found(BatchId batch) { return must(this->node_.ingest->find_batch(batch)).batch; }
  RefusedRow row(BatchId batch, std::int64_t line) {
    return must(this->node_.ingest->find_refused({batch, line}));
  }
  std::size_t open_rows(BatchId batch) {
    return must(this->node_.ingest->list_refused(batch, 0, 100, RefusedState::open)).size();
  }
  Result<RecordReceipt> mend(BatchId batch, std::int64_t line, int number, const std::string& number_text,
                             const std::string& key = "") {
    WriteRequest request{"tester", std::nullopt};
    if (!key.empty()) request.idempotency_key = key;
    return this->node_.ingest->mend_refused({batch, line},
                                            {{"name", "张三"},
                                             {"citizen_id", citizen_id(number)},
                                             {"phone", number_text},
                                             {"grid", grid_code(number)}},
                                            request);
  }
};
TYPED_TEST_SUITE(Repair, PackingBackends, BackendNames);

TYPED_TEST(Repair, NoRowIsMendedOfABatchThatIsWithdrawnMeanwhile) {
  const Batch first = this->first_try();
  auto& withdrawals = this->node_.ingest->withdrawals();
  const auto plan = must(withdrawals.plan(first.id));
  this->node_.writes->between([&] {
    must(withdrawals.ask(first.id, "错文件", plan.records(), {"tester", std::nullopt}));
  });
  const auto mended = this->mend(first.id, 4, 3, phone(3));
  ASSERT_FALSE(mended.ok());
  EXPECT_EQ(mended.error().message, "ingest.batch_withdrawn");
  EXPECT_EQ(this->row(first.id, 4).state, RefusedState::open);
}

TYPED_TEST(Repair, AMendedRowSentAgainClosesItsFirstTry) {
  const Batch first = this->first_try();
  ASSERT_EQ(first.counts.refused, 2);
  EXPECT_EQ(this->open_rows(first.id), 2U);
  const Batch second = this->load(
      "people", std::string(this->marked_header) + this->with(person(3), this->marks(first.id, 4)));
  EXPECT_EQ(second.counts.accepted, 1);
  EXPECT_TRUE(second.notes.empty()) << "the marks are not unknown columns";
  EXPECT_EQ(this->found(second.id).repairs, first.id);
  EXPECT_EQ(this->found(first.id).mended, 1);
  const RefusedRow mended = this->row(first.id, 4);
  EXPECT_EQ(mended.state, RefusedState::mended);
  EXPECT_EQ(mended.mended_by, (RefusedKey{second.id, 2}));
  EXPECT_EQ(this->row(first.id, 5).state, RefusedState::open);
  EXPECT_EQ(this->open_rows(first.id), 1U);
  EXPECT_EQ(this->records("people").size(), 3U);
}

TYPED_TEST(Repair, AStillWrongRowStaysOpenAndIsClosedWithItsLaterTries) {
  const Batch first = this->first_try();
  const Batch second = this->load(
      "people", std::string(this->marked_header) + this->with(this->bad_row(3), this->marks(first.id, 4)));
  EXPECT_EQ(second.counts.refused, 1);
  EXPECT_EQ(this->row(first.id, 4).state, RefusedState::open);
  EXPECT_EQ(this->row(second.id, 2).first_try, (RefusedKey{first.id, 4}));
  EXPECT_EQ(this->found(first.id).mended, 0);
  // The third file bears the marks of the second.
  const Batch third = this->load(
      "people", std::string(this->marked_header) + this->with(person(3), this->marks(second.id, 2)));
  for (const RefusedKey key : {RefusedKey{first.id, 4}, RefusedKey{second.id, 2}}) {
    EXPECT_EQ(this->row(key.batch, key.line).mended_by, (RefusedKey{third.id, 2}));
  }
  EXPECT_EQ(this->found(first.id).mended, 1);
  EXPECT_EQ(this->found(second.id).mended, 1);
}

TYPED_TEST(Repair, ARowMendedTwiceCountsOnce) {
  const Batch first = this->first_try();
  const std::string row = this->with(person(3), this->marks(first.id, 4));
  const Batch second = this->load("people", std::string(this->marked_header) + row + row);
  EXPECT_EQ(this->found(first.id).mended, 1);
  this->load("people", std::string(this->marked_header) + row);
  EXPECT_EQ(this->found(first.id).mended, 1);
  EXPECT_EQ(this->row(first.id, 4).mended_by, (RefusedKey{second.id, 2})) << "the first that was taken";
  EXPECT_EQ(this->records("people").size(), 3U);
  // A wrong row that comes behind the mended one is nothing left to do.
  const Batch late = this->load(
      "people", std::string(this->marked_header) + this->with(this->bad_row(3), this->marks(first.id, 4)));
  EXPECT_EQ(this->row(late.id, 2).state, RefusedState::mended);
}

TYPED_TEST(Repair, MarksThatWereTamperedWithMendNothing) {
  const Batch first = this->first_try();
  const Batch notes = this->load("notes", "words,weight\n,1\n");
  ASSERT_EQ(notes.counts.refused, 1);
  std::string dragged = this->marks(first.id, 4);
  dragged.replace(dragged.rfind(',') + 1, 8, "00000000");
  std::string next_line = this->marks(first.id, 4);
  next_line.replace(next_line.find(",4,"), 3, ",5,");
  int number = 10;
  for (const std::string& marks :
       {dragged, next_line, this->marks(first.id, 99), this->marks(BatchId(123456), 4),
        this->marks(notes.id, 2), this->marks(notes.id, 2, "notes"), std::string(",,x,-1,\n"),
        std::string(",,,,\n")}) {
    const Batch sent =
        this->load("people", std::string(this->marked_header) + this->with(person(number++), marks));
    EXPECT_EQ(sent.counts.accepted, 1) << marks;
    EXPECT_FALSE(this->found(sent.id).repairs) << marks;
  }
  EXPECT_EQ(this->open_rows(first.id), 2U);
  EXPECT_EQ(this->open_rows(notes.id), 1U);
}

TYPED_TEST(Repair, ARowIsMendedByHandOnce) {
  const Batch first = this->first_try();
  const auto still_wrong = this->mend(first.id, 4, 3, "12");
  ASSERT_FALSE(still_wrong.ok());
  EXPECT_EQ(still_wrong.error().causes.front().field, "/phone");
  EXPECT_EQ(this->open_rows(first.id), 2U);
  const auto receipt = must(this->mend(first.id, 4, 3, phone(3), "key"));
  EXPECT_EQ(must(this->mend(first.id, 4, 3, phone(3), "key")).id, receipt.id) << "the same answer again";
  EXPECT_EQ(this->row(first.id, 4).mended_by, (RefusedKey{BatchId(), 0}));
  EXPECT_EQ(this->found(first.id).mended, 1);
  for (const std::string key : {"", "other"}) {
    const auto again = this->mend(first.id, 4, 3, phone(4), key);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().message, "ingest.refused_row_closed");
  }
  EXPECT_EQ(this->versions("people"), 3);
  EXPECT_EQ(this->mend(first.id, 2, 3, phone(3)).error().code, ErrorCode::not_found) << "an accepted line";
  EXPECT_EQ(this->mend(BatchId(987654), 4, 3, phone(3)).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace jingwei::ingest

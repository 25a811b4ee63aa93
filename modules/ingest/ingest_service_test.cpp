// Goal: submitting and single records are safe to repeat, alone and at once.
#include "modules/ingest/ingest_service.h"

#include "modules/ingest/batch_loader.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class Ingest : public IngestWorld<Backend> {
 protected:
  static std::map<std::string, std::string> fields(int number, const std::string& kind = "local") {
    return {{"name", "张三"},
            {"citizen_id", citizen_id(number)},
            {"kind", kind},
            {"grid", grid_code(number)},
            {"seen_on", "2020-01-21"}};
  }
  Result<RecordReceipt> add(const std::map<std::string, std::string>& fields,
                            std::optional<std::string> key = {}) {
    return this->node_.ingest->add_record("people", fields, {"tester", std::move(key)});
  }
};

TYPED_TEST_SUITE(Ingest, PackingBackends, BackendNames);

TYPED_TEST(Ingest, TheSameFileSentManyTimesAtOnceIsOneBatch) {
  const std::string csv = people(0, 50);
  constexpr int senders = 8;
  std::vector<std::string> paths;
  for (int sender = 0; sender < senders; ++sender) {
    paths.push_back(this->uploads() + "/at-once-" + std::to_string(sender));
    IngestWorld<TypeParam>::write(paths.back(), csv);
  }
  std::vector<std::future<Result<BatchView>>> sent;
  for (const auto& path : paths) {
    sent.push_back(std::async(std::launch::async, [&, path] {
      return this->node_.ingest->submit("people", path, "f.csv", {"tester", {}});
    }));
  }
  std::set<BatchId> batches;
  int fresh = 0;
  for (auto& future : sent) {
    const BatchView view = must(future.get());
    batches.insert(view.batch.id);
    fresh += view.repeated ? 0 : 1;
  }
  EXPECT_EQ(batches.size(), 1U);
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(this->waiting_uploads(), 1U) << "one copy waits, the others are gone";
  must(this->node_.ingest->load(*batches.begin()));
  EXPECT_EQ(this->versions("people"), 50);
  EXPECT_EQ(this->waiting_uploads(), 0U);
}

TYPED_TEST(Ingest, AFileHandedInWhileItsResourceClosesIsNotTaken) {
  int asked = 0;
  this->node_.catalog->set_gate([&](const catalog::Resource&, catalog::Catalog::Use) -> Result<void> {
    if (++asked == 1) return {};
    return Error(ErrorCode::gone, "purpose.over");
  });
  const std::string path = this->folder_.path() + "/late.csv";
  IngestWorld<TypeParam>::write(path, people(0, 50));
  const auto late = this->node_.ingest->submit("people", path, "late.csv", {"tester", {}});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().message, "purpose.over");
}

TYPED_TEST(Ingest, WhatWaitsWhenItsResourceClosesIsNotLoaded) {
  const auto waiting = this->submit("people", people(0, 50));
  this->node_.catalog->set_gate([](const catalog::Resource&, catalog::Catalog::Use) -> Result<void> {
    return Error(ErrorCode::gone, "purpose.over");
  });
  must(this->node_.ingest->load(waiting.batch.id));
  const auto batch = must(this->node_.ingest->find_batch(waiting.batch.id)).batch;
  EXPECT_EQ(batch.state, BatchState::failed);
  EXPECT_EQ(error_of(batch).message, "purpose.over");
  EXPECT_EQ(this->versions("people"), 0);
  EXPECT_EQ(this->waiting_uploads(), 0U);
}

TYPED_TEST(Ingest, AnUploadThatCannotBeStoredLeavesNothingBehind) {
  const std::string path = this->uploads() + "/x.incoming";
  IngestWorld<TypeParam>::write(path, people(0, 3));
  this->node_.writes->fail_write(1, FailingStore::When::before);
  const auto failed = this->node_.ingest->submit("people", path, "f.csv", {"tester", {}});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::exhausted);
  EXPECT_EQ(this->waiting_uploads(), 0U);
  EXPECT_TRUE(must(this->node_.ingest->list_batches("", BatchId(), 10)).empty());
  EXPECT_EQ(this->submit("people", people(0, 3)).batch.state, BatchState::queued);
}

TYPED_TEST(Ingest, AFileElsewhereIsOnlyRead) {
  const std::string path = this->folder_.path() + "/theirs.csv";
  IngestWorld<TypeParam>::write(path, people(0, 3));
  const auto view =
      must(this->node_.ingest->submit("people", path, "/home/somebody/人员.csv", {"tester", {}}));
  EXPECT_EQ(view.batch.filename, "人员.csv") << "a path is nobody's business";
  must(this->node_.ingest->load(view.batch.id));
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_EQ(this->versions("people"), 3);
}

TYPED_TEST(Ingest, SubmittingToNoResourceOrFromNoFileSaysSo) {
  const auto nowhere = this->node_.ingest->submit("nothing", this->uploads() + "/x", "f", {"tester", {}});
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().code, ErrorCode::not_found);
  const auto nothing = this->node_.ingest->submit("people", this->uploads() + "/x", "f", {"tester", {}});
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().code, ErrorCode::not_found);
  EXPECT_EQ(this->node_.ingest->load(BatchId(4'711)).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->node_.ingest->find_batch(BatchId(4'711)).error().code, ErrorCode::not_found);
}

TYPED_TEST(Ingest, AFileThatIsGoneFailsItsBatchAndMayBeSentAgain) {
  const auto view = this->submit("people", people(0, 3));
  std::filesystem::remove(view.batch.path);
  must(this->node_.ingest->load(view.batch.id));
  EXPECT_EQ(must(this->node_.ingest->find_batch(view.batch.id)).batch.state, BatchState::failed);
  const auto again = this->submit("people", people(0, 3));
  EXPECT_EQ(again.batch.id, view.batch.id);
  must(this->node_.ingest->load(view.batch.id));
  const Batch done = must(this->node_.ingest->find_batch(view.batch.id)).batch;
  EXPECT_EQ(done.state, BatchState::done);
  EXPECT_TRUE(done.error.empty());
  EXPECT_EQ(this->versions("people"), 3);
}

TYPED_TEST(Ingest, BatchesAreListedNewestFirstPageByPage) {
  std::vector<BatchId> sent;
  for (int file = 0; file < 5; ++file)
    sent.push_back(this->submit(file == 2 ? "notes" : "people", people(file * 10, 2)).batch.id);
  std::vector<BatchId> listed;
  for (BatchId before;;) {
    const auto page = must(this->node_.ingest->list_batches("", before, 2));
    if (page.empty()) break;
    for (const auto& view : page) listed.push_back(view.batch.id);
    before = listed.back();
  }
  std::reverse(sent.begin(), sent.end());
  EXPECT_EQ(listed, sent);
  EXPECT_EQ(must(this->node_.ingest->list_batches("notes", BatchId(), 10)).size(), 1U);
}

TYPED_TEST(Ingest, ARecordByHandIsCheckedLikeARow) {
  const auto receipt = must(this->add({{"name", " 张 三 "},
                                       {"citizen_id", citizen_id(1)},
                                       {"phone", "+86 138-1000-0001"},
                                       {"grid", grid_code(1)}}));
  EXPECT_EQ(receipt.outcome, RowOutcome::created);
  EXPECT_EQ(receipt.version, 1);
  const Record record = must(this->node_.ingest->find_record("people", receipt.id, access::Sight::whole()));
  EXPECT_EQ(std::get<std::string>(record.values[0]), "张三");
  EXPECT_EQ(std::get<std::string>(record.values[2]), "13810000001");
  EXPECT_FALSE(record.batch);
  EXPECT_EQ(this->figures("people").size(), 1U);
}

TYPED_TEST(Ingest, ARefusedRecordNamesEveryFieldAtFault) {
  const auto refused = this->add({{"name", ""}, {"citizen_id", "1"}, {"grid", "nowhere"}, {"kind", "alien"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  std::set<std::string> fields;
  for (const auto& cause : refused.error().causes) {
    fields.insert(cause.field);
    EXPECT_NE(render(cause, Language::en), cause.message) << "a sentence stands behind " << cause.message;
    EXPECT_EQ(render(cause, Language::zh).find('{'), std::string::npos);
  }
  EXPECT_EQ(fields, (std::set<std::string>{"/name", "/citizen_id", "/grid", "/kind"}));
  const auto unknown = this->add({{"name", "张三"}, {"shoe_size", "42"}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().field, "/shoe_size");
  EXPECT_EQ(this->versions("people"), 0);
  EXPECT_TRUE(this->figures("people").empty());
}

TYPED_TEST(Ingest, ARequiredFieldLeftOutIsNamed) {
  const auto refused = this->add({{"name", "张三"}});
  ASSERT_FALSE(refused.ok());
  std::set<std::string> fields;
  for (const auto& cause : refused.error().causes) fields.insert(cause.field);
  EXPECT_EQ(fields, (std::set<std::string>{"/citizen_id", "/grid"}));
}

TYPED_TEST(Ingest, TheSameKeyAndBodyGiveTheSameReceiptAndOneRecord) {
  const auto first = must(this->add(this->fields(1), "key-1"));
  for (int time = 0; time < 3; ++time) {
    const auto again = must(this->add(this->fields(1), "key-1"));
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(again.version, first.version);
    EXPECT_EQ(again.outcome, RowOutcome::created) << "the earlier answer, not a new one";
  }
  EXPECT_EQ(this->versions("people"), 1);
  double counted = 0;
  for (const auto& [place, value] : this->figures("people")) counted += value;
  EXPECT_EQ(counted, 1);
}

TYPED_TEST(Ingest, TheSameKeyWithAnotherBodyIsRefused) {
  must(this->add(this->fields(1), "key-1"));
  const auto mismatch = this->add(this->fields(2), "key-1");
  ASSERT_FALSE(mismatch.ok());
  EXPECT_EQ(mismatch.error().message, "idempotency.mismatch");
  EXPECT_EQ(this->versions("people"), 1);
}

TYPED_TEST(Ingest, RepeatsWithoutAKeyAreUnchangedAndCorrectionsUpdate) {
  must(this->add(this->fields(1)));
  EXPECT_EQ(must(this->add(this->fields(1))).outcome, RowOutcome::unchanged);
  const auto corrected = must(this->add(this->fields(1, "guest")));
  EXPECT_EQ(corrected.outcome, RowOutcome::updated);
  EXPECT_EQ(corrected.version, 2);
  EXPECT_EQ(this->figures("guests").size(), 1U);
  EXPECT_EQ(this->records("people").size(), 1U);
}

TYPED_TEST(Ingest, ManyWritersOfOneRecordMakeAnUnbrokenChain) {
  std::vector<std::future<void>> writers;
  std::atomic<int> taken = 0;
  for (int writer = 0; writer < 6; ++writer) {
    writers.push_back(std::async(std::launch::async, [&, writer] {
      for (int turn = 0; turn < 5; ++turn) {
        auto fields = this->fields(1, (writer + turn) % 2 == 0 ? "guest" : "local");
        fields["seen_on"] = "2020-02-" + std::to_string(10 + writer);
        const auto done = this->add(fields);
        if (done.ok()) {
          ++taken;
        } else {
          EXPECT_EQ(done.error().code, ErrorCode::conflict) << done.error().to_log();
        }
      }
    }));
  }
  for (auto& writer : writers) writer.get();
  EXPECT_GT(taken, 0);
  const auto records = this->records("people");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(this->versions("people"), records[0].version);
  double counted = 0;
  for (const auto& [place, value] : this->figures("people")) {
    EXPECT_EQ(value, 1);
    counted += value;
  }
  EXPECT_EQ(counted, 1);
}

TYPED_TEST(Ingest, RecordsAreListedUnderARegionPageByPage) {
  this->load("people", people(0, 9));
  EXPECT_EQ(must(this->node_.ingest->list_records("people", {"980101001002001", RecordId(), 100},
                                                  access::Sight::whole()))
                .size(),
            3U);
  EXPECT_EQ(
      must(this->node_.ingest->list_records("people", {"980101", RecordId(), 100}, access::Sight::whole()))
          .size(),
      9U);
  EXPECT_TRUE(
      must(this->node_.ingest->list_records("people", {"980102", RecordId(), 100}, access::Sight::whole()))
          .empty());
  std::set<RecordId> seen;
  for (RecordId before;;) {
    const auto page =
        must(this->node_.ingest->list_records("people", {"9801", before, 4}, access::Sight::whole()));
    if (page.empty()) break;
    for (const auto& record : page) EXPECT_TRUE(seen.insert(record.id).second);
    before = page.back().id;
  }
  EXPECT_EQ(seen.size(), 9U);
  EXPECT_EQ(this->node_.ingest->list_records("people", {"123456", RecordId(), 4}, access::Sight::whole())
                .error()
                .code,
            ErrorCode::not_found);
  EXPECT_EQ(this->node_.ingest->find_record("people", RecordId(1), access::Sight::whole()).error().code,
            ErrorCode::not_found);
}

}  // namespace
}  // namespace jingwei::ingest

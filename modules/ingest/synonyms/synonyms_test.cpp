// Goal: an officer's synonyms count from the next load on, are never lost to somebody else's change, and
// suggest themselves from refused rows.
#include <gtest/gtest.h>

#include "modules/ingest/synonyms/synonym_lists.h"
#include "tests/support/ingest_world.h"

namespace jingwei::ingest {
namespace {

using namespace jingwei::testing;

template <typename Backend>
class SynonymsTest : public IngestWorld<Backend> {
 protected:
  SynonymLists lists() { return SynonymLists(*this->node_.ingest); }
  Result<SynonymList> put(std::int64_t version, std::vector<SynonymEdit::Word> words,
                          const std::string& who = "officer") {
    return lists().put({"people", "kind", version, std::move(words)}, {who, std::nullopt});
  }
  static std::string message(const Result<SynonymList>& result) {
    return result.ok() ? "" : std::string(result.error().message);
  }
};

TYPED_TEST_SUITE(SynonymsTest, Backends, BackendNames);

TYPED_TEST(SynonymsTest, CountFromTheNextLoadOn) {
  const std::string csv = std::string(people_header) + person(1, "外来") + person(2, " 外 来 ");
  EXPECT_EQ(this->load("people", csv).counts.refused, 2);
  must(this->put(0, {{"外来", "guest"}}));
  const Batch batch = this->load("people", csv + person(3));
  EXPECT_EQ(batch.counts.refused, 0);
  EXPECT_EQ(batch.counts.accepted, 3);
  EXPECT_EQ(batch.counts.cleaned, 2);
  const auto receipt = this->node_.ingest->add_record(
      "people", {{"name", "张三"}, {"citizen_id", citizen_id(9)}, {"kind", "外来"}, {"grid", grid_code(9)}},
      {"tester", {}});
  ASSERT_TRUE(receipt.ok()) << receipt.error().to_log();
  const Record record = must(this->node_.ingest->find_record("people", receipt->id, access::Sight::whole()));
  EXPECT_EQ(std::get<std::string>(record.values[3]), "guest") << "a form's record too";
}

TYPED_TEST(SynonymsTest, KeepWhoAddedThemAndRefuseAnEditOfAnOldVersion) {
  const auto first = must(this->put(0, {{"外来", "guest"}}, "alice"));
  EXPECT_EQ(first.version, 1);
  this->clock_.advance(std::chrono::hours{1});
  const auto second = must(this->put(1, {{"外来", "guest"}, {"本地人", "local"}}, "bob"));
  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(second.changed_by, "bob");
  ASSERT_EQ(second.words.size(), 2U);
  EXPECT_EQ(second.words[0].added_by, "alice");
  EXPECT_EQ(second.words[1].added_by, "bob");
  EXPECT_LT(second.words[0].added_at, second.words[1].added_at);
  EXPECT_EQ(this->message(this->put(1, {})), "ingest.synonyms_changed");
  EXPECT_EQ(this->message(this->put(0, {})), "ingest.synonyms_changed");
  EXPECT_EQ(must(this->lists().find("people", "kind")).words.size(), 2U);
  EXPECT_TRUE(must(this->put(2, {})).words.empty());
  EXPECT_EQ(must(this->lists().all("people")).size(), 1U) << "one choice field";
}

TYPED_TEST(SynonymsTest, SayWhatIsWrongWithAWord) {
  EXPECT_EQ(this->message(this->put(0, {{"外来", "nothing"}})), "ingest.synonym_of_nothing");
  EXPECT_EQ(this->message(this->put(0, {{" ", "guest"}})), "ingest.synonym_empty");
  EXPECT_EQ(this->message(this->put(0, {{"户籍", "guest"}})), "ingest.synonym_is_choice");
  EXPECT_EQ(this->message(this->put(0, {{"ＬＯＣＡＬ", "guest"}})), "ingest.synonym_is_choice");
  EXPECT_EQ(this->message(this->put(0, {{"外来", "guest"}, {"外 来", "local"}})), "ingest.synonym_doubled");
  EXPECT_EQ(this->message(this->put(0, {{std::string(300, 'x'), "guest"}})), "ingest.synonym_too_long");
  EXPECT_EQ(this->message(this->put(0, std::vector<SynonymEdit::Word>(2'001, {"外来", "guest"}))),
            "ingest.synonyms_too_many");
  EXPECT_EQ(this->message(this->lists().find("people", "name")), "ingest.no_choice_field");
  EXPECT_EQ(this->message(this->lists().find("nobody", "kind")), "catalog.not_found");
}

TYPED_TEST(SynonymsTest, AreSuggestedByRefusedRows) {
  this->load("people", std::string(people_header) + person(1, "外来") + person(2, "外来") +
                           person(3, "寄居") + person(4, "13800000000"));
  const auto words = must(this->lists().unknown_words("people", "kind"));
  ASSERT_EQ(words.size(), 2U) << "a number comes of a column that slipped";
  EXPECT_EQ(words[0].word, "外来");
  EXPECT_EQ(words[0].rows, 2);
  EXPECT_EQ(words[1].word, "寄居");
  must(this->put(0, {{"外来", "guest"}}));
  EXPECT_EQ(must(this->lists().unknown_words("people", "kind")).size(), 1U)
      << "what is known is no suggestion";
}

}  // namespace
}  // namespace jingwei::ingest

// Goal: a JSON document is read as the table inside it, object by object, and damage stops no whole object.
#include "modules/ingest/reading/json_document_reader.h"

#include <gtest/gtest.h>

#include "modules/ingest/reading/reading_testing.h"

namespace jingwei::ingest {
namespace {

using namespace testing;

TEST(JsonDocumentTest, an_array_alone_or_inside_an_object_is_the_table) {
  for (const std::string text : {R"([{"a":1,"b":"x"},{"a":2,"b":"y"}])",
                                 "[\n  {\"a\": 1,\r\n \"b\": \"x\"},\n\t{\"a\":2, \"b\":\"y\"}\n]\n",
                                 "{\n\"code\": 0,\n\"tags\": [1, 2],\n\"data\": {\"rows\": "
                                 "[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]}\n}",
                                 "\xEF\xBB\xBF[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}]"}) {
    auto reader = opened(text);
    EXPECT_EQ(format_text(*reader), "json") << text;
    EXPECT_EQ(rows_of(*reader), (Rows{"1: 1|x", "2: 2|y"})) << text;
  }
}

TEST(JsonDocumentTest, a_further_array_is_passed_over_with_a_note) {
  auto reader = opened("{\n\"rows\":[{\"a\":1}],\n\"other\":[{\"a\":2}]\n}");
  EXPECT_EQ(rows_of(*reader), (Rows{"1: 1"}));
  EXPECT_EQ(note_ids(*reader), (std::vector<std::string>{"ingest.note.json_further_table"}));
}

TEST(JsonDocumentTest, an_object_that_is_no_row_is_refused_alone) {
  auto reader = opened(R"([{"a":1},{"a":{"b":1}},{"a":2,"a":3},{"a":"中"}])");
  EXPECT_EQ(rows_of(*reader),
            (Rows{"1: 1", "2: refuse.row.nested_value", "3: refuse.row.duplicate_key", "4: 中"}));
}

TEST(JsonDocumentTest, a_document_cut_off_gives_its_whole_objects_and_then_says_so) {
  const std::string text = "{\n\"rows\":[{\"a\":1},{\"a\":2},{\"a\":3}]}";
  for (const std::string& cut : {text.substr(0, text.size() - 5), text.substr(0, text.size() - 10)}) {
    Rows rows;
    EXPECT_EQ(read_until_error(*opened(cut), rows).message, "ingest.json_cut") << cut;
    EXPECT_EQ(rows, (Rows{"1: 1", "2: 2"})) << cut;
  }
}

TEST(JsonDocumentTest, a_document_without_a_table_says_so) {
  EXPECT_EQ(opening_error("{\n\"a\": 1,\n\"b\": \"x\"\n}").message, "ingest.json_no_table");
  EXPECT_TRUE(rows_of(*opened("[]")).empty()) << "an empty table is a table";
  EXPECT_EQ(rows_of(*opened("[1,{\"a\":2}]")), (Rows{"1: refuse.row.not_object", "2: 2"}));
}

TEST(JsonDocumentTest, goes_on_where_it_stood) {
  expect_same_rows_from_everywhere(
      "{\n\"rows\":[{\"a\":1,\"c\":\"w\"},{\"a\":[]},{\"a\":2,\"c\":\"x\"},{\"a\":4,\"c\":\"y\"}]}");
}

}  // namespace
}  // namespace jingwei::ingest

// Goal: a zip of data files is one table, and what does not fit together says so.
#include "modules/ingest/reading/zip_rows.h"

#include <gtest/gtest.h>

#include "modules/ingest/reading/reading_testing.h"

namespace jingwei::ingest {
namespace {

using namespace testing;

std::string small_workbook() {
  return made_workbook(
      {.sheets = {
           {"S", R"(<sheetData><row r="1"><c r="A1" t="str"><v>b</v></c><c r="B1" t="str"><v>a</v></c></row>)"
                 R"(<row r="2"><c r="A2"><v>6</v></c><c r="B2"><v>5</v></c></row></sheetData>)"}}});
}

TEST(ZipRowsTest, files_follow_one_another_and_lines_are_counted_through) {
  const std::string bytes = made_zip({{"一月.csv", "a,b\n1,2\n3,4\n"},
                                      {"__MACOSX/._一月.csv", "\1\2"},
                                      {"sub/", ""},
                                      {"sub/二月.csv", "b;a\n\n6;5\n8;7"}});
  auto reader = opened(bytes);
  EXPECT_EQ(format_text(*reader), "csv+zip");
  const std::uint32_t version = reader->columns_version();
  EXPECT_EQ(rows_of(*reader), (Rows{"2: 1|2", "3: 3|4", "6: 6|5", "7: 8|7"}));
  EXPECT_GT(reader->columns_version(), version) << "columns of the second file are in another order";
  EXPECT_EQ(reader->columns()[0], "b");
  EXPECT_TRUE(reader->notes().empty());
  expect_same_rows_from_everywhere(bytes);
}

TEST(ZipRowsTest, workbooks_and_json_stand_beside_csv) {
  const std::string bytes = made_zip({{"1.csv", "a,b\n1,2\n"},
                                      {"2.xlsx", small_workbook()},
                                      {"3.jsonl", "{\"a\":9,\"b\":8}\n{\"a\":7,\"b\":6}\n"},
                                      {"4.xlsx", small_workbook()}});
  EXPECT_EQ(rows_of(*opened(bytes)), (Rows{"2: 1|2", "4: 6|5", "5: 9|8", "6: 7|6", "8: 6|5"}));
  expect_same_rows_from_everywhere(bytes);
}

TEST(ZipRowsTest, a_single_workbook_in_a_zip) {
  auto reader = opened(made_zip({{"人员.xlsx", small_workbook()}}));
  EXPECT_EQ(format_text(*reader), "xlsx+zip");
  EXPECT_EQ(rows_of(*reader), (Rows{"2: 6|5"}));
}

TEST(ZipRowsTest, what_is_no_table_of_ours_is_passed_over_with_a_note) {
  auto reader = opened(made_zip({{"readme.txt", "请看 data.csv\n"},
                                 {"data.csv", "姓名,电话\n张三,139\n"},
                                 {"scan.pdf", "%PDF-1.7"},
                                 {"empty.csv", ""}}),
                       {.fit = knows({"姓名", "电话"})});
  EXPECT_EQ(rows_of(*reader), (Rows{"2: 张三|139"}));
  ASSERT_EQ(note_ids(*reader), (std::vector<std::string>{"ingest.note.files_passed"}));
  EXPECT_EQ(reader->notes()[0].arguments[0].second, "scan.pdf, empty.csv, readme.txt");
}

TEST(ZipRowsTest, what_cannot_be_one_table_is_refused) {
  const Error differ = opening_error(made_zip({{"1.csv", "a,b\n1,2\n"}, {"2.csv", "a,c\n1,2\n"}}));
  EXPECT_EQ(differ.message, "ingest.zip_headers_differ");
  EXPECT_EQ(
      render(differ, Language::en),
      "The files in the archive do not have the same columns: “1.csv” and “2.csv”. Send them separately.");
  EXPECT_EQ(
      opening_error(made_zip({{"a.csv", "a\n1\n"}, {"b.zip", made_zip({{"c.csv", "a\n1\n"}})}})).message,
      "ingest.nested_container");
  EXPECT_EQ(opening_error(made_zip({{"a.csv.gz", made_gzip("a\n1\n")}})).message, "ingest.nested_container");
  EXPECT_EQ(opening_error(made_zip({{"a.pdf", "%PDF-1.7"}})).message, "ingest.zip_nothing");
  EXPECT_EQ(opening_error(made_zip({{"a.csv", "a\n1\n"}}, "secret")).message, "ingest.zip_encrypted");
}

TEST(ZipRowsTest, a_cut_archive_is_refused_whole) {
  const std::string bytes = made_zip({{"a.csv", "a,b\n1,2\n3,4\n"}});
  for (std::size_t size = 4; size < bytes.size(); ++size)
    EXPECT_EQ(opening_error(bytes.substr(0, size)).message, "ingest.zip_damaged") << size;
}

}  // namespace
}  // namespace jingwei::ingest

// Goal: every row of a CSV comes out once, broken ones with the reason, whatever the delimiter, line end and quoting.
#include "modules/ingest/csv_reader.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace jingwei::ingest {
namespace {

// Rows as "a|b" or "!problem id", with their lines in front.
std::vector<std::string> rows(std::string_view text, ReadOptions options = {}) {
  auto reader = open_rows(source_of(text), options);
  if (!reader.ok()) return {reader.error().message};
  std::vector<std::string> out;
  Row row;
  while ((*reader)->next(row).value()) {
    std::string line = std::to_string(row.line) + ":";
    if (row.problem != RowProblem::none) {
      line += "!" + std::string(message_of(row.problem).substr(11));
    } else {
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        if (i > 0) line += '|';
        line += row.cells[i].text;
      }
    }
    out.push_back(std::move(line));
  }
  return out;
}

using Rows = std::vector<std::string>;

TEST(CsvReaderTest, takes_every_line_end_and_delimiter) {
  EXPECT_EQ(rows("a,b\n1,2\n3,4"), (Rows{"2:1|2", "3:3|4"}));
  EXPECT_EQ(rows("a;b\r\n1;2\r\n3;4\r\n"), (Rows{"2:1|2", "3:3|4"}));
  EXPECT_EQ(rows("a\tb\r1\t2\r3\t4\r"), (Rows{"2:1|2", "3:3|4"}));
  EXPECT_EQ(rows("a|b\n1|2\r3|4\r\n"), (Rows{"2:1|2", "3:3|4"}));
  EXPECT_EQ(rows("sep=;\na;b\n1;2,5\n"), (Rows{"3:1|2,5"}));
}

TEST(CsvReaderTest, reads_quotes_as_rfc_4180_has_them) {
  EXPECT_EQ(rows("\xEF\xBB\xBF\"a\",b\n\"x, \"\"y\"\"\",\"two\nlines\"\n3,4\n"), (Rows{"2:x, \"y\"|two\nlines", "4:3|4"}));
  EXPECT_EQ(rows("a,b\n5\" pipe,2\n"), (Rows{"2:5\" pipe|2"}));
}

TEST(CsvReaderTest, passes_over_empty_lines_and_lines_of_delimiters) {
  EXPECT_EQ(rows("a,b\n\n1,2\n,\n\r\n3,4\n"), (Rows{"3:1|2", "6:3|4"}));
}

TEST(CsvReaderTest, refuses_broken_rows_and_goes_on) {
  EXPECT_EQ(rows("a,b\n1\n1,2,3\n1,2,\n3,4\n"), (Rows{"2:!few_fields", "3:!many_fields", "4:1|2", "5:3|4"}));
  EXPECT_EQ(rows("a,b\n\"x\"y,2\n3,4\n"), (Rows{"2:!stray_quote", "3:3|4"}));
  EXPECT_EQ(rows("a,b\n\"x,2\n3,4\n"), (Rows{"2:!unclosed_quote", "3:3|4"}));
  EXPECT_EQ(rows(std::string_view("a,b\n1\0,2\n3,4\n", 13)), (Rows{"2:!nul_byte", "3:3|4"}));
  EXPECT_EQ(rows("\xEF\xBB\xBF" "a,b\n1\xFF,2\n3,4\n"), (Rows{"2:!bad_encoding", "3:3|4"}));
}

TEST(CsvReaderTest, refuses_a_row_over_the_limit_and_goes_on) {
  for (const std::size_t size : {limits::row_bytes + 10, 5 * limits::row_bytes}) {
    EXPECT_EQ(rows("a,b\n" + std::string(size, 'x') + ",1\n3,4\n"), (Rows{"2:!too_long", "3:3|4"}));
    EXPECT_EQ(rows("a,b\n\"" + std::string(size, 'x') + "\",1\n3,4\n"), (Rows{"2:!too_long", "3:3|4"}));
  }
}

TEST(CsvReaderTest, goes_on_where_it_stood) {
  std::string text = "a,b\n";
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i) + ",\"x\ny\"\n";
  auto reader = open_rows(source_of(std::string_view(text))).value();
  Row row;
  for (int i = 0; i < 250'000; ++i) ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.cells[0].text, "249999");
  auto second = open_rows(source_of(std::string_view(text)), {.resume = reader->position()}).value();
  ASSERT_TRUE(second->next(row).value());
  EXPECT_EQ(row.cells[0].text, "250000");
  EXPECT_EQ(row.line, 500'002u);
  EXPECT_EQ(second->columns().size(), 2u);
}

TEST(CsvReaderTest, says_when_there_is_nothing) {
  EXPECT_EQ(rows(""), Rows{"ingest.empty_file"});
  EXPECT_EQ(rows("\n\n"), Rows{"ingest.empty_file"});
  EXPECT_EQ(rows("%PDF-1.4"), Rows{"ingest.not_text"});
}

TEST(JsonLinesTest, gives_rows_by_key_and_refuses_what_is_not_flat) {
  const ReadOptions json{.format = RowFormat::json_lines};
  EXPECT_EQ(rows("{\"a\":\"x\\n\",\"b\":1.5}\n\n{\"b\":true,\"a\":null}\r\n", json), (Rows{"1:x\n|1.5", "3:|true"}));
  EXPECT_EQ(rows("{\"a\":1}\n{\"a\":{}}\n{\"a\":1,\"a\":2}\n[1]\n{\"a\":01}\n{\"a\":1} x\n{\"a\"\n{\"a\":2}", json),
            (Rows{"1:1", "2:!nested_value", "3:!duplicate_key", "4:!not_object", "5:!bad_json", "6:!bad_json",
                  "7:!bad_json", "8:2"}));
  EXPECT_EQ(rows("{\"a\":\"" + std::string(3 * limits::row_bytes, 'x') + "\"}\n{\"a\":2}\n", json),
            (Rows{"1:!too_long", "2:2"}));
}

TEST(JsonLinesTest, learns_columns_as_they_appear) {
  auto reader = open_rows(source_of(std::string_view("{\"a\":1}\n{\"b\":2}\n"))).value();
  EXPECT_EQ(reader->format(), RowFormat::json_lines);
  ASSERT_EQ(reader->columns().size(), 1u);
  const auto version = reader->columns_version();
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_GT(reader->columns_version(), version);
  EXPECT_EQ(row.cells[0].kind, CellKind::absent);
  EXPECT_EQ(row.cells[1].kind, CellKind::number);
}

}  // namespace
}  // namespace jingwei::ingest

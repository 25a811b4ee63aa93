// Goal: every row of a CSV comes out once, broken ones with the reason, whatever the delimiter, line end and
// quoting.
#include "modules/ingest/reading/csv_reader.h"

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
  EXPECT_EQ(rows("\xEF\xBB\xBF\"a\",b\n\"x, \"\"y\"\"\",\"two\nlines\"\n3,4\n"),
            (Rows{"2:x, \"y\"|two\nlines", "4:3|4"}));
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
  EXPECT_EQ(rows("\xEF\xBB\xBF"
                 "a,b\n1\xFF,2\n3,4\n"),
            (Rows{"2:!bad_encoding", "3:3|4"}));
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
  EXPECT_EQ(rows("{\"a\":\"x\\n\",\"b\":1.5}\n\n{\"b\":true,\"a\":null}\r\n", json),
            (Rows{"1:x\n|1.5", "3:|true"}));
  EXPECT_EQ(
      rows("{\"a\":1}\n{\"a\":{}}\n{\"a\":1,\"a\":2}\n[1]\n{\"a\":01}\n{\"a\":1} x\n{\"a\"\n{\"a\":2}", json),
      (Rows{"1:1", "2:!nested_value", "3:!duplicate_key", "4:!not_object", "5:!bad_json", "6:!bad_json",
            "7:!bad_json", "8:2"}));
  EXPECT_EQ(rows("{\"a\":\"" + std::string(3 * limits::row_bytes, 'x') + "\"}\n{\"a\":2}\n", json),
            (Rows{"1:!too_long", "2:2"}));
}

TEST(CsvReaderTest, gives_each_broken_row_whole_with_what_was_found) {
  auto reader = open_rows(source_of(std::string_view("a,b,c\n1,2\n1,\"x\ny\",3,4\n\"p\"q,2\n1,2,3"))).value();
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.problem, RowProblem::few_fields);
  EXPECT_EQ(row.found, 2u);
  EXPECT_EQ(row.original, "1,2");
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.problem, RowProblem::many_fields);
  EXPECT_EQ(row.found, 4u);
  EXPECT_EQ(row.original, "1,\"x\ny\",3,4");
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.problem, RowProblem::stray_quote);
  EXPECT_EQ(row.original, "\"p\"q,2");
  EXPECT_EQ(row.line, 5u);
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.problem, RowProblem::none);
  EXPECT_FALSE(reader->next(row).value());
  EXPECT_FALSE(reader->next(row).value());
}

TEST(CsvReaderTest, an_unclosed_quote_takes_no_more_than_a_row_may_hold) {
  // The quote would close far below; the lines between are read as rows of their own.
  std::string text = "a,b\n\"x,1\n";
  std::size_t lines = 0;
  for (; text.size() < 3 * limits::row_bytes; ++lines) text += "some words to fill a line,2\n";
  text += "y\",3\n";
  const auto found = rows(text);
  ASSERT_EQ(found.size(), lines + 2);
  EXPECT_EQ(found[0], "2:!unclosed_quote");
  EXPECT_EQ(found[1], "3:some words to fill a line|2");
  EXPECT_EQ(found.back(), std::to_string(lines + 3) + ":y\"|3");
}

TEST(CsvReaderTest, lines_chained_by_stray_quotes_are_refused_one_by_one) {
  std::string text = "a,b\n";
  for (int i = 0; i < 3'000; ++i) text += "x\",\"y\n";
  const auto found = rows(text);
  EXPECT_EQ(found.size(), 3'000u);
  EXPECT_EQ(found.front(), "2:!many_fields");
}

TEST(CsvReaderTest, a_row_of_too_many_fields_is_refused_and_the_next_is_read) {
  EXPECT_EQ(rows("a,b\n" + std::string(2 * limits::row_fields, ',') + "x\n3,4\n"),
            (Rows{"2:!many_fields", "3:3|4"}));
  EXPECT_EQ(rows("a,b\n1,2" + std::string(100, ',') + "\n3,4\n"), (Rows{"2:1|2", "3:3|4"}));
  EXPECT_EQ(rows(std::string(limits::row_fields, ',') + "x\n"), Rows{"ingest.header_unreadable"});
}

TEST(CsvReaderTest, a_row_of_just_the_limit_is_read) {
  const std::string longest(limits::row_bytes - 2, 'x');
  EXPECT_EQ(rows("a,b\n" + longest + ",1\r\n3,4\r\n"), (Rows{"2:" + longest + "|1", "3:3|4"}));
  EXPECT_EQ(rows("a,b\n" + longest + "x,1\r\n3,4\r\n"), (Rows{"2:!too_long", "3:3|4"}));
}

TEST(CsvReaderTest, mixed_line_ends_count_one_line_each) {
  EXPECT_EQ(rows("a,b\r\n1,\"x\r\ny\rz\nw\"\r3,4\n\r\n5\r6,7"),
            (Rows{"2:1|x\r\ny\rz\nw", "6:3|4", "8:!few_fields", "9:6|7"}));
}

TEST(CsvReaderTest, nul_spoils_its_row_alone_wherever_it_stands) {
  using namespace std::string_view_literals;
  EXPECT_EQ(rows("a,b\n\"x\0\",2\n1,2\0\n\0\n3,4\n"sv),
            (Rows{"2:!nul_byte", "3:!nul_byte", "4:!nul_byte", "5:3|4"}));
}

TEST(CsvReaderTest, blank_ends_of_the_header_are_no_columns) {
  auto reader = open_rows(source_of(std::string_view(" 姓名 ,电话,,\n张三,1,,\n"))).value();
  EXPECT_EQ(std::vector<std::string>(reader->columns().begin(), reader->columns().end()),
            (std::vector<std::string>{"姓名", "电话"}));
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.problem, RowProblem::none);
  EXPECT_EQ(row.cells.size(), 2u);
}

TEST(JsonLinesTest, names_the_first_nested_value_however_many_keys_follow) {
  std::string text = "{\"first\":[1]";
  for (int i = 0; i < 500; ++i) text += ",\"k" + std::to_string(i) + "\":{}";
  text += "}\n";
  auto reader = open_rows(source_of(std::string_view(text)), {.format = RowFormat::json_lines}).value();
  Row row;
  ASSERT_TRUE(reader->next(row).value());
  EXPECT_EQ(row.problem, RowProblem::nested_value);
  EXPECT_EQ(row.problem_column, "first");
}

TEST(JsonLinesTest, keys_are_bounded_in_number_and_length) {
  const ReadOptions json{.format = RowFormat::json_lines};
  std::string many = "{\"a\":1";
  for (std::size_t i = 0; i < limits::row_fields; ++i) many += ",\"k" + std::to_string(i) + "\":1";
  EXPECT_EQ(rows("{\"a\":1}\n{\"" + std::string(2'000, 'k') + "\":1}\n" + many + "}\n", json),
            (Rows{"1:1", "2:!too_long", "3:!many_fields"}));
}

TEST(JsonLinesTest, refuses_bad_bytes_and_escapes_and_goes_on) {
  const ReadOptions json{.format = RowFormat::json_lines, .encoding = Encoding::utf8};
  using namespace std::string_view_literals;
  EXPECT_EQ(
      rows(
          "{\"a\":\"\xE5\xBC\"}\n{\"a\":\"\0\"}\n{\"a\":\"\\x\"}\n{\"a\":\"\\ud800\"}\n{\"a\":\"\\u5f20\"}\n"sv,
          json),
      (Rows{"1:!bad_encoding", "2:!nul_byte", "3:!bad_json", "4:!bad_json", "5:张"}));
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

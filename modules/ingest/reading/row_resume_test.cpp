// Goal: reading may stop behind any row and go on there later with the very same rows, whatever format and
// encoding.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {
namespace {

// A row as it can be compared: line, offset, problem and its cells by column name.
std::string row_shown(const RowReader& reader, const Row& row) {
  std::string line = std::to_string(row.line) + "@" + std::to_string(row.offset) + " " +
                     std::string(message_of(row.problem));
  if (row.problem != RowProblem::none) return line + " " + std::string(row.original);
  std::map<std::string, std::string> cells;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (row.cells[i].kind != CellKind::absent) cells[reader.columns()[i]] = row.cells[i].text;
  }
  for (const auto& [column, text] : cells) line += " " + column + "=" + text;
  return line;
}

void expect_same_from_everywhere(std::string_view bytes, const ReadOptions& options = {}) {
  std::vector<std::string> rows;
  std::vector<RowPosition> positions;
  auto reader = open_rows(source_of(bytes), options).value();
  positions.push_back(reader->position());
  Row row;
  while (reader->next(row).value()) {
    rows.push_back(row_shown(*reader, row));
    positions.push_back(reader->position());
  }
  ASSERT_GT(rows.size(), 3u);
  for (std::size_t from = 0; from < positions.size(); ++from) {
    ReadOptions resumed = options;
    resumed.resume = positions[from];
    auto again = open_rows(source_of(bytes), resumed).value();
    EXPECT_EQ(again->position().offset, positions[from].offset);
    std::size_t at = from;
    for (; again->next(row).value(); ++at) {
      ASSERT_LT(at, rows.size()) << "from row " << from;
      ASSERT_EQ(row_shown(*again, row), rows[at]) << "from row " << from;
    }
    EXPECT_EQ(at, rows.size()) << "from row " << from;
  }
}

const std::string people_csv =
    "姓名,地址,备注\r\n张三,珠海,\"两\r\n行\"\n\n李四,中山,\n,,\n王五\r赵六,\"广\"\"州\",x\r\n\"坏\"了,1,2\n"
    "\"没有结束,1,2\n孙七,佛山,多,出来\n周八,东莞,末";

TEST(RowResumeTest, csv) {
  expect_same_from_everywhere(people_csv);
  expect_same_from_everywhere("\xEF\xBB\xBF" + people_csv + "\n");
  expect_same_from_everywhere("sep=;\na;b\n1;2\n3;4\n5;6\n7;8\n");
}

TEST(RowResumeTest, csv_in_gb18030) {
  // 姓名,地址 then rows of characters of two and four bytes.
  std::string bytes = "\xD0\xD5\xC3\xFB,\xB5\xD8\xD6\xB7\n";
  for (int i = 0; i < 30; ++i) {
    bytes +=
        i % 3 == 0 ? "\x95\x34\xB2\x35,\"\xD6\xE9\n\xBA\xA3\"\r\n" : "\xD5\xC5\xC8\xFD,\xD6\xE9\xBA\xA3\n";
  }
  bytes += "\xD5\xFF,1\n\xD5\xC5,2\n";
  ASSERT_EQ(open_rows(source_of(std::string_view(bytes))).value()->encoding(), Encoding::gb18030);
  expect_same_from_everywhere(bytes);
}

TEST(RowResumeTest, json_lines_though_keys_appear_late) {
  const std::string json =
      "{\"a\":1}\n\n{\"b\":\"珠海\",\"a\":2}\r\n{\"c\":[1]}\n{\"d\":true\n[1]\n{\"b\":null,\"e\":1.5}\n{"
      "\"a\":3,\"a\":4}\n{\"e\":\"x\"}";
  expect_same_from_everywhere(json);
  expect_same_from_everywhere("\xEF\xBB\xBF" + json + "\n");
}

TEST(RowResumeTest, json_lines_in_gb18030) {
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    bytes += "{\"\xD0\xD5\xC3\xFB\":\"\xD5\xC5\xC8\xFD\",\"n\":" + std::to_string(i) +
             ",\"x\":\"\x95\x34\xB2\x35\"}\n";
  }
  ASSERT_EQ(open_rows(source_of(std::string_view(bytes))).value()->encoding(), Encoding::gb18030);
  expect_same_from_everywhere(bytes);
}

TEST(RowResumeTest, behind_and_before_rows_too_long_to_hold) {
  const std::string long_field(3 * limits::row_bytes, 'x');
  expect_same_from_everywhere("a,b\n1,2\n" + long_field + ",1\r\n3,4\n\"" + long_field + "\",1\n5,6\n");
  expect_same_from_everywhere("{\"a\":1}\n{\"a\":\"" + long_field + "\"}\n{\"a\":2}\n{\"a\":3}\n");
}

TEST(RowResumeTest, a_position_behind_the_end_gives_no_rows) {
  for (const std::string_view text : {"a,b\n1,2\n", "{\"a\":1}\n"}) {
    auto reader = open_rows(source_of(text), {.resume = {10'000, 50}}).value();
    Row row;
    EXPECT_FALSE(reader->next(row).value());
  }
}

}  // namespace
}  // namespace jingwei::ingest

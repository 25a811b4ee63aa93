// For tests of readers: files in memory, rows as short texts.
#pragma once

#include <gtest/gtest.h>

#include "base/messages.h"
#include "modules/ingest/messages.gen.h"
#include "modules/ingest/reading/file_rows.h"
#include "tests/support/bytes_file.h"
#include "tests/support/made_files.h"

namespace jingwei::ingest::testing {

using jingwei::testing::in_memory;
using jingwei::testing::made_gzip;
using jingwei::testing::made_workbook;
using jingwei::testing::made_zip;
using jingwei::testing::RawWorkbook;
using jingwei::testing::WorkbookMaker;
using Rows = std::vector<std::string>;

inline std::unique_ptr<RowReader> opened(std::string bytes, const ReadOptions& options = {}) {
  auto reader = open_file(in_memory(std::move(bytes)), options);
  if (!reader) ADD_FAILURE() << reader.error().to_log();
  return std::move(reader).value();
}

inline Error opening_error(std::string bytes, const ReadOptions& options = {}) {
  static const bool known = [] {
    register_messages();
    return true;
  }();
  EXPECT_TRUE(known);
  auto reader = open_file(in_memory(std::move(bytes)), options);
  return reader ? Error(ErrorCode::internal, "no error") : std::move(reader).error();
}

// "7: 张三|139…": line and cells in the order of the columns; the problem instead of cells where there is
// one.
inline std::string shown(const Row& row) {
  std::string text = std::to_string(row.line) + ": " + std::string(message_of(row.problem));
  if (row.problem != RowProblem::none) return text;
  for (std::size_t at = 0; at < row.cells.size(); ++at) {
    if (at > 0) text += '|';
    text += row.cells[at].text;
  }
  return text;
}

inline Rows rows_of(RowReader& reader) {
  Rows rows;
  Row row;
  for (;;) {
    auto more = reader.next(row);
    if (!more) ADD_FAILURE() << more.error().to_log();
    if (!more || !*more) return rows;
    rows.push_back(shown(row));
  }
}

// Reads to the error that must come.
inline Error read_until_error(RowReader& reader, Rows& rows) {
  Row row;
  for (;;) {
    auto more = reader.next(row);
    if (!more) return std::move(more).error();
    if (!*more) return Error(ErrorCode::internal, "no error");
    rows.push_back(shown(row));
  }
}

inline std::vector<std::string> note_ids(const RowReader& reader) {
  std::vector<std::string> ids;
  for (const Note& note : reader.notes()) ids.push_back(note.message);
  return ids;
}

// Knows these names: how many of a header are among them.
inline HeaderFit knows(std::vector<std::string> names) {
  return [names = std::move(names)](std::span<const std::string> columns) {
    return static_cast<int>(std::ranges::count_if(
        columns, [&](const std::string& column) { return std::ranges::find(names, column) != names.end(); }));
  };
}

// Reading may stop behind any row and go on there with the very same rows.
inline void expect_same_rows_from_everywhere(const std::string& bytes, ReadOptions options = {}) {
  auto reader = opened(bytes, options);
  std::vector<RowPosition> positions = {reader->position()};
  Rows rows;
  Row row;
  while (reader->next(row).value()) {
    rows.push_back(shown(row) + "@" + std::to_string(row.offset));
    positions.push_back(reader->position());
  }
  ASSERT_GT(rows.size(), 2U);
  for (std::size_t from = 0; from < positions.size(); ++from) {
    options.resume = positions[from];
    auto again = opened(bytes, options);
    std::size_t at = from;
    for (; again->next(row).value(); ++at) {
      ASSERT_LT(at, rows.size()) << "from row " << from;
      ASSERT_EQ(shown(row) + "@" + std::to_string(row.offset), rows[at]) << "from row " << from;
      EXPECT_EQ(again->position().offset, positions[at + 1].offset);
      EXPECT_EQ(again->position().line, positions[at + 1].line);
    }
    EXPECT_EQ(at, rows.size()) << "from row " << from;
  }
}

}  // namespace jingwei::ingest::testing

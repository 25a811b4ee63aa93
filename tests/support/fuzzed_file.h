// What fuzzers of whole files do with their bytes.
#pragma once

#include "base/messages.h"
#include "modules/ingest/messages.gen.h"
#include "modules/ingest/reading/file_rows.h"
#include "tests/support/bytes_file.h"

namespace jingwei::testing {

inline void expect_sentence(const Error& error) {
  for (const auto language : {Language::zh, Language::en})
    JW_ASSERT(render(error, language) != error.message);
}

// Rows of a file to its end, or an error that has a sentence.
inline void read_to_its_end(std::string bytes) {
  static const bool registered = (ingest::register_messages(), true);
  static_cast<void>(registered);
  ingest::ReadOptions options;
  options.whole = [](std::span<const std::string>) { return true; };  // every sheet of a workbook
  auto reader = ingest::open_file(in_memory(std::move(bytes)), options);
  if (!reader.ok()) return expect_sentence(reader.error());
  ingest::Row row;
  for (;;) {
    const auto more = (*reader)->next(row);
    if (!more) expect_sentence(more.error());
    if (!more || !*more) break;
    JW_ASSERT(row.problem != ingest::RowProblem::none || row.cells.size() == (*reader)->columns().size());
  }
}

}  // namespace jingwei::testing

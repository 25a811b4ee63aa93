// Fuzzes what stands inside a workbook: sheets, shared texts, styles. Any of it gives rows or an error that
// has a sentence, reading ends.
#include "base/messages.h"
#include "modules/ingest/messages.gen.h"
#include "modules/ingest/reading/file_rows.h"
#include "tests/support/bytes_file.h"
#include "tests/support/fuzzed_workbook.h"

namespace {

void expect_sentence(const jingwei::Error& error) {
  for (const auto language : {jingwei::Language::zh, jingwei::Language::en})
    JW_ASSERT(jingwei::render(error, language) != error.message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::ingest;
  static const bool registered = (register_messages(), true);
  static_cast<void>(registered);
  auto reader = open_file(jingwei::testing::in_memory(
      jingwei::testing::fuzzed_workbook({reinterpret_cast<const char*>(data), size})));
  if (!reader.ok()) {
    expect_sentence(reader.error());
    return 0;
  }
  Row row;
  for (;;) {
    const auto more = (*reader)->next(row);
    if (!more) expect_sentence(more.error());
    if (!more || !*more) break;
    JW_ASSERT(row.problem != RowProblem::none || row.cells.size() == (*reader)->columns().size());
  }
  return 0;
}

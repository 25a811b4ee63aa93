// Fuzzes the JSON Lines reader: any bytes give rows or an error, every row with its columns, and reading
// ends.
#include "modules/ingest/reading/row_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::ingest;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto reader = open_rows(source_of(text), {.format = RowFormat::json_lines, .encoding = Encoding::utf8});
  if (!reader.ok()) return 0;
  Row row;
  while ((*reader)->next(row).value()) {
    JW_ASSERT(row.problem != RowProblem::none || row.cells.size() == (*reader)->columns().size());
  }
  return 0;
}

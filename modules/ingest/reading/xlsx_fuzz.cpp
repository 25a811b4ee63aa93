// Fuzzes what stands inside a workbook: sheets, shared texts, styles. Any of it gives rows or an error that
// has a sentence, reading ends.
#include "tests/support/fuzzed_file.h"
#include "tests/support/fuzzed_workbook.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  jingwei::testing::read_to_its_end(
      jingwei::testing::fuzzed_workbook({reinterpret_cast<const char*>(data), size}));
  return 0;
}

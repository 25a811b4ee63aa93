// Fuzzes whole files: gzip, zip, workbooks, JSON documents and text. Any bytes give rows or an error that has
// a sentence, and reading ends.
#include "tests/support/fuzzed_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  jingwei::testing::read_to_its_end({reinterpret_cast<const char*>(data), size});
  return 0;
}

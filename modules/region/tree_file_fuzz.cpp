// Any bytes as a tree file: refused, never read beyond their end. A right checksum cannot be guessed, so this
// tries the header.
#include "modules/region/tree_file.h"

#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint64_t> words((size + 7) / 8);
  if (size > 0) std::memcpy(words.data(), data, size);
  (void)jingwei::region::TreeFile::parse(std::move(words), size, "fuzz");
  return 0;
}

// Any bytes as a picture: no crash, no endless work; what comes out is a picture whose copy is itself, and no
// longer than what came by more than the segment that tells the way up.
#include <cstdint>

#include "modules/cases/evidence/picture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::cases;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto copy = without_metadata(bytes);
  if (!copy.ok()) return 0;
  JW_ASSERT(copy->size() <= size + 36);
  const auto again = without_metadata(*copy);
  JW_ASSERT(again.ok());
  JW_ASSERT(*again == *copy);
  return 0;
}

// The manifest of a backup that somebody hands in.
#include "modules/operations/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = jingwei::operations::parse_manifest({reinterpret_cast<const char*>(data), size});
  if (parsed.ok()) static_cast<void>(jingwei::operations::to_json(*parsed));
  return 0;
}

// Signature headers as any client may send them.
#include <cstddef>
#include <cstdint>

#include "modules/identity/request_signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t half = text.find('\n');
  const std::string_view second = half == std::string_view::npos ? std::string_view() : text.substr(half + 1);
  const auto read = identity::parse_signature(text.substr(0, half), second);
  static_cast<void>(identity::digest_fits(text, std::string(32, 'x')));
  if (!read) return 0;
  const identity::SignedParts parts{"GET", "/a?b", "hub", [](std::string_view) { return std::string("v"); },
                                    false};
  static_cast<void>(identity::signature_base(*read, parts));
  static_cast<void>(identity::check_time(*read, Instant{}));
  return 0;
}

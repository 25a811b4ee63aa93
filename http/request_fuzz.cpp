// Any bytes may come over the wire: heads, bodies and paths must be taken or refused, never crash, and the
// parser must not read beyond what it is given (run under AddressSanitizer).
#include <cstdint>
#include <string>

#include "http/parser.h"
#include "http/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::http;
  if (size < 1) return 0;
  // The first byte says in what pieces the rest arrives.
  const std::size_t piece = data[0] % 64 + 1;
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto parser = make_parser({2048, 512});
  Head head;
  std::string scratch, body;
  std::vector<std::string_view> segments;
  std::size_t begin = 0, end = 0;
  bool in_body = false;
  while (end < input.size()) {
    end = std::min(input.size(), end + piece);
    while (begin < end) {
      const std::string_view arrived = std::string_view(input).substr(begin, end - begin);
      std::size_t used = 0;
      const Parsed parsed =
          in_body ? parser->body(arrived, 4096, body, used) : parser->head(arrived, head, used);
      if (parsed == Parsed::failed) return 0;
      begin += used;
      if (parsed == Parsed::more) break;
      if (!in_body) {
        std::string_view path;
        split_path(cut_target(head.request.target).raw_path, scratch, segments, path);
      }
      in_body = !in_body && head.has_body();
      body.clear();
    }
  }
  return 0;
}

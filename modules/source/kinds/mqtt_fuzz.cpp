// Goal: no topic, payload or spooled bytes make reading them misbehave; each line is one line.
#include <cstdint>

#include "base/result.h"
#include "modules/source/kinds/mqtt_payload.h"
#include "modules/source/kinds/mqtt_spool.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::source;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::size_t good = 0;
  static_cast<void>(parse_segment(bytes, good));
  JW_ASSERT(good <= size);
  const std::size_t cut = bytes.find('\n');
  const std::string_view topic = bytes.substr(0, cut);
  const std::string_view payload = cut == std::string_view::npos ? std::string_view() : bytes.substr(cut + 1);
  const auto given = TopicPattern::parse(topic);
  const auto pattern = given.ok() ? given : TopicPattern::parse("a/{b}/#");
  for (const auto& mapped : map_payload(*pattern, "id", topic, payload)) {
    JW_ASSERT(mapped.line.find('\n') == std::string::npos);
    JW_ASSERT(mapped.identity.size() == 16);
  }
  return 0;
}

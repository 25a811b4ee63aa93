// Any bytes as two values of every type: forms are bounded and stable, comparing is symmetric.
#include <cstdint>

#include "base/result.h"
#include "engines/linkage/chinese.h"
#include "engines/linkage/comparison.h"
#include "engines/linkage/normal_form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::linkage;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto half = bytes.substr(0, bytes.find('\n'));
  const auto rest = bytes.substr(std::min(half.size() + 1, bytes.size()));
  for (std::size_t at = 0; at < field_type_names().size(); ++at) {
    const auto type = static_cast<FieldType>(at);
    const std::string a = normal_form(type, half), b = normal_form(type, rest);
    JW_ASSERT(a.size() <= normal_form_bytes + 20 && b.size() <= normal_form_bytes + 20);
    if (a.empty() || b.empty()) continue;
    const bool name = is_name(type);
    const std::string sound_a = name ? sound_of(a) : "", sound_b = name ? sound_of(b) : "";
    JW_ASSERT(compare_values(type, a, b, sound_a, sound_b) == compare_values(type, b, a, sound_b, sound_a));
    JW_ASSERT(compare_values(type, a, a, sound_a, sound_a) == Level::exact);
  }
  return 0;
}

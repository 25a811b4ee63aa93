// Any bytes as resources.yaml, and as lists.yaml: no crash, no endless work; faults name a place, and what is
// taken comes back the same from the text that is kept of it.
#include <cstdint>

#include "modules/catalog/lists_yaml.h"
#include "modules/catalog/messages.gen.h"
#include "modules/catalog/resource_json.h"
#include "modules/catalog/resource_yaml.h"
#include "schema/messages.gen.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  static const bool registered = (catalog::register_messages(), schema::register_messages(), true);
  static_cast<void>(registered);
  const auto lists = catalog::parse_lists({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", "fuzz");
  if (!lists.ok()) JW_ASSERT(!render(lists.error(), Language::zh).empty());
  const auto parsed =
      catalog::parse_resources({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", "fuzz");
  if (!parsed.ok()) {
    JW_ASSERT(!render(parsed.error(), Language::zh).empty());
    return 0;
  }
  for (const auto& resource : *parsed) {
    const std::string text = catalog::definition_text(resource);
    const auto again = catalog::parse_definition(text, "kept.yaml", "fuzz");
    if (again.ok()) JW_ASSERT(catalog::definition_text(*again) == text);
  }
  return 0;
}

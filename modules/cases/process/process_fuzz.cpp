// Any bytes as process.yaml: no crash, no endless work; faults name a place, and what is taken comes back the
// same from the text that is kept of it.
#include <cstdint>

#include "engines/rules/messages.gen.h"
#include "modules/cases/messages.gen.h"
#include "modules/cases/process/process_yaml.h"
#include "schema/messages.gen.h"

namespace {

constexpr std::string_view called_rules = R"(rules:
  - {id: r, dialect: jingwei, facts: {a: {type: number}}, logic: {some: [[1], {"<": [{fact: a}, {var: ""}]}]}}
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  static const bool registered =
      (cases::register_messages(), rules::register_messages(), schema::register_messages(), true);
  static_cast<void>(registered);
  const auto parsed =
      cases::parse_processes({reinterpret_cast<const char*>(data), size}, "fuzz.yaml", "fuzz", called_rules);
  if (!parsed.ok()) {
    JW_ASSERT(!render(parsed.error(), Language::zh).empty());
    return 0;
  }
  for (const auto& process : *parsed) {
    const auto again = cases::parse_process_text(process.text, "fuzz");
    if (again.ok()) JW_ASSERT(again->text == process.text);
  }
  return 0;
}

// Any text as a date, a time, a number in words: cleaned or refused with a reason, and what came
// out is taken again as it is.
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/cleaning/numerals.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  using namespace jingwei::ingest;
  static const Zone zone("Asia/Shanghai");
  CleanContext context(Instant{std::chrono::days{18'300}}, zone);
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  for (const CleanType type : {CleanType::date, CleanType::datetime}) {
    const auto field = FieldCleaner::make({.name = "x", .type = type});
    const Cleaned once = field->clean(raw, context);
    JW_ASSERT((once.status == CleanStatus::refused) == (once.refusal != Rule::none));
    if (once.status == CleanStatus::refused || once.status == CleanStatus::empty) continue;
    const Cleaned twice = field->clean(once.text, context);
    JW_ASSERT(twice.status == CleanStatus::clean && twice.text == once.text && twice.integer == once.integer);
  }
  std::string_view rest = raw;
  if (const auto number = take_numeral(rest)) JW_ASSERT(*number >= 0 && rest.size() < raw.size());
  return 0;
}

// Fuzzes every field type: any text is cleaned, empty or refused with a reason, and cleaning twice changes
// nothing more.
#include "modules/ingest/cleaning/cleaning.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei;
  using namespace jingwei::ingest;
  static const Zone zone("Asia/Shanghai");
  CleanContext context(Instant{std::chrono::days{18'300}}, zone);
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  for (int type = 0; type <= static_cast<int>(CleanType::identity_document); ++type) {
    const auto cleaner = FieldCleaner::make({.name = "x", .type = static_cast<CleanType>(type)});
    const Cleaned once = cleaner->clean(raw, context);
    JW_ASSERT((once.status == CleanStatus::refused) == (once.refusal != Rule::none));
    if (once.status == CleanStatus::refused || once.status == CleanStatus::empty) continue;
    const Cleaned twice = cleaner->clean(once.text, context);
    JW_ASSERT(twice.status != CleanStatus::refused && twice.text == once.text);
  }
  return 0;
}

// Any bytes as a list of holidays and as the package's file: no crash; what is taken is written and read back
// the same.
#include <cstdint>

#include "modules/cases/calendar/holiday_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::cases;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(read_holiday_package(bytes).ok());
  const auto days = parse_holidays(bytes);
  if (!days.ok()) return 0;
  const auto again = parse_holidays(write_holidays(*days));
  JW_ASSERT(again.ok());
  JW_ASSERT(*again == *days);
  return 0;
}

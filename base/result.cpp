#include "base/result.h"

#include <array>
#include <cstdio>

namespace jingwei {

std::string_view name_of(ErrorCode code) {
  constexpr std::array<std::string_view, 17> names = {
      "invalid",   "unauthenticated", "denied",      "not_found",      "gone",         "conflict",
      "stale",     "too_large",       "unsupported", "not_acceptable", "rate_limited", "unavailable",
      "exhausted", "cancelled",       "timeout",     "corrupt",        "internal"};
  return names.at(static_cast<std::size_t>(code));
}

std::string Error::to_log() const {
  std::string line(name_of(code));
  line += ' ';
  line += message;
  if (!field.empty()) line += " at " + field;
  if (!detail.empty()) line += ": " + detail;
  return line;
}

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "jingwei: broken assumption %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace jingwei

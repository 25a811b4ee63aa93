#include "engines/linkage/findings.h"

#include <algorithm>

namespace jingwei::linkage {

std::string_view name_of(Warning::Kind kind) {
  constexpr std::array<std::string_view, 9> names = {
      "default_value", "empty_field", "constant_field", "unlike_type", "no_match",
      "equal_rows",    "nothing_telling", "large_cluster", "shared_identifier"};
  return names[static_cast<std::size_t>(kind)];
}

void find_warnings(const Records& records, Linkage& answer) {
  static_cast<void>(records);
  static_cast<void>(answer);
}

}  // namespace jingwei::linkage

#include "modules/ingest/cleaning/clean_rules.h"

#include <array>

namespace jingwei::ingest {

std::string_view message_of(Rule rule) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Rule::count)> ids = {
      "",
#define JINGWEI_RULE_ID(name, id) id,
      JINGWEI_CLEAN_RULES(JINGWEI_RULE_ID)
#undef JINGWEI_RULE_ID
  };
  return ids.at(static_cast<std::size_t>(rule));
}

}  // namespace jingwei::ingest

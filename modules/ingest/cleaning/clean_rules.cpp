#include "modules/ingest/cleaning/clean_rules.h"

#include <array>

namespace jingwei::ingest {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Rule::count)> ids = {
    "",
#define JINGWEI_CHANGE(name, id, field, sent, becomes) id,
#define JINGWEI_REFUSAL(name, id, field, sent)
#include "modules/ingest/cleaning/clean_rules.def"
    "",
#define JINGWEI_CHANGE(name, id, field, sent, becomes)
#define JINGWEI_REFUSAL(name, id, field, sent) id,
#include "modules/ingest/cleaning/clean_rules.def"
};

}  // namespace

std::string_view message_of(Rule rule) {
  return ids.at(static_cast<std::size_t>(rule));
}

Rule rule_named(std::string_view id) {
  for (std::size_t at = 1; at < ids.size(); ++at) {
    if (ids.at(at) == id && !id.empty()) return static_cast<Rule>(at);
  }
  return Rule::none;
}

}  // namespace jingwei::ingest

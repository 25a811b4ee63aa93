// An example of each rule: what is sent, what it becomes. Tests run them, the desk shows them.
#pragma once

#include <span>
#include <string_view>

#include "modules/ingest/cleaning/cleaning.h"

namespace jingwei::ingest {

struct RuleExample {
  Rule rule = Rule::none;
  std::string_view field;  // key of example_field()
  std::string_view sent;
  std::string_view becomes;  // empty when it counts as empty or is refused
};

// One for each rule, in the order of the table.
std::span<const RuleExample> rule_examples();

// The field an example is sent to: "phone", "short_text" (letters A–Z, two to five), "kilograms", …
FieldSpec example_field(std::string_view key);

}  // namespace jingwei::ingest

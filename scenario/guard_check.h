// Guards of a process (JsonLogic): what they read is there, and what they compare it with is something it can
// be. The rules engine answers such a comparison as well, with "no" for ever; so nobody would hear of it.
#pragma once

#include "scenario/cross_checks.h"

namespace jingwei::scenario {

// What one guard may read besides what every case has.
struct GuardFacts {
  const schema::YamlNode& process;
  const schema::YamlNode* form = nullptr;  // the resource that is its form; null: there is none of that id
  const schema::YamlNode* transition = nullptr;  // whose inputs it may read; null: none
};

// What a fact is: "text", "number", "boolean", "date" (also of a moment) or "list"; empty: there is none of
// that name.
std::string type_of_fact(const GuardFacts& facts, std::string_view name);

// Reports facts that there are none of, and comparisons with what a fact never is: a choice that its field
// does not have, a text where the fact is a number. Of calls of rules: rule_call_check.h.
void check_guard(const CrossCheck& check, const GuardFacts& facts, const schema::YamlNode& logic);

}  // namespace jingwei::scenario

// Calls of rules in the guards of a process: {rule: id, with: {fact: JsonLogic}}. What a rule reads must be
// given to it, and be of the type that it declares; how it is put in: modules/cases/process/rule_calls.cpp.
#pragma once

#include "scenario/guard_check.h"

namespace jingwei::scenario {

// Reports rules that the package does not have, facts that the rule does not have, facts of the rule that
// neither `with` nor the case or its form gives (or that both of the latter do), and those given as something
// else than the rule declares. What `with` reads is not looked into: check_guard does.
void check_rule_call(const CrossCheck& check, const GuardFacts& facts, const schema::YamlNode& call);

}  // namespace jingwei::scenario

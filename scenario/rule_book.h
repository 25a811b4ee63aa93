// The rules of packages: compiled, checked by their own examples, worked out.
#pragma once

#include <string>

#include "scenario/checker.h"

namespace jingwei::scenario {

// A YAML value as JSON: numbers, true, false and null where they stand without quotes.
std::string json_of(const schema::YamlNode& node);

// What the rule gives for these facts, as JSON. Errors: not_found "scenario.no_such_rule", and those of
// engines/rules.
Result<std::string> evaluate_rule(const Shelf& shelf, const std::string& rule, const schema::YamlNode& facts);

// Reports rules that do not compile, facts that are none, and examples that do not come out.
void check_rules(const Shelf& shelf, const ParsedPackage& package, schema::YamlFaults& faults);

}  // namespace jingwei::scenario

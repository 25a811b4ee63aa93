// The rules of packages: compiled, checked by their own examples, worked out.
#pragma once

#include <string>

#include "base/clock.h"
#include "scenario/checker.h"

namespace jingwei::scenario {

// A YAML value as JSON: numbers, true, false and null where they stand without quotes.
std::string json_of(const schema::YamlNode& node);

// What the rule gives for these facts at that moment, as JSON. It is worked out in the city of tests: its
// regions (test_regions.jsonl), its zone, and a calendar of Mondays to Fridays, 8:30 to 12:00 and 13:00 to
// 17:30, that knows no holidays. Errors: not_found "scenario.no_such_rule", and those of engines/rules.
Result<std::string> evaluate_rule(const Shelf& shelf, const std::string& rule, const schema::YamlNode& facts,
                                  Instant now);

// Reports rules that do not compile, facts that are none, and examples that do not come out (in the city of
// tests, at the moment that the example says).
void check_rules(const Shelf& shelf, const ParsedPackage& package, schema::YamlFaults& faults);

}  // namespace jingwei::scenario

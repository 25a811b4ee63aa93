// What a rule may read, declared: the ground on which the compiler tells who must be looked at again, and
// when.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jingwei::rules {

enum class FactType : std::uint8_t { any, boolean, number, text, instant, region, list, object };

struct FactField {
  std::string name;
  FactType type = FactType::any;
};

// Where a fact comes from: records of a resource, found from the one who is judged by a relation.
struct FactSource {
  std::string resource;             // id of the resource whose records (or withdrawals) change the fact
  std::vector<std::string> fields;  // fields of it that are read; empty: any
  std::string relation = "self";  // how a record leads to whom it concerns: "self", "household", "venue", …
};

// A named value of the data a rule is given: `name` is a member of its root.
struct Fact {
  std::string name;
  FactType type = FactType::any;
  std::vector<FactField> fields;  // of an object, or of the items of a list; empty: not checked
  std::vector<FactSource> sources;
};

// A fact that a rule reads, with the fields of it, sorted; no fields: the whole.
struct FactUse {
  std::string fact;
  std::vector<std::string> fields;
};

}  // namespace jingwei::rules

// The inside of a compiled rule. Inner header of engines/rules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engines/rules/arena.h"
#include "engines/rules/program.h"
#include "engines/rules/value.h"

namespace jingwei::rules {

// One step of a path. `index` is what the name says as a number, or -1.
struct PathStep {
  std::string_view name;
  std::int64_t index = -1;
};

// Operands are children[first, first + count). For variable, fact and clock_text `extra` and `extra_count`
// are steps; for constant `extra` is the constant; for strict_plus_time 1 when its operand is the clock. What
// takes a unit keeps it in `unit`.
struct Node {
  Op op = Op::constant;
  Unit unit = Unit::day;
  std::uint16_t count = 0;
  std::uint32_t first = 0;
  std::uint32_t extra = 0;
  std::uint32_t extra_count = 0;
};

// What errors and traces tell of a node.
struct NodePlace {
  std::string pointer;             // JSON pointer in the rule
  std::string_view operator_name;  // empty for constants and lists
  std::uint32_t parent = 0;
  int line = 0;
  int column = 0;
};

struct ProgramParts {
  Dialect dialect = Dialect::jingwei;
  std::string file;
  Arena arena;  // texts, constants
  std::vector<Node> nodes;
  std::vector<NodePlace> places;  // as nodes
  std::vector<std::uint32_t> children;
  std::vector<PathStep> steps;
  std::vector<Value> constants;
  std::uint32_t root = 0;
  std::vector<std::string> paths;
  std::vector<FactUse> facts;
  std::vector<Waking> wakings;
  bool reads_clock = false;
};

// Fills `facts` and `wakings` and adds the faults of reads that no declared fact covers.
void check_facts(ProgramParts& parts, std::span<const Fact> facts, std::vector<Error>& faults);

// The error's arguments path and place, and its field.
Error placed(Error error, const NodePlace& at, const std::string& file);

}  // namespace jingwei::rules

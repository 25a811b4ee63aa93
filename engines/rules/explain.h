// A trace in words.
#pragma once

#include <string>
#include <vector>

#include "base/messages.h"
#include "engines/rules/evaluator.h"

namespace jingwei::rules {

// One line of an explanation.
struct Reason {
  std::uint32_t depth = 0;
  std::string path;       // JSON pointer in the rule
  std::string sentence;   // "age (17) is at least 18: no"
  bool decisive = false;  // the answer hangs on it
};

// Every step of a trace, in the order of the rule. Only before the evaluator's next evaluation.
// The sentences repeat data: show them only to those who may see these.
std::vector<Reason> explain(const Program& program, const Trace& trace, Language language);

// Only the decisive ends: why the answer is what it is, in a few lines.
std::vector<std::string> because(const Program& program, const Trace& trace, Language language);

// What a node says in one line, such as "plusTime(payload.v.0.dt, 14, day)".
std::string describe(const Program& program, std::uint32_t node);

}  // namespace jingwei::rules

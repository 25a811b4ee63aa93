// A rule, compiled: checked once, worked out as often as one likes (engines/rules/evaluator.h).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engines/rules/fact.h"
#include "engines/rules/operators.h"
#include "engines/rules/syntax.h"

namespace jingwei::rules {

struct ProgramParts;  // engines/rules/program_parts.h

struct CompileOptions {
  Dialect dialect = Dialect::jingwei;
  std::string file;             // name that errors tell; may be empty
  std::span<const Fact> facts;  // jingwei: all a rule may read at its root; none declared: nothing is checked
  // The member of the data that holds the time of the evaluation as a text (certlogic). Only with it can
  // `may_change_at` be told for CertLogic rules.
  std::string clock = "external.validationClock";
};

// Who must be judged again when a record of `resource` arrives, changes or is withdrawn.
struct Waking {
  std::string resource;
  std::string relation;
  std::vector<std::string> fields;  // sorted; empty: any change
};

// An immutable value, shared between copies; thread-safe.
class Program {
 public:
  explicit Program(std::shared_ptr<const ProgramParts> parts);
  ~Program();
  Program(const Program&);
  Program& operator=(const Program&);

  Dialect dialect() const;
  // Paths of the data it reads, as written (`payload.v.0.dt`), sorted, each once.
  const std::vector<std::string>& paths() const;
  // Declared facts it reads, by name.
  const std::vector<FactUse>& facts() const;
  // What wakes it, from the sources of those facts; by resource and relation.
  const std::vector<Waking>& woken_by() const;
  // The relations along which those concerned by a changed record are found; empty: nobody. `changed` are the
  // fields that differ; empty: the record is new or gone.
  std::vector<std::string> concerned(std::string_view resource, std::span<const std::string> changed) const;
  // True when its answer may change as time goes by while the data stay.
  bool reads_clock() const;

  const ProgramParts& parts() const { return *parts_; }

 private:
  std::shared_ptr<const ProgramParts> parts_;
};

// Compiles a rule. Errors: invalid; `causes` holds every fault (at most limits::issues), each with `field` as
// the JSON pointer of the part at fault and the arguments `path` and `place` (file:line:column where known);
// the error itself repeats the first one. Ids: rules.not_expression, rules.not_integer, rules.one_key,
// rules.not_operation, rules.unknown_operator, rules.variable_form, rules.path_form, rules.operands,
// rules.amount_form, rules.unit_form, rules.unknown_fact, rules.unknown_field,
// rules.fact_is_no_list, rules.name_form, rules.too_many_nodes, rules.too_deep.
Result<Program> compile(const Syntax& rule, const CompileOptions& options = {});
// The same from JSON text; also the errors of parse_syntax.
Result<Program> compile(std::string_view json, const CompileOptions& options = {});

}  // namespace jingwei::rules

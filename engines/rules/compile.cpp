#include <algorithm>
#include <charconv>
#include <set>

#include "engines/rules/program.h"
#include "engines/rules/program_parts.h"

namespace jingwei::rules {

namespace {

std::string pointer_step(std::string_view name) {
  std::string step = "/";
  for (const char c : name) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::string operands_wanted(const Operator& known) {
  if (known.least == known.most) return std::to_string(known.least);
  if (known.most < 0) return "≥ " + std::to_string(known.least);
  return std::to_string(known.least) + "–" + std::to_string(known.most);
}

// The whole number a path's step begins with, as JavaScript's parseInt has it; -1 when there is none.
std::int64_t index_of(std::string_view name, Dialect dialect) {
  std::int64_t index = 0;
  const auto done = std::from_chars(name.data(), name.data() + name.size(), index);
  if (done.ec != std::errc() || done.ptr == name.data() || index < 0) return -1;
  if (dialect == Dialect::jingwei && done.ptr != name.data() + name.size()) return -1;
  return index;
}

class Compiler {
 public:
  explicit Compiler(const CompileOptions& options) : options_(options) {
    parts_->dialect = options.dialect;
    parts_->file = options.file;
  }

  Result<Program> run(const Syntax& rule) {
    parts_->root = expression(rule, "", 0, 0);
    if (faults_.empty()) check_facts(*parts_, options_.facts, faults_);
    if (!faults_.empty()) {
      Error first = faults_.front();
      first.causes = std::move(faults_);
      return first;
    }
    parts_->paths.assign(paths_.begin(), paths_.end());
    return Program(parts_);
  }

 private:
  bool strict() const { return options_.dialect == Dialect::certlogic; }

  void fault(const Syntax& at, const std::string& pointer, Error error) {
    if (faults_.size() >= limits::issues) return;
    NodePlace place;
    place.pointer = pointer;
    place.line = at.line;
    place.column = at.column;
    faults_.push_back(placed(std::move(error), place, options_.file));
  }

  std::uint32_t add(const Syntax& at, const std::string& pointer, std::uint32_t parent, Node node,
                    std::string_view operator_name = {}) {
    parts_->nodes.push_back(node);
    parts_->places.push_back({pointer, operator_name, parent, at.line, at.column});
    return static_cast<std::uint32_t>(parts_->nodes.size() - 1);
  }

  std::uint32_t constant(const Syntax& at, const std::string& pointer, std::uint32_t parent,
                         const Value& value) {
    Node node;
    node.extra = static_cast<std::uint32_t>(parts_->constants.size());
    parts_->constants.push_back(value);
    return add(at, pointer, parent, node);
  }

  std::uint32_t expression(const Syntax& rule, const std::string& pointer, std::uint32_t parent, int depth) {
    if (depth > limits::rule_depth || parts_->nodes.size() >= limits::rule_nodes) {
      if (!full_) {
        const bool deep = depth > limits::rule_depth;
        fault(rule, pointer,
              Error(ErrorCode::invalid, deep ? "rules.too_deep" : "rules.too_many_nodes")
                  .with("most",
                        std::to_string(deep ? limits::rule_depth : static_cast<int>(limits::rule_nodes))));
      }
      full_ = true;
      return 0;
    }
    switch (rule.kind) {
      case Syntax::Kind::null:
        if (strict()) fault(rule, pointer, Error(ErrorCode::invalid, "rules.not_expression"));
        return constant(rule, pointer, parent, Value());
      case Syntax::Kind::boolean:
        return constant(rule, pointer, parent, Value::boolean(rule.boolean));
      case Syntax::Kind::integer:
        return constant(rule, pointer, parent, Value::integer(rule.integer));
      case Syntax::Kind::number:
        if (strict()) fault(rule, pointer, Error(ErrorCode::invalid, "rules.not_integer"));
        return constant(rule, pointer, parent, Value::number(rule.number));
      case Syntax::Kind::text:
        return constant(rule, pointer, parent, Value::text(parts_->arena.keep(rule.text)));
      case Syntax::Kind::list:
        return list(rule, pointer, parent, depth);
      case Syntax::Kind::object:
        return operation(rule, pointer, parent, depth);
    }
    return 0;
  }

  // Children are worked out first, then entered side by side.
  void children(Node& node, const std::vector<std::uint32_t>& operands) {
    node.first = static_cast<std::uint32_t>(parts_->children.size());
    node.count = static_cast<std::uint16_t>(operands.size());
    parts_->children.insert(parts_->children.end(), operands.begin(), operands.end());
  }

  std::uint32_t list(const Syntax& rule, const std::string& pointer, std::uint32_t parent, int depth) {
    const std::uint32_t self = add(rule, pointer, parent, Node{.op = Op::list});
    std::vector<std::uint32_t> operands;
    bool all_constant = true;
    for (std::size_t i = 0; i < rule.items.size(); ++i) {
      operands.push_back(expression(rule.items[i], pointer + "/" + std::to_string(i), self, depth + 1));
      all_constant = all_constant && parts_->nodes[operands.back()].op == Op::constant;
    }
    if (full_) return self;
    if (all_constant) {
      auto items = parts_->arena.take<Value>(operands.size());
      for (std::size_t i = 0; i < items.size(); ++i)
        items[i] = parts_->constants[parts_->nodes[operands[i]].extra];
      Node& node = parts_->nodes[self];
      node.op = Op::constant;
      node.extra = static_cast<std::uint32_t>(parts_->constants.size());
      parts_->constants.push_back(Value::list(items));
      return self;
    }
    children(parts_->nodes[self], operands);
    return self;
  }

  std::uint32_t operation(const Syntax& rule, const std::string& pointer, std::uint32_t parent, int depth) {
    if (rule.members.size() != 1) {
      fault(rule, pointer,
            Error(ErrorCode::invalid, "rules.one_key").with("count", std::to_string(rule.members.size())));
      return 0;
    }
    const auto& [name, operand] = rule.members.front();
    if (name == "var" || (name == "fact" && !strict()))
      return variable(rule, name, operand, pointer, parent, depth);
    const bool list = operand.kind == Syntax::Kind::list;
    if (!list && strict()) {
      fault(rule, pointer, Error(ErrorCode::invalid, "rules.not_operation").with("called", name));
      return 0;
    }
    const Operator* const known = find_operator(options_.dialect, name);
    if (!known) {
      const auto nearest = nearest_operator(options_.dialect, name);
      Error error(ErrorCode::invalid,
                  nearest.empty() ? "rules.unknown_operator" : "rules.unknown_operator_near");
      error.arguments.emplace_back("called", name);
      if (!nearest.empty()) error.arguments.emplace_back("nearest", nearest);
      fault(rule, pointer, std::move(error));
      return 0;
    }
    // {"!": {"var": "x"}} is {"!": [{"var": "x"}]}.
    const std::size_t count = list ? operand.items.size() : 1;
    if (count < static_cast<std::size_t>(known->least) ||
        (known->most >= 0 && count > static_cast<std::size_t>(known->most)) || count > 60'000) {
      fault(rule, pointer,
            Error(ErrorCode::invalid, "rules.operands")
                .with("called", name)
                .with("wanted", operands_wanted(*known))
                .with("count", std::to_string(count)));
    }
    return known_operation(rule, *known, operand, pointer, parent, depth);
  }

  std::uint32_t known_operation(const Syntax& rule, const Operator& known, const Syntax& operand,
                                const std::string& pointer, std::uint32_t parent, int depth) {
    const bool list = operand.kind == Syntax::Kind::list;
    const std::uint32_t self = add(rule, pointer, parent, Node{.op = known.op}, known.name);
    const std::string below = pointer + pointer_step(known.name);
    std::vector<std::uint32_t> operands;
    const std::size_t count = list ? operand.items.size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
      const Syntax& part = list ? operand.items[i] : operand;
      const std::string at = list ? below + "/" + std::to_string(i) : below;
      if (takes_unit(known.op, i)) {
        Unit unit = Unit::day;
        if (part.kind != Syntax::Kind::text || !find_unit(options_.dialect, part.text, unit) ||
            !unit_fits(known.op, unit))
          fault(strict() ? rule : part, strict() ? pointer : at,
                Error(ErrorCode::invalid, "rules.unit_form").with("called", std::string(known.name)));
        parts_->nodes[self].unit = unit;
        continue;
      }
      if (strict() && takes_integer(known.op, i) && part.kind != Syntax::Kind::integer) {
        fault(rule, pointer,
              Error(ErrorCode::invalid, "rules.amount_form").with("called", std::string(known.name)));
        continue;
      }
      if (takes_name(known.op, i) && part.kind != Syntax::Kind::text) {
        fault(part, at, Error(ErrorCode::invalid, "rules.name_form").with("called", std::string(known.name)));
        continue;
      }
      const bool lambda = known.lambda == static_cast<int>(i);
      lambdas_ += lambda ? 1 : 0;
      operands.push_back(expression(part, at, self, depth + 1));
      lambdas_ -= lambda ? 1 : 0;
    }
    if (full_) return self;
    children(parts_->nodes[self], operands);
    if (known.op == Op::strict_plus_time && !operands.empty()) follow_clock(self, operands.front());
    if (known.op == Op::now || known.op == Op::age || known.op == Op::within) parts_->reads_clock = true;
    return self;
  }

  static bool takes_unit(Op op, std::size_t i) {
    const bool third = op == Op::strict_plus_time || op == Op::plus_time || op == Op::elapsed ||
                       op == Op::within || op == Op::plus_working_time || op == Op::working_time;
    return third && i == 2;
  }
  static bool unit_fits(Op op, Unit unit) {
    if (op != Op::plus_working_time && op != Op::working_time) return true;
    return unit == Unit::day || unit == Unit::hour || unit == Unit::minute;
  }
  static bool takes_integer(Op op, std::size_t i) {
    return (op == Op::strict_plus_time || op == Op::extract_uvci) && i == 1;
  }
  static bool takes_name(Op op, std::size_t i) {
    return (op == Op::within && i == 3) || ((op == Op::earliest || op == Op::latest) && i == 1);
  }

  // A clock that plusTime reads as an instant is followed exactly; one that is read as a text changes at
  // once.
  void follow_clock(std::uint32_t plus_time, std::uint32_t operand) {
    if (parts_->nodes[operand].op != Op::clock_text) return;
    parts_->nodes[operand].op = Op::variable;
    parts_->nodes[plus_time].extra = 1;
  }

  std::uint32_t variable(const Syntax& rule, const std::string& name, const Syntax& operand,
                         const std::string& pointer, std::uint32_t parent, int depth) {
    const Syntax* path = &operand;
    const Syntax* otherwise = nullptr;
    if (!strict() && operand.kind == Syntax::Kind::list && !operand.items.empty() &&
        operand.items.size() <= 2) {
      path = &operand.items[0];
      if (operand.items.size() == 2) otherwise = &operand.items[1];
    }
    std::string text = path->text;
    if (!strict() && path->kind == Syntax::Kind::integer && path->integer >= 0) {
      text = std::to_string(path->integer);
    } else if (path->kind != Syntax::Kind::text) {
      fault(rule, pointer, Error(ErrorCode::invalid, "rules.variable_form").with("called", name));
      return 0;
    }
    const bool rooted = name == "fact" || lambdas_ == 0;
    Node node;
    node.op = name == "fact" ? Op::fact : Op::variable;
    node.extra = static_cast<std::uint32_t>(parts_->steps.size());
    if (!steps(text, node)) {
      fault(rule, pointer, Error(ErrorCode::invalid, "rules.path_form").with("path_text", text));
      return 0;
    }
    if (rooted) paths_.insert(text);
    if (rooted && !options_.clock.empty() && text == options_.clock && strict()) {
      node.op = Op::clock_text;
      parts_->reads_clock = true;
    }
    const std::uint32_t self = add(rule, pointer, parent, node, name == "fact" ? "fact" : "var");
    if (otherwise) {
      const std::uint32_t other =
          expression(*otherwise, pointer + pointer_step(name) + "/1", self, depth + 1);
      children(parts_->nodes[self], {other});
    }
    return self;
  }

  bool steps(std::string_view text, Node& node) {
    if (text.empty()) return true;
    const std::string_view kept = parts_->arena.keep(text);
    std::size_t from = 0;
    while (from <= kept.size()) {
      const std::size_t dot = std::min(kept.find('.', from), kept.size());
      const std::string_view step = kept.substr(from, dot - from);
      if (step.empty()) return false;
      parts_->steps.push_back({step, index_of(step, options_.dialect)});
      ++node.extra_count;
      from = dot + 1;
    }
    return true;
  }

  const CompileOptions& options_;
  std::shared_ptr<ProgramParts> parts_ = std::make_shared<ProgramParts>();
  std::vector<Error> faults_;
  std::set<std::string> paths_;
  int lambdas_ = 0;
  bool full_ = false;
};

}  // namespace

Error placed(Error error, const NodePlace& at, const std::string& file) {
  error.field = at.pointer;
  error.arguments.emplace_back("path", at.pointer.empty() ? "/" : at.pointer);
  Syntax where;
  where.line = at.line;
  where.column = at.column;
  std::string place = place_of(where, file);
  error.arguments.emplace_back("place", place.empty() ? (at.pointer.empty() ? "/" : at.pointer) : place);
  return error;
}

Program::Program(std::shared_ptr<const ProgramParts> parts) : parts_(std::move(parts)) {}
Program::~Program() = default;
Program::Program(const Program&) = default;
Program& Program::operator=(const Program&) = default;

Dialect Program::dialect() const {
  return parts_->dialect;
}
const std::vector<std::string>& Program::paths() const {
  return parts_->paths;
}
const std::vector<FactUse>& Program::facts() const {
  return parts_->facts;
}
const std::vector<Waking>& Program::woken_by() const {
  return parts_->wakings;
}
bool Program::reads_clock() const {
  return parts_->reads_clock;
}

std::vector<std::string> Program::concerned(std::string_view resource,
                                            std::span<const std::string> changed) const {
  std::vector<std::string> relations;
  for (const auto& waking : parts_->wakings) {
    if (waking.resource != resource) continue;
    const bool touches = changed.empty() || waking.fields.empty() ||
                         std::any_of(changed.begin(), changed.end(), [&](const std::string& field) {
                           return std::binary_search(waking.fields.begin(), waking.fields.end(), field);
                         });
    if (touches) relations.push_back(waking.relation);
  }
  return relations;
}

Result<Program> compile(const Syntax& rule, const CompileOptions& options) {
  return Compiler(options).run(rule);
}

Result<Program> compile(std::string_view json, const CompileOptions& options) {
  JW_ASSIGN(const Syntax rule, parse_syntax(json, options.file));
  return compile(rule, options);
}

}  // namespace jingwei::rules

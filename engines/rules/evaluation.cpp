#include "engines/rules/evaluation.h"

#include <algorithm>

namespace jingwei::rules {

Evaluation::Evaluation(const ProgramParts& program, const Value& data, const Surroundings& with, Arena& arena,
                       std::vector<Motion>& motions)
    : program_(program),
      with_(with),
      arena_(arena),
      motions_(motions),
      root_(data),
      scope_(data),
      trace_(with.trace),
      fuel_(with.fuel),
      now_(with.now) {
  if (trace_) *trace_ = {};
  if (program.dialect == Dialect::certlogic) tick_ = std::chrono::milliseconds(1);
  if (with.watch_clock) motions_.push_back({});  // 1: the clock
}

void Evaluation::finish(const Value& result) {
  if (error_) return;
  escape(result);
  // What is built of shared parts may be far larger than what it was built of; whoever writes it down pays
  // here.
  std::vector<Value> open{result};
  while (!open.empty()) {
    const Value value = open.back();
    open.pop_back();
    if (!burn(1, program_.root)) return;
    if (value.kind() == Kind::list) {
      for (const auto& item : value.as_list()) {
        if (item.depth() > 0 && !burn(1, program_.root)) return;
        if (item.depth() > 0) open.push_back(item);
      }
    } else if (value.kind() == Kind::object) {
      for (const auto& member : value.as_object()) {
        if (member.value.depth() > 0 && !burn(1, program_.root)) return;
        if (member.value.depth() > 0) open.push_back(member.value);
      }
    }
  }
}

Value Evaluation::fail(Id id, const char* message, ErrorCode code) {
  if (!error_) error_ = placed(Error(code, message), program_.places[id], program_.file);
  return {};
}

Value Evaluation::fail_on(Id id, const char* message, const Value& value) {
  if (error_) return {};
  fail(id, message);
  error_->arguments.emplace_back("called", program_.places[id].operator_name);
  // Data may be personal: the error says what kind of thing stands there, not what it is.
  error_->arguments.emplace_back("kind", name_of(value.kind()));
  return {};
}

bool Evaluation::burn(std::size_t steps, Id id) {
  fuel_ -= static_cast<std::int64_t>(steps);
  if (fuel_ >= 0) return true;
  fail(id, "rules.out_of_fuel", ErrorCode::exhausted);
  return false;
}

Value Evaluation::traced(Id id) {
  if (program_.nodes[id].op == Op::constant) return work_out(id);
  if (trace_->steps.size() >= limits::trace_steps) {
    trace_->cut = true;
    return work_out(id);
  }
  const std::size_t at = trace_->steps.size();
  trace_->steps.push_back({id, depth_, {}, false});
  ++depth_;
  const Value value = work_out(id);
  --depth_;
  trace_->steps[at].value = value;
  trace_->steps[at].done = !failed();
  return value;
}

Value Evaluation::work_out(Id id) {
  const Node& node = program_.nodes[id];
  switch (node.op) {
    case Op::constant:
      return program_.constants[node.extra];
    case Op::variable:
    case Op::clock_text:
    case Op::fact:
      return read(id, node);
    case Op::list: {
      auto items = arena_.take<Value>(node.count);
      for (std::size_t i = 0; i < items.size(); ++i) {
        items[i] = operand(node, i);
        escape(items[i]);
      }
      return make_list(items, id);
    }
    case Op::branch:
      return branch(node, id);
    case Op::conjunction:
      return conjunction(node, id);
    case Op::negation: {
      const Value value = operand(node, 0);
      return Value::boolean(!truth(value, id));
    }
    default:
      break;
  }
  if (node.op <= Op::strict_birth_date) return strict_operation(id, node);
  if (node.op <= Op::differs) return logic_operation(id, node);
  if (node.op <= Op::greater_equal) return compare(id, node);
  if (node.op <= Op::not_before) return compare_dates(id, node);
  if (node.op <= Op::floor) return number_operation(id, node);
  if (node.op <= Op::distinct) return list_operation(id, node);
  return time_operation(id, node);
}

// Steps into data. A step that leads nowhere gives null.
Value Evaluation::drill(Value from, const Node& node) const {
  for (std::uint32_t i = 0; i < node.extra_count; ++i) {
    const PathStep& step = program_.steps[node.extra + i];
    if (from.kind() == Kind::object) {
      const Value* const found = from.find(step.name);
      if (!found) return {};
      from = *found;
    } else if (from.kind() == Kind::list && step.index >= 0 &&
               static_cast<std::size_t>(step.index) < from.as_list().size()) {
      from = from.as_list()[static_cast<std::size_t>(step.index)];
    } else {
      return {};
    }
  }
  return from;
}

Value Evaluation::read(Id, const Node& node) {
  const Value value = drill(node.op == Op::fact ? root_ : scope_, node);
  if (node.op == Op::clock_text && with_.watch_clock) {
    if (const auto at =
            value.kind() == Kind::text ? parse_date_time(value.as_text(), Partial::allowed) : std::nullopt)
      now_ = *at;
    watch_at_once();
  }
  if (value.is_null() && node.count > 0) return operand(node, 0);
  return value;
}

bool Evaluation::truth(const Value& value, Id id) {
  const auto known = truth_of(value);
  if (known) return *known;
  if (program_.dialect == Dialect::jingwei) return true;
  fail_on(id, "rules.no_truth", value);
  return false;
}

Value Evaluation::make_list(std::span<const Value> items, Id id) {
  const Value list = Value::list(items);
  return list.depth() > built_depth ? fail(id, "rules.value_too_deep") : list;
}

Value Evaluation::make_object(std::span<const Member> members, Id id) {
  const Value object = Value::object(members);
  return object.depth() > built_depth ? fail(id, "rules.value_too_deep") : object;
}

// As equal(), with every part paid for.
bool Evaluation::same(const Value& left, const Value& right, Id id) {
  escape(left);
  escape(right);
  if (left.kind() != right.kind() || left.depth() == 0) return equal(left, right);
  if (left.kind() == Kind::list) {
    const auto a = left.as_list();
    const auto b = right.as_list();
    if (a.size() != b.size() || !burn(a.size() + 1, id)) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same(a[i], b[i], id)) return false;
    }
    return true;
  }
  const auto members = left.as_object();
  if (members.size() != right.as_object().size() || !burn(members.size() * members.size() / 8 + 1, id))
    return false;
  for (const auto& member : members) {
    const Value* const other = right.find(member.name);
    if (!other || !same(member.value, *other, id)) return false;
  }
  return true;
}

// if, then, [if, then,] else; without an else: null.
Value Evaluation::branch(const Node& node, Id id) {
  std::size_t i = 0;
  for (; i + 1 < node.count; i += 2) {
    const bool chosen = truth(operand(node, i), id);
    if (failed()) return {};
    if (chosen) return operand(node, i + 1);
  }
  return i < node.count ? operand(node, i) : Value();
}

Value Evaluation::conjunction(const Node& node, Id id) {
  Value last = Value::boolean(true);
  for (std::size_t i = 0; i < node.count; ++i) {
    last = operand(node, i);
    if (!truth(last, id)) return last;
  }
  return last;
}

// The named values that are null or "".
Value Evaluation::missing(const Node& node, Id id) {
  auto found = arena_.take<Value>(node.count);
  std::size_t count = 0;
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value name = operand(node, i);
    if (name.kind() != Kind::text) return failed() ? Value() : fail_on(id, "rules.not_a_text", name);
    Value at = scope_;
    std::string_view rest = name.as_text();
    while (!rest.empty() && !at.is_null()) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      const Value* const next = at.find(rest.substr(0, dot));
      at = next ? *next : Value();
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    if (at.is_null() || (at.kind() == Kind::text && at.as_text().empty())) found[count++] = name;
  }
  return make_list(found.first(count), id);
}

Value Evaluation::in_list(const Node& node, Id id) {
  const Value wanted = operand(node, 0);
  const Value where = operand(node, 1);
  if (failed() || where.is_null()) return Value::boolean(false);
  if (where.kind() == Kind::text) {
    if (wanted.is_null()) return Value::boolean(false);
    if (wanted.kind() != Kind::text) return fail_on(id, "rules.not_a_text", wanted);
    if (!burn(where.as_text().size() / 64, id)) return {};
    return Value::boolean(where.as_text().find(wanted.as_text()) != std::string_view::npos);
  }
  if (where.kind() != Kind::list) return fail_on(id, "rules.not_a_list", where);
  if (!burn(where.as_list().size() / 8, id)) return {};
  for (const auto& item : where.as_list()) {
    if (same(wanted, item, id)) return Value::boolean(true);
  }
  return Value::boolean(false);
}

Value Evaluation::joined(const Node& node, Id id) {
  std::string text;
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value part = operand(node, i);
    escape(part);
    if (part.is_null()) continue;
    if (part.depth() > 0) return fail_on(id, "rules.not_a_text", part);
    if (part.kind() == Kind::text) {
      text += part.as_text();
    } else if (part.kind() == Kind::instant) {
      const std::string quoted = to_json(part);
      text += quoted.substr(1, quoted.size() - 2);
    } else {
      text += to_json(part);
    }
    if (text.size() > limits::text_bytes) return fail(id, "rules.text_too_long");
  }
  if (!burn(text.size() / 64, id)) return {};
  return Value::text(arena_.keep(text));
}

Value Evaluation::logic_operation(Id id, const Node& node) {
  switch (node.op) {
    case Op::missing:
      return missing(node, id);
    case Op::disjunction: {
      Value last = Value::boolean(false);
      for (std::size_t i = 0; i < node.count; ++i) {
        last = operand(node, i);
        if (truth(last, id)) return last;
      }
      return last;
    }
    case Op::truth:
      return Value::boolean(truth(operand(node, 0), id));
    case Op::same:
    case Op::differs: {
      const Value left = operand(node, 0);
      const Value right = operand(node, 1);
      const bool equals = same(left, right, id);
      return failed() ? Value() : Value::boolean(equals == (node.op == Op::same));
    }
    default:
      return fail(id, "rules.unknown_operator");
  }
}

}  // namespace jingwei::rules

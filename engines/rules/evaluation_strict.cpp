// CertLogic's own operators: integers, date-times, and errors for everything else.
#include <algorithm>

#include "engines/rules/evaluation.h"

namespace jingwei::rules {

namespace {

bool in_order(Op op, std::int64_t left, std::int64_t right) {
  switch (op) {
    case Op::strict_less:
    case Op::strict_before:
      return left < right;
    case Op::strict_less_equal:
    case Op::strict_not_after:
      return left <= right;
    case Op::strict_greater:
    case Op::strict_after:
      return left > right;
    default:
      return left >= right;
  }
}

// The fragment of a vaccination certificate's identifier (UVCI), as CertLogic counts them.
Value fragment_of(std::string_view text, std::int64_t wanted) {
  constexpr std::string_view prefix = "URN:UVCI:";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  for (std::int64_t i = 0;; ++i) {
    const std::size_t end = std::min(text.find_first_of("/#:"), text.size());
    if (i == wanted) return Value::text(text.substr(0, end));
    if (end == text.size()) return {};
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Value Evaluation::strict_compare(Id id, const Node& node) {
  std::int64_t values[3] = {};
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value value = operand(node, i);
    if (value.kind() != Kind::integer) return failed() ? Value() : fail_on(id, "rules.not_an_integer", value);
    values[i] = value.as_integer();
  }
  bool holds = in_order(node.op, values[0], values[1]);
  if (node.count == 3) holds = holds && in_order(node.op, values[1], values[2]);
  return Value::boolean(holds);
}

Value Evaluation::strict_compare_dates(Id id, const Node& node) {
  Value values[3];
  for (std::size_t i = 0; i < node.count; ++i) {
    values[i] = operand(node, i);
    if (values[i].kind() != Kind::instant)
      return failed() ? Value() : fail_on(id, "rules.not_a_date", values[i]);
  }
  bool holds = true;
  for (std::size_t i = 0; i + 1 < node.count && holds; ++i) {
    holds = in_order(node.op, to_micros(values[i].as_instant()), to_micros(values[i + 1].as_instant()));
    watch_order(values[i], values[i + 1]);
  }
  return Value::boolean(holds);
}

Value Evaluation::strict_plus_time(Id id, const Node& node) {
  const Value date = operand(node, 0);
  if (date.kind() != Kind::text) return failed() ? Value() : fail_on(id, "rules.not_a_text", date);
  const auto from = parse_date_time(date.as_text(), Partial::allowed);
  if (!from) return fail_on(id, "rules.not_a_date", date);
  const std::int64_t amount = operand(node, 1).as_integer();
  const auto to = plus_running_over(*from, amount, node.unit);
  if (!to) return fail(id, "rules.date_range");
  if (node.extra == 0 || motions_.empty()) return Value::instant(*to);
  now_ = *from;
  return moved(*to, 1, Motion::Kind::running_over, node.unit, amount);
}

Value Evaluation::strict_operation(Id id, const Node& node) {
  switch (node.op) {
    case Op::strict_identical: {
      const Value left = operand(node, 0);
      const Value right = operand(node, 1);
      return Value::boolean(left.identical(right));
    }
    case Op::strict_less:
    case Op::strict_less_equal:
    case Op::strict_greater:
    case Op::strict_greater_equal:
      return strict_compare(id, node);
    case Op::strict_before:
    case Op::strict_not_after:
    case Op::strict_after:
    case Op::strict_not_before:
      return strict_compare_dates(id, node);
    case Op::strict_in: {
      const Value wanted = operand(node, 0);
      const Value list = operand(node, 1);
      if (list.kind() != Kind::list) return failed() ? Value() : fail_on(id, "rules.not_a_list", list);
      if (!burn(list.as_list().size() / 8, id)) return {};
      for (const auto& item : list.as_list()) {
        if (wanted.identical(item)) return Value::boolean(true);
      }
      return Value::boolean(false);
    }
    case Op::strict_plus: {
      const Value left = operand(node, 0);
      const Value right = operand(node, 1);
      if (failed()) return {};
      if (left.kind() != Kind::integer) return fail_on(id, "rules.not_an_integer", left);
      if (right.kind() != Kind::integer) return fail_on(id, "rules.not_an_integer", right);
      std::int64_t sum = 0;
      if (__builtin_add_overflow(left.as_integer(), right.as_integer(), &sum))
        return Value::number(left.as_number() + right.as_number());
      return Value::integer(sum);
    }
    case Op::strict_plus_time:
      return strict_plus_time(id, node);
    case Op::strict_reduce:
    case Op::reduce:
      return reduce(id, node);
    case Op::extract_uvci: {
      const Value text = operand(node, 0);
      const Value index = operand(node, 1);
      if (failed()) return {};
      if (index.kind() != Kind::integer) return fail_on(id, "rules.not_an_integer", index);
      if (text.is_null() || index.as_integer() < 0) return {};
      if (text.kind() != Kind::text) return fail_on(id, "rules.not_a_text", text);
      return burn(text.as_text().size() / 64, id) ? fragment_of(text.as_text(), index.as_integer()) : Value();
    }
    case Op::strict_birth_date:
    case Op::birth_date: {
      const Value text = operand(node, 0);
      if (text.is_null() && node.op == Op::birth_date) return {};
      if (text.kind() != Kind::text) return failed() ? Value() : fail_on(id, "rules.not_a_text", text);
      const auto date = parse_birth_date(text.as_text());
      return date ? Value::instant(*date) : fail_on(id, "rules.not_a_date", text);
    }
    case Op::plus_time:
      return plus(id, node);
    default:
      return fail(id, "rules.unknown_operator");
  }
}

}  // namespace jingwei::rules

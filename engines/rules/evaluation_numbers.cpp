// Numbers and their order. What is not known (null) makes arithmetic null and comparisons false.
#include <algorithm>
#include <cmath>

#include "engines/rules/evaluation.h"

namespace jingwei::rules {

namespace {

bool fits(Op op, int order) {
  switch (op) {
    case Op::less:
    case Op::before:
      return order < 0;
    case Op::less_equal:
    case Op::not_after:
      return order <= 0;
    case Op::greater:
    case Op::after:
      return order > 0;
    default:
      return order >= 0;
  }
}

// Null when the result is no number (as of a division by zero) or beyond what a double holds.
Value finite(double number) {
  return std::isfinite(number) ? Value::number(number) : Value();
}

Value whole_or_not(Op op, const Value& left, const Value& right) {
  if (left.kind() == Kind::integer && right.kind() == Kind::integer) {
    const std::int64_t a = left.as_integer();
    const std::int64_t b = right.as_integer();
    std::int64_t result = 0;
    bool fitted = false;
    if (op == Op::plus) fitted = !__builtin_add_overflow(a, b, &result);
    if (op == Op::minus) fitted = !__builtin_sub_overflow(a, b, &result);
    if (op == Op::times) fitted = !__builtin_mul_overflow(a, b, &result);
    if (op == Op::remainder && b == 0) return {};
    if (op == Op::remainder) {
      result = b == -1 ? 0 : a % b;
      fitted = true;
    }
    if (fitted) return Value::integer(result);
  }
  const double a = left.as_number();
  const double b = right.as_number();
  switch (op) {
    case Op::plus:
      return finite(a + b);
    case Op::minus:
      return finite(a - b);
    case Op::times:
      return finite(a * b);
    case Op::divide:
      return b == 0 ? Value() : finite(a / b);
    default:
      return b == 0 ? Value() : finite(std::fmod(a, b));
  }
}

}  // namespace

// Numbers by size, texts by code point; nothing for others, which is an error.
std::optional<int> Evaluation::order(const Value& left, const Value& right, Id id) {
  if (left.kind() == Kind::integer && right.kind() == Kind::integer)
    return left.as_integer() < right.as_integer() ? -1 : left.as_integer() > right.as_integer();
  if (left.is_number() && right.is_number())
    return left.as_number() < right.as_number() ? -1 : left.as_number() > right.as_number();
  if (left.kind() == Kind::text && right.kind() == Kind::text) {
    const int compared = left.as_text().compare(right.as_text());
    return compared < 0 ? -1 : compared > 0;
  }
  if (left.kind() == Kind::instant && right.kind() == Kind::instant) {
    watch_order(left, right);
    return left.as_instant() < right.as_instant() ? -1 : left.as_instant() > right.as_instant();
  }
  fail_on(id, "rules.not_comparable", left.is_number() || left.kind() == Kind::text ? right : left);
  return std::nullopt;
}

Value Evaluation::compare(Id id, const Node& node) {
  Value values[3];
  for (std::size_t i = 0; i < node.count; ++i) values[i] = operand(node, i);
  for (std::size_t i = 0; i + 1 < node.count && !failed(); ++i) {
    if (values[i].is_null() || values[i + 1].is_null()) return Value::boolean(false);
    const auto ordered = order(values[i], values[i + 1], id);
    if (!ordered || !fits(node.op, *ordered)) return Value::boolean(false);
  }
  return Value::boolean(true);
}

Value Evaluation::compare_dates(Id id, const Node& node) {
  Value values[3];
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value value = operand(node, i);
    std::uint32_t motion = 0;
    const auto instant = instant_of(value, id, motion);
    if (failed()) return {};
    if (instant) values[i] = Value::moving(*instant, motion);
  }
  for (std::size_t i = 0; i + 1 < node.count; ++i) {
    if (values[i].is_null() || values[i + 1].is_null()) return Value::boolean(false);
    if (!fits(node.op, *order(values[i], values[i + 1], id))) return Value::boolean(false);
  }
  return Value::boolean(true);
}

// + - * / %; one operand of - is negated.
Value Evaluation::arithmetic(Id id, const Node& node) {
  Value sum;
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value value = operand(node, i);
    if (failed() || value.is_null()) return {};
    if (!value.is_number()) return fail_on(id, "rules.not_a_number", value);
    if (i == 0 && node.op == Op::minus && node.count == 1)
      return whole_or_not(Op::minus, Value::integer(0), value);
    sum = i == 0 ? value : whole_or_not(node.op, sum, value);
    if (sum.is_null()) return {};
  }
  return sum;
}

// min and max over operands, or over the items of a single list; what is not known is passed over.
Value Evaluation::fold(Id id, const Node& node) {
  Value best;
  const auto take = [&](const Value& value) {
    if (value.is_null() || failed()) return;
    if (best.is_null()) {
      best = value;
      return;
    }
    const auto ordered = order(value, best, id);
    if (ordered && (node.op == Op::least ? *ordered < 0 : *ordered > 0)) best = value;
  };
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value value = operand(node, i);
    if (node.count == 1 && value.kind() == Kind::list) {
      if (!burn(value.as_list().size(), id)) return {};
      for (const auto& item : value.as_list()) take(item);
    } else {
      take(value);
    }
  }
  if (best.depth() > 0 || best.kind() == Kind::boolean) return fail_on(id, "rules.not_comparable", best);
  return best;
}

Value Evaluation::number_operation(Id id, const Node& node) {
  switch (node.op) {
    case Op::least:
    case Op::greatest:
      return fold(id, node);
    case Op::absolute:
    case Op::round:
    case Op::floor: {
      const Value value = operand(node, 0);
      const Value digits = node.count > 1 ? operand(node, 1) : Value::integer(0);
      if (failed() || value.is_null() || digits.is_null()) return {};
      if (!value.is_number()) return fail_on(id, "rules.not_a_number", value);
      if (digits.kind() != Kind::integer) return fail_on(id, "rules.not_an_integer", digits);
      if (node.op == Op::absolute) return finite(std::abs(value.as_number()));
      if (node.op == Op::floor) return finite(std::floor(value.as_number()));
      const double scale =
          std::pow(10.0, static_cast<double>(std::clamp<std::int64_t>(digits.as_integer(), -15, 15)));
      return finite(std::round(value.as_number() * scale) / scale);
    }
    default:
      return arithmetic(id, node);
  }
}

}  // namespace jingwei::rules

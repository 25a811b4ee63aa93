// Lists. Null counts as a list of nothing; `var` inside means the item, `fact` the data as a whole.
#include <algorithm>

#include "engines/rules/evaluation.h"

namespace jingwei::rules {

std::optional<std::span<const Value>> Evaluation::list_of(const Value& value, Id id) {
  if (failed()) return std::nullopt;
  if (value.is_null()) return std::span<const Value>();
  if (value.kind() == Kind::list) return value.as_list();
  fail_on(id, "rules.not_a_list", value);
  return std::nullopt;
}

Value Evaluation::in_scope(const Value& scope, Id lambda) {
  const Value outer = scope_;
  scope_ = scope;
  const Value value = value_of(lambda);
  scope_ = outer;
  return value;
}

Value Evaluation::reduce(Id id, const Node& node) {
  const Value list = operand(node, 0);
  const auto items = list_of(list, id);
  Value sum = operand(node, 2);
  if (!items) return {};
  for (const auto& item : *items) {
    if (failed()) return {};
    auto members = arena_.take<Member>(2);
    members[0] = {"accumulator", sum};
    members[1] = {"current", item};
    sum = in_scope(make_object(members, id), child(node, 1));
  }
  return sum;
}

// map, filter, all, some, none, count, sum: one pass over the items.
Value Evaluation::each(Id id, const Node& node) {
  const Value list = operand(node, 0);
  const auto items = list_of(list, id);
  if (!items) return {};
  if (!burn(items->size() / 4, id)) return {};
  const bool keeps = node.op == Op::map || node.op == Op::filter;
  auto kept = arena_.take<Value>(keeps ? items->size() : 0);
  std::size_t count = 0;
  Value sum = Value::integer(0);
  for (const auto& item : *items) {
    const Value value = node.count > 1 ? in_scope(item, child(node, 1)) : item;
    if (failed()) return {};
    if (node.op == Op::map) {
      escape(value);
      kept[count++] = value;
      continue;
    }
    if (node.op == Op::sum) {
      if (value.is_null()) continue;
      if (!value.is_number()) return fail_on(id, "rules.not_a_number", value);
      std::int64_t whole = 0;
      const bool whole_sum = sum.kind() == Kind::integer && value.kind() == Kind::integer &&
                             !__builtin_add_overflow(sum.as_integer(), value.as_integer(), &whole);
      sum = whole_sum ? Value::integer(whole) : Value::number(sum.as_number() + value.as_number());
      continue;
    }
    const bool holds = (node.op == Op::count && node.count == 1) || truth(value, id);
    if (node.op == Op::all && !holds) return Value::boolean(false);
    if (node.op == Op::some && holds) return Value::boolean(true);
    if (node.op == Op::none && holds) return Value::boolean(false);
    if (node.op == Op::filter && holds) kept[count] = item;
    count += holds ? 1 : 0;
  }
  switch (node.op) {
    case Op::map:
    case Op::filter:
      return make_list(kept.first(count), id);
    case Op::sum:
      return sum;
    case Op::count:
      return Value::integer(static_cast<std::int64_t>(count));
    case Op::all:
      return Value::boolean(!items->empty());
    case Op::some:
      return Value::boolean(false);
    default:
      return Value::boolean(true);
  }
}

// [list, amount, unit, field]: the items whose date lies in the time up to now, now included.
Value Evaluation::within(Id id, const Node& node) {
  const Value list = operand(node, 0);
  const auto items = list_of(list, id);
  const Value amount = operand(node, 1);
  const Value field = operand(node, 2);
  if (!items || failed()) return {};
  if (amount.kind() != Kind::integer) return fail_on(id, "rules.not_an_integer", amount);
  const auto begin =
      plus_in_zone(now_, -std::max<std::int64_t>(amount.as_integer(), 0), node.unit, with_.zone);
  if (!begin) return fail(id, "rules.date_range");
  if (!burn(items->size(), id)) return {};
  std::uint32_t edge = 0;
  if (!motions_.empty())
    edge = moved(*begin, 1, Motion::Kind::in_zone, node.unit, -std::max<std::int64_t>(amount.as_integer(), 0))
               .motion();
  auto kept = arena_.take<Value>(items->size());
  std::size_t count = 0;
  for (const auto& item : *items) {
    const Value* const date = item.find(field.as_text());
    std::uint32_t motion = 0;
    const auto at = date ? instant_of(*date, id, motion) : std::nullopt;
    if (failed()) return {};
    if (!at) continue;
    if (*at > now_) {
      watch(*at);  // it comes in
    } else if (*at > *begin) {
      kept[count++] = item;
      if (edge != 0) watch_crossing(edge, *at);  // it goes out
    }
  }
  return make_list(kept.first(count), id);
}

// [list, field]: the item with the first or last date (or number, or text); null when none has one.
Value Evaluation::extreme(Id id, const Node& node) {
  const Value list = operand(node, 0);
  const auto items = list_of(list, id);
  const Value field = operand(node, 1);
  if (!items || !burn(items->size(), id)) return {};
  Value best;
  Value best_at;
  for (const auto& item : *items) {
    const Value* const at = item.find(field.as_text());
    if (!at || at->is_null()) continue;
    Value key = *at;
    if (key.kind() == Kind::text) {
      const auto instant = parse_local_date(key.as_text(), with_.zone);
      if (instant) key = Value::instant(*instant);
    }
    if (!best_at.is_null()) {
      const auto ordered = order(key, best_at, id);
      if (!ordered) return {};
      if (node.op == Op::earliest ? *ordered >= 0 : *ordered <= 0) continue;
    }
    best = item;
    best_at = key;
  }
  return best;
}

// merge: lists put one behind the other, single values as lists of one; distinct: each value once.
Value Evaluation::merged(Id id, const Node& node) {
  std::vector<Value> all;
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value value = operand(node, i);
    if (failed()) return {};
    if (value.is_null()) continue;
    escape(value);
    const std::size_t adds = value.kind() == Kind::list ? value.as_list().size() : 1;
    if (!burn(adds, id)) return {};
    if (value.kind() != Kind::list) {
      all.push_back(value);
      continue;
    }
    for (const auto& item : value.as_list()) {
      if (node.op == Op::distinct) {
        if (!burn(all.size() / 4 + 1, id)) return {};
        const bool known =
            std::any_of(all.begin(), all.end(), [&](const Value& other) { return same(other, item, id); });
        if (known) continue;
      }
      all.push_back(item);
    }
  }
  auto kept = arena_.take<Value>(all.size());
  std::copy(all.begin(), all.end(), kept.begin());
  return make_list(kept, id);
}

Value Evaluation::list_operation(Id id, const Node& node) {
  switch (node.op) {
    case Op::in:
      return in_list(node, id);
    case Op::joined:
      return joined(node, id);
    case Op::length: {
      const Value value = operand(node, 0);
      if (value.kind() == Kind::text) {
        if (!burn(value.as_text().size() / 64, id)) return {};
        const auto text = value.as_text();
        return Value::integer(
            std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
      }
      const auto items = list_of(value, id);
      return items ? Value::integer(static_cast<std::int64_t>(items->size())) : Value();
    }
    case Op::first:
    case Op::last: {
      const Value value = operand(node, 0);
      const auto items = list_of(value, id);
      if (!items || items->empty()) return {};
      return node.op == Op::first ? items->front() : items->back();
    }
    case Op::earliest:
    case Op::latest:
      return extreme(id, node);
    case Op::merge:
    case Op::distinct:
      return merged(id, node);
    default:
      return each(id, node);
  }
}

}  // namespace jingwei::rules

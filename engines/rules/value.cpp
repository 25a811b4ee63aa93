#include "engines/rules/value.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace jingwei::rules {

namespace {

std::string rfc3339(Instant instant) {
  std::string text = to_rfc3339(instant);  // …:00.000000Z
  if (text.ends_with("000Z")) text.erase(text.size() - 4, 3);
  return text;
}

}  // namespace

Value Value::number(double number) {
  if (std::abs(number) < 9'007'199'254'740'992.0 && number == std::trunc(number))
    return integer(static_cast<std::int64_t>(number));
  Value value(Kind::number, 0);
  value.number_ = number;
  return value;
}

Value Value::text(std::string_view text) {
  Value value(Kind::text, 0);
  value.text_ = text.data();
  value.size_ = static_cast<std::uint32_t>(text.size());
  return value;
}

Value Value::list(std::span<const Value> items) {
  Value value(Kind::list, 0);
  value.list_ = items.data();
  value.size_ = static_cast<std::uint32_t>(items.size());
  std::uint8_t below = 0;
  for (const auto& item : items) below = std::max(below, item.depth_);
  value.depth_ = below == 255 ? 255 : static_cast<std::uint8_t>(below + 1);
  return value;
}

Value Value::object(std::span<const Member> members) {
  Value value(Kind::object, 0);
  value.members_ = members.data();
  value.size_ = static_cast<std::uint32_t>(members.size());
  std::uint8_t below = 0;
  for (const auto& member : members) below = std::max(below, member.value.depth_);
  value.depth_ = below == 255 ? 255 : static_cast<std::uint8_t>(below + 1);
  return value;
}

const Value* Value::find(std::string_view name) const {
  if (kind_ != Kind::object) return nullptr;
  for (std::size_t i = size_; i-- > 0;) {
    if (members_[i].name == name) return &members_[i].value;
  }
  return nullptr;
}

bool Value::identical(const Value& other) const {
  if (kind_ != other.kind_) {
    return is_number() && other.is_number() && as_number() == other.as_number();
  }
  switch (kind_) {
    case Kind::null:
      return true;
    case Kind::boolean:
    case Kind::integer:
      return integer_ == other.integer_;
    case Kind::number:
      return number_ == other.number_;
    case Kind::text:
      return as_text() == other.as_text();
    case Kind::instant:
      return false;  // two Date objects are never one
    case Kind::list:
      return list_ == other.list_ && size_ == other.size_ && size_ > 0;
    case Kind::object:
      return members_ == other.members_ && size_ == other.size_ && size_ > 0;
  }
  return false;
}

bool equal(const Value& left, const Value& right) {
  if (left.kind() != right.kind())
    return left.is_number() && right.is_number() && left.as_number() == right.as_number();
  switch (left.kind()) {
    case Kind::instant:
      return left.as_instant() == right.as_instant();
    case Kind::list: {
      const auto a = left.as_list();
      const auto b = right.as_list();
      if (a.size() != b.size()) return false;
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (!equal(a[i], b[i])) return false;
      }
      return true;
    }
    case Kind::object: {
      if (left.as_object().size() != right.as_object().size()) return false;
      for (const auto& member : left.as_object()) {
        const Value* const other = right.find(member.name);
        if (!other || !equal(member.value, *other)) return false;
      }
      return true;
    }
    default:
      return left.identical(right);
  }
}

std::optional<bool> truth_of(const Value& value) {
  switch (value.kind()) {
    case Kind::null:
      return false;
    case Kind::boolean:
      return value.as_boolean();
    case Kind::integer:
      return value.as_integer() != 0;
    case Kind::number:
      return value.as_number() != 0;
    case Kind::text:
      return !value.as_text().empty();
    case Kind::instant:
      return std::nullopt;
    case Kind::list:
      return !value.as_list().empty();
    case Kind::object:
      return !value.as_object().empty();
  }
  return std::nullopt;
}

std::string_view name_of(Kind kind) {
  constexpr std::string_view names[] = {"null", "boolean", "integer", "number",
                                        "text", "instant", "list",    "object"};
  return names[static_cast<std::size_t>(kind)];
}

void write_json(JsonWriter& out, const Value& value) {
  switch (value.kind()) {
    case Kind::null:
      return out.null();
    case Kind::boolean:
      return out.value(value.as_boolean());
    case Kind::integer:
      return out.value(value.as_integer());
    case Kind::number:
      return out.value(value.as_number());
    case Kind::text:
      return out.value(value.as_text());
    case Kind::instant:
      return out.value(rfc3339(value.as_instant()));
    case Kind::list:
      out.begin_array();
      for (const auto& item : value.as_list()) write_json(out, item);
      return out.end_array();
    case Kind::object:
      out.begin_object();
      for (const auto& member : value.as_object()) {
        out.key(member.name);
        write_json(out, member.value);
      }
      return out.end_object();
  }
}

std::string to_json(const Value& value) {
  JsonWriter out;
  write_json(out, value);
  return out.take();
}

}  // namespace jingwei::rules

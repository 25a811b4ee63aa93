#include "schema/scalar.h"

#include <charconv>
#include <cmath>

#include "base/ids.h"
#include "schema/utf8.h"

namespace jingwei::schema {

namespace {

Error wrong(const char* message) {
  return Error(ErrorCode::invalid, message);
}

Error out_of_range(const char* message, std::string most) {
  return wrong(message).with("limit", std::move(most));
}

std::string number_text(double number) {
  char digits[32];
  const auto [end, fault] = std::to_chars(digits, digits + sizeof digits, number);
  return std::string(digits, fault == std::errc{} ? end : digits);
}

Error not_a_choice(const Type& type) {
  constexpr std::size_t most_named = 20;
  std::string expected;
  for (std::size_t index = 0; index < type.choices.size() && index < most_named; ++index)
    expected += (index == 0 ? "" : ", ") + type.choices[index].id;
  if (type.choices.size() > most_named) expected += ", …";
  return wrong("schema.not_a_choice").with("expected", expected);
}

}  // namespace

Fault check_text(const Type& type, std::string_view text) {
  bool plain = true;
  for (const char c : text) plain = plain && static_cast<signed char>(c) > 0;
  std::size_t length = text.size();
  if (!plain) {
    if (text.find('\0') != std::string_view::npos) return wrong("schema.text_nul");
    if (!is_valid_utf8(text)) return wrong("schema.text_not_utf8");
    length = count_code_points(text);
  }
  if (type.min_length && length < static_cast<std::size_t>(*type.min_length)) {
    if (length == 0) return wrong("schema.text_empty");
    return out_of_range("schema.text_too_short", std::to_string(*type.min_length));
  }
  if (type.max_length && length > static_cast<std::size_t>(*type.max_length))
    return out_of_range("schema.text_too_long", std::to_string(*type.max_length));
  if (type.matcher && !type.matcher->matches(text))
    return wrong("schema.text_pattern").with("pattern", type.pattern);
  return std::nullopt;
}

Fault check_integer(const Type& type, std::int64_t number) {
  if (type.min_integer && number < *type.min_integer)
    return out_of_range("schema.number_too_small", std::to_string(*type.min_integer));
  if (type.max_integer && number > *type.max_integer)
    return out_of_range("schema.number_too_large", std::to_string(*type.max_integer));
  return std::nullopt;
}

Fault check_number(const Type& type, double number) {
  if (!std::isfinite(number)) return wrong("schema.number_out_of_range");
  if (type.min_number && number < *type.min_number)
    return out_of_range("schema.number_too_small", number_text(*type.min_number));
  if (type.max_number && number > *type.max_number)
    return out_of_range("schema.number_too_large", number_text(*type.max_number));
  return std::nullopt;
}

Fault read_integer(const Type& type, std::string_view text, std::int64_t& into) {
  if (type.kind == Kind::id) {
    const auto id = Id<struct AnyTag>::parse(text);
    if (!id) return wrong("schema.not_an_id");
    into = id->value;
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || fault == std::errc::invalid_argument)
    return wrong("schema.not_an_integer");
  if (fault != std::errc{}) return wrong("schema.number_out_of_range");
  if (auto bad = check_integer(type, number)) return bad;
  into = number;
  return std::nullopt;
}

Fault read_number(const Type& type, std::string_view text, double& into) {
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || fault == std::errc::invalid_argument)
    return wrong("schema.not_a_number");
  if (fault != std::errc{}) return wrong("schema.number_out_of_range");
  if (auto bad = check_number(type, number)) return bad;
  into = number;
  return std::nullopt;
}

Fault read_boolean(const Type&, std::string_view text, bool& into) {
  if (text != "true" && text != "false") return wrong("schema.not_a_boolean");
  into = text == "true";
  return std::nullopt;
}

Fault read_day(const Type&, std::string_view text, Day& into) {
  const auto day = parse_iso_day(text);
  if (!day) return wrong("schema.not_a_date");
  into = *day;
  return std::nullopt;
}

Fault read_instant(const Type&, std::string_view text, Instant& into) {
  const auto instant = parse_rfc3339(text);
  if (!instant) return wrong("schema.not_a_datetime");
  into = *instant;
  return std::nullopt;
}

Fault read_choice(const Type& type, std::string_view text, std::size_t& into) {
  const auto index = type.choice_index(text);
  if (!index) return not_a_choice(type);
  into = *index;
  return std::nullopt;
}

Result<Datum> parse_text(const Type& type, std::string_view text, std::string field) {
  Fault fault;
  Datum datum;
  const auto take = [&](auto read, auto value, auto make) {
    fault = read(type, text, value);
    if (!fault) datum = make(type, value);
  };
  switch (type.kind) {
    case Kind::text:
      fault = check_text(type, text);
      if (!fault) datum = Datum::of_text(type, std::string(text));
      break;
    case Kind::integer:
    case Kind::id:
      take(read_integer, std::int64_t{}, Datum::of_integer);
      break;
    case Kind::number:
      take(read_number, double{}, Datum::of_number);
      break;
    case Kind::boolean:
      take(read_boolean, bool{}, Datum::of_boolean);
      break;
    case Kind::date:
      take(read_day, Day{}, Datum::of_day);
      break;
    case Kind::datetime:
      take(read_instant, Instant{}, Datum::of_instant);
      break;
    case Kind::choice:
      take(read_choice, std::size_t{}, Datum::of_choice);
      break;
    case Kind::object:
    case Kind::list:
    case Kind::json:
      fault = wrong("schema.not_scalar");
      break;
  }
  if (fault) return std::move(*fault).with("field", field).at(field);
  return datum;
}

}  // namespace jingwei::schema

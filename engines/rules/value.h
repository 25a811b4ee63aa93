// What rules read and answer: a JSON value, or an instant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace jingwei::rules {

enum class Kind : std::uint8_t { null, boolean, integer, number, text, instant, list, object };

struct Member;

// A view of 16 bytes: texts, lists and objects belong to somebody else (a Document, an Evaluator, the
// caller), who keeps them while the value is used. Freely copied.
class Value {
 public:
  Value() : integer_(0) {}
  static Value boolean(bool truth) { return Value(Kind::boolean, truth ? 1 : 0); }
  static Value integer(std::int64_t number) { return Value(Kind::integer, number); }
  // A whole number below 2^53 becomes an integer: 42.0 and 42 are one.
  static Value number(double number);
  static Value text(std::string_view text);
  static Value instant(Instant instant) { return Value(Kind::instant, to_micros(instant)); }
  static Value list(std::span<const Value> items);
  static Value object(std::span<const Member> members);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_number() const { return kind_ == Kind::integer || kind_ == Kind::number; }
  // Each only for a value of that kind (as_number also for integers).
  bool as_boolean() const { return integer_ != 0; }
  std::int64_t as_integer() const { return integer_; }
  double as_number() const { return kind_ == Kind::integer ? static_cast<double>(integer_) : number_; }
  std::string_view as_text() const { return {text_, size_}; }
  Instant as_instant() const { return from_micros(integer_); }
  std::span<const Value> as_list() const { return {list_, size_}; }
  std::span<const Member> as_object() const;

  // The member of an object, the last one if the name stands there twice; null when there is none.
  const Value* find(std::string_view name) const;
  // Same list, object or text in memory, or same plain value: JavaScript's ===.
  bool identical(const Value& other) const;

  // How deep lists and objects nest: 0 for plain values, at most 255.
  std::uint8_t depth() const { return depth_; }

  // How an instant moves with the clock (an Evaluator's own business); 0: not at all.
  std::uint32_t motion() const { return kind_ == Kind::instant ? size_ : 0; }
  static Value moving(Instant instant, std::uint32_t motion) {
    Value value = Value::instant(instant);
    value.size_ = motion;
    return value;
  }

 private:
  Value(Kind kind, std::int64_t integer) : integer_(integer), kind_(kind) {}

  union {
    std::int64_t integer_;
    double number_;
    const char* text_;
    const Value* list_;
    const Member* members_;
  };
  std::uint32_t size_ = 0;
  Kind kind_ = Kind::null;
  std::uint8_t depth_ = 0;
};

struct Member {
  std::string_view name;
  Value value;
};

inline std::span<const Member> Value::as_object() const {
  return {members_, size_};
}

// Equal in kind and content; 1 equals 1.0, members may stand in any order.
bool equal(const Value& left, const Value& right);

// True and false as CertLogic has them: "", 0, [], {}, null and false are false, an instant is neither.
std::optional<bool> truth_of(const Value& value);

// "null", "text", … as errors name it.
std::string_view name_of(Kind kind);

// As JSON; instants in RFC 3339 with milliseconds (microseconds where there are some).
void write_json(JsonWriter& out, const Value& value);
std::string to_json(const Value& value);

}  // namespace jingwei::rules

// A value that has been checked against its Type, ready for O(1) access.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "schema/type.h"

namespace jingwei::schema {

// Absent, null, or a value of its type's kind. Reading another kind than it holds is our bug (JW_ASSERT).
// The Types that checked it must outlive it.
class Datum {
 public:
  Datum() = default;  // absent
  static Datum null(const Type& type) { return Datum(type, Null{}); }
  static Datum of_text(const Type& type, std::string text) { return Datum(type, std::move(text)); }
  static Datum of_boolean(const Type& type, bool truth) { return Datum(type, truth); }
  static Datum of_integer(const Type& type, std::int64_t number) {
    return Datum(type, number);
  }  // integer and id
  static Datum of_number(const Type& type, double number) { return Datum(type, number); }
  static Datum of_day(const Type& type, Day day) { return Datum(type, day); }
  static Datum of_instant(const Type& type, Instant instant) { return Datum(type, instant); }
  static Datum of_choice(const Type& type, std::size_t index) { return Datum(type, ChoiceIndex{index}); }
  static Datum of_json(const Type& type, std::string json) { return Datum(type, RawJson{std::move(json)}); }
  static Datum of_items(const Type& type, std::vector<Datum> items) { return Datum(type, std::move(items)); }

  bool absent() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_null() const { return std::holds_alternative<Null>(value_); }
  // Neither absent nor null.
  bool present() const { return value_.index() > 1; }
  const Type* type() const { return type_; }

  bool boolean() const { return get<bool>(); }
  std::int64_t integer() const { return get<std::int64_t>(); }
  double number() const { return get<double>(); }
  Day day() const { return get<Day>(); }
  Instant instant() const { return get<Instant>(); }
  // Text, or the id of a choice.
  const std::string& text() const;
  std::size_t choice() const { return get<ChoiceIndex>().index; }
  // A value of kind json as compact, valid JSON text.
  const std::string& json() const { return get<RawJson>().text; }
  // Elements of a list.
  std::span<const Datum> items() const { return get<std::vector<Datum>>(); }
  // A field of an object by its index in the type; absent when it was not sent.
  const Datum& operator[](std::size_t field) const;
  // By name; asking for a field the type lacks is our bug.
  const Datum& operator[](std::string_view field) const;

  // Writes it as JSON: ids as strings, dates and times as RFC 3339; absent fields are left out, an absent
  // root is null.
  void write(JsonWriter& out) const;

 private:
  struct Null {};
  struct ChoiceIndex {
    std::size_t index;
  };
  struct RawJson {
    std::string text;
  };
  using Value = std::variant<std::monostate, Null, bool, std::int64_t, double, Day, Instant, ChoiceIndex,
                             std::string, RawJson, std::vector<Datum>>;

  Datum(const Type& type, Value value) : type_(&type), value_(std::move(value)) {}
  template <typename T>
  const T& get() const {
    const T* held = std::get_if<T>(&value_);
    JW_ASSERT(held != nullptr);
    return *held;
  }

  const Type* type_ = nullptr;
  Value value_;
};

}  // namespace jingwei::schema

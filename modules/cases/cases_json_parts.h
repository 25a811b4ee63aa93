// Small things that the JSON of cases is made of. Internal to cases_json*.cpp.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/json.h"

namespace jingwei::cases {

template <typename Value>
void write_or_null(JsonWriter& json, std::string_view key, const std::optional<Value>& value) {
  json.key(key);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

inline void write_or_null(JsonWriter& json, std::string_view key, const std::optional<Instant>& instant) {
  write_or_null(json, key, instant ? std::optional(to_rfc3339(*instant)) : std::nullopt);
}

}  // namespace jingwei::cases

// Strong ids: 63-bit numbers that cannot be mixed up. Strings in JSON, since JavaScript loses bits above
// 2^53.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace jingwei {

// `Tag` only tells ids apart. Zero means "none"; allocated ids are positive.
template <typename Tag>
struct Id {
  std::int64_t value = 0;

  constexpr Id() = default;
  constexpr explicit Id(std::int64_t v) : value(v) {}
  constexpr explicit operator bool() const { return value > 0; }
  auto operator<=>(const Id&) const = default;

  std::string to_string() const { return std::to_string(value); }

  // Reads decimal digits; nothing for anything else, for zero and for overflow.
  static std::optional<Id> parse(std::string_view text) {
    std::int64_t v = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (fault != std::errc{} || end != text.data() + text.size() || v <= 0) return std::nullopt;
    return Id(v);
  }
};

using RegionId = Id<struct RegionTag>;
using BatchId = Id<struct BatchTag>;
using RecordId = Id<struct RecordTag>;
using TimerId = Id<struct TimerTag>;
using UploadId = Id<struct UploadTag>;

}  // namespace jingwei

template <typename Tag>
struct std::hash<jingwei::Id<Tag>> {
  std::size_t operator()(jingwei::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};

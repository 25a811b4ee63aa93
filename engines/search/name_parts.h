// Names in pieces. Nothing here takes memory from the heap: one search looks at tens of thousands of names.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace jingwei::search {

// So many characters of a name, and words or syllables, are looked at.
inline constexpr std::size_t name_points_most = 40;
inline constexpr std::size_t name_words_most = 60;

// The parts between `by` that are not empty; those beyond `Most` are left out.
template <std::size_t Most>
class Parts {
 public:
  Parts(std::string_view text, char by) {
    while (!text.empty() && size_ < Most) {
      const auto part = text.substr(0, text.find(by));
      if (!part.empty()) parts_[size_++] = part;
      text.remove_prefix(std::min(part.size() + 1, text.size()));
    }
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view operator[](std::size_t at) const { return parts_[at]; }
  const std::string_view* begin() const { return parts_.data(); }
  const std::string_view* end() const { return parts_.data() + size_; }

 private:
  std::array<std::string_view, Most> parts_;
  std::size_t size_ = 0;
};
using Syllables = Parts<name_points_most>;
using Words = Parts<name_words_most>;
using Readings = Parts<2>;  // of stored_name()

// The characters of a name without its spaces.
class NamePoints {
 public:
  explicit NamePoints(std::string_view name) {
    for (std::size_t at = 0; at < name.size() && size_ < name_points_most;) {
      const char32_t point = text::next_code_point(name, at);
      if (point != U' ') points_[size_++] = point;
    }
  }
  std::u32string_view view() const { return {points_.data(), size_}; }

 private:
  std::array<char32_t, name_points_most> points_;
  std::size_t size_ = 0;
};

// The letters of a reading in one.
class ReadingLetters {
 public:
  explicit ReadingLetters(std::string_view reading) {
    for (const char c : reading.substr(0, letters_.size())) {
      if (c != ' ') letters_[size_++] = c;
    }
  }
  std::string_view view() const { return {letters_.data(), size_}; }

 private:
  std::array<char, 600> letters_;
  std::size_t size_ = 0;
};

inline bool has_han(std::u32string_view text) {
  return std::any_of(text.begin(), text.end(), text::is_han);
}

}  // namespace jingwei::search

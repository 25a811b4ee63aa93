// Regular expressions whose cost is linear in the text, whoever wrote the text: for `pattern:` of fields.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace jingwei::schema {

// A compiled pattern over code points. It must match the whole text; ^ and $ may stand at its ends.
//
// Dialect (a subset of ECMA-262, so that JSON Schema readers agree): literals, `.`, `[a-z]`, `[^…]`, `\d \w
// \s` and their capitals, `\p{Han}`, `\uXXXX`, groups `( )` and `(?: )`, `|`, `* + ?`, `{m}`, `{m,}`,
// `{m,n}`. No captures, no look-around. Glushkov's construction (1961): one state per literal of the pattern,
// at most 256 of them. Immutable, thread-safe.
class Pattern {
 public:
  // Errors: invalid "schema.bad_pattern" with {problem} and {pattern}.
  static Result<Pattern> compile(std::string_view source);
  // False for text that is not UTF-8.
  bool matches(std::string_view text) const;

 private:
  friend class PatternParser;
  static constexpr std::size_t most_states = 256;

  struct Set {
    std::array<std::uint64_t, most_states / 64> words{};
    void insert(std::size_t state) { words[state / 64] |= std::uint64_t{1} << (state % 64); }
    bool contains(std::size_t state) const { return (words[state / 64] >> (state % 64) & 1) != 0; }
    void merge(const Set& other) {
      for (std::size_t word = 0; word < words.size(); ++word) words[word] |= other.words[word];
    }
  };
  // Code points one state takes.
  struct Class {
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool negated = false;
    bool takes(char32_t point) const;
  };
  struct State {
    Class points;
    Set follow;
  };

  std::vector<State> states_;
  Set first_;
  Set last_;
  bool nullable_ = false;
};

}  // namespace jingwei::schema

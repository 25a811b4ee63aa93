#include "schema/pattern.h"

#include <bit>
#include <optional>

#include "schema/utf8.h"

namespace jingwei::schema {

namespace {

constexpr int most_repeats = 1'000;
constexpr int most_depth = 32;
constexpr int most_atoms = 4'096;  // counting repetitions

}  // namespace

bool Pattern::Class::takes(char32_t point) const {
  for (const auto& [from, to] : ranges) {
    if (point >= from && point <= to) return !negated;
  }
  return negated;
}

bool Pattern::matches(std::string_view text) const {
  if (text.empty()) return nullable_;
  Set waiting = first_;
  while (!text.empty()) {
    const char32_t point = take_code_point(text);
    if (point == bad_code_point) return false;
    Set next;
    bool any = false, accepted = false;
    for (std::size_t word = 0; word < waiting.words.size(); ++word) {
      for (std::uint64_t bits = waiting.words[word]; bits != 0; bits &= bits - 1) {
        const std::size_t state = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
        if (!states_[state].points.takes(point)) continue;
        any = true;
        accepted = accepted || last_.contains(state);
        next.merge(states_[state].follow);
      }
    }
    if (text.empty()) return accepted;
    if (!any) return false;
    waiting = next;
  }
  return false;
}

// Recursive descent that builds the states as it reads. A repeated atom is read again for each repetition.
class PatternParser {
 public:
  explicit PatternParser(std::string_view source) : source_(source) {}

  Result<Pattern> parse() {
    if (source_.starts_with('^')) at_ = 1;
    Fragment whole = alternatives(0);
    if (peek() == '$' && at_ + 1 == source_.size()) ++at_;
    if (problem_.empty() && at_ != source_.size()) fail("unexpected `" + std::string(1, source_[at_]) + "`");
    if (!problem_.empty()) {
      return Error(ErrorCode::invalid, "schema.bad_pattern")
          .with("problem", problem_)
          .with("pattern", std::string(source_));
    }
    pattern_.first_ = whole.first;
    pattern_.last_ = whole.last;
    pattern_.nullable_ = whole.nullable;
    return std::move(pattern_);
  }

 private:
  using Set = Pattern::Set;
  using Class = Pattern::Class;
  struct Fragment {
    Set first, last;
    bool nullable = true;
  };

  char peek() const { return at_ < source_.size() ? source_[at_] : '\0'; }
  bool done() const { return at_ >= source_.size() || !problem_.empty(); }
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  void link(const Set& from, const Set& to) {
    for (std::size_t state = 0; state < pattern_.states_.size(); ++state) {
      if (from.contains(state)) pattern_.states_[state].follow.merge(to);
    }
  }

  Fragment concatenated(const Fragment& a, const Fragment& b) {
    link(a.last, b.first);
    Fragment both{a.first, b.last, a.nullable && b.nullable};
    if (a.nullable) both.first.merge(b.first);
    if (b.nullable) both.last.merge(a.last);
    return both;
  }

  Fragment alternatives(int depth) {
    Fragment all = sequence(depth);
    while (!done() && peek() == '|') {
      ++at_;
      const Fragment other = sequence(depth);
      all.first.merge(other.first);
      all.last.merge(other.last);
      all.nullable = all.nullable || other.nullable;
    }
    return all;
  }

  Fragment sequence(int depth) {
    Fragment all;
    while (!done() && peek() != '|' && peek() != ')' && !(peek() == '$' && at_ + 1 == source_.size()))
      all = concatenated(all, repeated(depth));
    return all;
  }

  Fragment repeated(int depth) {
    const std::size_t begin = at_;
    Fragment once = atom(depth);
    int least = 1, most = 1;
    if (done() || !read_counts(least, most)) return once;
    const std::size_t end = at_;
    Fragment all;
    if (most == 0) return all;
    for (int copy = 1; problem_.empty(); ++copy) {
      const bool endless = most < 0 && copy >= std::max(least, 1);
      if (copy > least) once.nullable = true;
      if (endless) link(once.last, once.first);
      if (endless && least == 0) once.nullable = true;
      all = concatenated(all, once);
      if (endless || copy == most) break;
      at_ = begin;
      once = atom(depth);
    }
    at_ = end;
    return all;
  }

  // Reads * + ? {m} {m,} {m,n}; `most` is -1 for no end. False when none stands here.
  bool read_counts(int& least, int& most) {
    const char sign = peek();
    if (sign != '*' && sign != '+' && sign != '?' && sign != '{') return false;
    ++at_;
    if (sign == '{') {
      least = read_number();
      most = least;
      if (peek() == ',') {
        ++at_;
        most = peek() == '}' ? -1 : read_number();
      }
      if (peek() != '}' || (most >= 0 && most < least)) fail("expected {m}, {m,} or {m,n}");
      ++at_;
    } else {
      least = sign == '+' ? 1 : 0;
      most = sign == '?' ? 1 : -1;
    }
    if (peek() == '?' || peek() == '*' || peek() == '+') fail("a repetition cannot be repeated");
    return true;
  }

  int read_number() {
    int number = 0;
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9' && number <= most_repeats)
      number = number * 10 + (source_[at_++] - '0');
    if (at_ == begin) fail("expected a number inside { }");
    if (number > most_repeats) fail("at most " + std::to_string(most_repeats) + " repetitions");
    return number;
  }

  Fragment atom(int depth) {
    if (++atoms_ > most_atoms || depth > most_depth) fail("the pattern is too large");
    if (done()) return {};
    if (peek() == '(') {
      ++at_;
      if (peek() == '?') {
        if (!source_.substr(at_).starts_with("?:")) fail("only (?: ) groups are known");
        at_ += 2;
      }
      Fragment inner = alternatives(depth + 1);
      if (peek() != ')') fail("expected `)`");
      ++at_;
      return inner;
    }
    if (std::string_view("*+?{})^$").find(peek()) != std::string_view::npos)
      fail("unexpected `" + std::string(1, peek()) + "`");
    return state(peek() == '[' ? bracket() : single());
  }

  Fragment state(Class points) {
    const std::size_t number = pattern_.states_.size();
    if (number >= Pattern::most_states) fail("the pattern is too large");
    if (!problem_.empty()) return {};
    pattern_.states_.push_back({std::move(points), {}});
    Fragment one;
    one.nullable = false;
    one.first.insert(number);
    one.last.insert(number);
    return one;
  }

  Class single() {
    if (peek() == '.') {
      ++at_;
      return Class{{{U'\n', U'\n'}, {U'\r', U'\r'}}, true};
    }
    if (peek() == '\\') return escape();
    const char32_t point = literal();
    return Class{{{point, point}}, false};
  }

  char32_t literal() {
    std::string_view rest = source_.substr(at_);
    const char32_t point = take_code_point(rest);
    if (point == bad_code_point) fail("the pattern is not UTF-8");
    at_ = source_.size() - rest.size();
    return point;
  }

  Class escape() {
    ++at_;
    const char sign = peek();
    ++at_;
    switch (sign) {
      case 'd':
        return Class{{{U'0', U'9'}}, false};
      case 'D':
        return Class{{{U'0', U'9'}}, true};
      case 'w':
        return Class{{{U'a', U'z'}, {U'A', U'Z'}, {U'0', U'9'}, {U'_', U'_'}}, false};
      case 'W':
        return Class{{{U'a', U'z'}, {U'A', U'Z'}, {U'0', U'9'}, {U'_', U'_'}}, true};
      case 's':
        return Class{{{U' ', U' '}, {U'\t', U'\r'}, {0xA0, 0xA0}, {0x3000, 0x3000}}, false};
      case 'S':
        return Class{{{U' ', U' '}, {U'\t', U'\r'}, {0xA0, 0xA0}, {0x3000, 0x3000}}, true};
      case 'n':
        return Class{{{U'\n', U'\n'}}, false};
      case 't':
        return Class{{{U'\t', U'\t'}}, false};
      case 'r':
        return Class{{{U'\r', U'\r'}}, false};
      case 'u':
        return hex_escape();
      case 'p':
        if (!source_.substr(at_).starts_with("{Han}")) fail("of \\p{…} only \\p{Han} is known");
        at_ += 5;
        return Class{
            {{0x3007, 0x3007}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x323AF}},
            false};
      default:
        if (at_ > source_.size() ||
            std::string_view("\\.[](){}*+?|^$-/").find(sign) == std::string_view::npos)
          fail("unknown escape `\\" + std::string(1, sign) + "`");
        return Class{{{static_cast<unsigned char>(sign), static_cast<unsigned char>(sign)}}, false};
    }
  }

  Class hex_escape() {
    char32_t point = 0;
    for (int digit = 0; digit < 4; ++digit, ++at_) {
      const char c = peek();
      const int value = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (value < 0) {
        fail("expected four hexadecimal digits after \\u");
        break;
      }
      point = point * 16 + static_cast<char32_t>(value);
    }
    return Class{{{point, point}}, false};
  }

  Class bracket() {
    Class set;
    ++at_;
    if (peek() == '^') {
      set.negated = true;
      ++at_;
    }
    while (!done() && peek() != ']') {
      Class from = peek() == '\\' ? escape() : one_literal();
      if (from.negated) fail("\\D, \\W and \\S cannot stand inside [ ]");
      const bool range = peek() == '-' && at_ + 1 < source_.size() && source_[at_ + 1] != ']';
      if (range && from.ranges.size() == 1 && from.ranges[0].first == from.ranges[0].second) {
        ++at_;
        const Class to = peek() == '\\' ? escape() : one_literal();
        if (to.negated || to.ranges.size() != 1 || to.ranges[0].first < from.ranges[0].first)
          fail("bad range inside [ ]");
        if (problem_.empty()) from.ranges[0].second = to.ranges[0].first;
      }
      set.ranges.insert(set.ranges.end(), from.ranges.begin(), from.ranges.end());
    }
    if (peek() != ']') fail("expected `]`");
    ++at_;
    return set;
  }

  Class one_literal() {
    const char32_t point = literal();
    return Class{{{point, point}}, false};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int atoms_ = 0;
  std::string problem_;
  Pattern pattern_;
};

Result<Pattern> Pattern::compile(std::string_view source) {
  return PatternParser(source).parse();
}

}  // namespace jingwei::schema

// JSON text → calls of a handler. Inner header of engines/rules.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/text.h"

namespace jingwei::rules {

// Reads one JSON value (RFC 8259) strictly and hands its parts to `Handler`:
//   bool null(), boolean(bool), integer(int64), number(double), text(string&&), begin_list(), end_list(),
//   begin_object(), key(string&&), end_object(); one that answers false ends the reading, `error()` tells
//   why.
template <typename Handler>
class JsonText {
 public:
  JsonText(std::string_view json, int most_depth, Handler& handler)
      : json_(json), most_depth_(most_depth), handler_(handler) {}

  bool read() {
    if (!text::is_utf8(json_)) return expected("UTF-8");
    space();
    if (!value(0)) return false;
    space();
    return at_ == json_.size() || expected("end");
  }

  const char* fault() const { return fault_; }  // what was expected; null: the handler stopped
  bool too_deep() const { return too_deep_; }
  std::size_t offset() const { return at_; }
  std::size_t value_offset() const { return value_at_; }

  // Line and column of `offset`, which must not go back from call to call.
  std::pair<int, int> place(std::size_t offset) {
    for (; counted_ < offset && counted_ < json_.size(); ++counted_) {
      const char c = json_[counted_];
      if (c == '\n') {
        ++line_;
        column_ = 1;
      } else if ((c & 0xC0) != 0x80) {
        ++column_;
      }
    }
    return {line_, column_};
  }

 private:
  bool expected(const char* what) {
    fault_ = what;
    return false;
  }
  char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  bool take(char wanted) {
    if (at_ >= json_.size() || json_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void space() {
    while (at_ < json_.size() &&
           (json_[at_] == ' ' || json_[at_] == '\n' || json_[at_] == '\r' || json_[at_] == '\t'))
      ++at_;
  }
  bool word(std::string_view wanted) {
    if (json_.substr(at_, wanted.size()) != wanted) return expected("value");
    at_ += wanted.size();
    return true;
  }

  bool value(int depth) {
    if (depth > most_depth_) {
      too_deep_ = true;
      return expected("depth");
    }
    value_at_ = at_;
    switch (peek()) {
      case 'n':
        return word("null") && handler_.null();
      case 't':
        return word("true") && handler_.boolean(true);
      case 'f':
        return word("false") && handler_.boolean(false);
      case '"': {
        std::string text;
        return string(text) && handler_.text(std::move(text));
      }
      case '[':
        return list(depth);
      case '{':
        return object(depth);
      default:
        return number();
    }
  }

  bool list(int depth) {
    ++at_;
    if (!handler_.begin_list()) return false;
    space();
    if (take(']')) return handler_.end_list();
    while (true) {
      space();
      if (!value(depth + 1)) return false;
      space();
      if (take(']')) return handler_.end_list();
      if (!take(',')) return expected(", ]");
    }
  }

  bool object(int depth) {
    ++at_;
    if (!handler_.begin_object()) return false;
    space();
    if (take('}')) return handler_.end_object();
    while (true) {
      space();
      value_at_ = at_;
      std::string name;
      if (peek() != '"') return expected("\"");
      if (!string(name) || !handler_.key(std::move(name))) return false;
      space();
      if (!take(':')) return expected(":");
      space();
      if (!value(depth + 1)) return false;
      space();
      if (take('}')) return handler_.end_object();
      if (!take(',')) return expected(", }");
    }
  }

  bool hex4(char32_t& unit) {
    unit = 0;
    if (at_ + 4 > json_.size()) return expected("\\uXXXX");
    const char* const first = json_.data() + at_;
    std::uint32_t read = 0;
    const auto done = std::from_chars(first, first + 4, read, 16);
    if (done.ptr != first + 4) return expected("\\uXXXX");
    unit = read;
    at_ += 4;
    return true;
  }

  bool escape(std::string& into) {
    const char c = peek();
    ++at_;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        into += c;
        return true;
      case 'b':
        into += '\b';
        return true;
      case 'f':
        into += '\f';
        return true;
      case 'n':
        into += '\n';
        return true;
      case 'r':
        into += '\r';
        return true;
      case 't':
        into += '\t';
        return true;
      case 'u': {
        char32_t unit = 0;
        if (!hex4(unit)) return false;
        if (unit >= 0xD800 && unit < 0xDC00) {
          char32_t low = 0;
          if (!take('\\') || !take('u') || !hex4(low) || low < 0xDC00 || low > 0xDFFF)
            return expected("\\uXXXX");
          unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        } else if (unit >= 0xDC00 && unit < 0xE000) {
          return expected("\\uXXXX");
        }
        text::append_code_point(into, unit);
        return true;
      }
      default:
        --at_;
        return expected("\\");
    }
  }

  bool string(std::string& into) {
    ++at_;
    while (true) {
      const std::size_t from = at_;
      while (at_ < json_.size() && json_[at_] != '"' && json_[at_] != '\\' &&
             static_cast<unsigned char>(json_[at_]) >= 0x20)
        ++at_;
      into.append(json_.substr(from, at_ - from));
      if (take('"')) return true;
      if (!take('\\')) return expected("\"");
      if (!escape(into)) return false;
    }
  }

  bool digits() {
    const std::size_t from = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > from || expected("0-9");
  }

  bool number() {
    const std::size_t from = at_;
    bool whole = true;
    const bool negative = take('-');
    if (peek() < '0' || peek() > '9') return expected(negative ? "0-9" : "value");
    if (!take('0') && !digits()) return false;
    if (take('.')) {
      whole = false;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      ++at_;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    const char* const first = json_.data() + from;
    const char* const last = json_.data() + at_;
    if (whole) {
      std::int64_t integer = 0;
      if (std::from_chars(first, last, integer).ec == std::errc()) return handler_.integer(integer);
    }
    double number = 0;
    if (std::from_chars(first, last, number).ec != std::errc() || !std::isfinite(number))
      return expected("number");
    return handler_.number(number);
  }

  std::string_view json_;
  int most_depth_;
  Handler& handler_;
  std::size_t at_ = 0;
  std::size_t value_at_ = 0;
  std::size_t counted_ = 0;
  int line_ = 1;
  int column_ = 1;
  const char* fault_ = nullptr;
  bool too_deep_ = false;
};

}  // namespace jingwei::rules

// Writing JSON into one growing buffer. Reading is schema/'s work.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace jingwei {

// Appends `text` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Writes members and elements in order and places the commas. Nesting errors are our bugs (JW_ASSERT in
// end_*). Ids (base/ids.h) go out as strings: use member(key, id.to_string()).
class JsonWriter {
 public:
  explicit JsonWriter(std::size_t reserve = 256) { out_.reserve(reserve); }

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void value(std::string_view text);
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool truth);
  void value(double number);  // shortest text that reads back the same; NaN and infinities become null
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) void value(Integer number) {
    number_text(static_cast<std::int64_t>(number));
  }
  void null();
  // Copies `json`, which must be one valid JSON value.
  void raw(std::string_view json);

  template <typename Value>
  void member(std::string_view name, const Value& v) {
    key(name);
    value(v);
  }
  void member(std::string_view name, const char* v) {
    key(name);
    value(std::string_view(v));
  }

  const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);
  void number_text(std::int64_t number);

  std::string out_;
  int depth_ = 0;
  bool comma_ = false;
};

}  // namespace jingwei

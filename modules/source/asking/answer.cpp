#include "modules/source/asking/answer.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/limits.h"
#include "base/text.h"

namespace jingwei::source {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 4> kinds = {"yes", "no", "value", "unknown"};
constexpr std::array<std::string_view, 12> reasons = {
    "none",       "unreachable", "timeout",   "certificate", "failing",      "rejected",
    "redirected", "too_large",   "malformed", "not_told",    "breaker_open", "busy"};

std::string number_text(double number) {
  std::array<char, 32> digits{};
  const auto [end, fault] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return fault == std::errc{} ? std::string(digits.data(), end) : std::string();
}

// A scalar as the word that mappings name; nothing for objects, arrays and fractions.
std::optional<std::string> word_of(const json::value& value) {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int64()) return std::to_string(value.as_int64());
  if (value.is_uint64()) return std::to_string(value.as_uint64());
  if (value.is_string()) return std::string(value.as_string());
  return std::nullopt;
}

std::optional<std::string> whole_of(const json::value& value) {
  if (value.is_int64()) return std::to_string(value.as_int64());
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.as_string();
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::to_string(number);
}

std::optional<std::string> number_of_json(const json::value& value) {
  if (auto whole = whole_of(value)) return whole;
  if (value.is_uint64()) return std::to_string(value.as_uint64());
  double number = 0;
  if (value.is_double()) {
    number = value.as_double();
  } else if (value.is_string()) {
    const std::string_view text = value.as_string();
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!std::isfinite(number)) return std::nullopt;
  return number_text(number);
}

std::optional<std::string> value_of(AnswerType type, const json::value& value) {
  switch (type) {
    case AnswerType::yes_no:
      return std::nullopt;
    case AnswerType::integer:
      return whole_of(value);
    case AnswerType::number:
      return number_of_json(value);
    case AnswerType::date: {
      if (!value.is_string()) return std::nullopt;
      const auto day = parse_iso_day(std::string_view(value.as_string()));
      return day ? std::optional(to_iso(*day)) : std::nullopt;
    }
    case AnswerType::text: {
      if (!value.is_string()) return std::nullopt;
      std::string text(value.as_string());
      if (text.empty() || text::code_points(text).size() > limits::question_value_characters ||
          text.find('\0') != std::string::npos)
        return std::nullopt;
      return text;
    }
  }
  return std::nullopt;
}

Verdict verdict_of(const Question& question, const json::value& value) {
  if (value.is_null()) return Verdict::unknown(Reason::not_told);
  if (question.answer != AnswerType::yes_no) {
    auto read = value_of(question.answer, value);
    if (!read) return Verdict::unknown(Reason::malformed);
    return {AnswerKind::value, std::move(*read), Reason::none};
  }
  const auto word = word_of(value);
  const auto among = [&](const std::vector<std::string>& words) {
    return word && std::find(words.begin(), words.end(), *word) != words.end();
  };
  if (among(question.yes)) return {AnswerKind::yes, {}, Reason::none};
  if (among(question.no)) return {AnswerKind::no, {}, Reason::none};
  return Verdict::unknown(Reason::malformed);
}

// Counts the names of all objects: a name that stands twice in one object is one less in what was read, for
// reading keeps the last of them.
class NameCounter {
 public:
  static constexpr std::size_t max_object_size = limits::question_answer_bytes;
  static constexpr std::size_t max_array_size = limits::question_answer_bytes;
  static constexpr std::size_t max_key_size = limits::question_answer_bytes;
  static constexpr std::size_t max_string_size = limits::question_answer_bytes;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t names, json::error_code&) {
    names_ += names;
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_key(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  std::size_t names() const { return names_; }

 private:
  std::size_t names_ = 0;
};

std::size_t names_in(const json::value& value) {
  std::size_t names = 0;
  if (value.is_object()) {
    names += value.as_object().size();
    for (const auto& pair : value.as_object()) names += names_in(pair.value());
  } else if (value.is_array()) {
    for (const auto& item : value.as_array()) names += names_in(item);
  }
  return names;
}

}  // namespace

std::string_view name_of(AnswerKind kind) {
  return kinds.at(static_cast<std::size_t>(kind));
}
std::string_view name_of(AnsweredFrom from) {
  return from == AnsweredFrom::cache ? "cache" : "source";
}
std::string_view name_of(Reason reason) {
  return reasons.at(static_cast<std::size_t>(reason));
}
Reason reason_named(std::string_view name) {
  const auto found = std::find(reasons.begin(), reasons.end(), name);
  return found == reasons.end() ? Reason::none : static_cast<Reason>(found - reasons.begin());
}

bool is_trouble(Reason reason) {
  return reason == Reason::unreachable || reason == Reason::timeout || reason == Reason::certificate ||
         reason == Reason::failing;
}

Verdict read_answer(const Question& question, std::string_view body) {
  if (body.size() > limits::question_answer_bytes) return Verdict::unknown(Reason::too_large);
  json::parse_options options;
  options.max_depth = limits::question_answer_depth;
  json::error_code fault;
  const json::value root = json::parse(json::string_view(body.data(), body.size()), fault, {}, options);
  if (fault) return Verdict::unknown(Reason::malformed);
  json::basic_parser<NameCounter> counter(options);
  counter.write_some(false, body.data(), body.size(), fault);
  if (fault || counter.handler().names() != names_in(root)) return Verdict::unknown(Reason::malformed);
  const json::value* found = root.find_pointer(question.pointer, fault);
  if (found == nullptr) return Verdict::unknown(Reason::malformed);
  return verdict_of(question, *found);
}

Verdict read_reply(const Question& question, int status, std::string_view body) {
  if (status == 200) return read_answer(question, body);
  if (status >= 300 && status < 400) return Verdict::unknown(Reason::redirected);
  if (status >= 500 || status == 429) return Verdict::unknown(Reason::failing);
  return Verdict::unknown(Reason::rejected);
}

std::string kept_text(const Verdict& verdict) {
  return std::string(name_of(verdict.kind)) + '\n' + verdict.value;
}

Result<Verdict> verdict_of_kept(std::string_view text) {
  const std::size_t cut = text.find('\n');
  const auto found = std::find(kinds.begin(), kinds.end(), text.substr(0, cut));
  if (cut == std::string_view::npos || found == kinds.end() || *found == "unknown")
    return Error(ErrorCode::corrupt, "storage.damaged").because("kept answer");
  return Verdict{static_cast<AnswerKind>(found - kinds.begin()), std::string(text.substr(cut + 1)),
                 Reason::none};
}

}  // namespace jingwei::source

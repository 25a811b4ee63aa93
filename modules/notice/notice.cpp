#include "modules/notice/notice.h"

#include <array>
#include <boost/json.hpp>

#include "base/json.h"

namespace jingwei::notice {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kind_names = {"notice", "order", "form"};
constexpr std::array<std::string_view, 5> channel_names = {"page", "text", "voice", "webhook", "print"};
constexpr std::array<std::string_view, 4> type_names = {"text", "number", "yes_no", "choice"};

template <typename Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, std::string_view name) {
  for (std::size_t at = 0; at < count; ++at) {
    if (names[at] == name) return static_cast<Enum>(at);
  }
  return std::nullopt;
}

void write_list(JsonWriter& out, std::string_view name, const std::vector<std::string>& words) {
  if (words.empty()) return;
  out.key(name);
  out.begin_array();
  for (const auto& word : words) out.value(word);
  out.end_array();
}

Error broken(const char* what) {
  return Error(ErrorCode::corrupt, "notice.kept_text_broken").with("what", what);
}

Result<json::value> parsed(std::string_view text, const char* what) {
  boost::system::error_code fault;
  json::value value = json::parse(text, fault);
  if (fault) return broken(what);
  return value;
}

std::vector<std::string> words_of(const json::object& from, std::string_view name) {
  std::vector<std::string> words;
  const json::value* const list = from.if_contains(name);
  if (list == nullptr || !list->is_array()) return words;
  for (const auto& word : list->get_array()) {
    if (word.is_string()) words.emplace_back(word.get_string());
  }
  return words;
}

std::string word_of(const json::object& from, std::string_view name) {
  const json::value* const word = from.if_contains(name);
  return word != nullptr && word->is_string() ? std::string(word->get_string()) : std::string();
}

std::vector<SubjectQuery> subjects_of(const json::object& from) {
  std::vector<SubjectQuery> all;
  const json::value* const list = from.if_contains("subjects");
  if (list == nullptr || !list->is_array()) return all;
  for (const auto& item : list->get_array()) {
    if (!item.is_object()) continue;
    const auto& object = item.get_object();
    const auto number = [&](std::string_view name) -> std::optional<std::int64_t> {
      const json::value* const found = object.if_contains(name);
      return found != nullptr && found->is_int64() ? std::optional(found->get_int64()) : std::nullopt;
    };
    all.push_back({word_of(object, "resource"), word_of(object, "purpose"), number("age_from"),
                   number("age_to"), word_of(object, "field"), word_of(object, "value"),
                   word_of(object, "relation")});
  }
  return all;
}

}  // namespace

std::string_view name_of(NoticeKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}
std::optional<NoticeKind> notice_kind_named(std::string_view name) {
  return named<NoticeKind>(kind_names, name);
}
std::string_view name_of(Channel channel) {
  return channel_names[static_cast<std::size_t>(channel)];
}
std::optional<Channel> channel_named(std::string_view name) {
  return named<Channel>(channel_names, name);
}
std::string_view name_of(Question::Type type) {
  return type_names[static_cast<std::size_t>(type)];
}
std::optional<Question::Type> question_type_named(std::string_view name) {
  return named<Question::Type>(type_names, name);
}

std::string audience_text(const Audience& audience) {
  JsonWriter out;
  out.begin_object();
  write_list(out, "regions", audience.regions);
  write_list(out, "roles", audience.roles);
  write_list(out, "kinds", audience.kinds);
  write_list(out, "departments", audience.departments);
  std::vector<std::string> accounts;
  for (const auto account : audience.accounts) accounts.push_back(std::to_string(account));
  write_list(out, "accounts", accounts);
  out.key("subjects");
  out.begin_array();
  for (const auto& one : audience.subjects) {
    out.begin_object();
    out.member("resource", one.resource);
    out.member("purpose", one.purpose);
    if (one.age_from) out.member("age_from", *one.age_from);
    if (one.age_to) out.member("age_to", *one.age_to);
    out.member("field", one.field);
    out.member("value", one.value);
    out.member("relation", one.relation);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

Result<Audience> audience_of_text(std::string_view text) {
  JW_ASSIGN(const json::value value, parsed(text, "audience"));
  if (!value.is_object()) return broken("audience");
  const auto& from = value.get_object();
  Audience audience{words_of(from, "regions"),
                    words_of(from, "roles"),
                    words_of(from, "kinds"),
                    words_of(from, "departments"),
                    {},
                    subjects_of(from)};
  for (const auto& account : words_of(from, "accounts")) {
    if (const auto id = AccountId::parse(account)) audience.accounts.push_back(id->value);
  }
  return audience;
}

std::string questions_text(const std::vector<Question>& questions) {
  JsonWriter out;
  out.begin_array();
  for (const auto& question : questions) {
    out.begin_object();
    out.member("id", question.id);
    out.member("title", question.title);
    out.member("type", name_of(question.type));
    out.member("required", question.required);
    write_list(out, "values", question.values);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

Result<std::vector<Question>> questions_of_text(std::string_view text) {
  JW_ASSIGN(const json::value value, parsed(text, "questions"));
  if (!value.is_array()) return broken("questions");
  std::vector<Question> questions;
  for (const auto& one : value.get_array()) {
    if (!one.is_object()) return broken("questions");
    const auto& from = one.get_object();
    const json::value* const required = from.if_contains("required");
    questions.push_back({word_of(from, "id"), word_of(from, "title"),
                         question_type_named(word_of(from, "type")).value_or(Question::Type::text),
                         required != nullptr && required->is_bool() && required->get_bool(),
                         words_of(from, "values")});
  }
  return questions;
}

std::string answers_text(const Answers& answers) {
  JsonWriter out;
  out.begin_object();
  for (const auto& [question, answer] : answers) out.member(question, answer);
  out.end_object();
  return out.take();
}

Result<Answers> answers_of_text(std::string_view text) {
  JW_ASSIGN(const json::value value, parsed(text, "answers"));
  if (!value.is_object()) return broken("answers");
  Answers answers;
  for (const auto& one : value.get_object()) {
    if (one.value().is_string()) answers[std::string(one.key())] = std::string(one.value().get_string());
  }
  return answers;
}

}  // namespace jingwei::notice

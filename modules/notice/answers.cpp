#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "modules/notice/limits.h"
#include "modules/notice/notices.h"

namespace jingwei::notice {

namespace {

// What is kept of an answer; nothing when it does not fit.
std::optional<std::string> kept(const Question& question, const std::string& given) {
  const std::string words = text::squeeze(given);
  switch (question.type) {
    case Question::Type::text:
      if (text::code_points(words).size() > limits::answer_length) return std::nullopt;
      return words;
    case Question::Type::number: {
      const std::string plain = text::half_width(words);
      double number = 0;
      const auto done = std::from_chars(plain.data(), plain.data() + plain.size(), number);
      if (done.ec != std::errc() || done.ptr != plain.data() + plain.size() || !std::isfinite(number))
        return std::nullopt;
      return plain;
    }
    case Question::Type::yes_no:
      if (words != "yes" && words != "no") return std::nullopt;
      return words;
    case Question::Type::choice:
      for (const auto& value : question.values) {
        if (value == words) return words;
      }
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<Answers> fitting(const std::vector<Question>& questions, const Answers& given) {
  Answers answers;
  std::vector<Error> causes;
  for (const auto& question : questions) {
    const auto found = given.find(question.id);
    if (found == given.end() || found->second.empty()) {
      if (question.required)
        causes.push_back(Error(ErrorCode::invalid, "notice.answer_missing")
                             .with("question", question.title)
                             .at("/answers/" + question.id));
      continue;
    }
    auto words = kept(question, found->second);
    if (words) {
      answers[question.id] = std::move(*words);
    } else {
      causes.push_back(Error(ErrorCode::invalid, "notice.answer_unfit")
                           .with("question", question.title)
                           .at("/answers/" + question.id));
    }
  }
  for (const auto& [id, unused] : given) {
    const bool known = std::any_of(questions.begin(), questions.end(),
                                   [&, &asked = id](const Question& q) { return q.id == asked; });
    if (!known)
      causes.push_back(
          Error(ErrorCode::invalid, "notice.no_question").with("question", id).at("/answers/" + id));
  }
  if (causes.empty()) return answers;
  Error error = causes.front();
  error.causes = std::move(causes);
  return error;
}

}  // namespace jingwei::notice

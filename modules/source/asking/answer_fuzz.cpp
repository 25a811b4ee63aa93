// Goal: no body makes reading an answer misbehave, and what is no plain answer is unknown.
#include <cstdint>

#include "base/limits.h"
#include "base/result.h"
#include "base/text.h"
#include "modules/source/asking/answer.h"

namespace {

jingwei::source::Question question_of(std::uint8_t pick) {
  jingwei::source::Question question;
  question.answer = static_cast<jingwei::source::AnswerType>(pick % 5);
  question.pointer = pick & 0x80 ? "" : pick & 0x40 ? "/data/0/found" : "/found";
  question.yes = {"true", "1", "有"};
  question.no = {"false", "0"};
  return question;
}

}  // namespace

// The first byte picks the kind and place of the answer, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jingwei::source;
  if (size == 0) return 0;
  const Question question = question_of(data[0]);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Verdict verdict = read_answer(question, body);
  JW_ASSERT((verdict.kind == AnswerKind::unknown) == (verdict.reason != Reason::none));
  JW_ASSERT((verdict.kind == AnswerKind::value) == !verdict.value.empty());
  JW_ASSERT(verdict.kind != AnswerKind::value || question.answer != AnswerType::yes_no);
  JW_ASSERT(jingwei::text::is_utf8(verdict.value));
  JW_ASSERT(jingwei::text::code_points(verdict.value).size() <= jingwei::limits::question_value_characters);
  // Operators paste declarations they were sent.
  static_cast<void>(parse_declaration(body));
  if (verdict.kind == AnswerKind::unknown) return 0;
  const auto again = verdict_of_kept(kept_text(verdict));
  JW_ASSERT(again.ok() && *again == verdict);
  return 0;
}

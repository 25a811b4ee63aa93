// What a department answered, and why there is none when there is none. Never a guess.
#pragma once

#include <string>
#include <string_view>

#include "modules/source/asking/declaration.h"

namespace jingwei::source {

enum class AnswerKind : std::uint8_t { yes, no, value, unknown };
enum class AnsweredFrom : std::uint8_t { source, cache };
// Why an answer is unknown.
enum class Reason : std::uint8_t {
  none,
  unreachable,  // no connection, or it broke off
  timeout,      // no complete answer in time
  certificate,  // its certificate cannot be trusted
  failing,      // it says that it is in trouble (5xx, 429)
  rejected,     // it rejected the question (4xx and other statuses)
  redirected,   // it sends elsewhere, and the hub does not go there
  too_large,
  malformed,     // no JSON, or nothing of the declared kind at the declared place
  not_told,      // it answered null
  breaker_open,  // it was in trouble so often that it is left alone for a while
  busy           // the hub asks as much at once as it may
};

std::string_view name_of(AnswerKind kind);
std::string_view name_of(AnsweredFrom from);
std::string_view name_of(Reason reason);
Reason reason_named(std::string_view name);
// Whether it tells of a department out of reach, which is what a breaker counts.
bool is_trouble(Reason reason);

// Without time and origin; what is kept.
struct Verdict {
  AnswerKind kind = AnswerKind::unknown;
  std::string value;  // of AnswerKind::value: text as it stands, a whole number, a number, YYYY-MM-DD
  Reason reason = Reason::none;

  static Verdict unknown(Reason why) { return {AnswerKind::unknown, {}, why}; }
  bool operator==(const Verdict&) const = default;
};

// Reads an answer's body: at most limits::question_answer_bytes of JSON, nested at most
// limits::question_answer_depth deep; an object with the same name twice is malformed, for either could be
// meant.
Verdict read_answer(const Question& question, std::string_view body);
// The same with the status that came with it: only 200 is an answer.
Verdict read_reply(const Question& question, int status, std::string_view body);

// As it stands in the cache before it is sealed, and back. Errors: corrupt.
std::string kept_text(const Verdict& verdict);
Result<Verdict> verdict_of_kept(std::string_view text);

}  // namespace jingwei::source

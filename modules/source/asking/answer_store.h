// Answers as they are kept: one row for each question, purpose and keyed hash of what was stated, sealed
// under a key of that purpose, gone when they lapse. What was stated is kept nowhere.
#pragma once

#include <optional>

#include "modules/source/asking/answer.h"
#include "modules/source/parts.h"

namespace jingwei::source {

struct KeptAnswer {
  Verdict verdict;
  Instant answered_at{};
};

// Whom and what an answer is about. Other purposes have other keys: neither hash nor answer is of use to
// them.
struct AnswerKey {
  SourceId source;
  std::string question;
  std::string purpose;
  std::string inputs;  // keyed hash, 16 bytes

  auto operator<=>(const AnswerKey&) const = default;
};

// `purpose` must be one of the source's terms: a key is made for it when there is none.
AnswerKey answer_key(const SourceParts& parts, SourceId source, const Question& question,
                     const std::string& purpose, const Settings& inputs);
// The pseudonym of whom a question is about: the same in every question, so that the audit log can be asked.
std::string subject_pseudonym(const SourceParts& parts, const Question& question, const Settings& inputs);

// What is kept and has not lapsed at `now`. Errors: the store's; corrupt and gone count as nothing kept.
Result<std::optional<KeptAnswer>> find_kept(const SourceParts& parts, storage::Reader& reader,
                                            const AnswerKey& key, Instant now);
Result<storage::Write> keep_answer(const SourceParts& parts, const AnswerKey& key, const KeptAnswer& answer,
                                   Instant expires);
storage::Write forget_answers(SourceId source);
// Erases what has lapsed. How many there were.
Result<std::int64_t> erase_lapsed(const SourceParts& parts);

// How a question fared so far.
struct QuestionCounts {
  std::int64_t answered = 0;  // by the department
  std::int64_t kept = 0;      // from kept answers
  std::int64_t unknown = 0;
  std::int64_t waited_ms = 0;  // for all it answered
  std::int64_t last_ms = 0;
  std::optional<Instant> last_answered_at, last_unknown_at;
  Reason last_reason = Reason::none;
};
storage::Write count_question(SourceId source, const std::string& question, const QuestionCounts& more);
Result<std::map<std::string, QuestionCounts>> read_counts(storage::Reader& reader, SourceId source);

}  // namespace jingwei::source

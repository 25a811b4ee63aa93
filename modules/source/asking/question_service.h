// Asking departments that give no copies: one question about one subject, for a purpose, with an honest
// answer.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "modules/source/asking/answer_store.h"
#include "modules/source/asking/breaker.h"

namespace jingwei::source {

struct Asked {
  SourceId source;
  std::string question;
  std::string purpose;
  Settings inputs;
  std::string actor;
};

struct Answer {
  Verdict verdict;
  AnsweredFrom from = AnsweredFrom::source;
  std::optional<Instant> as_of;  // when the department said so; none of an unknown
};

// A question with how it fares.
struct QuestionView {
  Question question;
  QuestionCounts counts;
};
struct AskingView {
  std::vector<QuestionView> questions;
  std::vector<TermsPurpose> purposes;
  BreakerState breaker = BreakerState::closed;  // of this process
  std::optional<Instant> probe_at;              // when an open breaker lets one through
};

// Thread-safe. Blocks the caller for the question's time limit at most; limits::questions_under_way callers
// at once.
class QuestionService {
 public:
  explicit QuestionService(const SourceParts& parts);  // must outlive it
  ~QuestionService();

  // Every question leaves an audit entry "source.ask" before its answer is given: actor, question, purpose,
  // pseudonym of whom it is about, outcome, from where; never the inputs and never the answer. An answer that
  // cannot be had is unknown with its reason, not an error. Errors: not_found (source, question), invalid
  // (inputs, each at fault), denied (the purpose may not ask it or has ended), gone (the terms), conflict
  // (paused; changed while it was asked), rate_limited, the store's.
  Result<Answer> ask(const Asked& asked);

  // Errors: not_found; invalid "source.answers_no_questions" for other kinds.
  Result<AskingView> view(SourceId id) const;
  // Connects to the source's peer and asks nothing. `settings` are checked and opened. Errors: unavailable.
  Result<void> greet(const Settings& settings) const;
  // Callers that wait for a department now.
  std::size_t under_way() const { return under_way_; }
  // Erases lapsed answers. How many there were.
  Result<std::int64_t> erase_lapsed() const;

 private:
  struct Live;
  struct Flight;
  struct Standing;  // a source as it stands now, checked for one question
  struct Outcome {
    Verdict verdict;
    Instant at{};
    std::int64_t took_ms = 0;
  };

  Result<Standing> standing_of(const Asked& asked);
  Result<std::shared_ptr<Live>> live_of(const Source& source);
  Result<void> permit(const Standing& standing, const Asked& asked) const;
  Result<Outcome> fly(const Standing& standing, const AnswerKey& key, const Settings& inputs);
  Result<Outcome> call(const Standing& standing, const Settings& inputs);
  Result<Answer> settle(const Standing& standing, const Asked& asked, const AnswerKey& key,
                        const Settings& inputs, const Outcome& outcome);
  storage::AuditEntry entry_of(const Standing& standing, const Asked& asked, const Settings* inputs,
                               std::string_view outcome, Reason reason, AnsweredFrom from) const;

  const SourceParts& parts_;
  mutable std::mutex mutex_;
  std::map<SourceId, std::shared_ptr<Live>> live_;
  std::atomic<std::size_t> under_way_{0};
};

// What a page says of a reason, and what a source in trouble is marked with.
Error error_of(Reason reason);

}  // namespace jingwei::source

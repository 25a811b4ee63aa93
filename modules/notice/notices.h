// Sending notices, reading and answering them, and chasing those who have not.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/caller.h"
#include "modules/notice/authority.h"
#include "modules/notice/directory.h"
#include "modules/notice/loads.h"
#include "modules/notice/notice.h"
#include "modules/notice/people.h"
#include "storage/sealer.h"
#include "storage/timer_runner.h"

namespace jingwei::notice {

// Who asks. `caller` is null for the hub's own work.
struct Asker {
  std::shared_ptr<const access::Caller> caller;
  std::string actor;
  std::optional<std::string> idempotency_key = {};
};

// What a process says of one case is sent by "process:<id>": it stands in its reader's inbox, not among what
// offices have sent.
inline constexpr std::string_view process_sender = "process:";

struct NewNotice {
  NoticeKind kind = NoticeKind::notice;
  std::string title, body;
  Audience audience;
  std::vector<Channel> channels;  // the page is always one
  std::vector<Question> questions;
  std::optional<Instant> due_at;
  std::int64_t remind_hours = 0;
};

struct Preview {
  std::int64_t people = 0;  // in all
  std::int64_t subjects = 0,
               without_phone = 0;  // of them: people without an account, and those of no known phone
  std::vector<std::pair<RegionId, std::int64_t>>
      regions;                      // of the level below the common one, most people first
  std::vector<FullCommunity> full;  // that could not take this order or form
};

struct NoticeQuery {
  std::optional<NoticeKind> kind;
  NoticeId before;
  std::size_t most = 50;
};

struct ReceiptCounts {
  std::int64_t all = 0, read = 0, answered = 0;
};

// A notice as one of its readers has it.
struct Received {
  Notice notice;
  Receipt receipt;
};

// What came back of one region with all below it.
struct QuestionSum {
  std::int64_t answered = 0;
  double sum = 0;                              // of numbers
  std::map<std::string, std::int64_t> counts;  // of choices, yes and no
};
struct Progress {
  RegionId region;  // none: those without a place
  ReceiptCounts counts;
  std::map<std::string, QuestionSum> questions;
};

struct DeliveryCount {
  std::string channel, state;
  std::int64_t count = 0;
};

// What notices need from around them; all must outlive them.
struct NoticeParts {
  storage::Store& store;
  const region::Regions& regions;
  const Directory& directory;
  const storage::Sealer& sealer;
  const Clock& clock;
  const Zone& zone;
  std::function<RegionId()> hub_region;
  PeopleFinder people = {};  // absent: audiences over subjects are refused
};

// Thread-safe.
class Notices {
 public:
  explicit Notices(const NoticeParts& parts, const Loads& loads) : parts_(parts), loads_(loads) {}

  // Errors: denied (beyond the caller's regions), not_found, invalid, too_large, the store's.
  Result<Preview> preview(NoticeKind kind, const Audience& audience, const Asker& asker) const;
  // Errors: as preview; invalid "notice.nobody"; conflict "notice.cap_reached" with a cause for each
  // community that may not be asked for more this month; invalid (title, questions, due time).
  Result<Notice> send(NewNotice wanted, const Asker& asker);
  // Those sent from, or to, the caller's regions. Newest first.
  Result<std::vector<Notice>> list(const NoticeQuery& query, const Asker& asker) const;
  // Errors: not_found, also for those that have nothing to do with the caller's regions.
  Result<Notice> find(NoticeId id, const Asker& asker) const;
  // Errors: conflict "notice.ended_already", not_found, denied "notice.not_yours".
  Result<Notice> end(NoticeId id, const Asker& asker);
  // Reminds all who have not read (or not answered) now. Errors: as end; how many were reminded.
  Result<std::int64_t> remind(NoticeId id, const Asker& asker);

  // Receipts of the caller's regions, in the order of accounts.
  Result<std::vector<Receipt>> receipts(const Notice& notice, const Asker& asker) const;
  // By the regions directly below `region` (the caller's own when empty), and the region itself for those
  // addressed there.
  Result<std::vector<Progress>> progress(const Notice& notice, const std::string& region,
                                         const Asker& asker) const;
  Result<std::vector<DeliveryCount>> deliveries(NoticeId id) const;

  // What an account received. Newest first.
  Result<std::vector<Received>> inbox(AccountId account, NoticeId before, std::size_t most,
                                      bool unread) const;
  Result<std::int64_t> unread(AccountId account) const;
  Result<Received> received(NoticeId id, AccountId account) const;
  // Errors: not_found.
  Result<Received> read(NoticeId id, AccountId account, const std::string& actor);
  // Errors: not_found; conflict "notice.answered_already", "notice.ended_already"; invalid, with a cause for
  // each answer that does not fit its question.
  Result<Received> answer(NoticeId id, AccountId account, Answers answers, const Asker& asker);

  // Somebody told a person without an account, at the door or by a list. Errors: not_found "notice.not_found"
  // (nobody of that id whom the asker follows has no account); conflict "notice.ended_already".
  Result<void> told(NoticeId id, AccountId recipient, const Asker& asker);

  // Before the runner starts.
  void on_timers(storage::TimerRunner& timers);

 private:
  // People of the registry whom the audience names. Errors: the finder's; invalid "notice.no_subjects"
  // (nobody here knows any), "notice.subjects_only_told" (they can answer nothing).
  Result<std::vector<Person>> named_people(NoticeKind kind, const Audience& audience,
                                           const Authority& authority, const Asker& asker) const;
  Result<std::vector<Recipient>> addressed(storage::Reader& reader, const Audience& audience,
                                           const Authority& authority) const;
  Result<Authority> reach(std::string_view permission, const Asker& asker) const;
  Result<std::optional<Notice>> read_notice(storage::Reader& reader, NoticeId id) const;
  Result<Receipt> receipt_of_row(const storage::Row& row, int first, NoticeId notice) const;
  Result<Notice> own(storage::Reader& reader, NoticeId id, const Asker& asker) const;
  bool concerns(const Notice& notice, const Authority& authority) const;
  storage::Write change_of(const Notice& notice) const;
  Result<void> watch(const Notice& notice, Instant due, storage::Change& change) const;
  Result<void> add_reminder(Notice& notice, const std::string& actor, storage::Change& change) const;
  Result<storage::Change> reminder_fell(const storage::Timer& timer);

  const NoticeParts& parts_;
  const Loads& loads_;
};

inline constexpr std::string_view reminder_timer = "notice.remind";
inline constexpr std::string_view delivery_timer = "notice.deliver";

// Checks answers against their questions; numbers as they will be kept. Errors: invalid with causes.
Result<Answers> fitting(const std::vector<Question>& questions, const Answers& given);

}  // namespace jingwei::notice

// Notices (通知), orders (任务) and forms (表格) as values: what was said to whom, and what came back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace jingwei::notice {

using NoticeId = Id<struct NoticeTag>;
using AccountId = Id<struct AccountTagOfNotice>;

enum class NoticeKind : std::uint8_t {
  notice,  // to be read
  order,   // to be done and answered
  form,    // to be filled
};
std::string_view name_of(NoticeKind kind);
std::optional<NoticeKind> notice_kind_named(std::string_view name);

enum class Channel : std::uint8_t { page, text, voice, webhook, print };
std::string_view name_of(Channel channel);
std::optional<Channel> channel_named(std::string_view name);

// People by what stands about them in one resource, under a purpose it serves.
struct SubjectQuery {
  std::string resource, purpose;
  std::optional<std::int64_t> age_from, age_to;  // full years on the day it is asked; both included
  std::string field, value;                      // of a choice, or a truth; empty: whichever
  std::string relation;  // empty: those people; else who is their carer or guardian, or member … of the same
};

// Whom it is for: everybody whom all the lists that are not empty name. An audience without regions is
// everybody below the sender's own.
struct Audience {
  std::vector<std::string> regions;      // codes of regions or zones, with all below them
  std::vector<std::string> roles;        // held there
  std::vector<std::string> kinds;        // of account: staff, resident, enterprise
  std::vector<std::string> departments;  // of the grant, or the account's own
  std::vector<std::int64_t> accounts;    // by name
  // People of the registry, in the regions; then accounts are addressed only where another list names them.
  std::vector<SubjectQuery> subjects;
};

struct Question {
  enum class Type : std::uint8_t { text, number, yes_no, choice };
  std::string id;
  std::string title;
  Type type = Type::text;
  bool required = true;
  std::vector<std::string> values;  // of a choice
};
std::string_view name_of(Question::Type type);
std::optional<Question::Type> question_type_named(std::string_view name);

// Answers by question; numbers as text, yes and no as "yes" and "no".
using Answers = std::map<std::string, std::string>;

struct Notice {
  NoticeId id;
  NoticeKind kind = NoticeKind::notice;
  bool ended = false;
  std::string title, body;
  Audience audience;
  std::vector<Channel> channels;
  std::vector<Question> questions;
  RegionId region;         // the sender's
  std::string department;  // the sender's; may be empty
  std::string sent_by;
  Instant sent_at{};
  std::optional<Instant> due_at;
  std::int64_t remind_hours = 0;  // 0: nobody is reminded by itself
  std::int64_t recipients = 0;
  std::int64_t reminders = 0;
  std::optional<Instant> reminded_at;
  std::optional<Instant> ended_at;
  std::string ended_by;
  std::int64_t row_version = 0;

  bool asks() const { return kind != NoticeKind::notice; }
};

// One account it is addressed to.
struct Receipt {
  AccountId account;
  RegionId region;  // where it is addressed
  std::string role;
  std::optional<Instant> read_at;
  std::int64_t reminders = 0;
  std::optional<Instant> answered_at;
  Answers answers;

  bool open(const Notice& notice) const { return !read_at || (notice.asks() && !answered_at); }
};

// As kept in the store. Errors: corrupt.
std::string audience_text(const Audience& audience);
Result<Audience> audience_of_text(std::string_view text);
std::string questions_text(const std::vector<Question>& questions);
Result<std::vector<Question>> questions_of_text(std::string_view text);
std::string answers_text(const Answers& answers);
Result<Answers> answers_of_text(std::string_view text);

}  // namespace jingwei::notice

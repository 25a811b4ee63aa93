#include "modules/notice/notices.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/notice/limits.h"
#include "modules/notice/notice_rows.h"
#include "modules/notice/sql.gen.h"

namespace jingwei::notice {

namespace {

std::string channels_text(const std::vector<Channel>& channels) {
  std::string words;
  for (const Channel channel : channels) words += (words.empty() ? "" : " ") + std::string(name_of(channel));
  return words;
}

Error too_long(const char* what, std::size_t most, const char* field) {
  return Error(ErrorCode::invalid, "notice.too_long")
      .with("what", what)
      .with("most", std::to_string(most))
      .at(field);
}

Result<void> check_question(const Question& question, std::size_t at) {
  const std::string field = "/questions/" + std::to_string(at);
  const bool bad_id = question.id.empty() || question.id.size() > 40 ||
                      !std::all_of(question.id.begin(), question.id.end(), [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                      });
  if (bad_id)
    return Error(ErrorCode::invalid, "notice.bad_question_id").with("id", question.id).at(field + "/id");
  const bool choice = question.type == Question::Type::choice;
  if (choice != !question.values.empty() || question.values.size() > limits::question_values)
    return Error(ErrorCode::invalid, "notice.bad_values").with("id", question.id).at(field + "/values");
  return {};
}

// Everything but the audience. Errors: invalid.
Result<void> check(NewNotice& wanted, Instant now) {
  wanted.title = text::squeeze(wanted.title);
  if (wanted.title.empty()) return Error(ErrorCode::invalid, "notice.title_missing").at("/title");
  if (text::code_points(wanted.title).size() > limits::title_length)
    return too_long("title", limits::title_length, "/title");
  if (text::code_points(wanted.body).size() > limits::body_length)
    return too_long("body", limits::body_length, "/body");
  if (!text::is_utf8(wanted.body)) return Error(ErrorCode::invalid, "notice.title_missing").at("/body");
  if ((wanted.kind == NoticeKind::notice) != wanted.questions.empty())
    return Error(ErrorCode::invalid,
                 wanted.questions.empty() ? "notice.questions_missing" : "notice.questions_unasked")
        .at("/questions");
  if (wanted.questions.size() > limits::questions)
    return too_long("questions", limits::questions, "/questions");
  std::set<std::string> ids;
  for (std::size_t at = 0; at < wanted.questions.size(); ++at) {
    JW_TRY(check_question(wanted.questions[at], at));
    if (!ids.insert(wanted.questions[at].id).second)
      return Error(ErrorCode::invalid, "notice.bad_question_id")
          .with("id", wanted.questions[at].id)
          .at("/questions");
  }
  if (wanted.due_at && *wanted.due_at <= now)
    return Error(ErrorCode::invalid, "notice.due_in_past").at("/due_at");
  if (wanted.remind_hours < 0 || wanted.remind_hours > 24 * 30)
    return Error(ErrorCode::invalid, "notice.bad_rhythm").at("/remind_hours");
  std::vector<Channel> channels{Channel::page};
  for (const Channel channel : wanted.channels) {
    if (std::find(channels.begin(), channels.end(), channel) == channels.end()) channels.push_back(channel);
  }
  wanted.channels = std::move(channels);
  return {};
}

}  // namespace

Result<Authority> Notices::reach(std::string_view permission, const Asker& asker) const {
  return authority_of(asker.caller.get(), permission, *parts_.regions.tree(), parts_.clock.now());
}

// Whom the audience names within what the sender may address. Regions beyond it are refused, not cut.
Result<std::vector<Recipient>> Notices::addressed(storage::Reader& reader, const Audience& audience,
                                                  const Authority& authority) const {
  const auto tree = parts_.regions.tree();
  const std::size_t items = audience.regions.size() + audience.roles.size() + audience.departments.size() +
                            audience.accounts.size();
  if (items > limits::audience_items)
    return Error(ErrorCode::invalid, "notice.too_long")
        .with("what", "audience")
        .with("most", std::to_string(limits::audience_items))
        .at("/audience");
  for (const auto& code : audience.regions) {
    const auto scope = tree->scope(code);
    if (!scope)
      return Error(ErrorCode::not_found, "region.not_found").with("code", code).at("/audience/regions");
    const bool inside = std::all_of(scope->parts.begin(), scope->parts.end(), [&](const auto& part) {
      return authority.whole_area || authority.scope.contains(part.begin);
    });
    if (!inside)
      return Error(ErrorCode::denied, "notice.not_your_region").with("code", code).at("/audience/regions");
  }
  const bool accounts = audience.subjects.empty() || !audience.roles.empty() || !audience.kinds.empty() ||
                        !audience.departments.empty() || !audience.accounts.empty();
  if (!accounts) return std::vector<Recipient>();
  return parts_.directory.find(reader, audience, authority.scope, authority.whole_area, parts_.clock.now());
}

Result<std::vector<Person>> Notices::named_people(NoticeKind kind, const Audience& audience,
                                                  const Authority& authority, const Asker& asker) const {
  std::vector<Person> all;
  if (audience.subjects.empty()) return all;
  if (!parts_.people) return Error(ErrorCode::invalid, "notice.no_subjects").at("/audience/subjects");
  if (kind != NoticeKind::notice)
    return Error(ErrorCode::invalid, "notice.subjects_only_told").at("/audience/subjects");
  const auto tree = parts_.regions.tree();
  std::vector<std::string> under = audience.regions;
  if (under.empty() && authority.home) under.push_back(tree->code(tree->find(authority.home)));
  std::set<std::string> known;
  for (const auto& query : audience.subjects) {
    JW_ASSIGN(auto found, parts_.people(query, under, asker.caller));
    for (auto& person : found) {
      const region::Node node = person.region ? tree->find(person.region) : region::no_node;
      const bool inside = authority.whole_area || (node != region::no_node && authority.scope.contains(node));
      if (inside && known.insert(person.subject).second) all.push_back(std::move(person));
    }
  }
  if (all.size() > limits::subject_people)
    return Error(ErrorCode::too_large, "notice.too_many")
        .with("most", std::to_string(limits::subject_people))
        .at("/audience/subjects");
  return all;
}

Result<Preview> Notices::preview(NoticeKind kind, const Audience& audience, const Asker& asker) const {
  JW_ASSIGN(const Authority authority, reach("notice.send", asker));
  JW_ASSIGN(const auto persons, named_people(kind, audience, authority, asker));
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto people, addressed(*reader, audience, authority));
  Preview preview;
  preview.subjects = static_cast<std::int64_t>(persons.size());
  for (const auto& person : persons) {
    preview.without_phone += person.phone.empty() ? 1 : 0;
    people.push_back({AccountId(), person.region, ""});
  }
  preview.people = static_cast<std::int64_t>(people.size());
  JW_ASSIGN(preview.full, loads_.full(*reader, kind, loads_.communities_of(people)));
  // Counted where the audience first branches.
  const auto tree = parts_.regions.tree();
  std::map<region::Node, std::int64_t> counts;
  for (const auto& person : people) {
    const region::Node node = person.region ? tree->find(person.region) : region::no_node;
    if (node != region::no_node) ++counts[node];
  }
  region::Node common = counts.empty() ? tree->root() : counts.begin()->first;
  while (common != tree->root() &&
         !(tree->contains(common, counts.begin()->first) && tree->contains(common, counts.rbegin()->first)))
    common = tree->parent(common);
  std::map<region::Node, std::int64_t> below;
  for (const auto& [node, count] : counts) {
    region::Node at = node;
    while (at != common && tree->parent(at) != common) at = tree->parent(at);
    below[at] += count;
  }
  for (const auto& [node, count] : below) preview.regions.emplace_back(tree->id(node), count);
  std::stable_sort(preview.regions.begin(), preview.regions.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (preview.regions.size() > limits::audience_items) preview.regions.resize(limits::audience_items);
  return preview;
}

Result<void> Notices::watch(const Notice& notice, Instant due, storage::Change& change) const {
  JW_ASSIGN(const std::int64_t timer, parts_.store.allocate_ids());
  change.writes.push_back(
      storage::add_timer(TimerId(timer), due, std::string(reminder_timer), notice.id.to_string()));
  return {};
}

Result<Notice> Notices::send(NewNotice wanted, const Asker& asker) {
  const Instant now = parts_.clock.now();
  JW_TRY(check(wanted, now));
  JW_ASSIGN(const Authority authority, reach("notice.send", asker));
  Notice notice;
  notice.kind = wanted.kind;
  notice.title = wanted.title;
  notice.body = wanted.body;
  notice.audience = wanted.audience;
  notice.channels = wanted.channels;
  notice.questions = wanted.questions;
  notice.region = authority.home ? authority.home : parts_.hub_region();
  notice.department = authority.department;
  notice.sent_by = asker.actor;
  notice.sent_at = now;
  notice.due_at = wanted.due_at;
  notice.remind_hours = wanted.remind_hours;
  notice.row_version = 1;
  const std::string due = wanted.due_at ? std::to_string(to_micros(*wanted.due_at)) : "";
  auto row =
      catalog::idempotency_of(asker.idempotency_key, asker.actor, "send_notice",
                              {std::string(name_of(notice.kind)), notice.title, notice.body,
                               audience_text(notice.audience), channels_text(notice.channels),
                               questions_text(notice.questions), due, std::to_string(notice.remind_hours)});
  JW_ASSIGN(const auto persons, named_people(notice.kind, notice.audience, authority, asker));
  if (!persons.empty()) JW_TRY(parts_.sealer.prepare("notice_person"));
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(auto people, addressed(reader, notice.audience, authority));
    const std::size_t accounts = people.size();
    if (!persons.empty()) {
      JW_ASSIGN(const std::int64_t first,
                parts_.store.allocate_ids(static_cast<std::int64_t>(persons.size())));
      for (std::size_t at = 0; at < persons.size(); ++at)
        people.push_back({AccountId(first + static_cast<std::int64_t>(at)), persons[at].region, ""});
    }
    if (people.empty()) return Error(ErrorCode::invalid, "notice.nobody").at("/audience");
    const auto communities = loads_.communities_of(people);
    JW_ASSIGN(const auto full, loads_.full(reader, notice.kind, communities));
    if (!full.empty()) return cap_reached(notice.kind, full, *parts_.regions.tree());
    JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
    notice.id = NoticeId(id);
    notice.recipients = static_cast<std::int64_t>(people.size());
    if (row) row->answer = notice.id.to_string();
    storage::Change change;
    storage::Value due_at = storage::Null{};
    if (notice.due_at) due_at = to_micros(*notice.due_at);
    change.writes.push_back(
        {&sql::add_notice,
         {id, std::string(name_of(notice.kind)), notice.title, notice.body, audience_text(notice.audience),
          channels_text(notice.channels), questions_text(notice.questions), notice.region.value,
          notice.department, notice.sent_by, to_micros(now), std::move(due_at), notice.remind_hours,
          notice.recipients},
         1});
    for (std::size_t at = 0; at < people.size(); ++at) {
      const auto& person = people[at];
      if (at >= accounts)
        change.writes.push_back(
            {&sql::add_person,
             {id, person.account.value,
              storage::Blob{parts_.sealer.seal({"notice_person", person.account.value, "content"},
                                               person_text(persons[at - accounts]))}},
             1});
      change.writes.push_back(
          {&sql::add_receipt, {id, person.account.value, person.region.value, person.role}, 1});
    }
    bool outward = false;
    for (const Channel channel : notice.channels) {
      if (channel == Channel::page || channel == Channel::print) continue;
      change.writes.push_back({&sql::add_deliveries, {id, std::string(name_of(channel))}, notice.recipients});
      outward = true;
    }
    JW_TRY(loads_.take(reader, notice.kind, communities, change));
    if (outward) {
      JW_ASSIGN(const std::int64_t timer, parts_.store.allocate_ids());
      change.writes.push_back(
          storage::add_timer(TimerId(timer), now, std::string(delivery_timer), notice.id.to_string()));
    }
    if (const auto first = first_reminder(notice)) JW_TRY(watch(notice, *first, change));
    tell(notice, "sent", asker.actor, change);
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decided));
  if (committed.earlier_answer)
    return find(NoticeId::parse(*committed.earlier_answer).value_or(NoticeId()), asker);
  return notice;
}

// A notice concerns whoever it was sent from and whoever it may have reached: the sender's region above or
// below.
bool Notices::concerns(const Notice& notice, const Authority& authority) const {
  if (authority.whole_area) return true;
  const auto tree = parts_.regions.tree();
  const region::Node from = tree->find(notice.region);
  if (from == region::no_node) return false;
  if (authority.scope.contains(from)) return true;
  const auto reaches = [&](const region::Scope& scope) {
    for (const auto& mine : authority.scope.parts) {
      for (const auto& part : scope.parts) {
        if (mine.begin < part.end && part.begin < mine.end) return true;
      }
    }
    return false;
  };
  if (notice.audience.regions.empty()) return reaches({{tree->subtree(from)}});
  return std::any_of(notice.audience.regions.begin(), notice.audience.regions.end(),
                     [&](const std::string& code) {
                       const auto scope = tree->scope(code);
                       return scope && reaches(*scope);
                     });
}

Result<std::vector<Notice>> Notices::list(const NoticeQuery& query, const Asker& asker) const {
  JW_ASSIGN(const Authority authority, reach("notice.follow", asker));
  JW_ASSIGN(auto reader, parts_.store.read());
  std::vector<Notice> found;
  std::int64_t before = query.before ? query.before.value : INT64_MAX;
  while (found.size() < query.most) {
    const std::array<storage::Value, 3> parameters = {
        before, static_cast<std::int64_t>(query.most),
        query.kind ? std::string(name_of(*query.kind)) : std::string()};
    std::vector<Notice> page;
    std::optional<Error> fault;
    JW_TRY(reader->query(sql::page_of_notices, parameters, [&](const storage::Row& row) {
      auto one = notice_of_row(row);
      if (!one) fault = one.error();
      if (one) page.push_back(std::move(*one));
      return !fault;
    }));
    if (fault) return *fault;
    for (auto& one : page) {
      before = one.id.value;
      if (found.size() < query.most && concerns(one, authority)) found.push_back(std::move(one));
    }
    if (page.size() < query.most) break;
  }
  return found;
}

Result<std::optional<Notice>> Notices::read_notice(storage::Reader& reader, NoticeId id) const {
  const storage::Value key = id.value;
  std::optional<Result<Notice>> found;
  JW_TRY(reader.query(sql::notice_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = notice_of_row(row);
    return true;
  }));
  if (!found) return std::optional<Notice>();
  if (!found->ok()) return found->error();
  return std::optional<Notice>(std::move(**found));
}

Result<Notice> Notices::find(NoticeId id, const Asker& asker) const {
  JW_ASSIGN(const Authority authority, reach("notice.follow", asker));
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto found, read_notice(*reader, id));
  if (!found || !concerns(*found, authority)) return not_found(id);
  return std::move(*found);
}

// One that the caller may end or chase: their own, or sent from a region they have in hand.
Result<Notice> Notices::own(storage::Reader& reader, NoticeId id, const Asker& asker) const {
  JW_ASSIGN(const Authority authority, reach("notice.send", asker));
  JW_ASSIGN(auto found, read_notice(reader, id));
  if (!found || !concerns(*found, authority)) return not_found(id);
  const region::Node from = parts_.regions.tree()->find(found->region);
  const bool mine = authority.whole_area || found->sent_by == asker.actor ||
                    (from != region::no_node && authority.scope.contains(from));
  if (!mine) return Error(ErrorCode::denied, "notice.not_yours").with("actor", found->sent_by);
  if (found->ended) return Error(ErrorCode::conflict, "notice.ended_already").with("actor", found->ended_by);
  return std::move(*found);
}

storage::Write Notices::change_of(const Notice& notice) const {
  const auto instant = [](const std::optional<Instant>& at) -> storage::Value {
    if (at) return to_micros(*at);
    return storage::Null{};
  };
  return {&sql::change_notice,
          {notice.id.value, notice.row_version, std::string(notice.ended ? "ended" : "sent"),
           notice.reminders, instant(notice.reminded_at), instant(notice.ended_at), notice.ended_by},
          1};
}

Result<Notice> Notices::end(NoticeId id, const Asker& asker) {
  Notice notice;
  auto row = catalog::idempotency_of(asker.idempotency_key, asker.actor, "end_notice", {id.to_string()},
                                     id.to_string());
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(notice, own(reader, id, asker));
    notice.ended = true;
    notice.ended_at = parts_.clock.now();
    notice.ended_by = asker.actor;
    storage::Change change;
    change.writes.push_back(change_of(notice));
    change.writes.push_back({&sql::forget_people, {id.value, storage::Blob{}}, std::nullopt});
    tell(notice, "ended", asker.actor, change);
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decided));
  if (committed.earlier_answer) return find(id, asker);
  ++notice.row_version;
  return notice;
}

// One more reminder for all who are open; those with an outward channel are called again.
Result<void> Notices::add_reminder(Notice& notice, const std::string& actor, storage::Change& change) const {
  const Instant now = parts_.clock.now();
  ++notice.reminders;
  notice.reminded_at = now;
  const std::int64_t asks = notice.asks() ? 1 : 0;
  change.writes.push_back({&sql::remind_unread, {notice.id.value, asks}, std::nullopt});
  change.writes.push_back({&sql::deliver_again, {notice.id.value, asks}, std::nullopt});
  JW_ASSIGN(const std::int64_t timer, parts_.store.allocate_ids());
  change.writes.push_back(
      storage::add_timer(TimerId(timer), now, std::string(delivery_timer), notice.id.to_string()));
  change.writes.push_back(change_of(notice));
  tell(notice, "reminded", actor, change);
  return {};
}

Result<std::int64_t> Notices::remind(NoticeId id, const Asker& asker) {
  std::int64_t open = 0;
  auto row = catalog::idempotency_of(asker.idempotency_key, asker.actor, "remind_notice", {id.to_string()});
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(Notice notice, own(reader, id, asker));
    JW_ASSIGN(const ReceiptCounts counts, count_receipts(reader, id));
    open = counts.all - (notice.asks() ? counts.answered : counts.read);
    if (row) row->answer = std::to_string(open);
    storage::Change change;
    JW_TRY(add_reminder(notice, asker.actor, change));
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decided));
  if (committed.earlier_answer) return std::stoll(*committed.earlier_answer);
  return open;
}

void Notices::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(reminder_timer),
            [this](const storage::Timer& timer) { return reminder_fell(timer); });
}

Result<storage::Change> Notices::reminder_fell(const storage::Timer& timer) {
  storage::Change change;
  const auto id = NoticeId::parse(timer.body);
  if (!id) return change;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto found, read_notice(*reader, *id));
  if (!found || found->ended) return change;
  Notice notice = std::move(*found);
  JW_ASSIGN(const ReceiptCounts counts, count_receipts(*reader, *id));
  const std::int64_t open = counts.all - (notice.asks() ? counts.answered : counts.read);
  if (open == 0) return change;  // nobody is left to be reminded
  JW_TRY(add_reminder(notice, "", change));
  if (notice.remind_hours > 0 && notice.reminders < limits::reminders)
    JW_TRY(watch(notice, parts_.clock.now() + std::chrono::hours(notice.remind_hours), change));
  return change;
}

}  // namespace jingwei::notice

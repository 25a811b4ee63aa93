#include "modules/audit/accesses.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "modules/audit/delay_check.h"
#include "modules/audit/leaf_rows.h"
#include "modules/audit/sql.gen.h"

namespace jingwei::audit {

using storage::FeedPosition;
using storage::Value;

namespace {

constexpr std::size_t looked_at_most = 2'000;  // entries of one subject in one page
constexpr std::size_t words_most = 200;

Delay delay_of(const storage::Row& row) {
  Delay one;
  one.id = DelayId(row.integer(0));
  one.subject = row.text(1);
  one.department = row.text(2);
  one.authority = row.text(3);
  one.order = row.text(4);
  one.from = from_micros(row.integer(5));
  one.until = from_micros(row.integer(6));
  one.ordered_by = row.text(7);
  one.ordered_at = from_micros(row.integer(8));
  one.lifted_by = row.text(9);
  if (!row.is_null(10)) one.lifted_at = from_micros(row.integer(10));
  return one;
}

// The order that delays the look, or delayed it, the one that lasts longest.
const Delay* delay_over(const std::vector<Delay>& delays, const LogEntry& entry,
                        const std::string& department) {
  const Delay* longest = nullptr;
  for (const auto& one : delays) {
    const bool covers = one.from <= entry.at && entry.at < one.until &&
                        (one.department.empty() || one.department == department);
    if (covers && (longest == nullptr || longest->until < one.until)) longest = &one;
  }
  return longest;
}

// `more`: members beside those of the order.
std::string detail_of(const Delay& one, std::initializer_list<std::pair<const char*, std::string>> more) {
  JsonWriter json;
  json.begin_object();
  json.member("delay", one.id.to_string());
  json.member("authority", one.authority);
  json.member("order", one.order);
  if (!one.department.empty()) json.member("department", one.department);
  json.member("from", to_rfc3339(one.from));
  json.member("until", to_rfc3339(one.until));
  for (const auto& [name, text] : more) json.member(name, text);
  json.end_object();
  return json.take();
}

}  // namespace

Result<AccessPage> Accesses::list(const std::vector<std::string>& subjects, const OfficeOf& office,
                                  std::optional<FeedPosition> before, std::size_t most) const {
  constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
  const FeedPosition from = before.value_or(FeedPosition{end, end});
  std::vector<Access> found;
  std::vector<Delay> delays;
  FeedPosition
      looked_to;  // of a subject whose entries were not all looked at: nothing older than it is certain
  {
    JW_ASSIGN(auto reader, store_.read());
    for (std::size_t at = 0; at < std::min(subjects.size(), subjects_most); ++at) {
      const Value parameters[] = {subjects[at], from.transaction, from.sequence,
                                  static_cast<std::int64_t>(looked_at_most)};
      std::size_t rows = 0;
      FeedPosition last;
      JW_TRY(reader->query(sql::entries_of_subject, parameters, [&](const storage::Row& row) {
        last = {row.integer(0), row.integer(1)};
        ++rows;
        found.push_back({last, entry_of(row, 2), {}, {}});
        return true;
      }));
      if (rows == looked_at_most) looked_to = std::max(looked_to, last);
      JW_TRY(reader->query(sql::delays_of_subject, std::span(parameters, 1), [&](const storage::Row& row) {
        delays.push_back(delay_of(row));
        return true;
      }));
    }
  }
  std::sort(found.begin(), found.end(), [](const Access& a, const Access& b) { return b.key < a.key; });
  // One look may name a person by several of their numbers.
  found.erase(std::unique(found.begin(), found.end(),
                          [](const Access& a, const Access& b) { return a.key == b.key; }),
              found.end());
  const Instant now = clock_.now();
  std::map<std::string, std::string> offices;
  AccessPage page;
  for (auto& one : found) {
    if (one.key < looked_to || page.items.size() == most) {
      page.next = page.items.empty() || one.key < looked_to ? looked_to : page.items.back().key;
      return page;
    }
    auto known = offices.find(one.entry.actor);
    if (known == offices.end()) {
      JW_ASSIGN(std::string department, office(one.entry.actor));
      known = offices.emplace(one.entry.actor, std::move(department)).first;
    }
    one.department = known->second;
    if (const Delay* delay = delay_over(delays, one.entry, one.department)) {
      if (delay->holds(now)) continue;
      one.delayed = *delay;
    }
    page.items.push_back(std::move(one));
  }
  if (looked_to != FeedPosition{}) page.next = looked_to;
  return page;
}

Result<Delay> Accesses::order(Delay wanted, const std::string& actor) {
  const Instant now = clock_.now();
  wanted.authority = text::squeeze(wanted.authority);
  wanted.order = text::squeeze(wanted.order);
  const auto bad = [](const char* field) {
    return Error(ErrorCode::invalid, "audit.bad_delay")
        .with("days", std::to_string(longest_delay.count()))
        .at(field);
  };
  if (wanted.authority.empty() || wanted.authority.size() > words_most) return bad("/authority");
  if (wanted.order.empty() || wanted.order.size() > words_most) return bad("/order");
  if (wanted.until <= now || wanted.until <= wanted.from || wanted.until - now > longest_delay)
    return bad("/until");
  JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
  wanted.id = DelayId(id);
  wanted.ordered_by = actor;
  wanted.ordered_at = now;
  storage::Blob salt;
  salt.bytes.resize(salt_bytes);
  SecureRandom().fill(std::as_writable_bytes(std::span(salt.bytes)));
  const std::string mark = subject_mark(salt.bytes, wanted.subject);
  storage::Change change;
  change.writes.push_back(
      {&sql::add_delay,
       {id, wanted.subject, wanted.department, wanted.authority, wanted.order, to_micros(wanted.from),
        to_micros(wanted.until), actor, to_micros(now), std::move(salt)},
       1});
  change.audit.push_back({actor, "audit.delay", "delay:" + wanted.id.to_string(),
                          detail_of(wanted, {{"ordered_at", to_rfc3339(now)}, {"subject_mark", mark}})});
  auto committed = store_.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return wanted;
}

Result<std::optional<Delay>> Accesses::find(DelayId id) const {
  std::optional<Delay> found;
  const Value key = id.value;
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(sql::delay_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    found = delay_of(row);
    return false;
  }));
  return found;
}

Result<Delay> Accesses::lift(DelayId id, const std::string& actor) {
  JW_ASSIGN(const auto standing, find(id));
  if (!standing) return Error(ErrorCode::not_found, "audit.no_delay").with("id", id.to_string());
  const Instant now = clock_.now();
  storage::Change change;
  change.writes.push_back({&sql::lift_delay, {id.value, actor, to_micros(now)}, 1});
  change.audit.push_back({actor, "audit.delay.lift", "delay:" + id.to_string(),
                          detail_of(*standing, {{"lifted_at", to_rfc3339(now)}})});
  auto committed = store_.commit(std::move(change));
  if (!committed && committed.error().code == ErrorCode::conflict)
    return Error(ErrorCode::gone, "audit.delay_over").with("id", id.to_string());
  if (!committed) return std::move(committed).error();
  JW_ASSIGN(auto lifted, find(id));
  return std::move(*lifted);
}

Result<std::vector<Delay>> Accesses::delays(DelayId before, std::size_t most) const {
  std::vector<Delay> all;
  const Value parameters[] = {before ? before.value : std::numeric_limits<std::int64_t>::max(),
                              static_cast<std::int64_t>(most)};
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(sql::page_of_delays, parameters, [&](const storage::Row& row) {
    all.push_back(delay_of(row));
    return true;
  }));
  return all;
}

Result<DelayCount> Accesses::count() const {
  DelayCount count;
  const Value now = to_micros(clock_.now());
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(sql::count_delays, std::span(&now, 1), [&](const storage::Row& row) {
    count.ever = row.integer(0);
    count.in_force = row.integer(1);
    if (count.in_force > 0) count.last_ends = from_micros(row.integer(2));
    return false;
  }));
  return count;
}

}  // namespace jingwei::audit

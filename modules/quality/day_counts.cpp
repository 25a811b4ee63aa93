#include "modules/quality/day_counts.h"

#include <boost/json.hpp>

#include "base/log.h"
#include "modules/quality/board.h"
#include "modules/quality/sql.gen.h"

namespace jingwei::quality {

namespace {

storage::Write addition_of(const DayKey& key, const Tally& tally) {
  return {&sql::add_day,
          {key.resource, key.provider, std::int64_t{to_days(key.day)}, tally.accepted, tally.updated,
           tally.unchanged, tally.cleaned, tally.refused, tally.mended, tally.loads, tally.on_time,
           tally.late, tally.objected, tally.upheld, tally.declined, tally.withdrawn, tally.answered_in_time,
           tally.answers_missed},
          1};
}

void log_unreadable(const storage::FeedEntry& entry, std::string_view fault) {
  log::error("quality.event_unreadable", {{"position", entry.position.to_string()}, {"fault", fault}});
}

}  // namespace

std::string reason_group_of(std::string_view reason) {
  constexpr std::string_view prefix = "refuse.";
  if (reason.starts_with(prefix)) reason.remove_prefix(prefix.size());
  if (const std::size_t dot = reason.find('.'); dot != std::string_view::npos)
    return std::string(reason.substr(0, dot));
  return reason == "required" ? "required" : "value";
}

Result<void> DayCounts::load(storage::Reader& reader) {
  JW_ASSIGN(received_, read_receipts(reader));
  return {};
}

// One reading serves a whole page of events: the catalogue is then at least as new as each of them.
Result<void> DayCounts::follow_catalog(std::span<const storage::FeedEntry> entries) {
  for (const auto& entry : entries) {
    if (entry.kind == catalog::life_event_kind) return catalog_.follow(entry);
  }
  return {};
}

DayKey DayCounts::key_of(const std::string& resource, Instant at) const {
  const auto entry = catalog_.find(resource);
  return {resource, entry ? (*entry)->resource.provider_id : std::string(), zone_.day_of(at)};
}

Result<void> DayCounts::handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) {
  JW_TRY(follow_catalog(entries));
  Page page;
  const bool any_slice = std::any_of(entries.begin(), entries.end(), [](const storage::FeedEntry& entry) {
    return entry.kind == ingest::slice_event_kind;
  });
  if (any_slice) {
    JW_ASSIGN(page.owed, read_owed(catalog_, store_, clock_));
  }
  for (const auto& entry : entries) {
    if (entry.kind == ingest::slice_event_kind) take_slice(entry, page);
    if (entry.kind == ingest::withdrawal_event_kind) JW_TRY(take_withdrawal(entry, page));
    if (entry.kind == objection_event_kind) take_objection(entry, page);
  }
  for (const auto& [key, tally] : page.tallies) effect.writes.push_back(addition_of(key, tally));
  for (const auto& [group, rows] : page.refused) {
    const auto& [key, name] = group;
    effect.writes.push_back({&sql::add_refused_group,
                             {key.resource, key.provider, std::int64_t{to_days(key.day)}, name, rows},
                             1});
  }
  for (const auto& [resource, batch] : page.gone) drop_batch(resource, batch, effect.writes);
  for (const auto& [of, left] : page.left) add_batch(of, left, effect.writes);
  for (const auto& [resource, at] : page.received) {
    if (at) {
      effect.writes.push_back({&sql::put_receipt, {resource, to_micros(*at)}, 1});
    } else {
      effect.writes.push_back({&sql::drop_receipt, {resource}, std::nullopt});
    }
  }
  return {};
}

void DayCounts::take_slice(const storage::FeedEntry& entry, Page& page) {
  const auto event = ingest::parse_slice_event(entry.body);
  if (!event) return log_unreadable(entry, event.error().to_log());
  // A step of a withdrawal takes figures back; no row came with it.
  if (event->first_row == 0 && event->accepted + event->refused == 0) return;
  const DayKey key = key_of(event->resource, entry.at);
  BatchLeft& left = page.left[{key, event->batch}];
  Tally came;
  came.accepted = event->accepted;
  came.updated = event->updated;
  came.unchanged = event->unchanged;
  came.cleaned = event->cleaned;
  came.refused = event->refused;
  came.mended = event->mended;
  if (event->batch && event->first_row == 1) came.loads = 1;
  for (const auto& [reason, rows] : event->reasons) {
    const std::string group = reason_group_of(reason);
    page.refused[{key, group}] += rows;
    left.refused[group] += rows;
  }
  // Of a day's receipts the first is judged: it is the one that was waited for.
  if (event->accepted > 0) {
    const auto known = received_.find(event->resource);
    const auto before = known == received_.end() ? std::nullopt : std::optional(known->second);
    const auto owed = page.owed.find(event->resource);
    if (owed != page.owed.end() && (!before || zone_.day_of(*before) < key.day)) {
      const Timing timing = timing_of(owed->second, before, entry.at, zone_);
      came.late = timing.missed;
      if (timing.due && timing.missed == 0) came.on_time = 1;
    }
    left.received = received_[event->resource] = entry.at;
    page.received[event->resource] = entry.at;
  }
  left.tally += came;
  page.tallies[key] += came;
}

// What the batch left goes from the days it was counted in. Deliveries after it are not judged anew.
Result<void> DayCounts::take_withdrawal(const storage::FeedEntry& entry, Page& page) {
  const auto told = ingest::parse_withdrawal_event(entry.body);
  if (!told) {
    log_unreadable(entry, told.error().to_log());
    return {};
  }
  const std::string& resource = told->resource;
  const BatchId batch = told->batch;
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(auto left, read_batch(*reader, resource, batch));
  for (auto at = page.left.begin(); at != page.left.end();) {
    if (at->first.batch != batch || at->first.key.resource != resource) {
      ++at;
      continue;
    }
    BatchLeft& whole = left[at->first.key];
    whole.tally += at->second.tally;
    for (const auto& [group, rows] : at->second.refused) whole.refused[group] += rows;
    at = page.left.erase(at);
  }
  if (left.empty()) return {};  // from before batches were kept apart
  page.gone.emplace(resource, batch);
  for (const auto& [key, one] : left) {
    page.tallies[key] -= one.tally;
    for (const auto& [group, rows] : one.refused) page.refused[{key, group}] -= rows;
    if (one.tally.on_time == 0 && one.tally.late == 0) continue;
    // Something else came on that day: the round was kept without this batch.
    JW_ASSIGN(const auto other, other_of_day(*reader, key, page));
    if (!other) continue;
    Tally rounds;
    rounds.on_time = one.tally.on_time;
    rounds.late = one.tally.late;
    page.tallies[other->key] += rounds;
    page.left[*other].tally += rounds;
  }
  JW_ASSIGN(const auto last, last_left(*reader, resource, page));
  page.received[resource] = last;
  if (last) {
    received_[resource] = *last;
  } else {
    received_.erase(resource);
  }
  return {};
}

Result<std::optional<BatchDay>> DayCounts::other_of_day(storage::Reader& reader, const DayKey& key,
                                                        const Page& page) {
  JW_ASSIGN(const auto stored, read_receipts_of_day(reader, key.resource, key.day));
  for (const auto& receipt : stored) {
    if (!page.gone.contains({key.resource, receipt.of.batch})) return std::optional(receipt.of);
  }
  for (const auto& [of, left] : page.left) {
    if (of.key.resource == key.resource && of.key.day == key.day && left.received) return std::optional(of);
  }
  return std::optional<BatchDay>();
}

Result<std::optional<Instant>> DayCounts::last_left(storage::Reader& reader, const std::string& resource,
                                                    const Page& page) {
  std::optional<Instant> last;
  JW_ASSIGN(const auto stored, read_newest_receipts(reader, resource));
  for (const auto& receipt : stored) {
    if (page.gone.contains({resource, receipt.of.batch})) continue;
    last = receipt.at;
    break;
  }
  for (const auto& [of, left] : page.left) {
    if (of.key.resource == resource && left.received)
      last = std::max(last.value_or(*left.received), *left.received);
  }
  return last;
}

void DayCounts::take_objection(const storage::FeedEntry& entry, Page& page) const {
  namespace json = boost::json;
  json::error_code fault;
  const json::value parsed = json::parse(entry.body, fault);
  const json::object* body = parsed.if_object();
  const auto text = [&](const char* name) {
    const json::value* found = body == nullptr ? nullptr : body->if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  const std::string step = text("step");
  if (step.empty()) return log_unreadable(entry, "no step");
  Tally& tally = page.tallies[{text("resource"), text("provider"), zone_.day_of(entry.at)}];
  const json::value* in_time = body->if_contains("in_time");
  const bool answered = step == "accept" || step == "decline";
  if (step == "open") ++tally.objected;
  if (step == "accept") ++tally.upheld;
  if (step == "decline") ++tally.declined;
  if (step == "withdraw") ++tally.withdrawn;
  if (step == "overdue") ++tally.answers_missed;
  if (answered && in_time != nullptr && in_time->is_bool() && in_time->as_bool()) ++tally.answered_in_time;
}

}  // namespace jingwei::quality

// The work of a destruction, step by step.
#include "base/json.h"
#include "base/log.h"
#include "modules/purpose/destruction.h"
#include "modules/purpose/destruction_rows.h"
#include "modules/purpose/sql.gen.h"
#include "storage/digest.h"

namespace jingwei::purpose {

namespace {

constexpr std::string_view lease_name = "destruction";
constexpr std::chrono::seconds lease_time{60};

// Stages of an item, in this order.
constexpr std::string_view erasing = "erase", erasing_beside = "beside", finding_rest = "rest",
                           dropping_rest = "drop", finding_keys = "keys", dropping_keys = "unlock";

bool is_answers(const DestructionItem& item) {
  return item.resource.starts_with(answers_prefix);
}

std::string purpose_of(const DestructionItem& item) {
  return item.resource.substr(answers_prefix.size());
}

storage::FeedEvent event_of(const Destruction& destruction, const DestructionItem& item) {
  JsonWriter json;
  json.begin_object();
  json.member("thing", "destruction:" + destruction.id.to_string());
  json.member("resource", item.resource);
  json.member("step", name_of(item.state));
  json.end_object();
  return {std::string(purpose_event_kind), json.take()};
}

std::string month_of(Instant instant) {
  return to_iso(std::chrono::floor<std::chrono::days>(instant)).substr(0, 7);
}

}  // namespace

Result<bool> Destructions::step() {
  const Instant now = parts_.clock.now();
  const storage::Value due = to_micros(now);
  std::optional<Destruction> next;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_ASSIGN(auto found, read_destructions(*reader, sql::next_destruction, std::span(&due, 1)));
    if (found.empty()) return false;
    JW_ASSIGN(next, with_items(*reader, std::move(found.front())));
  }
  JW_ASSIGN(const bool held, parts_.store.take_lease(std::string(lease_name), parts_.owner, now, lease_time));
  if (!held) return false;
  if (next->state == DestructionState::waiting) {
    JW_TRY(begin(std::move(*next)));
    return true;
  }
  for (const auto& item : next->items) {
    if (item.state != ItemState::waiting && item.state != ItemState::running) continue;
    JW_TRY(work_on(*next, item));
    return true;
  }
  JW_TRY(finish(std::move(*next)));
  return true;
}

Result<void> Destructions::begin(Destruction one) {
  storage::Change change;
  change.writes.push_back(
      {&sql::start_destruction, {one.id.value, one.row_version, to_micros(parts_.clock.now())}, 1});
  JW_TRY(parts_.store.commit(std::move(change)));
  return {};
}

Result<void> Destructions::work_on(const Destruction& destruction, DestructionItem item) {
  if (item.state == ItemState::waiting) return begin_item(destruction, std::move(item));
  if (item.stage == erasing) return erase(destruction, std::move(item));
  if (item.stage == erasing_beside) return erase_beside(destruction, std::move(item));
  if (item.stage == finding_rest) return find_rest(destruction, std::move(item));
  if (item.stage == dropping_rest) return drop_rest(destruction, std::move(item));
  if (item.stage == finding_keys) return find_keys(destruction, std::move(item));
  return drop_keys(destruction, std::move(item));
}

Result<void> Destructions::commit_item(const Destruction& destruction, const DestructionItem& item,
                                       storage::Change change) const {
  change.writes.push_back(move_item(destruction.id, item));
  JW_TRY(parts_.store.commit(std::move(change)));
  return {};
}

// Nothing begins that a purpose keeps by now, and none opens while this is decided.
Result<void> Destructions::begin_item(const Destruction& destruction, DestructionItem item) {
  storage::Change change;
  item.state = ItemState::running;
  item.stage = erasing;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const View view, read_view(*reader));
  reader.reset();
  if (!item.before) {
    const Instant now = parts_.clock.now();
    bool over = false;
    if (is_answers(item)) {
      const Purpose* purpose = view.find(purpose_of(item));
      over = purpose != nullptr && is_over(*purpose, now, view.emergencies, parts_.zone);
    } else {
      JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(item.resource));
      over = is_over(entry->resource, view.purposes, now, view.emergencies, parts_.zone);
    }
    if (!over) item.state = ItemState::spared;
    change.writes.push_back({&sql::move_purpose_revision, {view.revision}, 1});
  }
  // A law that has come to keep it since then spares it; the next night's round orders it sealed.
  if (item.action == Action::destroy && view.kept.contains(item.resource)) item.state = ItemState::spared;
  if (item.state == ItemState::running && item.action == Action::seal) item.state = ItemState::done;
  change.events.push_back(event_of(destruction, item));
  return commit_item(destruction, item, std::move(change));
}

Result<void> Destructions::erase(const Destruction& destruction, DestructionItem item) {
  if (is_answers(item)) {
    const std::string purpose = purpose_of(item);
    const auto& leavings = parts_.sources->leavings();
    JW_ASSIGN(item.answers, leavings.count_answers(purpose));
    storage::Change change;
    change.writes.push_back(leavings.erase_answers(purpose, item.answers));
    item.stage = finding_keys;
    return commit_item(destruction, item, std::move(change));
  }
  using Left = ingest::Erasing::Left;
  const auto stepped = parts_.ingest.erasing().step(
      item.resource, item.before,
      [&](storage::Change change, const ingest::Remains& taken, Left left) -> Result<void> {
        DestructionItem next = item;
        next.taken.add(taken);
        if (left == Left::nothing) next.stage = erasing_beside;
        return commit_item(destruction, next, std::move(change));
      });
  // Somebody wrote meanwhile: the next step sees what they wrote.
  if (!stepped && stepped.error().code != ErrorCode::conflict) return stepped.error();
  return {};
}

// Cases whose form it is, a slice in each step.
Result<void> Destructions::erase_beside(const Destruction& destruction, DestructionItem item) {
  HeldBeside::Slice slice;
  if (beside_ != nullptr) {
    JW_ASSIGN(slice, beside_->next(item.resource, item.before));
  }
  item.cases += slice.cases;
  item.photos += slice.photos;
  if (slice.cases == 0) item.stage = item.before ? finding_keys : finding_rest;
  const auto moved = commit_item(destruction, item, std::move(slice.change));
  // One of them was reopened or handled at this moment: the next step sees it as it stands then.
  if (!moved && (moved.error().code != ErrorCode::conflict || slice.cases == 0)) return moved.error();
  return {};
}

Result<void> Destructions::find_rest(const Destruction& destruction, DestructionItem item) {
  storage::Change change;
  if (parts_.sources != nullptr) {
    JW_TRY(parts_.sources->silence(item.resource,
                                   destruction.ordered_by.empty() ? "timer" : destruction.ordered_by));
    const auto& leavings = parts_.sources->leavings();
    JW_ASSIGN(const std::int64_t files, leavings.count_files(item.resource));
    item.taken.files += files;
    JW_ASSIGN(change.writes, leavings.forget_messages(item.resource));
  }
  if (parts_.erase_words) change.writes.push_back(parts_.erase_words(item.resource));
  item.stage = dropping_rest;
  return commit_item(destruction, item, std::move(change));
}

Result<void> Destructions::drop_rest(const Destruction& destruction, DestructionItem item) {
  if (parts_.sources != nullptr) JW_TRY(parts_.sources->leavings().remove_files(item.resource));
  item.stage = finding_keys;
  return commit_item(destruction, item);
}

// Which keys go is written down before they do: they are counted once, whatever stops in between.
Result<void> Destructions::find_keys(const Destruction& destruction, DestructionItem item) {
  item.stage = dropping_keys;
  if (parts_.keystore == nullptr) return commit_item(destruction, item);
  std::set<std::string> tables = {item.resource, ingest::refused_table(item.resource),
                                  ingest::files_table(item.resource)};
  if (is_answers(item)) tables = {source::Leavings::answers_table(purpose_of(item))};
  // Of retention: months of which nothing stands any more. The month before the oldest stays, since a hub
  // without room for a new key seals on with the last one; so do all where a withdrawal wrote old values
  // again.
  std::map<std::string, std::string> until;  // months, by table
  const auto until_oldest = [&](std::optional<Instant> oldest) {
    const Instant bound = item.before.value_or(parts_.clock.now());
    return month_of(std::min(oldest.value_or(bound), bound) - std::chrono::days{31});
  };
  if (item.before) {
    JW_ASSIGN(const bool restored, parts_.ingest.erasing().has_restored(item.resource));
    if (restored) return commit_item(destruction, item);
    JW_ASSIGN(const auto oldest, parts_.ingest.erasing().oldest(item.resource));
    for (const auto& table : tables) until[table] = until_oldest(oldest);
  }
  if (beside_ != nullptr && !is_answers(item)) {
    JW_ASSIGN(const auto beside, beside_->sealed_since(item.resource));
    for (const auto& [table, oldest] : beside) {
      // What several resources share goes by month alone, and no month goes under which something stands.
      if (tables.contains(table) && !item.before && !oldest) continue;
      const std::string month = until_oldest(oldest);
      const auto known = until.find(table);
      until[table] = known == until.end() ? month : std::min(known->second, month);
      tables.insert(table);
    }
  }
  for (const auto& key : parts_.keystore->list()) {
    const std::string table = key.scope.substr(0, key.scope.find('|'));
    if (key.destroyed || !tables.contains(table)) continue;
    const auto month = until.find(table);
    if (month != until.end() && (key.kind != crypto::KeyKind::data || key.month >= month->second)) continue;
    item.key_ids.push_back(key.id);
  }
  return commit_item(destruction, item);
}

Result<void> Destructions::drop_keys(const Destruction& destruction, DestructionItem item) {
  if (parts_.keystore != nullptr && !item.key_ids.empty()) {
    const std::string by = destruction.order_number.empty() ? destruction.cause : destruction.order_number;
    JW_TRY(parts_.keystore->destroy(item.key_ids, by));
    // Nothing stands that was hashed under the old key; another emergency may open the resource.
    std::vector<std::string> scopes = {item.resource, ingest::refused_table(item.resource),
                                       ingest::files_table(item.resource)};
    if (is_answers(item)) scopes = {source::Leavings::answers_table(purpose_of(item))};
    for (const auto& scope : scopes) {
      if (!item.before) JW_TRY(parts_.keystore->begin_anew(scope));
    }
  }
  item.keys = static_cast<std::int64_t>(item.key_ids.size());
  item.state = ItemState::done;
  item.stage.clear();
  storage::Change change;
  change.events.push_back(event_of(destruction, item));
  return commit_item(destruction, item, std::move(change));
}

Result<void> Destructions::finish(Destruction one) {
  one.state = DestructionState::done;
  one.finished_at = parts_.clock.now();
  one.report = report_of(one);
  one.hash = storage::sha256_hex(one.report);
  const Totals totals = totals_of(one);
  storage::Change change;
  change.writes.push_back({&sql::finish_destruction,
                           {one.id.value, one.row_version, to_micros(*one.finished_at), one.report, one.hash},
                           1});
  const std::string thing = "destruction:" + one.id.to_string();
  JsonWriter detail;
  detail.begin_object();
  detail.member("hash", one.hash);
  detail.member("cause", one.cause);
  detail.member("order", one.order_number);
  detail.member("records", totals.taken.records);
  detail.member("refused", totals.taken.refused);
  detail.member("files", totals.taken.files);
  detail.member("cases", totals.cases);
  detail.member("photos", totals.photos);
  detail.member("keys", totals.keys);
  detail.member("sealed", totals.sealed);
  detail.end_object();
  change.audit.push_back(
      {one.ordered_by.empty() ? "timer" : one.ordered_by, "destruction.done", thing, detail.take()});
  JsonWriter event;
  event.begin_object();
  event.member("thing", thing);
  event.member("step", "done");
  event.end_object();
  change.events.push_back({std::string(purpose_event_kind), event.take()});
  JW_TRY(parts_.store.commit(std::move(change)));
  log::info("purpose.destroyed", {{"destruction", one.id.value}, {"records", totals.taken.records}});
  return {};
}

}  // namespace jingwei::purpose

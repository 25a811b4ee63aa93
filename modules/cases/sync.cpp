#include "modules/cases/sync.h"

#include <algorithm>

#include "base/json.h"
#include "base/messages.h"
#include "modules/cases/cases_json_parts.h"
#include "modules/cases/sql.gen.h"

namespace jingwei::cases {

namespace {

constexpr std::string_view sealed_table = "case_conflict";
constexpr std::int64_t conflicts_most = 500;

// Faults of the hub, not of what was queued: the device sends again. Writes that came in each other's way are
// the store's conflicts.
bool is_passing(const Error& error) {
  const ErrorCode code = error.code;
  return code == ErrorCode::unavailable || code == ErrorCode::exhausted || code == ErrorCode::timeout ||
         code == ErrorCode::internal || code == ErrorCode::corrupt || code == ErrorCode::cancelled ||
         (code == ErrorCode::conflict && error.message.starts_with("storage."));
}

// Whether what was filled in is not as the process has it.
bool is_of_form(const Error& error) {
  return error.message.starts_with("ingest.") || error.message == "cases.no_inputs" ||
         error.message == "cases.no_action";
}

// With the fields at fault.
std::string told_whole(const Error& error, Language language) {
  std::string told = render(told_in(error, language), language);
  for (const auto& cause : error.causes) {
    const std::size_t name = cause.field.starts_with('/') ? 1 : 0;
    told += " " + cause.field.substr(name) + ": " + render(told_in(cause, language), language);
  }
  return told;
}

std::string text_of(const Queued& queued) {
  JsonWriter json(512);
  json.begin_object();
  json.member("sequence", queued.sequence);
  json.member("kind", name_of(queued.kind));
  json.member("process", queued.process);
  json.member("process_version", queued.process_version);
  json.member("case", queued.case_id ? queued.case_id.to_string() : std::string());
  json.member("after", queued.after);
  json.member("version", queued.version);
  json.member("action", queued.action);
  json.member("words", queued.words);
  json.member("region", queued.region);
  json.key("form");
  json.raw(json_of(queued.form));
  json.key("photos");
  json.begin_array();
  for (const auto photo : queued.photos) json.value(photo.to_string());
  json.end_array();
  write_or_null(json, "longitude", queued.longitude);
  write_or_null(json, "latitude", queued.latitude);
  write_or_null(json, "done_at", queued.done_at);
  json.end_object();
  return json.take();
}

}  // namespace

std::string_view name_of(QueuedKind kind) {
  constexpr std::array<std::string_view, 3> names = {"open", "act", "comment"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view name_of(SyncOutcome outcome) {
  constexpr std::array<std::string_view, 4> names = {"done", "done_before", "conflict", "refused"};
  return names[static_cast<std::size_t>(outcome)];
}

// What the queue itself has brought about so far.
struct Sync::Chain {
  std::map<std::int64_t, CaseId> opened;  // by sequence
  std::int64_t process_version = 0;       // that the action at hand is measured by; 0: it came to none
};

Result<std::vector<Synced>> Sync::take(const std::string& device, std::vector<Queued> actions,
                                       const CaseView& view) {
  std::stable_sort(actions.begin(), actions.end(),
                   [](const Queued& a, const Queued& b) { return a.sequence < b.sequence; });
  Chain chain;
  std::vector<Synced> results;
  for (const auto& queued : actions) {
    auto one = take_one(device, queued, view, chain);
    if (!one) {
      if (results.empty()) return std::move(one).error();
      return results;
    }
    results.push_back(std::move(*one));
  }
  return results;
}

Result<Synced> Sync::take_one(const std::string& device, const Queued& queued, const CaseView& view,
                              Chain& chain) {
  {
    JW_ASSIGN(auto reader, work_.parts().store.read());
    JW_ASSIGN(const auto earlier, standing(*reader, device, queued.sequence, view.actor()));
    if (earlier) {
      Synced one{queued.sequence, SyncOutcome::conflict, earlier->case_id, 0,
                 earlier->id,     std::nullopt,          earlier->code};
      return one;
    }
  }
  const std::string key = "sync:" + device + ":" + std::to_string(queued.sequence);
  auto found = carry_out(queued, key, view, chain);
  if (found) {
    if (queued.kind == QueuedKind::open) chain.opened[queued.sequence] = found->one.id;
    return Synced{queued.sequence,
                  found->repeated ? SyncOutcome::done_before : SyncOutcome::done,
                  found->one.id,
                  found->one.version,
                  ConflictId(),
                  std::nullopt,
                  {}};
  }
  if (is_passing(found.error())) return std::move(found).error();
  return keep(device, queued, view, told_of_form(queued, std::move(found).error(), chain));
}

// Filled in under an earlier version of the process than the one it was measured by: that is said first.
Error Sync::told_of_form(const Queued& queued, Error why, const Chain& chain) const {
  const bool older = queued.process_version > 0 && queued.process_version < chain.process_version;
  if (!older || !is_of_form(why)) return why;
  Error told = Error(why.code, "cases.form_changed")
                   .with("then", std::to_string(queued.process_version))
                   .with("now", std::to_string(chain.process_version))
                   .with("reason", told_whole(why, Language::zh))
                   .with("reason_en", told_whole(why, Language::en))
                   .at(why.field);
  told.causes = std::move(why.causes);
  return told;
}

Result<Found> Sync::carry_out(const Queued& queued, const std::string& key, const CaseView& view,
                              Chain& chain) {
  const WriteRequest request{view.actor(), key, Language::zh};
  chain.process_version = 0;
  if (queued.kind == QueuedKind::open) {
    chain.process_version = work_.newest_version(queued.process);
    NewCase wanted{queued.form, queued.longitude, queued.latitude, queued.region, {}, queued.photos};
    return work_.open(queued.process, wanted, view, request);
  }
  CaseId id = queued.case_id;
  if (!id && queued.after > 0) {
    const auto own = chain.opened.find(queued.after);
    if (own != chain.opened.end()) {
      id = own->second;
    } else {
      // Opened by an earlier queue of this device.
      const std::string before = key.substr(0, key.rfind(':') + 1) + std::to_string(queued.after);
      JW_ASSIGN(auto reader, work_.parts().store.read());
      const std::array<storage::Value, 2> opening = {view.actor(), before};
      JW_TRY(reader->query(sql::opened_under_key, opening, [&](const storage::Row& row) {
        id = CaseId::parse(row.text(0)).value_or(CaseId());
        return true;
      }));
    }
  }
  if (!id) return Error(ErrorCode::invalid, "cases.queued_for_nothing").at("/case");
  if (queued.kind == QueuedKind::comment) return work_.comment(id, queued.words, view, request);
  ActionRequest action;
  action.action = queued.action;
  action.version = queued.version;
  action.inputs = queued.form;
  action.words = queued.words;
  action.photos = queued.photos;
  action.chained = true;
  JW_ASSIGN(const Found found, work_.find(id, view));
  chain.process_version = found.one.process_version;
  const Transition* transition = found.declared->process.transition(queued.action);
  if (transition != nullptr && !transition->offline)
    return Error(ErrorCode::invalid, "cases.not_offline")
        .with("action", transition->title.zh)
        .with("action_en", transition->title.en)
        .at("/action");
  return work_.act(id, action, view, request);
}

Result<Synced> Sync::keep(const std::string& device, const Queued& queued, const CaseView& view,
                          const Error& why) {
  const CasesParts& parts = work_.parts();
  JW_TRY(parts.sealer.prepare(sealed_table));
  JW_ASSIGN(const std::int64_t id, parts.store.allocate_ids());
  JsonWriter json(512);
  json.begin_object();
  json.member("code", why.message);
  json.member("zh", render(why, Language::zh));
  json.member("en", render(told_in(why, Language::en), Language::en));
  json.key("action");
  json.value(text_of(queued));
  json.end_object();
  storage::Value done_at = storage::Null{};
  if (queued.done_at) done_at = to_micros(*queued.done_at);
  storage::Change change;
  change.writes.push_back(
      {&sql::put_conflict,
       {id, device, queued.sequence, std::string(name_of(queued.kind)), queued.case_id.value, view.actor(),
        to_micros(parts.clock.now()), std::move(done_at),
        storage::Blob{parts.sealer.seal({sealed_table, id, "content"}, json.text())}},
       1});
  change.audit.push_back({view.actor(), "case.conflict", "conflict:" + std::to_string(id), "{}"});
  auto committed = parts.store.commit(std::move(change));
  if (committed)
    return Synced{queued.sequence, SyncOutcome::conflict, queued.case_id, 0, ConflictId(id), why,
                  why.message};
  if (committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  // The same queue was sent twice at once: the other has kept it.
  JW_ASSIGN(auto reader, parts.store.read());
  JW_ASSIGN(const auto earlier, standing(*reader, device, queued.sequence, view.actor()));
  if (!earlier) return std::move(committed).error();
  return Synced{queued.sequence, SyncOutcome::conflict, earlier->case_id, 0, earlier->id, why, earlier->code};
}

Result<Conflict> Sync::read(const storage::Row& row) const {
  Conflict one;
  one.id = ConflictId(row.integer(0));
  one.device = row.text(1);
  one.sequence = row.integer(2);
  one.kind = row.text(3);
  one.case_id = CaseId(row.integer(4));
  one.actor = row.text(5);
  one.at = from_micros(row.integer(6));
  if (!row.is_null(7)) one.done_at = from_micros(row.integer(7));
  auto plain = work_.parts().sealer.open({sealed_table, one.id.value, "content"}, row.blob(8));
  if (!plain && plain.error().code == ErrorCode::gone) return one;
  if (!plain) return std::move(plain).error();
  const auto content = answers_of(*plain);
  if (!content) return Error(ErrorCode::corrupt, "cases.content_corrupt").with("id", one.id.to_string());
  const auto text = [&](const char* name) {
    const auto found = content->find(name);
    return found == content->end() ? std::string() : found->second;
  };
  one.code = text("code");
  one.zh = text("zh");
  one.en = text("en");
  one.action = text("action");
  return one;
}

Result<std::optional<Conflict>> Sync::standing(storage::Reader& reader, const std::string& device,
                                               std::int64_t sequence, const std::string& actor) const {
  const std::array<storage::Value, 3> key = {device, sequence, actor};
  std::optional<Result<Conflict>> found;
  JW_TRY(reader.query(sql::conflict_of_device, key, [&](const storage::Row& row) {
    found = read(row);
    return true;
  }));
  if (!found) return std::optional<Conflict>();
  if (!*found) return std::move(*found).error();
  return std::optional(std::move(**found));
}

Result<std::vector<Conflict>> Sync::conflicts(const std::string& actor) const {
  JW_ASSIGN(auto reader, work_.parts().store.read());
  const std::array<storage::Value, 2> key = {actor, conflicts_most};
  std::vector<Conflict> all;
  Result<void> opened;
  JW_TRY(reader->query(sql::conflicts_of, key, [&](const storage::Row& row) {
    auto one = read(row);
    if (!one) {
      opened = one.error();
      return false;
    }
    all.push_back(std::move(*one));
    return true;
  }));
  JW_TRY(std::move(opened));
  return all;
}

Result<void> Sync::settle(ConflictId id, const WriteRequest& request) {
  const CasesParts& parts = work_.parts();
  auto row =
      catalog::idempotency_of(request.idempotency_key, request.actor, "settle_conflict", {id.to_string()});
  bool own = false;
  const auto decide = [&](storage::Reader& reader) -> Result<storage::Change> {
    const std::array<storage::Value, 2> key = {request.actor, conflicts_most};
    JW_TRY(reader.query(sql::conflicts_of, key, [&](const storage::Row& found) {
      own = own || found.integer(0) == id.value;
      return !own;
    }));
    if (!own) return Error(ErrorCode::not_found, "cases.no_conflict");
    storage::Change change;
    change.writes.push_back(
        {&sql::settle_conflict, {id.value, request.actor, to_micros(parts.clock.now())}, 1});
    change.audit.push_back({request.actor, "case.conflict_settled", "conflict:" + id.to_string(), "{}"});
    return change;
  };
  const auto committed = catalog::commit_once(parts.store, row, decide);
  if (!committed) return committed.error();
  return {};
}

}  // namespace jingwei::cases

#include "modules/quality/objection.h"

#include "base/json.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/quality/day_counts.h"
#include "modules/quality/sql.gen.h"

namespace jingwei::quality {

namespace {

constexpr std::string_view timer_kind = "quality.objection";
constexpr std::string_view sealed_table = "objection";
constexpr std::size_t words_length = 1'000;
constexpr std::chrono::hours reminded_before{24};
// Overdue is what has no answer when the last moment has passed.
constexpr std::chrono::microseconds just_after{1};

constexpr std::string_view state_names[] = {"open", "accepted", "declined", "withdrawn"};

std::string thing_of(ObjectionId id) {
  return "objection:" + id.to_string();
}

Error not_found(ObjectionId id) {
  return Error(ErrorCode::not_found, "quality.objection_not_found").with("id", id.to_string());
}

// Without its words, which are sealed.
Objection objection_of(const storage::Row& row) {
  Objection one;
  one.id = ObjectionId(row.integer(0));
  one.datum = {std::string(row.text(1)), RecordId(row.integer(2)), row.integer(3), std::string(row.text(4))};
  one.provider = row.text(5);
  one.state = objection_state_named(row.text(6)).value_or(ObjectionState::open);
  one.objector = row.text(7);
  one.opened_at = from_micros(row.integer(8));
  one.due_at = from_micros(row.integer(9));
  one.overdue = row.integer(10) != 0;
  one.reminders = row.integer(11);
  if (!row.is_null(12)) one.reminded_at = from_micros(row.integer(12));
  one.closed_by = row.text(13);
  if (!row.is_null(14)) one.closed_at = from_micros(row.integer(14));
  one.row_version = row.integer(15);
  one.unmended = row.integer(16) != 0;
  return one;
}

Result<void> open_words(const storage::Sealer& sealer, const storage::Row& row, Objection& one) {
  const auto opened = [&](std::string_view column, int at) {
    return sealer.open({sealed_table, one.id.value, column}, row.blob(at));
  };
  if (row.blob(17).empty()) return {};  // destroyed with what they were about
  JW_ASSIGN(one.reason, opened("reason", 17));
  if (!row.is_null(18)) {
    JW_ASSIGN(one.proposed, opened("proposed", 18));
  }
  if (!row.is_null(19)) {
    JW_ASSIGN(one.answer, opened("answer", 19));
  }
  if (!row.is_null(20)) {
    JW_ASSIGN(one.said, opened("said", 20));
  }
  return {};
}

// A field's value for comparing; two values of one field are the same when these are.
std::string said_by(const ingest::Record& record, int field) {
  const storage::Value& value = record.values[static_cast<std::size_t>(field)];
  const auto text = [](const auto& held) -> std::string {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, storage::Null>)
      return {};
    else if constexpr (std::is_same_v<Held, storage::Blob>)
      return held.bytes;
    else if constexpr (std::is_same_v<Held, std::string>)
      return held;
    else
      return std::to_string(held);
  };
  return std::to_string(value.index()) + ":" + std::visit(text, value);
}

Result<std::string> words_of(const std::string& given, const char* field) {
  std::string words = text::squeeze(given);
  if (text::code_points(words).size() > words_length)
    return Error(ErrorCode::invalid, "quality.words_too_long")
        .with("most", std::to_string(words_length))
        .at(field);
  return words;
}

// What a timer looks for: an answer, or whether an accepted objection's datum was mended.
enum class Awaited : std::uint8_t { answer, mending };
constexpr std::string_view mending_suffix = ":mending";

Result<void> watch(storage::Store& store, ObjectionId id, Awaited awaited, Instant due,
                   storage::Change& change) {
  JW_ASSIGN(const std::int64_t timer, store.allocate_ids());
  std::string body = id.to_string();
  if (awaited == Awaited::mending) body += mending_suffix;
  change.writes.push_back(storage::add_timer(TimerId(timer), due, std::string(timer_kind), std::move(body)));
  return {};
}

}  // namespace

std::string_view name_of(ObjectionState state) {
  return state_names[static_cast<int>(state)];
}

std::optional<ObjectionState> objection_state_named(std::string_view name) {
  for (int at = 0; at < 4; ++at) {
    if (state_names[at] == name) return static_cast<ObjectionState>(at);
  }
  return std::nullopt;
}

std::string_view name_of(ObjectionStep step) {
  constexpr std::string_view names[] = {"accept", "decline", "withdraw"};
  return names[static_cast<int>(step)];
}

std::int64_t days_overdue(const Objection& objection, Instant now) {
  if (objection.state != ObjectionState::open || now <= objection.due_at) return 0;
  return std::chrono::floor<std::chrono::days>(now - objection.due_at).count();
}

Result<std::vector<Objection>> Objections::list(const ObjectionQuery& query) const {
  const std::array<storage::Value, 7> parameters = {
      query.before ? query.before.value : std::numeric_limits<std::int64_t>::max(),
      static_cast<std::int64_t>(query.most),
      query.state ? std::string(name_of(*query.state)) : std::string(),
      query.resource,
      query.provider,
      std::int64_t{query.overdue ? 1 : 0},
      query.objector};
  std::vector<Objection> all;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::page_of_objections, parameters, [&](const storage::Row& row) {
    all.push_back(objection_of(row));
    return true;
  }));
  return all;
}

Result<OpenObjections> Objections::count_open() const {
  OpenObjections open;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::count_open_objections, {}, [&](const storage::Row& row) {
    open = {row.integer(0), row.integer(1)};
    return true;
  }));
  return open;
}

Result<Objection> Objections::read_one(storage::Reader& reader, ObjectionId id) const {
  const storage::Value key = id.value;
  std::optional<Result<Objection>> found;
  JW_TRY(reader.query(sql::objection_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    Objection one = objection_of(row);
    const auto opened = open_words(parts_.sealer, row, one);
    found = opened ? Result(std::move(one)) : Result<Objection>(opened.error());
    return true;
  }));
  if (!found) return not_found(id);
  return std::move(*found);
}

storage::Write Objections::erase_words(const std::string& resource) {
  return {&sql::erase_words, {resource, storage::Blob{}}, std::nullopt};
}

Result<Objection> Objections::find(ObjectionId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_one(*reader, id);
}

Result<Objection> Objections::find_own(ObjectionId id, const std::string& actor) const {
  JW_ASSIGN(const Objection known, glance(id));
  if (!catalog::same_actor(actor, known.objector)) return not_found(id);
  return find(id);
}

Result<Objection> Objections::glance(ObjectionId id) const {
  ObjectionQuery this_one;
  this_one.before = ObjectionId(id.value + 1);
  this_one.most = 1;
  JW_ASSIGN(auto found, list(this_one));
  if (found.empty() || found.front().id != id) return not_found(id);
  return std::move(found.front());
}

Result<std::vector<catalog::StepTaken>> Objections::steps(ObjectionId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return catalog::read_steps(*reader, thing_of(id));
}

storage::Blob Objections::sealed(ObjectionId id, std::string_view column, const std::string& text) const {
  return storage::Blob{parts_.sealer.seal({sealed_table, id.value, column}, text)};
}

// The step beside the objection, what the feed is told, and the audit entry. The words stay with the
// objection, sealed.
Result<void> Objections::add_step(const Objection& objection, const std::string& step,
                                  const std::string& actor, bool in_time, storage::Change& change) const {
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  const std::string thing = thing_of(objection.id);
  change.writes.push_back(catalog::add_step(id, thing, {step, actor, "", parts_.clock.now()}));
  JsonWriter event;
  event.begin_object();
  event.member("objection", objection.id.to_string());
  event.member("resource", objection.datum.resource);
  event.member("provider", objection.provider);
  event.member("record", objection.datum.record.to_string());
  event.member("field", objection.datum.field);
  event.member("step", step);
  event.member("in_time", in_time);
  event.end_object();
  change.events.push_back({std::string(objection_event_kind), event.take()});
  change.audit.push_back({actor.empty() ? "timer" : actor, "objection." + step, thing, "{}"});
  return {};
}

Result<Objection> Objections::open(const Datum& datum, const std::string& reason,
                                   const std::optional<std::string>& proposed,
                                   const catalog::WriteRequest& request) {
  Objection one;
  one.datum = datum;
  JW_ASSIGN(one.objector, catalog::clean_actor(request.actor));
  JW_ASSIGN(one.reason, words_of(reason, "/reason"));
  if (one.reason.empty()) return Error(ErrorCode::invalid, "quality.reason_missing").at("/reason");
  if (proposed) {
    JW_ASSIGN(one.proposed, words_of(*proposed, "/proposed"));
  }
  auto row = catalog::idempotency_of(request.idempotency_key, one.objector, "open_objection",
                                     {datum.resource, datum.record.to_string(), std::to_string(datum.version),
                                      datum.field, one.reason, one.proposed ? "=" + *one.proposed : ""});
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(datum.resource));
    const int field = entry->resource.index_of(datum.field);
    if (field < 0) {
      return Error(ErrorCode::not_found, "quality.field_not_found")
          .with("resource", datum.resource)
          .with("field", datum.field)
          .at("/field");
    }
    JW_ASSIGN(const ingest::Record record,
              parts_.ingest.find_record(datum.resource, datum.record, access::Sight::whole()));
    if (record.version != datum.version)
      return Error(ErrorCode::conflict, "quality.record_changed")
          .with("version", std::to_string(record.version));
    const std::array<storage::Value, 3> key = {datum.resource, datum.record.value, datum.field};
    JW_ASSIGN(const auto standing, storage::query_integer(reader, sql::open_objection_to, key));
    if (standing)
      return Error(ErrorCode::conflict, "quality.objected_already").with("id", std::to_string(*standing));
    JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
    one.id = ObjectionId(id);
    one.provider = entry->resource.provider_id;
    one.opened_at = parts_.clock.now();
    one.due_at = one.opened_at + parts_.answer_time;
    one.row_version = 1;
    if (row) row->answer = one.id.to_string();
    one.said = said_by(record, field);
    storage::Value proposal = storage::Null{};
    if (one.proposed) proposal = sealed(one.id, "proposed", *one.proposed);
    storage::Change change;
    change.writes.push_back(
        {&sql::add_objection,
         {one.id.value, datum.resource, datum.record.value, datum.version, datum.field, one.provider,
          sealed(one.id, "reason", one.reason), std::move(proposal), one.objector, to_micros(one.opened_at),
          to_micros(one.due_at), sealed(one.id, "said", *one.said)},
         1});
    const bool long_enough = parts_.answer_time > reminded_before;
    JW_TRY(watch(parts_.store, one.id, Awaited::answer,
                 long_enough ? one.due_at - reminded_before : one.due_at + just_after, change));
    JW_TRY(add_step(one, "open", one.objector, true, change));
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decided));
  if (committed.earlier_answer)
    return find(ObjectionId::parse(*committed.earlier_answer).value_or(ObjectionId()));
  return one;
}

Result<void> Objections::decide(Objection& one, ObjectionStep step, const std::string& words,
                                const std::string& actor) const {
  if (one.state != ObjectionState::open) {
    return Error(ErrorCode::conflict, "quality.objection_closed")
        .with("id", one.id.to_string())
        .with("actor", one.closed_by)
        .with("state", std::string(name_of(one.state)));
  }
  const bool own = catalog::same_actor(actor, one.objector);
  if (step == ObjectionStep::withdraw && !own)
    return Error(ErrorCode::denied, "quality.not_yours").with("actor", one.objector);
  if (step != ObjectionStep::withdraw && own)
    return Error(ErrorCode::denied, "quality.same_person").with("actor", actor);
  if (step == ObjectionStep::decline && words.empty())
    return Error(ErrorCode::invalid, "quality.decline_reason_missing").at("/reason");
  one.state = step == ObjectionStep::accept    ? ObjectionState::accepted
              : step == ObjectionStep::decline ? ObjectionState::declined
                                               : ObjectionState::withdrawn;
  one.closed_by = actor;
  one.closed_at = parts_.clock.now();
  one.answer = words;
  return {};
}

storage::Write Objections::change_of(const Objection& one) const {
  const bool closed = one.state != ObjectionState::open;
  storage::Value answer = storage::Null{};
  if (!one.answer.empty()) answer = sealed(one.id, "answer", one.answer);
  return {
      &sql::change_objection,
      {one.id.value, one.row_version, std::string(name_of(one.state)), std::int64_t{one.overdue ? 1 : 0},
       one.reminders, storage::instant_or_null(one.reminded_at), one.closed_by,
       storage::instant_or_null(one.closed_at), std::move(answer), closed ? one.id.value : std::int64_t{0}},
      1};
}

Result<Objection> Objections::take(ObjectionId id, ObjectionStep step, const std::string& words,
                                   const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  JW_ASSIGN(const std::string said, words_of(words, "/reason"));
  Objection one;
  auto row = catalog::idempotency_of(request.idempotency_key, actor, "step_objection",
                                     {thing_of(id), std::string(name_of(step)), said}, id.to_string());
  const auto decided = [&](storage::Reader& reader) -> Result<storage::Change> {
    JW_ASSIGN(one, read_one(reader, id));
    JW_TRY(decide(one, step, said, actor));
    storage::Change change;
    // Due meanwhile, and the timer has not come round to it.
    const bool missed = step != ObjectionStep::withdraw && !one.overdue && *one.closed_at > one.due_at;
    if (missed) {
      one.overdue = true;
      JW_TRY(add_step(one, "overdue", "", false, change));
    }
    change.writes.push_back(change_of(one));
    JW_TRY(add_step(one, std::string(name_of(step)), actor, !one.overdue, change));
    if (step == ObjectionStep::accept)
      JW_TRY(watch(parts_.store, one.id, Awaited::mending, *one.closed_at + parts_.answer_time + just_after,
                   change));
    return change;
  };
  JW_ASSIGN(const auto committed, catalog::commit_once(parts_.store, row, decided));
  if (committed.earlier_answer) return find(id);
  ++one.row_version;
  return one;
}

void Objections::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(timer_kind), [this](const storage::Timer& timer) { return timer_fell(timer); });
}

Result<storage::Change> Objections::timer_fell(const storage::Timer& timer) {
  storage::Change change;
  std::string_view body = timer.body;
  const bool mending = body.ends_with(mending_suffix);
  if (mending) body.remove_suffix(mending_suffix.size());
  const auto id = ObjectionId::parse(body);
  if (!id) return change;
  auto found = glance(*id);
  if (!found && found.error().code == ErrorCode::not_found) return change;
  if (!found) return std::move(found).error();
  Objection one = std::move(*found);
  if (mending) {
    JW_TRY(look_for_mending(one, change));
    return change;
  }
  if (one.state != ObjectionState::open) return change;  // answered: its timer ends with it
  const Instant now = parts_.clock.now();
  const bool due = now > one.due_at;
  if (due && !one.overdue) {
    one.overdue = true;
    JW_TRY(add_step(one, "overdue", "", false, change));
  }
  ++one.reminders;
  one.reminded_at = now;
  JW_TRY(add_step(one, "remind", "", !due, change));
  change.writes.push_back(change_of(one));
  JW_TRY(watch(parts_.store, one.id, Awaited::answer,
               due ? now + parts_.answer_time : one.due_at + just_after, change));
  return change;
}

Result<void> Objections::look_for_mending(const Objection& one, storage::Change& change) const {
  if (one.state != ObjectionState::accepted) return {};
  JW_ASSIGN(const bool same, says_the_same(one));
  if (same != one.unmended) {
    change.writes.push_back(
        {&sql::mark_objection, {one.id.value, one.row_version, std::int64_t{same ? 1 : 0}}, 1});
    JW_TRY(add_step(one, same ? "unmended" : "mended", "", true, change));
  }
  if (!same) return {};
  return watch(parts_.store, one.id, Awaited::mending, parts_.clock.now() + parts_.answer_time, change);
}

// A record or a field that is gone says nothing any more.
Result<bool> Objections::says_the_same(const Objection& one) const {
  const auto entry = parts_.catalog.find(one.datum.resource);
  if (!entry) return false;
  const int field = (*entry)->resource.index_of(one.datum.field);
  if (field < 0) return false;
  const auto record = parts_.ingest.find_record(one.datum.resource, one.datum.record, access::Sight::whole());
  if (!record) {
    const ErrorCode code = record.error().code;
    if (code == ErrorCode::not_found || code == ErrorCode::gone) return false;
    return record.error();
  }
  if (record->version == one.datum.version) return true;
  const auto whole = find(one.id);
  if (!whole && whole.error().code == ErrorCode::gone) return false;
  if (!whole) return whole.error();
  return whole->said && *whole->said == said_by(*record, field);
}

Result<std::string> Objections::person_of(const Datum& datum) const {
  auto record = parts_.ingest.find_record(datum.resource, datum.record, access::Sight::whole());
  if (record) return std::move(record->subject);
  const ErrorCode code = record.error().code;
  if (code == ErrorCode::not_found || code == ErrorCode::gone) return std::string();
  return std::move(record).error();
}

}  // namespace jingwei::quality

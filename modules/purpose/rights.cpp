#include "modules/purpose/rights.h"

#include <algorithm>

#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/purpose/sql.gen.h"
#include "modules/purpose/words.h"

namespace jingwei::purpose {

namespace {

using storage::Value;

constexpr std::string_view timer_kind = "purpose.rights";
constexpr std::string_view birthday_kind = "purpose.guardianship";
constexpr std::string_view sealed_table = "rights_request";
constexpr int guarded_below = 14;  // years; Personal Information Protection Law, Article 31
constexpr std::size_t name_length = 60, identifier_length = 40;
// Overdue is what has no answer when the last moment has passed.
constexpr std::chrono::microseconds just_after{1};

constexpr std::array kinds = {RightsKind::copy, RightsKind::correct, RightsKind::delete_, RightsKind::object,
                              RightsKind::guardian};
constexpr std::array states = {RightsState::open, RightsState::granted, RightsState::declined,
                               RightsState::withdrawn};

std::string thing_of(RightsId id) {
  return "rights:" + id.to_string();
}

Error not_found(RightsId id) {
  return Error(ErrorCode::not_found, "purpose.no_rights").with("id", id.to_string());
}

std::string folded(const std::string& identifier) {
  std::string text = text::squeeze(identifier);
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

RightsRequest request_of(const storage::Row& row) {
  RightsRequest one;
  one.id = RightsId(row.integer(0));
  one.asked.kind = rights_kind_named(row.text(1)).value_or(RightsKind::copy);
  one.asked.resource = row.text(2);
  one.state = rights_state_named(row.text(3)).value_or(RightsState::open);
  one.opened_by = row.text(4);
  one.opened_at = from_micros(row.integer(5));
  one.due_at = from_micros(row.integer(6));
  one.overdue = row.integer(7) != 0;
  one.closed_by = row.text(8);
  if (!row.is_null(9)) one.closed_at = from_micros(row.integer(9));
  one.row_version = row.integer(10);
  one.carried_by = row.text(11);
  if (!row.is_null(12)) one.carried_at = from_micros(row.integer(12));
  one.outcome = row.text(13);
  return one;
}

// "name\nidentifier" as one sealed value.
std::string person_text(const std::string& name, const std::string& identifier) {
  return name + '\n' + identifier;
}

storage::MatterStep matter_step(RightsId id, std::string_view step, const std::string& actor) {
  storage::MatterStep told;
  told.matter = rights_matter;
  told.thing = id.to_string();
  told.step = step;
  told.actor = actor;
  return told;
}

Guardianship guardianship_of(const storage::Row& row) {
  Guardianship one;
  one.id = RightsId(row.integer(0));
  one.since = from_micros(row.integer(1));
  one.until = from_micros(row.integer(2));
  if (!row.is_null(3)) one.ended_at = from_micros(row.integer(3));
  one.ended_by = row.text(4);
  one.row_version = row.integer(5);
  return one;
}

void split_person(const std::string& text, std::string& name, std::string& identifier) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  name = text.substr(0, end);
  identifier = end == text.size() ? "" : text.substr(end + 1);
}

}  // namespace

std::string_view name_of(RightsKind kind) {
  constexpr std::string_view names[] = {"copy", "correct", "delete", "object", "guardian"};
  return names[static_cast<int>(kind)];
}

std::optional<RightsKind> rights_kind_named(std::string_view name) {
  for (const auto kind : kinds) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string_view name_of(RightsState state) {
  constexpr std::string_view names[] = {"open", "granted", "declined", "withdrawn"};
  return names[static_cast<int>(state)];
}

std::optional<RightsState> rights_state_named(std::string_view name) {
  for (const auto state : states) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

std::string_view name_of(RightsStep step) {
  constexpr std::string_view names[] = {"grant", "decline", "withdraw", "end"};
  return names[static_cast<int>(step)];
}

std::optional<RightsStep> rights_step_named(std::string_view name) {
  for (const auto step : {RightsStep::grant, RightsStep::decline, RightsStep::withdraw, RightsStep::end}) {
    if (name_of(step) == name) return step;
  }
  return std::nullopt;
}

std::optional<Day> born_of(std::string_view identifier) {
  if (identifier.size() != 18 ||
      !std::all_of(identifier.begin(), identifier.begin() + 17, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  const std::string birth = std::string(identifier.substr(6, 4)) + '-' +
                            std::string(identifier.substr(10, 2)) + '-' +
                            std::string(identifier.substr(12, 2));
  return parse_iso_day(birth);
}

Result<std::vector<RightsRequest>> Rights::list(const RightsQuery& query) const {
  std::vector<RightsRequest> all;
  const auto keep = [&](const storage::Row& row) {
    all.push_back(request_of(row));
    return true;
  };
  JW_ASSIGN(auto reader, parts_.store.read());
  const auto most = static_cast<std::int64_t>(query.most);
  if (!query.identifier.empty()) {
    const std::array<Value, 2> person = {person_hash(folded(query.identifier)), most};
    JW_TRY(reader->query(sql::rights_of_person, person, keep));
    return all;
  }
  const std::int64_t before = query.before ? query.before.value : std::numeric_limits<std::int64_t>::max();
  if (!query.opened_by.empty()) {
    const std::array<Value, 3> opener = {query.opened_by, before, most};
    JW_TRY(reader->query(sql::rights_of_opener, opener, keep));
    return all;
  }
  const std::array<Value, 5> page = {
      before, most, query.state ? std::string(name_of(*query.state)) : std::string(),
      query.kind ? std::string(name_of(*query.kind)) : std::string(), std::int64_t{query.overdue ? 1 : 0}};
  JW_TRY(reader->query(sql::page_of_rights, page, keep));
  return all;
}

Result<OpenRights> Rights::count_open() const {
  OpenRights open;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::rights_counts, {}, [&](const storage::Row& row) {
    open = {row.integer(0), row.integer(1)};
    return false;
  }));
  return open;
}

Result<RightsRequest> Rights::read_one(storage::Reader& reader, RightsId id) const {
  const Value key = id.value;
  std::optional<RightsRequest> found;
  std::optional<Error> fault;
  JW_TRY(reader.query(sql::rights_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    RightsRequest one = request_of(row);
    const auto opened = [&](std::string_view column, int at) -> std::string {
      if (fault || row.is_null(at)) return {};
      auto plain = parts_.sealer.open({sealed_table, one.id.value, column}, row.blob(at));
      if (plain) return std::move(*plain);
      fault = plain.error();
      return {};
    };
    split_person(opened("person", 14), one.asked.name, one.asked.identifier);
    split_person(opened("guardian", 15), one.asked.guardian_name, one.asked.guardian_identifier);
    one.asked.words = opened("words", 16);
    one.answer = opened("answer", 17);
    found = std::move(one);
    return false;
  }));
  if (fault) return *fault;
  if (!found) return not_found(id);
  if (found->asked.kind == RightsKind::guardian) {
    JW_TRY(reader.query(sql::guardianship_by_id, std::span(&key, 1), [&](const storage::Row& row) {
      found->guardianship = guardianship_of(row);
      return false;
    }));
  }
  return std::move(*found);
}

Result<RightsRequest> Rights::find(RightsId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  return read_one(*reader, id);
}

Result<NewRights> Rights::checked(const NewRights& wanted) const {
  NewRights one = wanted;
  JW_ASSIGN(one.words, words_of(wanted.words, words_length, "/words"));
  JW_ASSIGN(one.name, words_of(wanted.name, name_length, "/name"));
  JW_ASSIGN(one.guardian_name, words_of(wanted.guardian_name, name_length, "/guardian_name"));
  JW_ASSIGN(one.identifier, words_of(folded(wanted.identifier), identifier_length, "/identifier"));
  JW_ASSIGN(one.guardian_identifier,
            words_of(folded(wanted.guardian_identifier), identifier_length, "/guardian_identifier"));
  Error faults(ErrorCode::invalid, "purpose.rights_refused");
  const auto fault = [&](std::string message, std::string field) {
    faults.causes.push_back(Error(ErrorCode::invalid, std::move(message)).at(std::move(field)));
  };
  if (one.name.empty()) fault("purpose.words_missing", "/name");
  if (one.identifier.empty()) fault("purpose.words_missing", "/identifier");
  if (one.words.empty()) fault("purpose.words_missing", "/words");
  const Day today = parts_.zone.day_of(parts_.clock.now());
  auto born = born_of(one.identifier);
  if (!born || *born > today) born = one.born;
  if (born && *born > today) fault("purpose.born_ahead", "/born");
  const bool child = born && today < fourteenth_birthday(*born);
  if (one.guardian_name.empty() != one.guardian_identifier.empty())
    fault("purpose.half_guardian", "/guardian_name");
  if (one.guardian_name.empty() && (child || one.kind == RightsKind::guardian))
    fault("purpose.needs_guardian", "/guardian_name");
  else if (one.guardian_name.empty() && !born && !one.identifier.empty())
    fault("purpose.own_born_missing", "/born");
  if (!one.guardian_identifier.empty() && one.guardian_identifier == one.identifier)
    fault("purpose.own_guardian", "/guardian_identifier");
  if (!faults.causes.empty()) return faults;
  return one;
}

storage::Blob Rights::sealed(RightsId id, std::string_view column, const std::string& text) const {
  return storage::Blob{parts_.sealer.seal({sealed_table, id.value, column}, text)};
}

// The words stay with the request, sealed.
Result<void> Rights::add_step(const RightsRequest& one, const std::string& step, const std::string& actor,
                              storage::Change& change) const {
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  const std::string thing = thing_of(one.id);
  change.writes.push_back(
      {&sql::add_purpose_step,
       {id, thing, step, actor, std::string(), storage::Null{}, to_micros(parts_.clock.now())},
       1});
  change.audit.push_back({actor.empty() ? "timer" : actor, "rights." + step, thing,
                          R"({"kind":")" + std::string(name_of(one.asked.kind)) + "\"}"});
  return {};
}

Result<RightsRequest> Rights::open(const NewRights& given, const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  JW_ASSIGN(const NewRights wanted, checked(given));
  if (!wanted.resource.empty()) JW_TRY(parts_.catalog.find(wanted.resource));
  JW_TRY(parts_.sealer.prepare(sealed_table));
  std::vector<std::string> told = {std::string(name_of(wanted.kind)),
                                   wanted.resource,
                                   wanted.name,
                                   wanted.identifier,
                                   wanted.guardian_name,
                                   wanted.guardian_identifier,
                                   wanted.words};
  if (wanted.born) told.push_back(to_iso(*wanted.born));
  auto row = catalog::idempotency_of(request.idempotency_key, actor, "open_rights", told);
  RightsRequest one;
  const auto committed =
      catalog::commit_once(parts_.store, row, [&](storage::Reader&) -> Result<storage::Change> {
        one = {};
        JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
        one.id = RightsId(id);
        one.asked = wanted;
        one.opened_by = actor;
        one.opened_at = parts_.clock.now();
        one.due_at = one.opened_at + parts_.answer_time;
        if (row) row->answer = one.id.to_string();
        Value guardian = storage::Null{};
        if (!wanted.guardian_name.empty())
          guardian =
              sealed(one.id, "guardian", person_text(wanted.guardian_name, wanted.guardian_identifier));
        storage::Change change;
        change.writes.push_back(
            {&sql::add_rights,
             {id, std::string(name_of(wanted.kind)), wanted.resource,
              sealed(one.id, "person", person_text(wanted.name, wanted.identifier)),
              person_hash(wanted.identifier), std::move(guardian), sealed(one.id, "words", wanted.words),
              actor, to_micros(one.opened_at), to_micros(one.due_at)},
             1});
        JW_ASSIGN(const std::int64_t timer, parts_.store.allocate_ids());
        change.writes.push_back(storage::add_timer(TimerId(timer), one.due_at + just_after,
                                                   std::string(timer_kind), one.id.to_string()));
        JW_TRY(add_step(one, "open", actor, change));
        storage::MatterStep opened = matter_step(one.id, storage::matter_opened, actor);
        opened.region = given.region;
        opened.facts = {{"request", one.id.to_string()},
                        {"kind", std::string(name_of(wanted.kind))},
                        {"resource", wanted.resource},
                        {"due", to_rfc3339(one.due_at)}};
        change.events.push_back(event_of(opened));
        return change;
      });
  if (!committed) return committed.error();
  if (committed->earlier_answer)
    return find(RightsId::parse(*committed->earlier_answer).value_or(RightsId()));
  return one;
}

Result<void> Rights::decide(RightsRequest& one, RightsStep step, const std::string& words,
                            const std::string& actor) const {
  if (one.state != RightsState::open) {
    return Error(ErrorCode::conflict, "purpose.rights_closed")
        .with("id", one.id.to_string())
        .with("actor", one.closed_by);
  }
  const bool own = catalog::same_actor(actor, one.opened_by);
  if (step == RightsStep::withdraw && !own)
    return Error(ErrorCode::denied, "purpose.not_yours").with("actor", one.opened_by);
  if (step != RightsStep::withdraw && own)
    return Error(ErrorCode::denied, "purpose.same_person").with("actor", actor);
  if (step == RightsStep::decline && words.empty())
    return Error(ErrorCode::invalid, "purpose.decline_reason_missing").at("/reason");
  one.state = step == RightsStep::grant     ? RightsState::granted
              : step == RightsStep::decline ? RightsState::declined
                                            : RightsState::withdrawn;
  one.closed_by = actor;
  one.closed_at = parts_.clock.now();
  one.answer = words;
  return {};
}

storage::Write Rights::change_of(const RightsRequest& one) const {
  Value closed = storage::Null{}, answer = storage::Null{};
  if (one.closed_at) closed = to_micros(*one.closed_at);
  if (!one.answer.empty()) answer = sealed(one.id, "answer", one.answer);
  return {&sql::change_rights,
          {one.id.value, one.row_version, std::string(name_of(one.state)), std::int64_t{one.overdue ? 1 : 0},
           one.closed_by, std::move(closed), std::move(answer)},
          1};
}

Result<RightsRequest> Rights::take(RightsId id, RightsStep step, const std::string& given,
                                   const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  JW_ASSIGN(const std::string words, words_of(given, words_length, "/reason"));
  JW_TRY(parts_.sealer.prepare(sealed_table));
  auto row = catalog::idempotency_of(request.idempotency_key, actor, "step_rights",
                                     {thing_of(id), std::string(name_of(step)), words}, id.to_string());
  const auto committed =
      catalog::commit_once(parts_.store, row, [&](storage::Reader& reader) -> Result<storage::Change> {
        storage::Change change;
        JW_TRY(add_take(id, step, words, actor, {}, reader, change));
        return change;
      });
  if (!committed) return committed.error();
  return find(id);
}

Result<void> Rights::move(const storage::MatterStep& step, const std::string& given, storage::Reader& reader,
                          storage::Change& change) const {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(step.actor));
  JW_ASSIGN(const std::string words, words_of(given, words_length, "/words"));
  const auto id = RightsId::parse(step.thing);
  const auto named = rights_step_named(step.step);
  if (!id || !named) return Error(ErrorCode::invalid, "purpose.no_step").with("step", step.step);
  JW_TRY(parts_.sealer.prepare(sealed_table));
  return add_take(*id, *named, words, actor, step.in_case, reader, change);
}

Result<void> Rights::add_take(RightsId id, RightsStep step, const std::string& words,
                              const std::string& actor, const std::string& in_case, storage::Reader& reader,
                              storage::Change& change) const {
  JW_ASSIGN(RightsRequest one, read_one(reader, id));
  if (step == RightsStep::end) {
    JW_TRY(add_end(one, words, actor, change));
  } else {
    JW_TRY(decide(one, step, words, actor));
    // Due meanwhile, and the timer has not come round to it.
    if (step != RightsStep::withdraw && *one.closed_at > one.due_at) one.overdue = true;
    change.writes.push_back(change_of(one));
  }
  JW_TRY(add_step(one, std::string(name_of(step)), actor, change));
  storage::MatterStep told = matter_step(id, name_of(step), actor);
  told.in_case = in_case;
  change.events.push_back(event_of(told));
  return {};
}

Result<void> Rights::add_end(const RightsRequest& one, const std::string& words, const std::string& actor,
                             storage::Change& change) const {
  const Instant now = parts_.clock.now();
  if (!one.guardianship || !one.guardianship->in_force(now))
    return Error(ErrorCode::conflict, "purpose.no_guardianship").with("id", one.id.to_string());
  if (words.empty()) return Error(ErrorCode::invalid, "purpose.words_missing").at("/reason");
  change.writes.push_back(
      {&sql::end_guardianship, {one.id.value, one.guardianship->row_version, to_micros(now), actor}, 1});
  return {};
}

storage::Blob Rights::person_hash(const std::string& identifier) const {
  return storage::Blob{storage::bytes_of(parts_.sealer.equality_hash(sealed_table, "person", identifier))};
}

Day fourteenth_birthday(Day born) {
  const std::chrono::year_month_day day{born};
  const std::chrono::year_month_day there{day.year() + std::chrono::years{guarded_below}, day.month(),
                                          day.day()};
  if (there.ok()) return Day{there};
  return Day{std::chrono::year_month_day{there.year(), std::chrono::March, std::chrono::day{1}}};
}

Result<void> Rights::add_guardianship(const RightsRequest& one, std::optional<Day> born,
                                      storage::Change& change) const {
  if (const auto told = born_of(one.asked.identifier)) born = told;
  if (!born) return Error(ErrorCode::invalid, "purpose.born_missing").at("/born");
  const Instant now = parts_.clock.now();
  const Instant until = parts_.zone.start_of(fourteenth_birthday(*born));
  if (*born > parts_.zone.day_of(now) || until <= now)
    return Error(ErrorCode::conflict, "purpose.no_child").with("years", std::to_string(guarded_below));
  change.writes.push_back({&sql::add_guardianship,
                           {one.id.value, person_hash(one.asked.guardian_identifier),
                            person_hash(one.asked.identifier), to_micros(now), to_micros(until)},
                           1});
  JW_ASSIGN(const std::int64_t timer, parts_.store.allocate_ids());
  change.writes.push_back(
      storage::add_timer(TimerId(timer), until, std::string(birthday_kind), one.id.to_string()));
  return {};
}

Result<std::vector<Ward>> Rights::wards_of(const std::vector<std::string>& papers) const {
  std::vector<Ward> wards;
  JW_ASSIGN(auto reader, parts_.store.read());
  for (const auto& paper : papers) {
    std::vector<Guardianship> standing;
    const std::array<Value, 2> key = {person_hash(folded(paper)), to_micros(parts_.clock.now())};
    JW_TRY(reader->query(sql::guardianships_of, key, [&](const storage::Row& row) {
      standing.push_back(guardianship_of(row));
      return true;
    }));
    for (const auto& one : standing) {
      JW_ASSIGN(RightsRequest request, read_one(*reader, one.id));
      const auto told = std::find_if(wards.begin(), wards.end(), [&](const Ward& other) {
        return other.identifier == request.asked.identifier;
      });
      if (told == wards.end())
        wards.push_back({one, std::move(request.asked.name), std::move(request.asked.identifier)});
    }
  }
  return wards;
}

Result<Ward> Rights::ward_of(const std::vector<std::string>& papers, RightsId id) const {
  JW_ASSIGN(auto wards, wards_of(papers));
  const auto found =
      std::find_if(wards.begin(), wards.end(), [&](const Ward& one) { return one.guardianship.id == id; });
  if (found == wards.end()) return Error(ErrorCode::not_found, "purpose.no_ward").with("id", id.to_string());
  return std::move(*found);
}

Result<void> Rights::check_carry(const RightsRequest& one, const std::string& given) const {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(given));
  if (one.state != RightsState::granted)
    return Error(ErrorCode::conflict, "purpose.not_granted").with("id", one.id.to_string());
  if (one.carried_at)
    return Error(ErrorCode::conflict, "purpose.carried_already")
        .with("id", one.id.to_string())
        .with("actor", one.carried_by);
  if (catalog::same_actor(actor, one.opened_by))
    return Error(ErrorCode::denied, "purpose.same_person").with("actor", actor);
  return {};
}

Result<RightsRequest> Rights::carried(RightsId id, const std::string& outcome, std::optional<Day> born,
                                      const catalog::WriteRequest& request) {
  JW_ASSIGN(const std::string actor, catalog::clean_actor(request.actor));
  std::optional<storage::Idempotency> none;
  const auto committed =
      catalog::commit_once(parts_.store, none, [&](storage::Reader& reader) -> Result<storage::Change> {
        JW_ASSIGN(const RightsRequest one, read_one(reader, id));
        JW_TRY(check_carry(one, actor));
        storage::Change change;
        change.writes.push_back({&sql::carry_rights,
                                 {id.value, one.row_version, actor, to_micros(parts_.clock.now()), outcome},
                                 1});
        if (one.asked.kind == RightsKind::guardian) JW_TRY(add_guardianship(one, born, change));
        JW_TRY(add_step(one, "carry", actor, change));
        if (one.asked.kind == RightsKind::delete_)
          change.audit.push_back({actor, "rights.erase", thing_of(id), outcome});
        change.events.push_back(event_of(matter_step(id, "carry", actor)));
        return change;
      });
  if (!committed) return committed.error();
  return find(id);
}

void Rights::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(timer_kind), [this](const storage::Timer& timer) { return timer_fell(timer); });
  timers.on(std::string(birthday_kind), [this](const storage::Timer& timer) { return birthday_came(timer); });
}

// It is over by the clock itself; this leaves the trace.
Result<storage::Change> Rights::birthday_came(const storage::Timer& timer) {
  storage::Change change;
  const auto id = RightsId::parse(timer.body);
  if (!id) return change;
  std::optional<Guardianship> standing;
  const Value key = id->value;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::guardianship_by_id, std::span(&key, 1), [&](const storage::Row& row) {
    standing = guardianship_of(row);
    return false;
  }));
  if (!standing || standing->ended_at) return change;
  change.writes.push_back({&sql::end_guardianship,
                           {id->value, standing->row_version, to_micros(standing->until), std::string()},
                           1});
  RightsRequest one;
  one.id = *id;
  one.asked.kind = RightsKind::guardian;
  JW_TRY(add_step(one, "over", "", change));
  return change;
}

Result<storage::Change> Rights::timer_fell(const storage::Timer& timer) {
  storage::Change change;
  const auto id = RightsId::parse(timer.body);
  if (!id) return change;
  // Its words are not needed, and may be gone with their key.
  RightsQuery this_one;
  this_one.before = RightsId(id->value + 1);
  this_one.most = 1;
  JW_ASSIGN(auto found, list(this_one));
  if (found.empty() || found.front().id != *id || found.front().state != RightsState::open) return change;
  RightsRequest one = std::move(found.front());
  one.overdue = true;
  change.writes.push_back(change_of(one));
  JW_TRY(add_step(one, "overdue", "", change));
  return change;
}

}  // namespace jingwei::purpose

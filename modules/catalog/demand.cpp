#include "modules/catalog/demand.h"

#include "base/limits.h"
#include "base/text.h"
#include "modules/catalog/catalog_search.h"
#include "modules/catalog/demand_reminders.h"
#include "modules/catalog/meaning.h"
#include "modules/catalog/repeatable.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

constexpr std::size_t line_length = 120;
constexpr std::size_t text_length = 1'000;
constexpr std::size_t most_suggestions = 5;

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ",") + name;
  return all;
}

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> all;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    all.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return all;
}

constexpr std::string_view demand_state_names[] = {"asked", "answered", "delivered", "closed"};
constexpr std::string_view answer_names[] = {"", "matched", "promised", "refused"};

Result<std::vector<Demand>> read_all(storage::Reader& reader, const storage::Statement& statement,
                                     const storage::Value& parameter) {
  std::vector<Demand> all;
  JW_TRY(reader.query(statement, std::span(&parameter, 1), [&](const storage::Row& row) {
    const auto text = [&](int at) { return std::string(row.text(at)); };
    const auto instant = [&](int at) {
      return row.is_null(at) ? std::optional<Instant>() : std::optional(from_micros(row.integer(at)));
    };
    const auto day = [&](int at) { return from_days(static_cast<std::int32_t>(row.integer(at))); };
    Demand one;
    one.id = DemandId(row.integer(0));
    one.department = {text(1), {text(2), text(3)}};
    one.title = text(4);
    one.words = text(5);
    one.resource = text(6);
    one.fields = split(text(7));
    one.purpose = text(8);
    one.legal_basis = text(9);
    one.wanted_by = day(10);
    for (int at = 0; at < 4; ++at) {
      if (row.text(11) == demand_state_names[at]) one.state = static_cast<DemandState>(at);
      if (row.text(12) == answer_names[at]) one.answer = static_cast<DemandAnswer>(at);
    }
    one.answer_resource = text(13);
    one.answer_reason = text(14);
    if (!row.is_null(15)) one.promised_for = day(15);
    one.asked_by = text(16);
    one.answered_by = text(17);
    one.delivered_by = text(18);
    one.closed_by = text(19);
    one.asked_at = from_micros(row.integer(20));
    one.answer_due = from_micros(row.integer(21));
    one.answered_at = instant(22);
    one.delivered_at = instant(23);
    one.closed_at = instant(24);
    one.origin = text(25) == "package" ? Origin::package : Origin::desk;
    one.row_version = row.integer(26);
    all.push_back(std::move(one));
    return true;
  }));
  return all;
}

storage::Write change_of(const Demand& demand) {
  storage::Value promised = storage::Null{};
  if (demand.promised_for) promised = std::int64_t{to_days(*demand.promised_for)};
  return {&sql::change_demand,
          {demand.id.value, demand.row_version, std::string(name_of(demand.state)),
           std::string(name_of(demand.answer)), demand.answer_resource, demand.answer_reason,
           std::move(promised), demand.answered_by, demand.delivered_by, demand.closed_by,
           storage::instant_or_null(demand.answered_at), storage::instant_or_null(demand.delivered_at),
           storage::instant_or_null(demand.closed_at)},
          1};
}

storage::Write addition_of(const Demand& demand) {
  return {&sql::add_demand,
          {demand.id.value, demand.department.id, demand.department.title.zh, demand.department.title.en,
           demand.title, demand.words, demand.resource, joined(demand.fields), demand.purpose,
           demand.legal_basis, std::int64_t{to_days(demand.wanted_by)}, demand.asked_by,
           to_micros(demand.asked_at), to_micros(demand.answer_due), std::string(name_of(demand.origin))},
          1};
}

Result<void> need_text(std::string& text, std::size_t most, const char* message, const char* field) {
  text = text::squeeze(text);
  if (text.empty() || text::code_points(text).size() > most)
    return Error(ErrorCode::invalid, message).at(field);
  return {};
}

}  // namespace

std::string thing_of(DemandId id) {
  return "demand:" + id.to_string();
}

Result<Demand> read_demand(storage::Reader& reader, DemandId id) {
  JW_ASSIGN(auto found, read_all(reader, sql::demand_by_id, id.value));
  if (!found.empty()) return std::move(found.front());
  return Error(ErrorCode::not_found, "catalog.demand_not_found").with("id", id.to_string());
}

Result<std::vector<Demand>> read_unwatched_demands(storage::Reader& reader, std::int64_t most) {
  return read_all(reader, sql::unwatched_demands, most);
}

std::string_view name_of(DemandStep step) {
  constexpr std::string_view names[] = {"match", "promise", "refuse", "deliver", "close"};
  return names[static_cast<int>(step)];
}

std::string_view name_of(DemandState state) {
  return demand_state_names[static_cast<int>(state)];
}

std::string_view name_of(DemandAnswer answer) {
  return answer_names[static_cast<int>(answer)];
}

DemandClock clock_of(const Demand& demand, Day today) {
  DemandClock clock;
  if (demand.state == DemandState::asked) {
    clock.due = std::chrono::floor<std::chrono::days>(demand.answer_due);
  } else if (demand.state == DemandState::answered && demand.answer != DemandAnswer::refused) {
    clock.due = demand.promised_for.value_or(demand.wanted_by);
  }
  if (clock.due && today > *clock.due) clock.days_overdue = (today - *clock.due).count();
  return clock;
}

Result<std::vector<Demand>> Demands::list() const {
  JW_ASSIGN(auto reader, store_.read());
  return read_all(*reader, sql::page_of_demands, static_cast<std::int64_t>(limits::catalog_list));
}

Result<Demand> Demands::find(DemandId id) const {
  JW_ASSIGN(auto reader, store_.read());
  return read_demand(*reader, id);
}

Result<std::vector<StepTaken>> Demands::steps(DemandId id) const {
  JW_ASSIGN(auto reader, store_.read());
  return read_steps(*reader, thing_of(id));
}

Result<void> Demands::check(const Demand& demand) const {
  if (demand.resource.empty()) {
    if (demand.fields.empty()) return {};
    return Error(ErrorCode::invalid, "catalog.demand_fields_alone").at("/fields");
  }
  JW_ASSIGN(const Entry* entry, catalog_.find(demand.resource));
  for (const auto& field : demand.fields) {
    if (entry->resource.field(field) != nullptr) continue;
    return Error(ErrorCode::not_found, "catalog.field_not_found")
        .with("resource", demand.resource)
        .with("field", field)
        .at("/fields");
  }
  return {};
}

Result<Demand> Demands::ask(Demand demand, const WriteRequest& request) {
  std::string actor = request.actor;
  const bool seeded = demand.origin == Origin::package;
  if (!seeded) {
    JW_ASSIGN(actor, clean_actor(request.actor));
  }
  JW_TRY(need_text(demand.title, line_length, "catalog.demand_title_missing", "/title"));
  JW_TRY(need_text(demand.purpose, line_length, "catalog.demand_purpose_missing", "/purpose"));
  JW_TRY(need_text(demand.legal_basis, line_length, "catalog.demand_basis_missing", "/legal_basis"));
  demand.words = text::squeeze(demand.words);
  if (text::code_points(demand.words).size() > text_length)
    return Error(ErrorCode::invalid, "catalog.demand_title_missing").at("/words");
  auto row = idempotency_of(
      request.idempotency_key, actor, "ask_demand",
      {demand.department.id, demand.department.title.zh, demand.title, demand.words, demand.resource,
       joined(demand.fields), demand.purpose, demand.legal_basis, to_iso(demand.wanted_by)});
  JW_ASSIGN(
      const auto committed, commit_once(store_, row, [&](storage::Reader&) -> Result<storage::Change> {
        JW_TRY(check(demand));
        JW_TRY(name_department(demand.department));
        if (to_micros(demand.asked_at) == 0) demand.asked_at = clock_.now();
        if (demand.wanted_by < zone_.day_of(demand.asked_at))
          return Error(ErrorCode::invalid, "catalog.demand_day_passed").at("/wanted_by");
        demand.answer_due = demand.asked_at + limits::demand_answer_time;
        demand.asked_by = actor;
        demand.state = DemandState::asked;
        JW_ASSIGN(const std::int64_t id, store_.allocate_ids(2));
        demand.id = DemandId(id);
        demand.row_version = 1;
        if (row) row->answer = demand.id.to_string();
        storage::Change change;
        change.writes.push_back(addition_of(demand));
        change.writes.push_back(add_step(id + 1, thing_of(demand.id), {"ask", actor, "", demand.asked_at}));
        JW_TRY(watch(store_, zone_, demand, change));
        change.audit.push_back({actor, "demand.ask", thing_of(demand.id), "{}"});
        return change;
      }));
  if (committed.earlier_answer) return find(DemandId::parse(*committed.earlier_answer).value_or(DemandId()));
  return demand;
}

// A department known as a provider keeps the provider's names; another must bring its own.
Result<void> Demands::name_department(Department& department) const {
  department.title.zh = text::squeeze(department.title.zh);
  department.title.en = text::squeeze(department.title.en);
  const auto definitions = catalog_.definitions();
  for (const auto& definition : *definitions) {
    if (definition.resource.provider_id == department.id) department.title = definition.resource.provider;
  }
  if (department.title.zh.empty()) department.title.zh = department.title.en;
  if (department.title.en.empty()) department.title.en = department.title.zh;
  if (!department.id.empty() && !department.title.zh.empty()) return {};
  return Error(ErrorCode::invalid, "catalog.department_unknown")
      .with("department", department.id)
      .at("/department");
}

Result<void> Demands::decide(Demand& demand, const DemandMove& move, const std::string& actor) const {
  const bool answers =
      move.step == DemandStep::match || move.step == DemandStep::promise || move.step == DemandStep::refuse;
  const bool refused = demand.answer == DemandAnswer::refused;
  const bool in_time =
      answers ? demand.state == DemandState::asked
      : move.step == DemandStep::deliver
          ? demand.state == DemandState::answered && !refused
          : demand.state == DemandState::delivered || (demand.state == DemandState::answered && refused);
  if (!in_time) {
    return Error(ErrorCode::conflict, "catalog.demand_not_now")
        .with("id", demand.id.to_string())
        .with("state", std::string(name_of(demand.state)))
        .with("step", std::string(name_of(move.step)));
  }
  const Instant now = clock_.now();
  if (answers) {
    if (same_actor(actor, demand.asked_by))
      return Error(ErrorCode::denied, "catalog.demand_same_person").with("actor", actor);
    demand.state = DemandState::answered;
    demand.answered_by = actor;
    demand.answered_at = now;
    demand.answer_reason = text::squeeze(move.reason);
    if (text::code_points(demand.answer_reason).size() > text_length)
      return Error(ErrorCode::invalid, "catalog.reason_missing").at("/reason");
  }
  switch (move.step) {
    case DemandStep::match: {
      if (move.resource.empty())
        return Error(ErrorCode::invalid, "catalog.demand_resource_missing").at("/resource");
      JW_ASSIGN(const Entry* entry, catalog_.find(move.resource));
      demand.answer = DemandAnswer::matched;
      demand.answer_resource = entry->resource.id;
      return {};
    }
    case DemandStep::promise:
      if (!move.promised_for || *move.promised_for < zone_.day_of(now))
        return Error(ErrorCode::invalid, "catalog.demand_promise_missing").at("/promised_for");
      if (!move.resource.empty()) {
        JW_ASSIGN(const Entry* entry, catalog_.find(move.resource));
        demand.answer_resource = entry->resource.id;
      }
      demand.answer = DemandAnswer::promised;
      demand.promised_for = move.promised_for;
      return {};
    case DemandStep::refuse:
      if (demand.answer_reason.empty())
        return Error(ErrorCode::invalid, "catalog.reason_missing").at("/reason");
      demand.answer = DemandAnswer::refused;
      return {};
    case DemandStep::deliver:
      demand.state = DemandState::delivered;
      demand.delivered_by = actor;
      demand.delivered_at = now;
      return {};
    case DemandStep::close:
      if (same_actor(actor, demand.delivered_by))
        return Error(ErrorCode::denied, "catalog.demand_closer").with("actor", actor);
      demand.state = DemandState::closed;
      demand.closed_by = actor;
      demand.closed_at = now;
      return {};
  }
  return {};
}

Result<Demand> Demands::move(const DemandMove& move, const WriteRequest& request) {
  JW_ASSIGN(const std::string actor, clean_actor(request.actor));
  Demand demand;
  auto row = idempotency_of(request.idempotency_key, actor, "step_demand",
                            {thing_of(move.id), std::string(name_of(move.step)), move.resource,
                             move.promised_for ? to_iso(*move.promised_for) : "", move.reason});
  JW_ASSIGN(
      const auto committed, commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
        JW_ASSIGN(demand, read_demand(reader, move.id));
        JW_TRY(decide(demand, move, actor));
        JW_ASSIGN(const std::int64_t step, store_.allocate_ids());
        storage::Change change;
        change.writes.push_back(change_of(demand));
        Demand next = demand;
        ++next.row_version;
        JW_TRY(watch(store_, zone_, next, change));
        change.writes.push_back(
            add_step(step, thing_of(move.id),
                     {std::string(name_of(move.step)), actor, text::squeeze(move.reason), clock_.now()}));
        change.audit.push_back({actor, "demand.step", thing_of(move.id),
                                R"({"step":")" + std::string(name_of(move.step)) + "\"}"});
        return change;
      }));
  if (committed.earlier_answer) return find(move.id);
  ++demand.row_version;
  return demand;
}

std::vector<Suggestion> Demands::suggestions(const Demand& demand) const {
  std::vector<std::string> meanings;
  for (const auto& word : words_of(demand.title + " " + demand.words)) {
    if (auto meaning = meaning_of_words(word); !meaning.empty()) meanings.push_back(std::move(meaning));
  }
  std::vector<Suggestion> found;
  for (const auto& entry : catalog_.entries()) {
    if (entry.retired || entry.resource.provider_id == demand.department.id) continue;
    Suggestion one;
    one.resource = &entry.resource;
    one.score = likeness(entry.resource, demand.title + " " + demand.words);
    for (const auto& field : entry.resource.fields) {
      const std::string meaning = meaning_of(field);
      if (std::find(meanings.begin(), meanings.end(), meaning) == meanings.end()) continue;
      one.fields.push_back(&field);
      one.score += 2;
    }
    if (entry.resource.id == demand.resource) one.score += 10;
    if (one.score >= 2) found.push_back(std::move(one));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Suggestion& a, const Suggestion& b) { return a.score > b.score; });
  if (found.size() > most_suggestions) found.resize(most_suggestions);
  return found;
}

}  // namespace jingwei::catalog

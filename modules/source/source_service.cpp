#include "modules/source/source_service.h"

#include <boost/json.hpp>

#include "base/limits.h"
#include "base/text.h"
#include "modules/source/kinds/folder_intake.h"
#include "modules/source/kinds/mqtt_intake.h"
#include "modules/source/kinds/pull_intake.h"
#include "modules/source/kinds/settings.h"
#include "modules/source/sql.gen.h"

namespace jingwei::source {

namespace {

constexpr std::size_t title_points = 100;

Result<std::optional<Source>> find_source(storage::Reader& reader, SourceId id) {
  const storage::Value key = id.value;
  JW_ASSIGN(auto found, read_sources(reader, sql::find_source, std::span(&key, 1)));
  if (found.empty()) return std::optional<Source>();
  return std::optional<Source>(std::move(found.front()));
}

Error not_found(SourceId id) {
  return Error(ErrorCode::not_found, "source.not_found").with("source", id.to_string());
}

storage::AuditEntry entry_of(const std::string& actor, const std::string& event, SourceId id,
                             std::string detail = "{}") {
  return {actor, event, "source:" + id.to_string(), std::move(detail)};
}

storage::Value micros_of(std::optional<Instant> instant) {
  if (!instant) return storage::Null{};
  return to_micros(*instant);
}

// The next time of a schedule as a timer that knows which version of the source it belongs to.
Result<void> add_timer(storage::Store& store, SourceId id, std::int64_t version, std::optional<Instant> due,
                       storage::Change& change) {
  if (!due) return {};
  JW_ASSIGN(const std::int64_t timer, store.allocate_ids());
  const std::string body =
      R"({"source":")" + id.to_string() + R"(","version":)" + std::to_string(version) + "}";
  change.writes.push_back(storage::add_timer(TimerId(timer), *due, std::string(due_timer), body));
  return {};
}

std::optional<Instant> due_of(const SourceParts& parts, const std::string& schedule, State state) {
  const auto parsed = Schedule::parse(schedule);
  if (!parsed.ok() || state != State::active) return std::nullopt;
  return parsed->next(parts.clock.now(), parts.zone);
}

}  // namespace

std::string_view name_of(Health health) {
  constexpr std::array<std::string_view, 5> names = {"well", "waiting", "failing", "paused", "stopped"};
  return names.at(static_cast<std::size_t>(health));
}

std::string department_of(const Source& source, const SourceParts& parts) {
  if (source.resource.empty()) return source.department;
  const auto entry = parts.ingest.parts().catalog.find(source.resource);
  return entry ? (*entry)->resource.provider_id : std::string();
}

Result<Settings> opened_settings(const SourceParts& parts, const Source& source) {
  Settings all = source.settings;
  if (source.sealed.empty()) return all;
  JW_ASSIGN(const std::string plain,
            parts.sealer.open({"source", source.id.value, "secrets"}, source.sealed));
  JW_ASSIGN(const Settings secrets, settings_from_json(plain));
  all.insert(secrets.begin(), secrets.end());
  return all;
}

std::string sealed_secrets(const SourceParts& parts, SourceId id, const Settings& secrets) {
  return parts.sealer.seal({"source", id.value, "secrets"}, to_json(secrets));
}

SourceService::SourceService(SourceParts parts) : parts_(std::move(parts)), questions_(parts_) {}

SourceService::~SourceService() {
  stop();
}

Result<Source> SourceService::read_one(SourceId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto found, find_source(*reader, id));
  if (!found) return not_found(id);
  return std::move(*found);
}

SourceView SourceService::view_of(Source source) const {
  SourceView view;
  const Instant now = parts_.clock.now();
  if (const auto standing = source.terms.check(parts_.zone.day_of(now)); !standing.ok())
    view.stopped = standing.error();
  if (source.last_ok_at && source.taken > 0)
    view.since_taken = std::chrono::duration_cast<std::chrono::seconds>(now - *source.last_ok_at);
  view.health = view.stopped                    ? Health::stopped
                : source.state == State::paused ? Health::paused
                : source.last_error             ? Health::failing
                : source.kind == Kind::program  ? Health::well
                : source.last_ok_at.has_value() ? Health::well
                                                : Health::waiting;
  view.source = std::move(source);
  return view;
}

Result<void> SourceService::check(NewSource& source) const {
  if (source.title.empty() || text::code_points(source.title).size() > title_points)
    return Error(ErrorCode::invalid, "source.bad_title").at("/title");
  // Answers are no rows: such a source need not belong to a resource.
  if (source.kind != Kind::question || !source.resource.empty()) {
    JW_ASSIGN(const auto* entry, parts_.ingest.parts().catalog.find(source.resource));
    static_cast<void>(entry);
  }
  JW_ASSIGN(const Schedule schedule, Schedule::parse(source.schedule));
  if (!schedule.by_hand() && !is_pull(source.kind))
    return Error(ErrorCode::invalid, "source.schedule_for_pulls").at("/schedule");
  JW_TRY(check_form(source.terms));
  JW_TRY(check_settings(source.kind, source.settings, source.secrets, parts_.allowed));
  if (source.kind != Kind::question) return {};
  JW_ASSIGN(const Declaration declared, parse_declaration(text_of(source.settings, "questions")));
  for (const auto& question : declared.questions) {
    for (const auto& [purpose, keep] : question.purposes) {
      if (source.terms.purpose(purpose) != nullptr) continue;
      return Error(ErrorCode::invalid, "source.purpose_not_in_terms")
          .with("purpose", purpose)
          .with("question", question.id)
          .at("/terms/purposes");
    }
  }
  return {};
}

Result<SourceView> SourceService::add(NewSource source, const std::string& actor) {
  JW_TRY(check(source));
  JW_ASSIGN(const auto others, list());
  if (others.size() >= limits::sources) {
    return Error(ErrorCode::exhausted, "source.too_many").with("limit", std::to_string(limits::sources));
  }
  JW_ASSIGN(const std::int64_t fresh, parts_.store.allocate_ids());
  const SourceId id(fresh);
  if (source.kind == Kind::mqtt && text_of(source.settings, "client_id").empty())
    source.settings["client_id"] = fresh_client_id();
  const auto due = due_of(parts_, source.schedule, State::active);
  storage::Change change;
  change.writes.push_back(
      {&sql::add_source,
       {id.value, std::string(name_of(source.kind)), source.title, source.resource, to_json(source.settings),
        storage::Blob{sealed_secrets(parts_, id, source.secrets)}, source.schedule, to_json(source.terms),
        to_micros(parts_.clock.now()), micros_of(due),
        source.resource.empty() ? source.department : std::string()},
       1});
  JW_TRY(add_timer(parts_.store, id, 1, due, change));
  change.audit.push_back(entry_of(
      actor, "source.add", id,
      R"({"kind":")" + std::string(name_of(source.kind)) + R"(","resource":")" + source.resource + "\"}"));
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  wake_all();
  return find(id);
}

Result<SourceView> SourceService::edit(SourceId id, NewSource wanted, const std::string& actor) {
  for (int attempt = 1;; ++attempt) {
    JW_ASSIGN(const Source source, read_one(id));
    NewSource next = wanted;
    next.kind = source.kind;
    next.resource = source.resource;
    JW_ASSIGN(const Settings before, opened_settings(parts_, source));
    for (const auto& name : secret_names(source.kind, next.settings)) {
      const bool kept = !next.secrets.contains(name) && !next.settings.contains(name);
      if (kept && before.contains(name)) next.secrets[name] = before.at(name);
    }
    if (source.kind == Kind::mqtt && text_of(next.settings, "client_id").empty())
      next.settings["client_id"] = text_of(source.settings, "client_id");
    // A revocation stands, whatever else is changed.
    next.terms.revoked_at = source.terms.revoked_at;
    next.terms.revoked_why = source.terms.revoked_why;
    JW_TRY(check(next));
    const auto due = due_of(parts_, next.schedule, source.state);
    storage::Change change;
    change.writes.push_back({&sql::edit_source,
                             {id.value, source.version, next.title, to_json(next.settings),
                              storage::Blob{sealed_secrets(parts_, id, next.secrets)}, next.schedule,
                              to_json(next.terms), micros_of(due)},
                             1});
    JW_TRY(add_timer(parts_.store, id, source.version + 1, due, change));
    change.writes.push_back(forget_answers(id));  // they were given under other terms or to other questions
    change.audit.push_back(entry_of(actor, "source.edit", id));
    auto committed = parts_.store.commit(std::move(change));
    if (committed) break;
    if (committed.error().code != ErrorCode::conflict || attempt == limits::decide_attempts)
      return std::move(committed).error();
  }
  wake_all();
  return find(id);
}

Result<SourceView> SourceService::find(SourceId id) const {
  JW_ASSIGN(Source source, read_one(id));
  return view_of(std::move(source));
}

Result<std::vector<SourceView>> SourceService::list() const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto sources, read_sources(*reader, sql::all_sources, {}));
  std::vector<SourceView> views;
  for (auto& source : sources) views.push_back(view_of(std::move(source)));
  return views;
}

Result<SourceView> SourceService::change(SourceId id, const std::string& actor, const std::string& event,
                                         const std::string& detail,
                                         const std::function<Result<void>(Source&)>& how) {
  auto committed =
      storage::decide_and_commit(parts_.store, [&](storage::Reader& reader) -> Result<storage::Change> {
        JW_ASSIGN(auto found, find_source(reader, id));
        if (!found) return not_found(id);
        Source& source = *found;
        JW_TRY(how(source));
        const auto due = due_of(parts_, source.schedule, source.state);
        storage::Change change;
        change.writes.push_back({&sql::change_source,
                                 {id.value, source.version, std::string(name_of(source.state)),
                                  to_json(source.terms), micros_of(due)},
                                 1});
        JW_TRY(add_timer(parts_.store, id, source.version + 1, due, change));
        // What was answered under terms that stand no longer is kept no longer.
        if (source.terms.revoked_at || source.state == State::removed)
          change.writes.push_back(forget_answers(id));
        change.audit.push_back(entry_of(actor, event, id, detail));
        return change;
      });
  if (!committed) return std::move(committed).error();
  wake_all();
  if (event == "source.remove") return SourceView{};
  return find(id);
}

Result<SourceView> SourceService::pause(SourceId id, const std::string& actor) {
  return change(id, actor, "source.pause", "{}", [](Source& source) -> Result<void> {
    source.state = State::paused;
    return {};
  });
}

Result<void> SourceService::silence(const std::string& resource, const std::string& actor) {
  JW_ASSIGN(const auto all, list());
  for (const auto& one : all) {
    if (one.source.resource == resource && one.source.state == State::active)
      JW_TRY(pause(one.source.id, actor));
  }
  return {};
}

Result<SourceView> SourceService::resume(SourceId id, const std::string& actor) {
  return change(id, actor, "source.resume", "{}", [this](Source& source) -> Result<void> {
    JW_TRY(source.terms.check(parts_.zone.day_of(parts_.clock.now())));
    source.state = State::active;
    return {};
  });
}

Result<SourceView> SourceService::revoke(SourceId id, const std::string& why, const std::string& actor) {
  if (why.empty()) return Error(ErrorCode::invalid, "source.why_missing").at("/why");
  return change(id, actor, "source.revoke", "{}", [&](Source& source) -> Result<void> {
    if (source.terms.revoked_at) return {};
    source.terms.revoked_at = parts_.clock.now();
    source.terms.revoked_why = why;
    return {};
  });
}

Result<void> SourceService::remove(SourceId id, const std::string& actor) {
  auto done = change(id, actor, "source.remove", "{}", [](Source& source) -> Result<void> {
    source.state = State::removed;
    return {};
  });
  if (!done) return std::move(done).error();
  return {};
}

Result<SourceView> SourceService::run_now(SourceId id, const std::string& actor) {
  JW_ASSIGN(const Source source, read_one(id));
  if (source.kind == Kind::question)
    return Error(ErrorCode::invalid, "source.only_answers").with("source", source.title);
  if (source.kind == Kind::program)
    return Error(ErrorCode::invalid, "source.comes_by_itself").with("source", source.title);
  JW_TRY(source.terms.check(parts_.zone.day_of(parts_.clock.now())));
  if (source.state != State::active)
    return Error(ErrorCode::conflict, "source.paused").with("source", source.title);
  storage::Change change;
  if (is_pull(source.kind))
    change.writes.push_back({&sql::want_run, {id.value, to_micros(parts_.clock.now())}, 1});
  change.audit.push_back(entry_of(actor, "source.run", id));
  auto committed = parts_.store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = live_.find(id); found != live_.end()) found->second->next_look = {};
  }
  wake_all();
  return find(id);
}

Result<std::vector<Run>> SourceService::list_runs(SourceId id, RunId before, std::size_t most) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto found, find_source(*reader, id));
  if (!found) return not_found(id);
  const std::array<storage::Value, 3> parameters = {id.value, before ? before.value : INT64_MAX,
                                                    static_cast<std::int64_t>(most)};
  return read_runs(*reader, sql::page_of_runs, parameters);
}

Result<Trial> SourceService::try_out(NewSource source) const {
  JW_TRY(check_settings(source.kind, source.settings, source.secrets, parts_.allowed));
  Settings all = source.settings;
  all.insert(source.secrets.begin(), source.secrets.end());
  switch (source.kind) {
    case Kind::folder:
      return try_folder(parts_, text_of(all, "path"));
    case Kind::mqtt:
      return try_broker(all);
    case Kind::question:
      JW_TRY(questions_.greet(all));
      return Trial{};
    case Kind::program:
      return Trial{};
    default:
      return try_pull(parts_, source.kind, all);
  }
}

Result<Trial> SourceService::try_out(SourceId id) const {
  JW_ASSIGN(const Source source, read_one(id));
  NewSource same;
  same.kind = source.kind;
  JW_ASSIGN(same.settings, opened_settings(parts_, source));
  return try_out(std::move(same));
}

Result<void> SourceService::check_supply(std::int64_t account, const std::string& resource,
                                         Owned owned) const {
  const storage::Value key = resource;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(auto programs, read_sources(*reader, sql::programs_of_resource, std::span(&key, 1)));
  std::erase_if(programs, [&](const Source& one) { return number_of(one.settings, "account") != account; });
  if (programs.empty() && owned == Owned::by_a_provider) return {};
  Error why = Error(ErrorCode::denied, "source.program_without_terms")
                  .with("account", std::to_string(account))
                  .with("resource", resource);
  for (const auto& one : programs) {
    const auto standing = one.terms.check(parts_.zone.day_of(parts_.clock.now()));
    if (!standing) {
      why = standing.error();
    } else if (!one.terms.signed_on) {
      why = Error(ErrorCode::denied, "source.program_not_signed")
                .with("account", std::to_string(account))
                .with("agreement", one.terms.agreement);
    } else if (one.state == State::paused) {
      why = Error(ErrorCode::conflict, "source.paused").with("source", one.title);
    } else {
      return {};
    }
  }
  return why;
}

void SourceService::on_timers(storage::TimerRunner& timers) {
  timers.on(std::string(due_timer), [this](const storage::Timer& timer) { return timer_fell(timer); });
}

Result<storage::Change> SourceService::timer_fell(const storage::Timer& timer) {
  storage::Change change;
  boost::json::error_code fault;
  const auto body = boost::json::parse(timer.body, fault);
  if (fault || !body.is_object()) return change;
  const auto* named = body.as_object().if_contains("source");
  const auto* version = body.as_object().if_contains("version");
  if (named == nullptr || !named->is_string() || version == nullptr || !version->is_int64()) return change;
  const auto id = SourceId::parse(std::string_view(named->as_string()));
  if (!id) return change;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const auto source, find_source(*reader, *id));
  // Of a schedule that stands no longer.
  if (!source || source->version != version->as_int64() || source->state != State::active) return change;
  const Instant now = parts_.clock.now();
  const auto due = due_of(parts_, source->schedule, source->state);
  change.writes.push_back(
      {&sql::timer_fell, {id->value, source->version, to_micros(now), micros_of(due)}, 1});
  JW_TRY(add_timer(parts_.store, *id, source->version, due, change));
  return change;
}

}  // namespace jingwei::source

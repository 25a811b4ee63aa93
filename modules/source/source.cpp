#include "modules/source/source.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "base/json_members.h"
#include "modules/source/sql.gen.h"

namespace jingwei::source {

namespace {

constexpr std::array<std::string_view, 7> kinds = {"folder", "mqtt",     "postgres", "sqlite",
                                                   "odbc",   "question", "program"};
constexpr std::array<std::string_view, 3> states = {"active", "paused", "removed"};
constexpr std::array<std::string_view, 5> outcomes = {"loading", "taken", "repeated", "nothing", "failed"};

std::optional<Instant> instant_at(const storage::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return from_micros(row.integer(column));
}

storage::Value value_of(std::optional<Instant> instant) {
  if (!instant) return storage::Null{};
  return to_micros(*instant);
}

Source source_of(const storage::Row& row) {
  Source source;
  source.id = SourceId(row.integer(0));
  source.kind = kind_named(row.text(1)).value_or(Kind::folder);
  source.title = row.text(2);
  source.resource = row.text(3);
  if (auto settings = settings_from_json(row.text(4)); settings.ok()) source.settings = std::move(*settings);
  source.sealed = row.blob(5);
  source.schedule = row.text(6);
  source.terms = terms_from_json(row.text(7));
  source.state = state_named(row.text(8));
  source.version = row.integer(9);
  source.watermark = row.text(10);
  source.last_content = row.text(11);
  source.created_at = from_micros(row.integer(12));
  source.wanted_at = instant_at(row, 13);
  source.next_due_at = instant_at(row, 14);
  source.last_run_at = instant_at(row, 15);
  source.last_ok_at = instant_at(row, 16);
  source.last_error = error_from_json(row.text(17));
  source.last_error_at = instant_at(row, 18);
  source.taken = row.integer(19);
  source.refused = row.integer(20);
  source.repeated = row.integer(21);
  source.department = row.text(22);
  return source;
}

Run run_of(const storage::Row& row) {
  Run run;
  run.id = RunId(row.integer(0));
  run.source = SourceId(row.integer(1));
  run.started_at = from_micros(row.integer(2));
  run.finished_at = instant_at(row, 3);
  run.outcome = outcome_named(row.text(4));
  run.detail = row.text(5);
  run.batch = BatchId(row.integer(6));
  run.items = row.integer(7);
  run.taken = row.integer(8);
  run.refused = row.integer(9);
  run.repeated = row.integer(10);
  run.error = error_from_json(row.text(11));
  return run;
}

template <typename Item, typename Make>
Result<std::vector<Item>> read_all(storage::Reader& reader, const storage::Statement& statement,
                                   std::span<const storage::Value> parameters, const Make& make) {
  std::vector<Item> items;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    items.push_back(make(row));
    return true;
  }));
  return items;
}

}  // namespace

std::string_view name_of(Kind kind) {
  return kinds.at(static_cast<std::size_t>(kind));
}
std::string_view name_of(State state) {
  return states.at(static_cast<std::size_t>(state));
}
std::string_view name_of(Outcome outcome) {
  return outcomes.at(static_cast<std::size_t>(outcome));
}

std::optional<Kind> kind_named(std::string_view name) {
  const auto found = std::find(kinds.begin(), kinds.end(), name);
  if (found == kinds.end()) return std::nullopt;
  return static_cast<Kind>(found - kinds.begin());
}
State state_named(std::string_view name) {
  const auto found = std::find(states.begin(), states.end(), name);
  return found == states.end() ? State::paused : static_cast<State>(found - states.begin());
}
Outcome outcome_named(std::string_view name) {
  const auto found = std::find(outcomes.begin(), outcomes.end(), name);
  return found == outcomes.end() ? Outcome::failed : static_cast<Outcome>(found - outcomes.begin());
}

bool is_pull(Kind kind) {
  return kind == Kind::postgres || kind == Kind::sqlite || kind == Kind::odbc;
}

bool is_looked_at(Kind kind) {
  return kind != Kind::question && kind != Kind::program;
}

std::string to_json(const Settings& settings) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : settings) json.member(name, value);
  json.end_object();
  return json.take();
}

Result<Settings> settings_from_json(std::string_view json) {
  boost::json::error_code fault;
  const boost::json::value parsed = boost::json::parse(json, fault);
  if (fault || !parsed.is_object()) return Error(ErrorCode::invalid, "source.settings_not_texts");
  Settings settings;
  for (const auto& [name, value] : parsed.as_object()) {
    if (value.is_null()) continue;
    if (value.is_structured())
      return Error(ErrorCode::invalid, "source.settings_not_texts").at("/" + std::string(name));
    settings[std::string(name)] =
        value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
  }
  return settings;
}

std::string error_to_json(const Error& error) {
  JsonWriter json;
  json.begin_object();
  json.member("code", name_of(error.code));
  json.member("message", error.message);
  json.key("arguments");
  json.begin_object();
  for (const auto& [name, value] : error.arguments) json.member(name, value);
  json.end_object();
  json.end_object();
  return json.take();
}

std::optional<Error> error_from_json(std::string_view json) {
  if (json.empty()) return std::nullopt;
  boost::json::error_code fault;
  const boost::json::value parsed = boost::json::parse(json, fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  const auto& object = parsed.as_object();
  Error error(ErrorCode::internal, member_text(object, "message"));
  const std::string code = member_text(object, "code");
  for (int at = 0; at <= static_cast<int>(ErrorCode::internal); ++at) {
    if (name_of(static_cast<ErrorCode>(at)) == code) error.code = static_cast<ErrorCode>(at);
  }
  if (const auto* arguments = object.if_contains("arguments"); arguments && arguments->is_object()) {
    for (const auto& [name, value] : arguments->as_object()) {
      if (value.is_string()) error.arguments.emplace_back(name, std::string(value.as_string()));
    }
  }
  return error;
}

Result<std::vector<Source>> read_sources(storage::Reader& reader, const storage::Statement& statement,
                                         std::span<const storage::Value> parameters) {
  return read_all<Source>(reader, statement, parameters, source_of);
}

Result<std::vector<Run>> read_runs(storage::Reader& reader, const storage::Statement& statement,
                                   std::span<const storage::Value> parameters) {
  return read_all<Run>(reader, statement, parameters, run_of);
}

storage::Write add_run(const Run& run) {
  storage::Value batch = storage::Null{};
  if (run.batch) batch = run.batch.value;
  return {&sql::add_run,
          {run.id.value, run.source.value, to_micros(run.started_at), value_of(run.finished_at),
           std::string(name_of(run.outcome)), run.detail, std::move(batch), run.items, run.repeated,
           run.error ? error_to_json(*run.error) : std::string()},
          1};
}

}  // namespace jingwei::source

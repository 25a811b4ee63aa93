#include "modules/catalog/definition.h"

#include "modules/catalog/resource_json.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

constexpr std::string_view state_names[] = {"draft",    "submitted", "reviewed", "published",
                                            "replaced", "retired",   "refused"};

Result<Definition> definition_of(const storage::Row& row) {
  Definition definition;
  const std::string id(row.text(0));
  definition.version = row.integer(1);
  definition.row_version = row.integer(2);
  const auto state = life_state_named(row.text(3));
  definition.text = row.text(6);
  auto resource = parse_definition(definition.text, id, std::string(row.text(5)));
  if (!state || !resource) {
    return Error(ErrorCode::corrupt, "catalog.definition_unreadable")
        .with("resource", id)
        .with("version", std::to_string(definition.version))
        .because(resource ? "state" : resource.error().to_log());
  }
  definition.resource = std::move(*resource);
  definition.state = *state;
  definition.origin = row.text(4) == "package" ? Origin::package : Origin::desk;
  definition.author = row.text(7);
  definition.submitted_by = row.text(8);
  definition.reviewed_by = row.text(9);
  definition.published_by = row.text(10);
  definition.reason = row.text(11);
  definition.created_at = from_micros(row.integer(12));
  definition.changed_at = from_micros(row.integer(13));
  if (!row.is_null(14)) definition.published_at = from_micros(row.integer(14));
  definition.breaking = row.text(15);
  return definition;
}

}  // namespace

std::string_view name_of(LifeState state) {
  return state_names[static_cast<int>(state)];
}

std::optional<LifeState> life_state_named(std::string_view name) {
  for (int at = 0; at < 7; ++at) {
    if (state_names[at] == name) return static_cast<LifeState>(at);
  }
  return std::nullopt;
}

bool is_open(LifeState state) {
  return state == LifeState::draft || state == LifeState::submitted || state == LifeState::reviewed ||
         state == LifeState::refused;
}

std::string_view name_of(Origin origin) {
  return origin == Origin::package ? "package" : "desk";
}

std::string thing_of(const std::string& resource, std::int64_t version) {
  return "resource:" + resource + ":" + std::to_string(version);
}

Result<std::vector<Definition>> read_definitions(storage::Reader& reader, const storage::Statement& statement,
                                                 std::span<const storage::Value> parameters) {
  std::vector<Definition> definitions;
  std::optional<Error> fault;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    auto definition = definition_of(row);
    if (!definition) {
      fault = std::move(definition).error();
      return false;
    }
    definitions.push_back(std::move(*definition));
    return true;
  }));
  if (fault) return *fault;
  return definitions;
}

Result<std::vector<Definition>> read_versions(storage::Reader& reader, const std::string& resource) {
  const storage::Value key = resource;
  return read_definitions(reader, sql::versions_of_resource, std::span(&key, 1));
}

Result<std::vector<StepTaken>> read_steps(storage::Reader& reader, const std::string& thing) {
  std::vector<StepTaken> steps;
  const storage::Value key = thing;
  JW_TRY(reader.query(sql::steps_of, std::span(&key, 1), [&](const storage::Row& row) {
    steps.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                     from_micros(row.integer(3))});
    return true;
  }));
  return steps;
}

Result<std::map<std::string, std::int64_t>> read_last_versions(storage::Reader& reader) {
  std::map<std::string, std::int64_t> last;
  JW_TRY(reader.query(sql::last_versions, {}, [&](const storage::Row& row) {
    last[std::string(row.text(0))] = row.integer(1);
    return true;
  }));
  return last;
}

storage::Write add_definition(const Definition& definition) {
  return {&sql::add_definition,
          {definition.resource.id, definition.version, std::string(name_of(definition.state)),
           std::string(name_of(definition.origin)), definition.resource.package, definition.text,
           definition.author, definition.published_by, to_micros(definition.created_at),
           storage::instant_or_null(definition.published_at)},
          1};
}

storage::Write change_definition(const Definition& definition) {
  return {
      &sql::change_definition,
      {definition.resource.id, definition.version, definition.row_version,
       std::string(name_of(definition.state)), definition.text, definition.author, definition.submitted_by,
       definition.reviewed_by, definition.published_by, definition.reason, to_micros(definition.changed_at),
       storage::instant_or_null(definition.published_at), definition.breaking},
      1};
}

Result<bool> is_repeated(storage::Reader& reader, const storage::Idempotency& request) {
  bool found = false;
  const std::array<storage::Value, 3> key = {request.actor, request.operation, request.key};
  JW_TRY(reader.query(sql::find_request, key, [&](const storage::Row&) {
    found = true;
    return false;
  }));
  return found;
}

storage::Write add_step(std::int64_t id, const std::string& thing, const StepTaken& step) {
  return {&sql::add_step, {id, thing, step.step, step.actor, step.reason, to_micros(step.at)}, 1};
}

}  // namespace jingwei::catalog

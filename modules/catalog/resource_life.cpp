#include "modules/catalog/resource_life.h"

#include <sstream>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "modules/catalog/repeatable.h"
#include "modules/catalog/resource_json.h"
#include "modules/catalog/responsibility.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

constexpr std::size_t actor_length = 64;
constexpr std::string_view package_prefix = "package:";

// "venues 2 residents 1": which versions a request made, for when it comes again.
std::string idempotent_answer(const std::vector<Definition>& made) {
  std::string answer;
  for (const auto& one : made)
    answer += (answer.empty() ? "" : " ") + one.resource.id + " " + std::to_string(one.version);
  return answer;
}

Error not_found(const std::string& resource, std::int64_t version) {
  return Error(ErrorCode::not_found, "catalog.version_not_found")
      .with("resource", resource)
      .with("version", std::to_string(version));
}

Result<Definition> read_version(storage::Reader& reader, const std::string& resource, std::int64_t version) {
  const storage::Value key = resource;
  JW_ASSIGN(auto all, read_definitions(reader, sql::versions_of_resource, std::span(&key, 1)));
  for (auto& definition : all) {
    if (definition.version == version) return std::move(definition);
  }
  return not_found(resource, version);
}

// Which states a step may leave, and which it reaches.
struct Move {
  std::vector<LifeState> from;
  LifeState to;
};

Move move_of(LifeStep step) {
  switch (step) {
    case LifeStep::submit:
      return {{LifeState::draft}, LifeState::submitted};
    case LifeStep::review:
      return {{LifeState::submitted}, LifeState::reviewed};
    case LifeStep::publish:
      return {{LifeState::reviewed}, LifeState::published};
    case LifeStep::refuse:
      return {{LifeState::submitted, LifeState::reviewed}, LifeState::refused};
    case LifeStep::withdraw:
      return {{LifeState::submitted, LifeState::reviewed}, LifeState::draft};
    case LifeStep::retire:
      return {{LifeState::published}, LifeState::retired};
  }
  return {};
}

Error same_person(const std::string& actor, std::string_view did) {
  return Error(ErrorCode::denied, "catalog.same_person").with("actor", actor).with("step", std::string(did));
}

// An actor does one of the three steps of a version; who submitted does not refuse.
Result<void> check_person(const Definition& definition, LifeStep step, const std::string& actor) {
  if (step == LifeStep::withdraw) {
    if (same_actor(actor, definition.submitted_by)) return {};
    return Error(ErrorCode::denied, "catalog.not_yours").with("actor", definition.submitted_by);
  }
  if (step == LifeStep::submit || step == LifeStep::retire) return {};
  if (same_actor(actor, definition.submitted_by)) return same_person(actor, "submit");
  if (step == LifeStep::publish && same_actor(actor, definition.reviewed_by))
    return same_person(actor, "review");
  return {};
}

}  // namespace

std::string_view name_of(LifeStep step) {
  constexpr std::string_view names[] = {"submit", "review", "publish", "refuse", "withdraw", "retire"};
  return names[static_cast<int>(step)];
}

Result<std::string> clean_actor(std::string_view actor) {
  std::string clean = text::squeeze(text::nfkc(actor));
  const bool reserved = text::lower_ascii(clean).starts_with(package_prefix);
  if (clean.empty() || reserved || text::code_points(clean).size() > actor_length)
    return Error(ErrorCode::invalid, "catalog.actor_missing").at("/actor");
  return clean;
}

bool same_actor(std::string_view a, std::string_view b) {
  return text::lower_ascii(text::squeeze(text::nfkc(a))) == text::lower_ascii(text::squeeze(text::nfkc(b)));
}

Result<Definition> ResourceLife::draft(Resource resource, const WriteRequest& request) {
  std::vector<Resource> one;
  one.push_back(std::move(resource));
  JW_ASSIGN(auto made, draft_all(std::move(one), request));
  return std::move(made.front());
}

Result<std::vector<Definition>> ResourceLife::draft_all(std::vector<Resource> resources,
                                                        const WriteRequest& request) {
  JW_ASSIGN(const std::string actor, clean_actor(request.actor));
  std::vector<Definition> fresh(resources.size());
  std::string told;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    fresh[i].text = definition_text(resources[i]);
    fresh[i].resource = std::move(resources[i]);
    fresh[i].resource.package.clear();
    fresh[i].author = actor;
    fresh[i].row_version = 1;
    told += fresh[i].text + '\n';
  }
  auto row = idempotency_of(request.idempotency_key, actor, "draft_resource", {told});
  JW_ASSIGN(auto committed, commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
              storage::Change change;
              for (auto& one : fresh) JW_TRY(add_draft(reader, one, change));
              if (row) row->answer = idempotent_answer(fresh);
              return change;
            }));
  if (committed.earlier_answer) {
    std::vector<Definition> earlier;
    std::istringstream words(*committed.earlier_answer);
    std::string id;
    std::int64_t number = 0;
    while (words >> id >> number) {
      JW_ASSIGN(auto one, version(id, number));
      earlier.push_back(std::move(one));
    }
    return earlier;
  }
  JW_TRY(catalog_.reload());
  return fresh;
}

Result<void> ResourceLife::add_draft(storage::Reader& reader, Definition& fresh, storage::Change& change) {
  const std::string& id = fresh.resource.id;
  const storage::Value key = id;
  JW_ASSIGN(const auto versions, read_definitions(reader, sql::versions_of_resource, std::span(&key, 1)));
  for (const auto& other : versions) {
    if (!is_open(other.state)) continue;
    return Error(ErrorCode::conflict, "catalog.version_open")
        .with("resource", id)
        .with("version", std::to_string(other.version))
        .with("state", std::string(name_of(other.state)))
        .with("actor", other.author);
  }
  if (versions.empty() && catalog_.definitions()->size() >= limits::catalog_resources) {
    return Error(ErrorCode::too_large, "catalog.too_many_resources")
        .with("most", std::to_string(limits::catalog_resources));
  }
  fresh.version = versions.empty() ? 1 : versions.front().version + 1;
  fresh.created_at = fresh.changed_at = clock_.now();
  const std::string thing = thing_of(id, fresh.version);
  JW_ASSIGN(const std::int64_t step, store_.allocate_ids());
  change.writes.push_back(add_definition(fresh));
  change.writes.push_back(add_step(step, thing, {"draft", fresh.author, "", fresh.created_at}));
  change.audit.push_back({fresh.author, "resource.draft", thing, "{}"});
  return {};
}

Result<Definition> ResourceLife::edit(Resource resource, std::int64_t version, const WriteRequest& request) {
  JW_ASSIGN(const std::string actor, clean_actor(request.actor));
  const std::string id = resource.id;
  Definition definition;
  auto row = idempotency_of(request.idempotency_key, actor, "edit_resource",
                            {thing_of(id, version), definition_text(resource)});
  JW_ASSIGN(const auto committed,
            commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
              JW_ASSIGN(definition, read_version(reader, id, version));
              if (definition.state != LifeState::draft && definition.state != LifeState::refused) {
                return Error(ErrorCode::conflict, "catalog.not_editable")
                    .with("resource", id)
                    .with("version", std::to_string(version))
                    .with("state", std::string(name_of(definition.state)));
              }
              definition.resource = resource;
              definition.resource.package.clear();
              definition.text = definition_text(resource);
              definition.author = actor;
              definition.state = LifeState::draft;
              definition.reason.clear();
              definition.breaking.clear();
              definition.submitted_by.clear();
              definition.reviewed_by.clear();
              definition.changed_at = clock_.now();
              JW_ASSIGN(const std::int64_t step, store_.allocate_ids());
              storage::Change change;
              change.writes.push_back(change_definition(definition));
              const std::string thing = thing_of(id, version);
              change.writes.push_back(add_step(step, thing, {"edit", actor, "", definition.changed_at}));
              change.audit.push_back({actor, "resource.draft", thing, "{}"});
              return change;
            }));
  if (committed.earlier_answer) return this->version(id, version);
  ++definition.row_version;
  JW_TRY(catalog_.reload());
  return definition;
}

Result<Definition> ResourceLife::step(const std::string& resource, std::int64_t version, LifeStep step,
                                      const std::string& reason, const WriteRequest& request,
                                      const std::string& breaking) {
  JW_ASSIGN(const std::string actor, clean_actor(request.actor));
  const std::string why = text::squeeze(reason);
  const StepAsked asked{step, why, text::squeeze(breaking), actor, request};
  if ((step == LifeStep::refuse || step == LifeStep::retire) && why.empty())
    return Error(ErrorCode::invalid, "catalog.reason_missing").at("/reason");
  Definition definition;
  auto row = idempotency_of(request.idempotency_key, actor, "step_resource",
                            {thing_of(resource, version), std::string(name_of(step)), why, asked.breaking});
  JW_ASSIGN(auto committed, commit_once(store_, row, [&](storage::Reader& reader) -> Result<storage::Change> {
              JW_ASSIGN(definition, read_version(reader, resource, version));
              return decide_step(reader, definition, asked);
            }));
  if (committed.earlier_answer) return this->version(resource, version);
  ++definition.row_version;
  if (auto ready = catalog_.reload(); !ready) {
    log::error("catalog.table_not_ready", {{"resource", resource}, {"fault", ready.error().to_log()}});
    return Error(ErrorCode::unavailable, "catalog.table_not_ready")
        .with("resource", resource)
        .with("version", std::to_string(version));
  }
  return definition;
}

Result<storage::Change> ResourceLife::decide_step(storage::Reader& reader, Definition& definition,
                                                  const StepAsked& asked) const {
  const LifeStep step = asked.step;
  const std::string& actor = asked.actor;
  const Move move = move_of(step);
  if (std::find(move.from.begin(), move.from.end(), definition.state) == move.from.end()) {
    const std::string who = definition.state == LifeState::published   ? definition.published_by
                            : definition.state == LifeState::reviewed  ? definition.reviewed_by
                            : definition.state == LifeState::submitted ? definition.submitted_by
                                                                       : definition.author;
    return Error(ErrorCode::conflict, "catalog.step_not_now")
        .with("resource", definition.resource.id)
        .with("version", std::to_string(definition.version))
        .with("state", std::string(name_of(definition.state)))
        .with("actor", who);
  }
  JW_TRY(check_person(definition, step, actor));
  if (step == LifeStep::submit || step == LifeStep::publish) {
    JW_TRY(check_publishable(reader, definition.resource, asked.request));
    JW_TRY(check_breaks(reader, definition, asked));
  }

  const Instant now = clock_.now();
  const std::string thing = thing_of(definition.resource.id, definition.version);
  storage::Change change;
  if (step == LifeStep::publish) {
    const storage::Value key = definition.resource.id;
    JW_ASSIGN(auto others, read_definitions(reader, sql::versions_of_resource, std::span(&key, 1)));
    for (auto& other : others) {
      if (other.state != LifeState::published) continue;
      other.state = LifeState::replaced;
      other.changed_at = now;
      change.writes.push_back(change_definition(other));
    }
    definition.published_by = actor;
    definition.published_at = now;
    if (!definition.breaking.empty()) JW_TRY(tell_of_breaks(reader, definition, change));
  }
  if (step == LifeStep::submit) definition.submitted_by = actor;
  if (step == LifeStep::review) definition.reviewed_by = actor;
  if (step == LifeStep::withdraw || step == LifeStep::refuse) {
    definition.submitted_by.clear();
    definition.reviewed_by.clear();
    definition.breaking.clear();
  }
  definition.reason = step == LifeStep::refuse || step == LifeStep::retire ? asked.reason : "";
  definition.state = move.to;
  definition.changed_at = now;
  change.writes.push_back(change_definition(definition));
  JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
  change.writes.push_back(add_step(id, thing, {std::string(name_of(step)), actor, asked.reason, now}));
  change.audit.push_back(
      {actor, "resource.step", thing, R"({"step":")" + std::string(name_of(step)) + "\"}"});
  change.events.push_back(
      {std::string(life_event_kind), R"({"resource":")" + definition.resource.id + R"(","version":)" +
                                         std::to_string(definition.version) + R"(,"state":")" +
                                         std::string(name_of(definition.state)) + "\"}"});
  return change;
}

Result<void> ResourceLife::check_publishable(storage::Reader& reader, const Resource& resource,
                                             const WriteRequest& request) const {
  for (const auto& entry : catalog_.entries()) {
    if (entry.resource.id == resource.id) continue;
    for (const auto& metric : resource.metrics) {
      for (const auto& taken : entry.resource.metrics) {
        if (taken.id != metric.id) continue;
        return Error(ErrorCode::conflict, "catalog.doubled_metric")
            .with("metric", metric.id)
            .with("first", entry.resource.id)
            .with("second", resource.id);
      }
    }
  }
  JW_ASSIGN(const auto overlaps, overlaps_of(resource));
  JW_ASSIGN(const auto stewards, read_stewards(reader));
  Error refused(ErrorCode::conflict, "catalog.overlaps");
  for (const auto& overlap : overlaps) {
    if (overlap.exemption) continue;
    const auto steward = stewards.find(overlap.other->provider_id);
    refused.causes.push_back(
        Error(ErrorCode::conflict, "catalog.overlap_field")
            .with("sentence", refusal_of(overlap, steward == stewards.end() ? "" : steward->second.name,
                                         request.language))
            .at("/fields/" + overlap.field->name));
  }
  if (refused.causes.empty()) return {};
  return std::move(refused)
      .with("resource", resource.id)
      .with("count", std::to_string(refused.causes.size()));
}

Result<std::vector<Definition>> ResourceLife::versions(const std::string& resource) const {
  JW_ASSIGN(auto reader, store_.read());
  const storage::Value key = resource;
  JW_ASSIGN(auto all, read_definitions(*reader, sql::versions_of_resource, std::span(&key, 1)));
  if (all.empty()) return Error(ErrorCode::not_found, "catalog.not_found").with("resource", resource);
  return all;
}

Result<Definition> ResourceLife::version(const std::string& resource, std::int64_t version) const {
  JW_ASSIGN(auto reader, store_.read());
  return read_version(*reader, resource, version);
}

Result<std::vector<StepTaken>> ResourceLife::steps(const std::string& resource, std::int64_t version) const {
  JW_ASSIGN(auto reader, store_.read());
  return read_steps(*reader, thing_of(resource, version));
}

}  // namespace jingwei::catalog

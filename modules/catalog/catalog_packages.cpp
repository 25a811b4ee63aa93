// What scenario packages declare, published as versions at start.
#include <set>

#include "base/limits.h"
#include "base/log.h"
#include "modules/catalog/catalog_service.h"
#include "modules/catalog/overlap.h"
#include "modules/catalog/resource_json.h"
#include "modules/catalog/resource_yaml.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

Result<std::vector<Resource>> read_packages(FileSystem& files, const std::string& scenarios_folder) {
  std::vector<Resource> declared;
  std::map<std::string, std::string> package_of;
  std::map<std::string, std::string> owner_of_metric;  // figures are kept by the metric's id alone
  JW_ASSIGN(const auto packages, files.list(scenarios_folder));
  for (const auto& package : packages) {
    const std::string path = scenarios_folder + "/" + package + "/resources.yaml";
    JW_ASSIGN(const bool present, files.exists(path));
    if (!present) continue;
    JW_ASSIGN(const std::string yaml, read_text(files, path, limits::yaml_bytes));
    JW_ASSIGN(auto resources, parse_resources(yaml, "scenarios/" + package + "/resources.yaml", package));
    for (auto& resource : resources) {
      if (const auto [earlier, fresh] = package_of.try_emplace(resource.id, package); !fresh) {
        return Error(ErrorCode::invalid, "catalog.doubled_resource")
            .with("resource", resource.id)
            .with("first", earlier->second)
            .with("second", package);
      }
      for (const auto& metric : resource.metrics) {
        const auto [earlier, fresh] = owner_of_metric.try_emplace(metric.id, resource.id);
        if (!fresh) {
          return Error(ErrorCode::invalid, "catalog.doubled_metric")
              .with("metric", metric.id)
              .with("first", earlier->second)
              .with("second", resource.id);
        }
      }
      declared.push_back(std::move(resource));
    }
  }
  if (declared.empty())
    return Error(ErrorCode::invalid, "catalog.no_packages").with("path", scenarios_folder);
  return declared;
}

const Definition* in_state(const Definitions& definitions, const std::string& resource, LifeState state) {
  for (const auto& definition : definitions) {
    if (definition.resource.id == resource && definition.state == state) return &definition;
  }
  return nullptr;
}

const Definition* open_one(const Definitions& definitions, const std::string& resource) {
  for (const auto& definition : definitions) {
    if (definition.resource.id == resource && is_open(definition.state)) return &definition;
  }
  return nullptr;
}

const Definition* of_resource(const Definitions& definitions, const std::string& resource) {
  for (const auto& definition : definitions) {
    if (definition.resource.id == resource) return &definition;
  }
  return nullptr;
}

// Of what a package brought since `before`.
void warn_of_overlaps(const EntryList& before, const EntryList& now) {
  std::set<const Entry*> known;
  for (const auto& entry : before) known.insert(&entry);
  for (const auto& fresh : now) {
    if (fresh.retired || fresh.resource.package.empty() || known.contains(&fresh)) continue;
    for (const auto& other : now) {
      if (other.retired) continue;
      for (const auto& overlap : overlaps_between(fresh.resource, other.resource))
        log::warn("catalog.package_asks_again", {{"package", fresh.resource.package},
                                                 {"resource", fresh.resource.id},
                                                 {"field", overlap.field->name},
                                                 {"other", other.resource.id},
                                                 {"other_field", overlap.other_field->name}});
    }
  }
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(FileSystem& files, const std::string& scenarios_folder,
                                               storage::Store& store, const Clock& clock) {
  auto catalog = std::make_unique<Catalog>(store, clock);
  JW_TRY(catalog->take_packages(files, scenarios_folder));
  return catalog;
}

Result<void> Catalog::take_packages(FileSystem& files, const std::string& scenarios_folder) {
  JW_ASSIGN(auto declared, read_packages(files, scenarios_folder));
  {
    const std::lock_guard lock(reloading_);
    declared_order_.clear();
    for (const auto& resource : declared) declared_order_.emplace(resource.id, declared_order_.size());
  }
  const std::uint64_t before = revision();
  const EntryList stood = before == 0 ? EntryList(std::make_shared<EntryList::Entries>()) : entries();
  JW_TRY(publish_packages(std::move(declared)));
  JW_TRY(reload());
  // A package is published as it stands and only warned of: its author is the operator, and those that are in
  // use ask again on purpose (a form at the door checks what the register holds). An exemption ends the
  // warning.
  if (before > 0) warn_of_overlaps(stood, entries());
  return {};
}

Result<void> Catalog::publish_packages(std::vector<Resource> declared) {
  // Another process may do the same at this moment; whoever comes second finds it done.
  for (int attempt = 1;; ++attempt) {
    storage::Change change;
    {
      JW_ASSIGN(auto reader, store_.read());
      JW_ASSIGN(change, package_change(declared, *reader));
    }
    if (change.writes.empty()) return {};
    auto committed = store_.commit(std::move(change));
    if (committed) return {};
    if (committed.error().code != ErrorCode::conflict || attempt == limits::decide_attempts)
      return std::move(committed).error();
  }
}

Result<storage::Change> Catalog::package_change(const std::vector<Resource>& declared,
                                                storage::Reader& reader) const {
  JW_ASSIGN(const auto standing, read_definitions(reader, sql::standing_definitions, {}));
  JW_ASSIGN(const auto of_package, read_definitions(reader, sql::last_of_package, {}));
  JW_ASSIGN(auto last, read_last_versions(reader));
  const Instant now = clock_.now();
  storage::Change change;
  const auto note = [&](const Definition& definition, const std::string& step,
                        const std::string& reason) -> Result<void> {
    const std::string thing = thing_of(definition.resource.id, definition.version);
    JW_ASSIGN(const std::int64_t id, store_.allocate_ids());
    change.writes.push_back(add_step(id, thing, {step, definition.author, reason, now}));
    change.audit.push_back({definition.author, "resource.step", thing, R"({"step":")" + step + "\"}"});
    if (step != "submit") {
      change.events.push_back(
          {std::string(life_event_kind), R"({"resource":")" + definition.resource.id + R"(","version":)" +
                                             std::to_string(definition.version) + R"(,"state":")" +
                                             std::string(name_of(definition.state)) + "\"}"});
    }
    return {};
  };
  for (const auto& resource : declared) {
    const Definition* published = in_state(standing, resource.id, LifeState::published);
    const Definition* before = of_resource(of_package, resource.id);
    const std::string text = definition_text(resource);
    const bool desk_owns = published != nullptr && published->origin == Origin::desk;
    // Nothing new since this package last spoke; or what it says stands already.
    if (published != nullptr && published->text == text && published->resource.package == resource.package)
      continue;
    if (desk_owns && before != nullptr && before->text == text) continue;
    Definition fresh;
    fresh.resource = resource;
    fresh.version = ++last[resource.id];
    fresh.origin = Origin::package;
    fresh.text = text;
    fresh.author = "package:" + resource.package;
    fresh.created_at = fresh.changed_at = now;
    if (desk_owns) {
      // People have gone on since: they decide about the package's change.
      if (open_one(standing, resource.id) != nullptr) {
        log::warn("catalog.package_change_waits", {{"resource", resource.id}});
        continue;
      }
      fresh.state = LifeState::draft;
      change.writes.push_back(add_definition(fresh));
      fresh.row_version = 1;
      fresh.state = LifeState::submitted;
      fresh.submitted_by = fresh.author;
      change.writes.push_back(change_definition(fresh));
      JW_TRY(note(fresh, "submit", ""));
      continue;
    }
    if (published != nullptr) {
      Definition replaced = *published;
      replaced.state = LifeState::replaced;
      replaced.changed_at = now;
      change.writes.push_back(change_definition(replaced));
    }
    fresh.state = LifeState::published;
    fresh.published_by = fresh.author;
    fresh.published_at = now;
    change.writes.push_back(add_definition(fresh));
    JW_TRY(note(fresh, "publish", ""));
  }
  for (const auto& definition : standing) {
    const bool gone = definition.state == LifeState::published && definition.origin == Origin::package &&
                      std::none_of(declared.begin(), declared.end(),
                                   [&](const Resource& one) { return one.id == definition.resource.id; });
    if (!gone) continue;
    Definition retired = definition;
    retired.state = LifeState::retired;
    retired.changed_at = now;
    retired.author = "package:" + definition.resource.package;
    retired.reason = "package:" + definition.resource.package;
    change.writes.push_back(change_definition(retired));
    JW_TRY(note(retired, "retire", retired.reason));
  }
  return change;
}

}  // namespace jingwei::catalog

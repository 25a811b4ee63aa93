#include "modules/catalog/catalog_service.h"

#include "base/limits.h"
#include "base/log.h"
#include "modules/catalog/resource_yaml.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

Result<std::unique_ptr<Catalog>> Catalog::open(FileSystem& files, const std::string& scenarios_folder,
                                               storage::Store& store, const Clock& clock) {
  auto catalog = std::make_unique<Catalog>();
  std::map<std::string, std::string> owner_of_metric;  // figures are kept by the metric's id alone
  JW_ASSIGN(const auto packages, files.list(scenarios_folder));
  for (const auto& package : packages) {
    const std::string path = scenarios_folder + "/" + package + "/resources.yaml";
    JW_ASSIGN(const bool present, files.exists(path));
    if (!present) continue;
    JW_ASSIGN(const std::string yaml, read_text(files, path, limits::yaml_bytes));
    JW_ASSIGN(auto resources, parse_resources(yaml, "scenarios/" + package + "/resources.yaml", package));
    for (auto& resource : resources) {
      if (const auto earlier = catalog->find(resource.id); earlier.ok()) {
        return Error(ErrorCode::invalid, "catalog.doubled_resource")
            .with("resource", resource.id)
            .with("first", (*earlier)->resource.package)
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
      catalog->entries_.push_back(Entry{std::move(resource), nullptr});
    }
  }
  if (catalog->entries_.empty())
    return Error(ErrorCode::invalid, "catalog.no_packages").with("path", scenarios_folder);
  JW_TRY(catalog->bring_up_to_date(store, clock));
  return catalog;
}

Result<const Entry*> Catalog::find(std::string_view resource) const {
  for (const auto& entry : entries_) {
    if (entry.resource.id == resource) return &entry;
  }
  return Error(ErrorCode::not_found, "catalog.not_found").with("resource", std::string(resource));
}

Result<void> Catalog::bring_up_to_date(storage::Store& store, const Clock& clock) {
  struct Landed {
    std::int64_t step = 0;
    TableShape shape;
  };
  std::map<std::string, Landed, std::less<>> landed;
  {
    JW_ASSIGN(auto reader, store.read());
    std::optional<Error> fault;
    JW_TRY(reader->query(sql::find_resource_tables, {}, [&](const storage::Row& row) {
      auto shape = parse_shape(row.text(2));
      if (!shape) {
        fault = std::move(shape).error();
        return false;
      }
      landed[std::string(row.text(0))] = Landed{row.integer(1), std::move(*shape)};
      return true;
    }));
    if (fault) return *fault;
  }
  for (auto& entry : entries_) {
    const auto found = landed.find(entry.resource.id);
    const bool known = found != landed.end();
    ShapeStep step = next_shape(entry.resource, known ? &found->second.shape : nullptr);
    if (!step.sqlite.empty()) {
      const std::int64_t number = known ? found->second.step + 1 : 1;
      const storage::Migration migration{"record." + entry.resource.id, static_cast<int>(number),
                                         to_text(step.shape), step.sqlite, step.postgres};
      JW_TRY(store.migrate(std::span(&migration, 1)));
      storage::Change change;
      change.writes.push_back({&sql::put_resource_table,
                               {entry.resource.id, number, to_text(step.shape), to_micros(clock.now())},
                               std::nullopt});
      auto committed = store.commit(std::move(change));
      if (!committed) return std::move(committed).error();
      log::info("catalog.table", {{"resource", entry.resource.id}, {"step", number}});
    }
    entry.table = std::make_unique<RecordTable>(entry.resource, std::move(step.shape));
  }
  return {};
}

}  // namespace jingwei::catalog

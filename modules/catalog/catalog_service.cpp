#include "modules/catalog/catalog_service.h"

#include "base/limits.h"
#include "base/log.h"
#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

struct Landed {
  std::int64_t step = 0;
  TableShape shape;
  std::optional<std::int64_t> takes;
};

Result<std::optional<Landed>> find_landed(storage::Store& store, const std::string& resource) {
  JW_ASSIGN(auto reader, store.read());
  std::optional<Landed> landed;
  std::optional<Error> fault;
  const storage::Value key = resource;
  JW_TRY(reader->query(sql::find_resource_table, std::span(&key, 1), [&](const storage::Row& row) {
    auto shape = parse_shape(row.text(1));
    if (!shape) {
      fault = std::move(shape).error();
      return false;
    }
    landed = Landed{row.integer(0), std::move(*shape), std::nullopt};
    if (!row.is_null(2)) landed->takes = row.integer(2);
    return false;
  }));
  if (fault) return *fault;
  return landed;
}

}  // namespace

Catalog::Snapshot Catalog::snapshot() const {
  const std::lock_guard lock(swap_);
  return snapshot_;
}

EntryList Catalog::entries() const {
  return EntryList(snapshot().entries);
}

std::shared_ptr<const Definitions> Catalog::definitions() const {
  return snapshot().definitions;
}

Result<const Entry*> Catalog::find(std::string_view resource) const {
  const Snapshot now = snapshot();
  for (const Entry* entry : *now.entries) {
    if (entry->resource.id == resource) return entry;
  }
  for (const auto& definition : *now.definitions) {
    const bool stands = definition.state == LifeState::published || definition.state == LifeState::retired;
    if (stands && definition.resource.id == resource)
      return Error(ErrorCode::denied, "catalog.secret").with("resource", std::string(resource));
  }
  return Error(ErrorCode::not_found, "catalog.not_found").with("resource", std::string(resource));
}

Result<const Entry*> Catalog::find_receiving(std::string_view resource) const {
  JW_ASSIGN(const Entry* entry, find(resource));
  if (entry->retired) {
    return Error(ErrorCode::gone, "catalog.retired")
        .with("resource", entry->resource.id)
        .with("reason", entry->reason);
  }
  if (gate_) JW_TRY(gate_(entry->resource, Use::receive));
  return entry;
}

Result<const Entry*> Catalog::find_readable(std::string_view resource) const {
  JW_ASSIGN(const Entry* entry, find(resource));
  if (gate_) JW_TRY(gate_(entry->resource, Use::read));
  return entry;
}

Result<void> Catalog::follow(const storage::FeedEntry& event) {
  if (event.kind != life_event_kind) return {};
  return reload();
}

Result<void> Catalog::reload() {
  const std::lock_guard reloading(reloading_);
  Definitions definitions;
  {
    JW_ASSIGN(auto reader, store_.read());
    JW_ASSIGN(definitions, read_definitions(*reader, sql::standing_definitions, {}));
  }
  const auto place = [&](const std::string& resource) {
    const auto found = declared_order_.find(resource);
    return found == declared_order_.end() ? declared_order_.size() : found->second;
  };
  std::stable_sort(definitions.begin(), definitions.end(), [&](const Definition& a, const Definition& b) {
    return std::tuple(place(a.resource.id), a.resource.id, a.version) <
           std::tuple(place(b.resource.id), b.resource.id, b.version);
  });
  auto entries = std::make_shared<EntryList::Entries>();
  for (std::size_t at = 0; at < definitions.size(); ++at) {
    const Definition& definition = definitions[at];
    if (definition.resource.sharing == Sharing::secret) continue;
    bool chosen = definition.state == LifeState::published;
    if (definition.state == LifeState::retired) {
      // The last one speaks, unless a later version was published.
      chosen = std::none_of(definitions.begin(), definitions.end(), [&](const Definition& other) {
        const bool same = other.resource.id == definition.resource.id;
        return same && (other.state == LifeState::published ||
                        (other.state == LifeState::retired && other.version > definition.version));
      });
    }
    if (!chosen) continue;
    JW_ASSIGN(const Entry* entry, entry_of(definition, definition.state == LifeState::retired));
    entries->push_back(entry);
  }
  Snapshot next{std::move(entries), std::make_shared<const Definitions>(std::move(definitions))};
  {
    const std::lock_guard lock(swap_);
    snapshot_ = std::move(next);
  }
  ++revision_;
  return {};
}

Result<const Entry*> Catalog::entry_of(const Definition& definition, bool retired) {
  const Entry*& made = made_[{definition.resource.id, definition.version, retired}];
  if (made != nullptr) return made;
  JW_ASSIGN(auto shape, bring_up_to_date(definition.resource));
  auto table = std::make_unique<RecordTable>(definition.resource, std::move(shape));
  all_.push_back(
      Entry{definition.resource, std::move(table), definition.version, retired, definition.reason});
  made = &all_.back();
  return made;
}

Result<TableShape> Catalog::bring_up_to_date(const Resource& resource) {
  JW_ASSIGN(const auto landed, find_landed(store_, resource.id));
  ShapeStep step = next_shape(resource, landed ? &landed->shape : nullptr);
  const std::int64_t takes = step.shape.table_version;
  const bool moved = landed && landed->takes.value_or(landed->shape.table_version) != takes;
  if (moved) {
    // First nothing is added to the old table any more; what was on its way is through when this commits.
    storage::Change change;
    change.writes.push_back({&sql::move_resource_table, {resource.id, takes}, std::nullopt});
    auto committed = store_.commit(std::move(change));
    if (!committed) return std::move(committed).error();
  }
  if (step.sqlite.empty()) return std::move(step.shape);
  const std::int64_t number = landed ? landed->step + 1 : 1;
  const storage::Migration migration{"record." + resource.id, static_cast<int>(number), to_text(step.shape),
                                     step.sqlite, step.postgres};
  JW_TRY(store_.migrate(std::span(&migration, 1)));
  storage::Change change;
  change.writes.push_back({&sql::put_resource_table,
                           {resource.id, number, to_text(step.shape), to_micros(clock_.now()), takes},
                           std::nullopt});
  auto committed = store_.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  log::info("catalog.table", {{"resource", resource.id}, {"step", number}});
  return std::move(step.shape);
}

}  // namespace jingwei::catalog

#include "modules/purpose/destruction.h"

#include <algorithm>

#include "modules/purpose/destruction_rows.h"
#include "modules/purpose/sql.gen.h"

namespace jingwei::purpose {

namespace {

using storage::Value;

// When one of the resource's purposes was last opened by an emergency.
std::optional<Instant> last_opened(const View& view, const catalog::Resource& resource) {
  std::optional<Instant> last;
  for (const auto& emergency : view.emergencies) {
    const bool opened = std::any_of(resource.purposes.begin(), resource.purposes.end(),
                                    [&](const std::string& purpose) { return emergency.opens(purpose); });
    if (opened && (!last || emergency.declared_at > *last)) last = emergency.declared_at;
  }
  return last;
}

}  // namespace

std::int64_t Forecast::records() const {
  std::int64_t records = 0;
  for (const auto& one : resources)
    records += one.action == Action::destroy ? one.remains.records + one.cases : 0;
  return records;
}

Result<std::int64_t> Destructions::count_beside(const std::string& resource,
                                                std::optional<Instant> before) const {
  if (beside_ == nullptr) return std::int64_t{0};
  return beside_->count(resource, before);
}

Result<std::vector<std::string>> Destructions::awaiting(storage::Reader& reader, Action action) const {
  std::vector<std::string> resources;
  JW_TRY(reader.query(sql::resources_awaiting_destruction, {}, [&](const storage::Row& row) {
    if (row.text(1) == name_of(action)) resources.emplace_back(row.text(0));
    return true;
  }));
  return resources;
}

Result<std::vector<SealedResource>> Destructions::sealed(const View& view, Instant at) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  std::map<std::string, SealedResource> last;
  JW_TRY(reader->query(sql::sealed_items, {}, [&](const storage::Row& row) {
    SealedResource one;
    one.resource = row.text(0);
    one.destruction = DestructionId(row.integer(1));
    one.basis = {std::string(row.text(2)), std::string(row.text(3))};
    if (!row.is_null(4)) one.sealed_at = from_micros(row.integer(4));
    one.order_number = row.text(5);
    last[one.resource] = std::move(one);
    return true;
  }));
  const auto over = view.over(parts_.catalog, at, parts_.zone);
  std::vector<SealedResource> standing;
  for (auto& [resource, one] : last) {
    if (over.contains(resource)) standing.push_back(std::move(one));
  }
  return standing;
}

Result<Forecast> Destructions::foretell(const View& after, Instant at) const {
  Forecast forecast;
  std::set<std::string> decided;
  {
    JW_ASSIGN(auto reader, parts_.store.read());
    for (const Action action : {Action::destroy, Action::seal}) {
      JW_ASSIGN(const auto waiting, awaiting(*reader, action));
      decided.insert(waiting.begin(), waiting.end());
    }
  }
  JW_ASSIGN(const auto standing_seals, sealed(after, at));
  std::set<std::string> purposes;
  for (const auto& purpose : after.purposes) {
    if (!is_over(purpose, at, after.emergencies, parts_.zone)) continue;
    if (parts_.sources == nullptr || decided.contains(std::string(answers_prefix) + purpose.id)) continue;
    JW_ASSIGN(const std::int64_t answers, parts_.sources->leavings().count_answers(purpose.id));
    if (answers == 0) continue;
    forecast.resources.push_back({std::string(answers_prefix) + purpose.id, Action::destroy, {}, {}, 0});
    purposes.insert(purpose.id);
  }
  for (const auto& entry : parts_.catalog.entries()) {
    const catalog::Resource& resource = entry.resource;
    if (decided.contains(resource.id) ||
        !is_over(resource, after.purposes, at, after.emergencies, parts_.zone))
      continue;
    JW_ASSIGN(const ingest::Remains remains, parts_.ingest.erasing().count(resource.id, std::nullopt));
    JW_ASSIGN(const std::int64_t cases, count_beside(resource.id, std::nullopt));
    if (!remains.any() && cases == 0) continue;
    Foretold one{resource.id, Action::destroy, {}, remains, cases};
    if (const auto kept = after.kept.find(resource.id); kept != after.kept.end()) {
      const auto seal =
          std::find_if(standing_seals.begin(), standing_seals.end(),
                       [&](const SealedResource& known) { return known.resource == resource.id; });
      const auto opened = last_opened(after, resource);
      // Sealed already, and not opened since.
      if (seal != standing_seals.end() && (!opened || !seal->sealed_at || *opened <= *seal->sealed_at))
        continue;
      one.action = Action::seal;
      one.basis = kept->second.basis;
    }
    purposes.insert(resource.purposes.begin(), resource.purposes.end());
    forecast.resources.push_back(std::move(one));
  }
  forecast.purposes.assign(purposes.begin(), purposes.end());
  return forecast;
}

Result<std::optional<DestructionId>> Destructions::add(const Forecast& forecast, const Order& order,
                                                       Instant at, storage::Change& change) const {
  if (forecast.resources.empty()) return std::optional<DestructionId>();
  Destruction one;
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  one.id = DestructionId(id);
  one.cause = order.cause;
  one.ordered_by = order.actor;
  one.order_number = order.order_number;
  one.purposes = forecast.purposes;
  one.foretold = forecast.records();
  one.ordered_at = at;
  one.due_at = order.actor.empty() ? at + parts_.grace : at;
  change.writes.push_back(add_destruction(one));
  for (const auto& foretold : forecast.resources) {
    DestructionItem item;
    item.resource = foretold.resource;
    item.action = foretold.action;
    item.basis = foretold.basis;
    change.writes.push_back(add_item(one.id, item));
  }
  return std::optional(one.id);
}

Result<void> Destructions::add_leftovers(const View& view, Instant at, storage::Change& change) const {
  JW_ASSIGN(const Forecast forecast, foretell(view, at));
  JW_TRY(add(forecast, {"sweep", "", ""}, at, change));
  return {};
}

Result<void> Destructions::add_retention(storage::Reader& reader, Instant at, storage::Change& change) const {
  Destruction one;
  std::set<std::string> decided;
  for (const Action action : {Action::destroy, Action::seal}) {
    JW_ASSIGN(const auto waiting, awaiting(reader, action));
    decided.insert(waiting.begin(), waiting.end());
  }
  JW_ASSIGN(const View view, read_view(reader));
  std::vector<DestructionItem> items;
  for (const auto& entry : parts_.catalog.entries()) {
    const auto days = catalog::retention_days(entry.resource.retention);
    if (!days || decided.contains(entry.resource.id)) continue;
    if (view.kept.contains(entry.resource.id)) continue;  // the law keeps it longer than whoever wrote that
    DestructionItem item;
    item.resource = entry.resource.id;
    // The day on which it came counts whole.
    item.before = parts_.zone.start_of(parts_.zone.day_of(at) - std::chrono::days{*days});
    JW_ASSIGN(const ingest::Remains remains, parts_.ingest.erasing().count(item.resource, item.before));
    JW_ASSIGN(const std::int64_t cases, count_beside(item.resource, item.before));
    if (!remains.any() && cases == 0) continue;
    one.foretold += remains.records + cases;
    items.push_back(std::move(item));
  }
  if (items.empty()) return {};
  JW_ASSIGN(const std::int64_t id, parts_.store.allocate_ids());
  one.id = DestructionId(id);
  one.cause = "retention";
  one.ordered_at = one.due_at = at;
  change.writes.push_back(add_destruction(one));
  for (const auto& item : items) change.writes.push_back(add_item(one.id, item));
  return {};
}

Result<Destruction> Destructions::with_items(storage::Reader& reader, Destruction destruction) const {
  JW_ASSIGN(destruction.items, read_items(reader, destruction.id));
  return destruction;
}

Result<std::vector<Destruction>> Destructions::list(DestructionId before, std::size_t most) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const std::array<Value, 2> page = {before ? before.value : std::numeric_limits<std::int64_t>::max(),
                                     static_cast<std::int64_t>(most)};
  JW_ASSIGN(auto all, read_destructions(*reader, sql::page_of_destructions, page));
  for (auto& one : all) {
    JW_ASSIGN(one.items, read_items(*reader, one.id));
  }
  return all;
}

Result<Destruction> Destructions::find(DestructionId id) const {
  JW_ASSIGN(auto reader, parts_.store.read());
  const Value key = id.value;
  JW_ASSIGN(auto found, read_destructions(*reader, sql::destruction_by_id, std::span(&key, 1)));
  if (found.empty()) return Error(ErrorCode::not_found, "purpose.no_destruction").with("id", id.to_string());
  return with_items(*reader, std::move(found.front()));
}

}  // namespace jingwei::purpose

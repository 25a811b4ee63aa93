#include "modules/registry/resources.h"

#include "modules/registry/sql.gen.h"

namespace jingwei::registry {

Result<void> Resources::refresh() {
  for (int attempt = 0;; ++attempt) {
    std::map<std::string, KnownResource> known;
    std::map<std::int64_t, std::string> by_number;
    JW_ASSIGN(auto reader, parts_.store.read());
    JW_TRY(reader->query(sql::all_resources, {}, [&](const storage::Row& row) {
      KnownResource one{std::string(row.text(0)), row.integer(1), row.integer(2), row.integer(3) != 0};
      by_number[one.number] = one.id;
      known[one.id] = std::move(one);
      return true;
    }));
    reader.reset();
    storage::Change change;
    change.origin = storage::Origin::hub;
    std::int64_t number = by_number.empty() ? 0 : by_number.rbegin()->first;
    for (const auto& entry : parts_.catalog.entries()) {
      const auto& id = entry.resource.id;
      if (known.contains(id) || registry::parts_of(entry.resource).empty()) continue;
      known[id] = {id, ++number, INT64_MAX, false};
      by_number[number] = id;
      change.writes.push_back(
          {&sql::add_resource, {id, number, std::int64_t{INT64_MAX}, std::int64_t{0}}, 1});
    }
    if (!change.writes.empty()) {
      auto committed = parts_.store.commit(std::move(change));
      if (!committed && committed.error().code == ErrorCode::conflict && attempt < 5) continue;
      if (!committed) return std::move(committed).error();
    }
    const std::lock_guard lock(mutex_);
    known_ = std::move(known);
    by_number_ = std::move(by_number);
    return {};
  }
}

KnownResource Resources::of(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id);
  return found == known_.end() ? KnownResource{} : found->second;
}

KnownResource Resources::numbered(std::int64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? KnownResource{} : known_.at(found->second);
}

std::vector<KnownResource> Resources::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<KnownResource> all;
  for (const auto& [number, id] : by_number_) all.push_back(known_.at(id));
  return all;
}

std::vector<Part> Resources::parts_of(const std::string& resource) const {
  const auto entry = parts_.catalog.find(resource);
  return entry ? registry::parts_of((*entry)->resource) : std::vector<Part>{};
}

}  // namespace jingwei::registry

#include "modules/quality/owed.h"

#include "modules/catalog/responsibility.h"

namespace jingwei::quality {

Result<std::map<std::string, Owed>> read_owed(const catalog::Catalog& catalog, storage::Store& store,
                                              const Clock& clock) {
  std::map<std::string, Owed> all;
  for (const auto& entry : catalog.entries()) {
    if (!entry.retired) all[entry.resource.id].rhythm = entry.resource.update;
  }
  // What was received is known here; counting it is not asked for.
  const catalog::Responsibilities responsibilities(catalog, store, clock,
                                                   [] { return Result(std::map<std::string, Instant>()); });
  JW_ASSIGN(const auto collections, responsibilities.list());
  for (const auto& collection : collections) {
    const catalog::Responsibility& named = collection.responsibility;
    const auto found = all.find(named.resource);
    if (found == all.end()) continue;
    Owed& owed = found->second;
    const bool first = !owed.since;
    if (first || catalog::period_of(named.rhythm) < catalog::period_of(owed.rhythm))
      owed.rhythm = named.rhythm;
    owed.since = first ? named.since : std::min(*owed.since, named.since);
  }
  return all;
}

Timing timing_of(const Owed& owed, std::optional<Instant> received, Instant at, const Zone& zone) {
  Timing timing;
  if (owed.rhythm == catalog::Update::once && received) return timing;
  if (!received && !owed.since) return timing;
  const auto period = catalog::period_of(owed.rhythm);
  const Instant from = received && owed.since ? std::max(*received, *owed.since)
                       : received             ? *received
                                              : *owed.since;
  const Instant due = from + period;
  timing.due = zone.day_of(due);
  if (zone.day_of(at) <= *timing.due) return timing;
  timing.missed = owed.rhythm == catalog::Update::once ? 1 : 1 + (at - due) / period;
  return timing;
}

}  // namespace jingwei::quality

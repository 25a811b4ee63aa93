#include "modules/catalog/holdings.h"

#include "modules/catalog/record_slices.h"

namespace jingwei::catalog {

namespace {

constexpr std::chrono::seconds count_serves{3};

}  // namespace

Result<Holdings> HoldingsCounter::of(const Entry& entry) {
  const auto now = clock_.monotonic();
  {
    const std::lock_guard lock(mutex_);
    const auto found = counted_.find(entry.table->name());
    if (found != counted_.end() && now - found->second.at < count_serves) return found->second.holdings;
  }
  Holdings holdings;
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(entry.table->summary(), {}, [&](const storage::Row& row) {
    holdings.records = row.integer(0);
    if (!row.is_null(1)) holdings.last_received = from_micros(row.integer(1));
    return false;
  }));
  JW_ASSIGN(const SliceSummary packed, slices_summary(*reader, entry.resource.id));
  holdings.records += packed.records;
  if (packed.last_received)
    holdings.last_received =
        std::max(holdings.last_received.value_or(*packed.last_received), *packed.last_received);
  const std::lock_guard lock(mutex_);
  counted_[entry.table->name()] = {now, holdings};
  return holdings;
}

Result<std::optional<Instant>> last_received(const Catalog& catalog, HoldingsCounter& holdings,
                                             const std::string& resource) {
  const auto entry = catalog.find(resource);
  if (!entry) return std::optional<Instant>();
  JW_ASSIGN(const Holdings held, holdings.of(**entry));
  return held.last_received;
}

Result<std::map<std::string, Instant>> received_by(const Catalog& catalog, HoldingsCounter& holdings) {
  std::map<std::string, Instant> received;
  for (const auto& entry : catalog.entries()) {
    JW_ASSIGN(const auto held, holdings.of(entry));
    if (held.last_received) received[entry.resource.id] = *held.last_received;
  }
  return received;
}

}  // namespace jingwei::catalog

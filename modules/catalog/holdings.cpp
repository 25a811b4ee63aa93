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
  {
    JW_ASSIGN(auto reader, store_.read());
    JW_TRY(reader->query(entry.table->summary(), {}, [&](const storage::Row& row) {
      holdings.records = row.integer(0);
      return false;
    }));
    JW_ASSIGN(const std::int64_t packed, packed_records(*reader, entry.resource.id));
    holdings.records += packed;
  }
  JW_ASSIGN(const auto received, receipts_());
  if (const auto last = received.find(entry.resource.id); last != received.end())
    holdings.last_received = last->second;
  const std::lock_guard lock(mutex_);
  counted_[entry.table->name()] = {now, holdings};
  return holdings;
}

}  // namespace jingwei::catalog

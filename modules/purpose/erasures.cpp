#include "modules/purpose/erasures.h"

#include "base/log.h"

namespace jingwei::purpose {

Result<std::map<std::string, std::int64_t>> Erasures::erase(const std::vector<ErasedOne>& records,
                                                            const ingest::ErasureOrder& order) {
  std::vector<crypto::ErasedRecord> noted;
  for (const auto& one : records) {
    JW_ASSIGN(const auto mark, ingest_.record_erasing().mark_of(one.resource, one.record));
    if (mark) noted.push_back({one.resource, one.record.value, *mark, clock_.now(), order.order});
  }
  // First the ledger: after a stop in between, the next start carries the order out.
  if (keystore_ != nullptr) JW_TRY(keystore_->note_erased(noted));
  std::map<std::string, std::int64_t> erased;
  for (const auto& one : noted) {
    JW_TRY(ingest_.record_erasing().erase(one.resource, RecordId(one.record), one.mark, order));
    ++erased[one.resource];
  }
  if (keystore_ == nullptr) return erased;
  JW_ASSIGN(const auto all, keystore_->erased());
  erased.clear();
  for (const auto& one : all) {
    if (one.by == order.order) ++erased[one.resource];
  }
  return erased;
}

Result<std::int64_t> Erasures::replay() {
  std::int64_t again = 0;
  if (keystore_ == nullptr) return again;
  JW_ASSIGN(const auto all, keystore_->erased());
  for (const auto& one : all) {
    const auto versions =
        ingest_.record_erasing().erase(one.resource, RecordId(one.record), one.mark, {"timer", one.by});
    if (!versions && versions.error().code == ErrorCode::not_found) continue;  // no such resource here
    if (!versions) return versions.error();
    again += *versions > 0 ? 1 : 0;
  }
  if (again > 0) log::warn("purpose.erased_again", {{"records", again}});
  return again;
}

}  // namespace jingwei::purpose

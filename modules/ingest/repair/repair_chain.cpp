#include "modules/ingest/repair/repair_chain.h"

#include <set>

#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

namespace {

// Beginnings of the rows' chains, in their order; batch none where there is none of this resource.
Result<std::vector<RefusedKey>> roots_of(storage::Store& store, const std::string& resource,
                                         std::span<const Attempt> attempts) {
  std::vector<std::vector<storage::Value>> keys;
  keys.reserve(attempts.size());
  for (const auto& attempt : attempts)
    keys.push_back({attempt.first_try.batch.value, attempt.first_try.line});
  std::vector<RefusedKey> roots(attempts.size());
  JW_ASSIGN(auto reader, store.read());
  JW_TRY(reader->query_each(sql::find_refused_root, keys, [&](std::size_t at, const storage::Row& row) {
    if (row.text(2) == resource) roots[at] = {BatchId(row.integer(0)), row.integer(1)};
  }));
  return roots;
}

}  // namespace

Error refused_row_not_found(const RefusedKey& key) {
  return Error(ErrorCode::not_found, "ingest.refused_row_not_found")
      .with("batch", key.batch.to_string())
      .with("line", std::to_string(key.line));
}

Error closed_already(const RefusedKey& key) {
  return Error(ErrorCode::conflict, "ingest.refused_row_closed").with("line", std::to_string(key.line));
}

Result<BatchId> add_attempts(storage::Store& store, const std::string& resource, BatchId by,
                             std::span<const Attempt> attempts, Instant now, storage::Change& change) {
  if (attempts.empty()) return BatchId();
  JW_ASSIGN(const auto roots, roots_of(store, resource, attempts));
  std::set<BatchId> batches;
  for (std::size_t at = 0; at < attempts.size(); ++at) {
    const RefusedKey& root = roots[at];
    const std::int64_t line = attempts[at].line;
    if (!root.batch) continue;
    batches.insert(root.batch);
    if (attempts[at].taken) {
      change.writes.push_back(
          {&sql::mend_chain, {root.batch.value, root.line, by.value, line, to_micros(now)}, std::nullopt});
    } else {
      change.writes.push_back({&sql::chain_refused_row, {by.value, line, root.batch.value, root.line}, 1});
      change.writes.push_back({&sql::close_late_try,
                               {by.value, line, root.batch.value, root.line, to_micros(now)},
                               std::nullopt});
    }
  }
  for (const BatchId batch : batches) {
    change.writes.push_back({&sql::mark_repairing, {by.value, batch.value}, std::nullopt});
    change.writes.push_back({&sql::recount_mended, {batch.value}, std::nullopt});
  }
  return batches.empty() ? BatchId() : *batches.begin();
}

Result<void> add_mending(storage::Store& store, const std::string& resource, const RefusedKey& row,
                         const std::string& actor, Instant now, storage::Change& change) {
  const Attempt attempt{row, 0, true};
  JW_ASSIGN(const auto roots, roots_of(store, resource, std::span(&attempt, 1)));
  const RefusedKey& root = roots.front();
  if (!root.batch) return refused_row_not_found(row);
  change.writes.push_back({&sql::hold_standing_batch, {row.batch.value}, 1});
  change.writes.push_back({&sql::mend_open_row, {row.batch.value, row.line, to_micros(now)}, 1});
  change.writes.push_back({&sql::mend_chain,
                           {root.batch.value, root.line, std::int64_t{0}, std::int64_t{0}, to_micros(now)},
                           std::nullopt});
  change.writes.push_back({&sql::recount_mended, {root.batch.value}, std::nullopt});
  change.audit.push_back({actor, "batch.refused.repair",
                          "batch:" + row.batch.to_string() + ":" + std::to_string(row.line),
                          "{\"resource\":\"" + resource + "\"}"});
  return {};
}

}  // namespace jingwei::ingest

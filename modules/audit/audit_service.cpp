#include "modules/audit/audit_service.h"

#include <limits>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "modules/audit/leaf_rows.h"
#include "modules/audit/sql.gen.h"

namespace jingwei::audit {

using storage::Blob;
using storage::FeedPosition;
using storage::Value;

namespace {

constexpr std::string_view cursor_name = "audit";
constexpr std::chrono::seconds lease_time{10};
constexpr std::chrono::seconds head_rhythm{60};
constexpr std::chrono::milliseconds idle_wait{500};

template <std::size_t size>
Blob blob_of(const std::array<std::uint8_t, size>& bytes) {
  return Blob{std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())};
}

Error no_entry(std::uint64_t position) {
  return Error(ErrorCode::not_found, "audit.no_entry").with("position", std::to_string(position));
}

}  // namespace

AuditService::AuditService(storage::Store& store, const Clock& clock, const crypto::SigningKey& key,
                           std::string owner)
    : store_(store), clock_(clock), key_(key), owner_(std::move(owner)) {}

crypto::ReadTile AuditService::tiles_of(storage::Reader& reader) {
  return [&reader](crypto::TileName name) -> Result<std::string> {
    std::string hashes;
    const Value parameters[] = {std::int64_t{name.level}, static_cast<std::int64_t>(name.index)};
    JW_TRY(reader.query(sql::find_tile, parameters, [&](const storage::Row& row) {
      hashes = row.blob(0);
      return false;
    }));
    return hashes;
  };
}

Result<bool> AuditService::hold_lease() {
  JW_ASSIGN(const bool held, store_.take_lease(std::string(cursor_name), owner_, clock_.now(), lease_time));
  if (!held) loaded_ = false;
  return held;
}

Result<void> AuditService::load() {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(cursor_, storage::read_cursor(*reader, std::string(cursor_name)));
  JW_ASSIGN(const auto size, storage::query_integer(*reader, sql::log_size, {}));
  JW_ASSIGN(log_, crypto::MerkleLog::open(static_cast<std::uint64_t>(size.value_or(0)), tiles_of(*reader)));
  JW_ASSIGN(head_, read_last_head(*reader));
  loaded_ = true;
  return {};
}

Result<std::size_t> AuditService::take_page() {
  std::vector<std::pair<FeedPosition, Value>> keys;  // with the shard
  std::vector<LogEntry> entries;
  {
    JW_ASSIGN(auto reader, store_.read());
    const Value parameters[] = {cursor_.transaction, cursor_.sequence,
                                static_cast<std::int64_t>(limits::bulk_slice_rows)};
    JW_TRY(reader->query(sql::entries_after, parameters, [&](const storage::Row& row) {
      keys.emplace_back(FeedPosition{row.integer(0), row.integer(1)}, row.integer(2));
      entries.push_back(entry_of(row, 3));
      return true;
    }));
  }
  if (entries.empty()) return std::size_t{0};

  storage::BulkSlice slice;
  slice.table = "audit_leaf";
  slice.columns = {"position", "xact", "sequence", "shard", "salt", "commitment"};
  slice.cells.reserve(entries.size() * slice.columns.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Blob salt;
    salt.bytes.resize(salt_bytes);
    random_.fill(std::as_writable_bytes(std::span(salt.bytes)));
    const crypto::Hash commitment = commitment_of(entries[i], salt.bytes);
    const Blob committed = blob_of(commitment);
    slice.cells.emplace_back(static_cast<std::int64_t>(log_.size()));
    slice.cells.emplace_back(keys[i].first.transaction);
    slice.cells.emplace_back(keys[i].first.sequence);
    slice.cells.push_back(keys[i].second);
    slice.cells.emplace_back(std::move(salt));
    slice.cells.emplace_back(committed);
    log_.append(crypto::leaf_hash(committed.bytes));
  }
  for (auto& [name, hashes] : log_.take_changed()) {
    slice.change.writes.push_back(
        {&sql::put_tile,
         {std::int64_t{name.level}, static_cast<std::int64_t>(name.index), Blob{std::move(hashes)}},
         1});
  }
  const FeedPosition reached = keys.back().first;
  slice.change.writes.push_back(storage::move_cursor(std::string(cursor_name), cursor_, reached));
  loaded_ = false;  // until it is certain that the tree in memory is the one that stands
  JW_ASSIGN([[maybe_unused]] const auto committed, store_.append(std::move(slice)));
  cursor_ = reached;
  loaded_ = true;
  return entries.size();
}

Result<void> AuditService::sign(Instant now) {
  if (log_.size() == 0 || (head_ && head_->size == log_.size())) return {};
  SignedHead head{log_.size(), log_.root(), now, key_.public_key(), {}};
  head.signature = key_.sign(head_message(head.size, head.root, head.signed_at));
  storage::Change change;
  change.writes.push_back({&sql::put_head,
                           {static_cast<std::int64_t>(head.size), blob_of(head.root), to_micros(now),
                            blob_of(head.public_key), blob_of(head.signature)},
                           std::nullopt});
  JW_ASSIGN([[maybe_unused]] const auto committed, store_.commit(std::move(change)));
  head_ = head;
  return {};
}

Result<std::size_t> AuditService::step() {
  std::lock_guard lock(stepping_);
  JW_ASSIGN(const bool held, hold_lease());
  if (!held) return std::size_t{0};
  if (!loaded_) JW_TRY(load());
  JW_ASSIGN(const std::size_t taken, take_page());
  const Instant now = clock_.now();
  // A clock that was set back must not silence the signer.
  if (!head_ || now - head_->signed_at >= head_rhythm || now < head_->signed_at) JW_TRY(sign(now));
  return taken;
}

Result<void> AuditService::settle() {
  for (;;) {
    JW_ASSIGN(const std::size_t taken, step());
    if (taken == 0) break;
  }
  std::lock_guard lock(stepping_);
  if (!loaded_) return {};  // another process settles
  return sign(clock_.now());
}

void AuditService::start() {
  loop_.start([this] {
    const auto taken = step();
    if (!taken) log::warn("audit.step_failed", {{"error", taken.error().to_log()}});
    if (!taken || *taken == 0) loop_.pause(idle_wait);
  });
}

void AuditService::stop() {
  loop_.stop();
  if (auto settled = settle(); !settled)
    log::warn("audit.settle_failed", {{"error", settled.error().to_log()}});
}

Result<std::vector<FoundEntry>> AuditService::search(const EntryQuery& query,
                                                     std::optional<FeedPosition> before, std::size_t most) {
  constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
  const Value parameters[] = {before ? before->transaction : end,
                              before ? before->sequence : end,
                              query.actor,
                              query.event,
                              query.subject,
                              query.from ? to_micros(*query.from) : std::int64_t{0},
                              query.to ? to_micros(*query.to) : end,
                              static_cast<std::int64_t>(most)};
  std::vector<FoundEntry> found;
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(reader->query(sql::search_entries, parameters, [&](const storage::Row& row) {
    FoundEntry entry{{row.integer(0), row.integer(1)}, std::nullopt, entry_of(row, 2)};
    if (!row.is_null(7)) entry.position = static_cast<std::uint64_t>(row.integer(7));
    found.push_back(std::move(entry));
    return true;
  }));
  return found;
}

Result<std::vector<Leaf>> AuditService::read_leaves(std::uint64_t from, std::size_t most) {
  JW_ASSIGN(auto reader, store_.read());
  return leaves_from(*reader, from, most);
}

Result<std::vector<SignedHead>> AuditService::read_heads(std::uint64_t from_size, std::size_t most) {
  JW_ASSIGN(auto reader, store_.read());
  return heads_from(*reader, from_size, most);
}

Result<std::optional<SignedHead>> AuditService::last_head() {
  JW_ASSIGN(auto reader, store_.read());
  return read_last_head(*reader);
}

Result<Proof> AuditService::prove(std::uint64_t position) {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(auto leaves, leaves_from(*reader, position, 1));
  if (leaves.empty() || leaves.front().position != position) return no_entry(position);
  JW_ASSIGN(const auto head, read_last_head(*reader));
  if (!head || head->size <= position) {
    return Error(ErrorCode::conflict, "audit.not_signed").with("position", std::to_string(position));
  }
  JW_ASSIGN(auto path, crypto::inclusion_proof(position, head->size, tiles_of(*reader)));
  return Proof{std::move(leaves.front()), *head, std::move(path)};
}

Result<std::vector<crypto::Hash>> AuditService::prove_consistency(std::uint64_t first, std::uint64_t second) {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto size, storage::query_integer(*reader, sql::log_size, {}));
  if (second > static_cast<std::uint64_t>(size.value_or(0))) {
    return Error(ErrorCode::invalid, "crypto.outside_log")
        .with("wanted", std::to_string(second))
        .with("size", std::to_string(size.value_or(0)));
  }
  return crypto::consistency_proof(first, second, tiles_of(*reader));
}

Result<storage::Change> AuditService::destroy(std::uint64_t position, const std::string& actor,
                                              const std::string& order) {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto leaves, leaves_from(*reader, position, 1));
  if (leaves.empty() || leaves.front().position != position) return no_entry(position);
  const Leaf& leaf = leaves.front();
  if (leaf.salt.empty()) {
    return Error(ErrorCode::conflict, "audit.destroyed_already").with("position", std::to_string(position));
  }
  JW_ASSIGN(const std::int64_t shard, shard_of_leaf(*reader, position));
  storage::Change change;
  change.writes.push_back({&sql::forget_entry, {leaf.key.transaction, leaf.key.sequence, shard}, 1});
  change.writes.push_back({&sql::forget_salt, {static_cast<std::int64_t>(position), Blob{}}, 1});
  std::string detail = "{\"position\":" + std::to_string(position) + ",\"order\":";
  append_json_string(detail, order);
  change.audit.push_back({actor, "audit.destroy", "entry " + std::to_string(position), detail + "}"});
  return change;
}

}  // namespace jingwei::audit

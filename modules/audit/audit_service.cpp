#include "modules/audit/audit_service.h"

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
constexpr std::chrono::seconds lease_renewal{3};
constexpr std::chrono::seconds head_rhythm{60};
constexpr std::chrono::milliseconds idle_wait{500};

template <std::size_t size>
Blob blob_of(const std::array<std::uint8_t, size>& bytes) {
  return Blob{std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())};
}

}  // namespace

AuditService::AuditService(storage::Store& store, const Clock& clock, const crypto::SigningKey& key,
                           std::string owner)
    : store_(store), clock_(clock), key_(key), owner_(std::move(owner)) {}

Result<bool> AuditService::hold_lease() {
  const auto now = clock_.monotonic();
  if (holding_ && now - lease_taken_ < lease_renewal) return true;
  JW_ASSIGN(const bool held, store_.take_lease(std::string(cursor_name), owner_, clock_.now(), lease_time));
  if (!held) loaded_ = false;
  holding_ = held;
  lease_taken_ = now;
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
    for (auto& person : persons_of(entries[i]))
      slice.change.writes.push_back({&sql::note_subject,
                                     {std::move(person), keys[i].first.transaction, keys[i].first.sequence},
                                     std::nullopt});
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
  auto committed = store_.append(std::move(slice));
  if (!committed) {
    holding_ = false;  // perhaps another process went on
    return std::move(committed).error();
  }
  cursor_ = reached;
  loaded_ = true;
  return entries.size();
}

Result<void> AuditService::sign(Instant now) {
  if (log_.size() == 0 || (head_ && head_->size == log_.size())) return {};
  SignedHead head{log_.size(), log_.root(), now, key_.public_key(), {}};
  head.signature = key_.sign(head_message(head.size, head.root, head.signed_at));
  storage::Change change;
  change.origin = storage::Origin::hub;
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
    // Few at a time would cost those who read as many syncs as their own entries do.
    if (!taken || *taken < limits::bulk_slice_rows) loop_.pause(idle_wait);
  });
}

void AuditService::stop() {
  loop_.stop();
  if (auto settled = settle(); !settled)
    log::warn("audit.settle_failed", {{"error", settled.error().to_log()}});
}

Result<storage::Change> AuditService::destroy(std::uint64_t position, const std::string& actor,
                                              const std::string& order) {
  JW_ASSIGN(const Leaf leaf, find_leaf(position));
  JW_ASSIGN(auto reader, store_.read());
  if (leaf.salt.empty()) {
    return Error(ErrorCode::conflict, "audit.destroyed_already").with("position", std::to_string(position));
  }
  JW_ASSIGN(const std::int64_t shard, shard_of_leaf(*reader, position));
  storage::Change change;
  change.writes.push_back({&sql::forget_entry, {leaf.key.transaction, leaf.key.sequence, shard}, 1});
  for (auto& person : leaf.entry ? persons_of(*leaf.entry) : std::vector<std::string>())
    change.writes.push_back(
        {&sql::forget_subject, {std::move(person), leaf.key.transaction, leaf.key.sequence}, std::nullopt});
  change.writes.push_back({&sql::forget_salt, {static_cast<std::int64_t>(position), Blob{}}, 1});
  std::string detail = "{\"position\":" + std::to_string(position) + ",\"order\":";
  append_json_string(detail, order);
  change.audit.push_back({actor, std::string(destroy_event), destroyed_subject(position), detail + "}"});
  return change;
}

}  // namespace jingwei::audit

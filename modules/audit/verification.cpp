// Verifying: the log is built anew from the entries, beside what is stored.
#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "modules/audit/audit_service.h"
#include "modules/audit/leaf_rows.h"
#include "modules/audit/sql.gen.h"

namespace jingwei::audit {

namespace {

constexpr std::size_t findings_most = 100;
constexpr std::size_t page_leaves = 4'096;
constexpr std::size_t hash_bytes = 32;

std::string_view bytes_of(const crypto::Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

using ReadTiles = std::function<crypto::ReadTile(storage::Reader&)>;

// One pass over the log. Each page is read by a reader of its own, since a log of years takes longer than a
// transaction may stay open; the log only grows meanwhile.
class Pass {
 public:
  Pass(storage::Store& store, ReadTiles tiles, const std::optional<crypto::PublicKey>& expected)
      : store_(store), tiles_of_(std::move(tiles)), expected_(expected) {}

  Result<void> run(const std::function<void(std::uint64_t)>& progress) {
    JW_TRY(read_heads());
    for (;;) {
      JW_ASSIGN(auto reader, store_.read());
      tiles_ = tiles_of_(*reader);
      JW_ASSIGN(const auto leaves, leaves_from(*reader, next_, page_leaves));
      for (const Leaf& leaf : leaves) JW_TRY(take(leaf));
      JW_TRY(compare_tiles());
      if (progress) progress(result_.leaves);
      if (leaves.size() < page_leaves) break;
    }
    for (const auto& head : heads_) report(FindingKind::root_differs, std::to_string(head.size));
    return {};
  }

  Verification take_result() { return std::move(result_); }
  void report(FindingKind kind, std::string place) {
    if (result_.findings.size() < findings_most) result_.findings.push_back({kind, std::move(place)});
  }

 private:
  // All heads, a minute each: half a million a year. Those that stand are taken from the list as the log
  // grows.
  Result<void> read_heads() {
    JW_ASSIGN(auto reader, store_.read());
    for (std::uint64_t from = 0;;) {
      JW_ASSIGN(auto page, heads_from(*reader, from, page_leaves));
      if (page.empty()) break;
      from = page.back().size + 1;
      for (auto& head : page) {
        ++result_.heads;
        const std::string place = std::to_string(head.size);
        if (!signature_fits(head)) report(FindingKind::signature_bad, place);
        if (expected_ && head.public_key != *expected_) report(FindingKind::key_unknown, place);
        result_.last_head = head;
        heads_.push_back(std::move(head));
      }
    }
    std::reverse(heads_.begin(), heads_.end());
    return {};
  }

  Result<void> take(const Leaf& leaf) {
    if (leaf.position != next_) {
      report(FindingKind::leaf_missing, std::to_string(next_));
      next_ = leaf.position;  // the roots will not fit from here on; the entries can still be looked at
    }
    const std::string place = std::to_string(leaf.position);
    if (leaf.entry && commitment_of(*leaf.entry, leaf.salt) != leaf.commitment) {
      JW_ASSIGN(const bool tree_agrees, in_tree(leaf));
      // The tree tells which of the two was touched.
      report(tree_agrees ? FindingKind::entry_changed : FindingKind::commitment_changed, place);
    } else if (!leaf.entry && !leaf.salt.empty()) {
      report(FindingKind::entry_missing, place);
    } else if (!leaf.entry) {
      ++result_.destroyed;
    } else if (leaf.salt.size() != salt_bytes) {
      report(FindingKind::entry_changed, place);
    }
    log_.append(crypto::leaf_hash(bytes_of(leaf.commitment)));
    ++next_;
    ++result_.leaves;
    while (!heads_.empty() && heads_.back().size <= log_.size()) {
      if (heads_.back().size != log_.size() || heads_.back().root != log_.root())
        report(FindingKind::root_differs, std::to_string(heads_.back().size));
      heads_.pop_back();
    }
    return {};
  }

  Result<bool> in_tree(const Leaf& leaf) {
    JW_ASSIGN(const std::string tile, tiles_({0, leaf.position / crypto::tile_width}));
    const std::size_t offset = leaf.position % crypto::tile_width * hash_bytes;
    const crypto::Hash hash = crypto::leaf_hash(bytes_of(leaf.commitment));
    return tile.size() >= offset + hash_bytes &&
           std::memcmp(tile.data() + offset, hash.data(), hash_bytes) == 0;
  }

  // A tile that grows further is looked at when it is full or the log ends.
  Result<void> compare_tiles() {
    for (const auto& [name, hashes] : log_.take_changed()) {
      JW_ASSIGN(const std::string stored, tiles_(name));
      const bool fits =
          hashes.size() == crypto::tile_width * hash_bytes ? stored == hashes : stored.starts_with(hashes);
      if (!fits)
        report(FindingKind::tile_changed, std::to_string(name.level) + "/" + std::to_string(name.index));
    }
    return {};
  }

  storage::Store& store_;
  ReadTiles tiles_of_;
  crypto::ReadTile tiles_;
  const std::optional<crypto::PublicKey>& expected_;
  crypto::MerkleLog log_;
  std::uint64_t next_ = 0;
  std::vector<SignedHead> heads_;  // those not reached yet, the nearest last
  Verification result_;
};

}  // namespace

std::string_view name_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::entry_changed:
      return "entry_changed";
    case FindingKind::entry_missing:
      return "entry_missing";
    case FindingKind::entry_unlogged:
      return "entry_unlogged";
    case FindingKind::commitment_changed:
      return "commitment_changed";
    case FindingKind::leaf_missing:
      return "leaf_missing";
    case FindingKind::tile_changed:
      return "tile_changed";
    case FindingKind::root_differs:
      return "root_differs";
    case FindingKind::signature_bad:
      return "signature_bad";
    case FindingKind::key_unknown:
      return "key_unknown";
  }
  return "";
}

Result<Verification> AuditService::verify(const std::optional<crypto::PublicKey>& expected,
                                          const std::function<void(std::uint64_t)>& progress) {
  Pass pass(
      store_, [](storage::Reader& reader) { return tiles_of(reader); }, expected);
  JW_TRY(pass.run(progress));
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto cursor, storage::read_cursor(*reader, "audit"));
  const storage::Value reached[] = {cursor.transaction, cursor.sequence};
  JW_ASSIGN(const auto unlogged, storage::query_integer(*reader, sql::count_unlogged, reached));
  if (unlogged.value_or(0) > 0) pass.report(FindingKind::entry_unlogged, std::to_string(*unlogged));
  JW_ASSIGN(const auto waiting, storage::query_integer(*reader, sql::count_waiting, reached));
  Verification result = pass.take_result();
  result.waiting = static_cast<std::uint64_t>(waiting.value_or(0));
  return result;
}

}  // namespace jingwei::audit

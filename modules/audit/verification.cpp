// Verifying: the log is built anew from the entries, beside what is stored.
#include <cstring>
#include <deque>
#include <limits>
#include <set>

#include "modules/audit/audit_service.h"
#include "modules/audit/delay_check.h"
#include "modules/audit/leaf_rows.h"
#include "modules/audit/sql.gen.h"

namespace jingwei::audit {

using storage::Value;

namespace {

constexpr std::size_t findings_most = 100;
constexpr std::size_t page_leaves = 4'096;
constexpr std::size_t page_heads = 512;
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

  Result<void> run(const std::function<bool(std::uint64_t)>& progress) {
    {
      JW_ASSIGN(reader_, store_.read());
      JW_ASSIGN(result_.last_head, read_last_head(*reader_));
    }
    for (bool more = true; more;) {
      JW_ASSIGN(reader_, store_.read());
      tiles_ = tiles_of_(*reader_);
      JW_ASSIGN(const auto leaves, leaves_from(*reader_, next_, page_leaves));
      for (const Leaf& leaf : leaves) JW_TRY(take(leaf));
      JW_TRY(look_for_persons(leaves));
      JW_TRY(compare_tiles());
      more = leaves.size() == page_leaves;
      if (progress && !progress(result_.leaves)) return Error(ErrorCode::unavailable, "audit.stopped");
    }
    JW_TRY(judge_heads(std::numeric_limits<std::uint64_t>::max()));
    return finish();
  }

  Verification take_result() { return std::move(result_); }

 private:
  void report(FindingKind kind, std::string place) {
    if (result_.findings.size() < findings_most) result_.findings.push_back({kind, std::move(place)});
  }

  // Looks at the heads of at most `size` leaves that were not looked at yet. Those signed after the pass
  // began are left to the next one.
  Result<void> judge_heads(std::uint64_t size) {
    while (result_.last_head) {
      if (heads_.empty() && heads_from_ <= result_.last_head->size) {
        JW_ASSIGN(const auto page, heads_from(*reader_, heads_from_, page_heads));
        heads_.assign(page.begin(), page.end());
        heads_from_ = heads_.empty() ? result_.last_head->size + 1 : heads_.back().size + 1;
      }
      if (heads_.empty() || heads_.front().size > size || heads_.front().size > result_.last_head->size)
        break;
      const SignedHead& head = heads_.front();
      const std::string place = std::to_string(head.size);
      ++result_.heads;
      if (!signature_fits(head)) report(FindingKind::signature_bad, place);
      if (expected_ && head.public_key != *expected_) report(FindingKind::key_unknown, place);
      if (head.size != log_.size() || head.root != log_.root()) report(FindingKind::root_differs, place);
      heads_.pop_front();
    }
    return {};
  }

  Result<void> take(const Leaf& leaf) {
    if (leaf.position != next_) {
      report(FindingKind::leaf_missing, std::to_string(next_));
      next_ = leaf.position;  // the roots will not fit from here on; the entries can still be looked at
    }
    const std::string place = std::to_string(leaf.position);
    if (leaf.key <= key_) report(FindingKind::order_broken, place);
    key_ = leaf.key;
    if (leaf.entry && commitment_of(*leaf.entry, leaf.salt) != leaf.commitment) {
      JW_ASSIGN(const bool tree_agrees, in_tree(leaf));
      // The tree tells which of the two was touched.
      report(tree_agrees ? FindingKind::entry_changed : FindingKind::commitment_changed, place);
    } else if (!leaf.entry && !leaf.salt.empty()) {
      report(FindingKind::entry_missing, place);
    } else if (!leaf.entry) {
      ++result_.destroyed;
      unordered_.insert(destroyed_subject(leaf.position));
    } else if (leaf.salt.size() != salt_bytes) {
      report(FindingKind::entry_changed, place);
    } else if (leaf.entry->event == destroy_event) {
      unordered_.erase(leaf.entry->subject);
    }
    if (leaf.entry) delays_.take(*leaf.entry, place);
    log_.append(crypto::leaf_hash(bytes_of(leaf.commitment)));
    ++next_;
    ++result_.leaves;
    return judge_heads(log_.size());
  }

  // Whoever an entry tells of finds it in their list: its subject, and those in its detail.
  Result<void> look_for_persons(const std::vector<Leaf>& leaves) {
    std::vector<std::vector<Value>> told;
    std::vector<std::string> places;
    for (const Leaf& leaf : leaves) {
      if (!leaf.entry) continue;
      for (auto& person : persons_of(*leaf.entry)) {
        places.push_back(std::to_string(leaf.position) + " " + person);
        told.push_back({std::move(person), leaf.key.transaction, leaf.key.sequence});
      }
    }
    std::vector<bool> listed(told.size());
    JW_TRY(reader_->query_each(sql::is_listed, told,
                               [&](std::size_t at, const storage::Row&) { listed[at] = true; }));
    for (std::size_t at = 0; at < listed.size(); ++at) {
      if (!listed[at]) report(FindingKind::subject_unlisted, std::move(places[at]));
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

  // What only the whole log tells, all from one snapshot.
  Result<void> finish() {
    JW_ASSIGN(reader_, store_.read());
    JW_ASSIGN(const auto cursor, storage::read_cursor(*reader_, "audit"));
    JW_ASSIGN(const auto last, last_leaf_key(*reader_));
    if (cursor != last) report(FindingKind::cursor_moved, cursor.to_string());
    const Value reached[] = {last.transaction, last.sequence};
    const Value named[] = {last.transaction, last.sequence, static_cast<std::int64_t>(findings_most)};
    JW_TRY(reader_->query(sql::unlogged, named, [&](const storage::Row& row) {
      report(FindingKind::entry_unlogged, storage::FeedPosition{row.integer(0), row.integer(1)}.to_string());
      return true;
    }));
    JW_TRY(delays_.compare(*reader_, key_,
                           [this](FindingKind kind, std::string place) { report(kind, std::move(place)); }));
    JW_ASSIGN(const auto waiting, storage::query_integer(*reader_, sql::count_waiting, reached));
    result_.waiting = static_cast<std::uint64_t>(waiting.value_or(0));
    if (unordered_.empty()) return {};
    // The order of the newest destruction may still wait for its leaf, or have come behind the last page.
    const Value seen[] = {key_.transaction, key_.sequence};
    JW_TRY(reader_->query(sql::orders_after, seen, [&](const storage::Row& row) {
      unordered_.erase(std::string(row.text(0)));
      return true;
    }));
    for (const auto& subject : unordered_)
      report(FindingKind::destroyed_unordered, subject.substr(subject.find(' ') + 1));
    return {};
  }

  storage::Store& store_;
  std::unique_ptr<storage::Reader> reader_;
  ReadTiles tiles_of_;
  crypto::ReadTile tiles_;
  const std::optional<crypto::PublicKey>& expected_;
  crypto::MerkleLog log_;
  std::uint64_t next_ = 0;
  storage::FeedPosition key_;        // of the last leaf looked at
  std::deque<SignedHead> heads_;     // the next ones, smallest first
  std::uint64_t heads_from_ = 0;     // where the page after them begins
  std::set<std::string> unordered_;  // destroyed entries whose order has not been met yet
  DelayCheck delays_;
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
    case FindingKind::order_broken:
      return "order_broken";
    case FindingKind::destroyed_unordered:
      return "destroyed_unordered";
    case FindingKind::cursor_moved:
      return "cursor_moved";
    case FindingKind::tile_changed:
      return "tile_changed";
    case FindingKind::root_differs:
      return "root_differs";
    case FindingKind::signature_bad:
      return "signature_bad";
    case FindingKind::key_unknown:
      return "key_unknown";
    case FindingKind::subject_unlisted:
      return "subject_unlisted";
    case FindingKind::delay_changed:
      return "delay_changed";
    case FindingKind::delay_unordered:
      return "delay_unordered";
    case FindingKind::delay_missing:
      return "delay_missing";
  }
  return "";
}

Result<Verification> AuditService::verify(const std::optional<crypto::PublicKey>& expected,
                                          const std::function<bool(std::uint64_t)>& progress) {
  Pass pass(
      store_, [](storage::Reader& reader) { return tiles_of(reader); }, expected);
  JW_TRY(pass.run(progress));
  return pass.take_result();
}

}  // namespace jingwei::audit

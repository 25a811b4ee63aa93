// The audit log: takes entries into a Merkle tree, signs its heads, proves and verifies.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.h"
#include "modules/audit/log_entry.h"
#include "storage/loop.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::audit {

// Texts are compared whole and empty ones are not asked for; an event ending in "." stands for all that begin
// with it. `from` inclusive, `to` exclusive. The last four are members of an entry's detail (EntryFacts).
struct EntryQuery {
  std::string actor;
  std::string event;
  std::string subject;
  std::optional<Instant> from;
  std::optional<Instant> to;
  std::string purpose;
  std::string region;
  std::string resource;
  std::string outcome;
};

// Newest first. One search looks at a bounded number of entries: a page may hold few, or none, and still name
// where to go on.
struct FoundPage {
  std::vector<FoundEntry> entries;
  std::optional<storage::FeedPosition> next;  // go on before this one; none: all has been looked at
  std::optional<Instant> looked_back_to;      // of `next`
};

enum class FindingKind : std::uint8_t {
  entry_changed,        // entry or salt do not give the commitment
  entry_missing,        // a leaf whose entry is gone without a destruction order
  entry_unlogged,       // an entry before the log's end without a leaf
  commitment_changed,   // the leaf's commitment is not what the tree holds
  leaf_missing,         // a gap in the positions
  order_broken,         // a leaf whose entry is not younger than the one before it: taken twice, or moved
  destroyed_unordered,  // an entry destroyed without an order on record
  cursor_moved,         // the sequencer's place is not the last leaf's: entries would be taken twice or never
  tile_changed,         // the tree's stored hashes are not those of the leaves
  root_differs,         // a signed head tells of another log
  signature_bad,        // a head that its key did not sign
  key_unknown,          // a head signed by another key than the one given
  subject_unlisted,     // an entry about a person that they would not be shown
  delay_changed,        // an order of delay does not say what its entries say
  delay_unordered,      // an order of delay that no entry tells of
  delay_missing,        // an entry of an order of delay that stands no more
};
std::string_view name_of(FindingKind kind);

// What does not fit, and where: a position (with a pseudonym where one person's list lacks it), a size, a
// tile "level/index", the place of an entry without a position "transaction.sequence", or the id of an order
// of delay.
struct Finding {
  FindingKind kind;
  std::string place;
};

struct Verification {
  std::uint64_t leaves = 0;
  std::uint64_t destroyed = 0;
  std::uint64_t heads = 0;
  std::uint64_t waiting = 0;  // entries that the sequencer has not taken yet
  std::optional<SignedHead> last_head;
  std::vector<Finding> findings;  // the first hundred
  bool whole() const { return findings.empty(); }
};

class AuditService {
 public:
  // `owner` names this process among those on one database. All must outlive the service.
  AuditService(storage::Store& store, const Clock& clock, const crypto::SigningKey& key, std::string owner);

  // Takes one page of waiting entries into the log and signs when a minute has passed; returns how many were
  // taken (0 also when another process holds the lease "audit").
  Result<std::size_t> step();
  // Takes all that waits and signs. For the end of a run, and for a command that works alone.
  Result<void> settle();
  // Steps in a thread of its own, within a second after each entry; stop() settles.
  void start();
  void stop();

  // At most `most` entries before `before` (none: from the newest).
  Result<FoundPage> search(const EntryQuery& query, std::optional<storage::FeedPosition> before,
                           std::size_t most);
  // Errors: not_found "audit.no_entry".
  Result<Leaf> find_leaf(std::uint64_t position);
  // Leaves in the log's order.
  Result<std::vector<Leaf>> read_leaves(std::uint64_t from, std::size_t most);
  Result<std::vector<SignedHead>> read_heads(std::uint64_t from_size, std::size_t most);
  Result<std::optional<SignedHead>> last_head();
  // Newest first, those of fewer than `before` leaves.
  Result<std::vector<SignedHead>> read_heads_before(std::uint64_t before, std::size_t most);
  // The proof against the newest signed head. Errors: not_found "audit.no_entry"; conflict "audit.not_signed"
  // when no head holds the entry yet.
  Result<Proof> prove(std::uint64_t position);
  // That the log of one signed head is the beginning of the log of a later one. Errors: not_found
  // "audit.no_head", invalid "crypto.outside_log" when `first` is the larger.
  Result<Consistency> prove_consistency(std::uint64_t first, std::uint64_t second);

  // Reads the whole log again from the entries and compares everything that is stored, in bounded memory.
  // With `expected`, every head must be signed by that key. `progress` gets the leaves done and ends the run
  // by returning false.
  Result<Verification> verify(const std::optional<crypto::PublicKey>& expected,
                              const std::function<bool(std::uint64_t)>& progress = {});
  // How many leaves stand.
  Result<std::uint64_t> size();

  // The Change that destroys an entry's words and leaves the proofs whole; it carries an entry of its own
  // that names order and position. Errors: not_found "audit.no_entry", conflict "audit.destroyed_already".
  Result<storage::Change> destroy(std::uint64_t position, const std::string& actor, const std::string& order);

  const crypto::PublicKey& public_key() const { return key_.public_key(); }

 private:
  Result<bool> hold_lease();
  Result<void> load();
  Result<std::size_t> take_page();
  Result<void> sign(Instant now);
  static crypto::ReadTile tiles_of(storage::Reader& reader);

  storage::Store& store_;
  const Clock& clock_;
  const crypto::SigningKey& key_;
  std::string owner_;
  SecureRandom random_;

  std::mutex stepping_;  // step and settle, one at a time
  bool loaded_ = false;
  bool holding_ = false;
  std::chrono::nanoseconds lease_taken_{0};  // on the monotonic clock
  crypto::MerkleLog log_;
  storage::FeedPosition cursor_;
  std::optional<SignedHead> head_;
  storage::Loop loop_;
};

// Seals reasons for destroying that an earlier version kept readable; how many. At start. Errors: the
// store's, the sealer's.
Result<std::size_t> seal_reasons(storage::Store& store, const storage::Sealer& sealer);

}  // namespace jingwei::audit

// One entry of the audit log and what the tree commits to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/merkle.h"
#include "crypto/signing.h"
#include "storage/change.h"

namespace jingwei::audit {

inline constexpr std::size_t salt_bytes = 32;

// What is on record. `detail` is JSON; no field holds personal data.
struct LogEntry {
  Instant at;
  std::string actor;
  std::string event;
  std::string subject;
  std::string detail;
};

// What members of these names in `detail` say; empty when the entry has none. An entry without an outcome
// stands for a write, which was committed with it: "done".
struct EntryFacts {
  std::string purpose;
  std::string region;    // code
  std::string resource;  // id
  std::string outcome;   // done, answered, refused, failed; a question's: answered, unknown, denied, dropped
};
EntryFacts facts_of(const LogEntry& entry);
// Pseudonyms of those an entry tells of: its subject, where that is a person, and members "persons" of
// `detail`.
std::vector<std::string> persons_of(const LogEntry& entry);

// An entry where it stands; without a position it waits for the sequencer.
struct FoundEntry {
  storage::FeedPosition key;
  std::optional<std::uint64_t> position;
  LogEntry entry;
};

// A leaf; the entry and its salt are gone when it was destroyed.
struct Leaf {
  std::uint64_t position = 0;
  storage::FeedPosition key;
  std::string salt;
  crypto::Hash commitment{};
  std::optional<LogEntry> entry;
};

// The log as it stood: `signature` is over head_message.
struct SignedHead {
  std::uint64_t size = 0;
  crypto::Hash root{};
  Instant signed_at;
  crypto::PublicKey public_key{};
  crypto::Signature signature{};
};

// Everything an outsider needs to check one entry (docs/formats/audit-log.md).
struct Proof {
  Leaf leaf;
  SignedHead head;
  std::vector<crypto::Hash> path;
};

// Everything an outsider needs to see that one log is the beginning of another.
struct Consistency {
  SignedHead first;
  SignedHead second;
  std::vector<crypto::Hash> path;
};

// Event and subject of the entry that tells of a destruction.
inline constexpr std::string_view destroy_event = "audit.destroy";
std::string destroyed_subject(std::uint64_t position);
// SHA-256 over the salt and the entry's five fields, each as a netstring ("5:local,"): hides the entry from
// who has not both, and binds it.
crypto::Hash commitment_of(const LogEntry& entry, std::string_view salt);
// The text a head's signature is over.
std::string head_message(std::uint64_t size, const crypto::Hash& root, Instant signed_at);
bool signature_fits(const SignedHead& head);

}  // namespace jingwei::audit

// Who looked at me: the log's entries of one person, as that person is shown them, and orders that delay
// showing.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "modules/audit/log_entry.h"
#include "storage/store.h"

namespace jingwei::audit {

using DelayId = Id<struct DelayTag>;

// By order of a lawful inquiry a person is told later who looked at them.
struct Delay {
  DelayId id;
  std::string subject;     // pseudonym
  std::string department;  // whose looks; empty: everybody's
  std::string authority;   // who ordered it, by name
  std::string order;       // number of the order
  Instant from{}, until{};
  std::string ordered_by;
  Instant ordered_at{};
  std::string lifted_by;
  std::optional<Instant> lifted_at;

  bool holds(Instant now) const { return !lifted_at && now < until; }
};

// What everybody is told about such orders.
struct DelayCount {
  std::int64_t ever = 0, in_force = 0;
  std::optional<Instant> last_ends;  // of those in force
};

// One look, as the person is shown it.
struct Access {
  storage::FeedPosition key;
  LogEntry entry;
  std::string department;        // whose office looked; empty where it is nobody's
  std::optional<Delay> delayed;  // it was told late by this order
};

struct AccessPage {
  std::vector<Access> items;  // newest first
  std::optional<storage::FeedPosition> next;
};

// From actor ("account:17") to the department they work for; empty for none.
using OfficeOf = std::function<Result<std::string>(const std::string& actor)>;

// Thread-safe.
class Accesses {
 public:
  Accesses(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  static constexpr std::size_t subjects_most = 100;
  static constexpr std::chrono::days longest_delay{366};

  // Entries about any of these pseudonyms of one person, but for those that an order still delays. A page
  // looks at a bounded number of entries and may hold fewer than `most`. Errors: the store's, `office`'s.
  Result<AccessPage> list(const std::vector<std::string>& subjects, const OfficeOf& office,
                          std::optional<storage::FeedPosition> before, std::size_t most) const;

  // Errors: invalid "audit.bad_delay" (no authority, no order, no end or too far); the store's.
  Result<Delay> order(Delay wanted, const std::string& actor);
  // Errors: not_found "audit.no_delay", gone "audit.delay_over", the store's.
  Result<Delay> lift(DelayId id, const std::string& actor);
  // Newest first.
  Result<std::vector<Delay>> delays(DelayId before, std::size_t most) const;
  Result<DelayCount> count() const;

 private:
  Result<std::optional<Delay>> find(DelayId id) const;
  storage::Store& store_;
  const Clock& clock_;
};

}  // namespace jingwei::audit

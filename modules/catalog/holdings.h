// How many records a resource holds and when the last came, counted once for everybody who asks within
// seconds.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "modules/catalog/catalog_service.h"

namespace jingwei::catalog {

struct Holdings {
  std::int64_t records = 0;
  std::optional<Instant> last_received;  // nothing yet when absent
};

// Thread-safe. Counting reads the whole table, so a count serves for three seconds.
class HoldingsCounter {
 public:
  HoldingsCounter(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  // Errors: the store's.
  Result<Holdings> of(const Entry& entry);

 private:
  struct Counted {
    std::chrono::nanoseconds at{0};
    Holdings holdings;
  };
  storage::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Counted> counted_;
};

// When a resource last received anything; nothing for one that the catalogue does not hold.
Result<std::optional<Instant>> last_received(const Catalog& catalog, HoldingsCounter& holdings,
                                             const std::string& resource);
// The same for all of them, by id; those that received nothing are left out.
Result<std::map<std::string, Instant>> received_by(const Catalog& catalog, HoldingsCounter& holdings);

}  // namespace jingwei::catalog

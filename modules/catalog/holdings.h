// How many records a resource holds and when the last came, counted once for everybody who asks within
// seconds.
#pragma once

#include <functional>
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

// When each resource last received something, by id; given by whoever knows deliveries. What stands does not
// tell: the same rows sent again write nothing, and a withdrawal makes what stood before stand again.
using Receipts = std::function<Result<std::map<std::string, Instant>>()>;

// Thread-safe. Counting reads the whole table, so a count serves for three seconds.
class HoldingsCounter {
 public:
  HoldingsCounter(storage::Store& store, const Clock& clock, Receipts receipts)
      : store_(store), clock_(clock), receipts_(std::move(receipts)) {}
  // Errors: the store's, those of the receipts.
  Result<Holdings> of(const Entry& entry);

 private:
  struct Counted {
    std::chrono::nanoseconds at{0};
    Holdings holdings;
  };
  storage::Store& store_;
  const Clock& clock_;
  Receipts receipts_;
  std::mutex mutex_;
  std::map<std::string, Counted> counted_;
};

}  // namespace jingwei::catalog

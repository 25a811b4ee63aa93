// What each batch left in the counts of a day, kept so that its withdrawal takes exactly that back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "modules/quality/score.h"
#include "storage/store.h"

namespace jingwei::quality {

struct DayKey {
  std::string resource, provider;
  Day day{};
  auto operator<=>(const DayKey&) const = default;
};

// Of batch none: records that came one by one.
struct BatchDay {
  DayKey key;
  BatchId batch;
  auto operator<=>(const BatchDay&) const = default;
};

struct BatchLeft {
  Tally tally;                                  // rows and rounds
  std::map<std::string, std::int64_t> refused;  // by reason group
  std::optional<Instant> received;              // the last row that was taken; none when none was
};

using BatchesLeft = std::map<BatchDay, BatchLeft>;

// Errors of all: the reader's.
Result<std::map<DayKey, BatchLeft>> read_batch(storage::Reader& reader, const std::string& resource,
                                               BatchId batch);

struct BatchReceipt {
  BatchDay of;
  Instant at{};
};
// Newest first, a thousand at most.
Result<std::vector<BatchReceipt>> read_newest_receipts(storage::Reader& reader, const std::string& resource);
// Of one day, earliest first, a thousand at most.
Result<std::vector<BatchReceipt>> read_receipts_of_day(storage::Reader& reader, const std::string& resource,
                                                       Day day);

// Adds to what stands.
void add_batch(const BatchDay& of, const BatchLeft& left, std::vector<storage::Write>& writes);
void drop_batch(const std::string& resource, BatchId batch, std::vector<storage::Write>& writes);

}  // namespace jingwei::quality

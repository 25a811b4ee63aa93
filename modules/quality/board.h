// What the quality page shows: each resource and each provider with its score, the days behind it, and what
// pulls it down.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/quality/owed.h"
#include "modules/quality/score.h"
#include "storage/store.h"

namespace jingwei::quality {

struct DayScore {
  Day day{};
  Tally tally;
  Score score;  // of that day alone
};

// A resource, or everything of a provider.
struct Standing {
  std::string id;
  catalog::Title title;
  std::string provider_id;  // of a provider: its own
  catalog::Title provider;
  Tally tally;  // of the days looked at, with the rounds that are missing now
  Score score;
  std::vector<DayScore> days;                   // those on which something happened, oldest first
  std::map<std::string, std::int64_t> reasons;  // refused rows by reason group
  std::optional<Instant> last_received;
  std::optional<Day> due;       // of a resource: by the end of which day it is to come again
  std::int64_t missed_now = 0;  // rounds that should have come and did not
};

struct Board {
  Day from{}, to{};
  std::vector<Standing> resources, providers;  // lowest score first, then those without one
};

// Reads the days `from` … `to`. Resources that stand in the catalogue are all there, with or without a score;
// others only when something came. Errors: the store's.
Result<Board> read_board(const catalog::Catalog& catalog, storage::Store& store, const Clock& clock,
                         const Zone& zone, Day from, Day to);

// When each resource last received something, by id. Errors: the reader's.
Result<std::map<std::string, Instant>> read_receipts(storage::Reader& reader);

}  // namespace jingwei::quality

// Orders and forms that communities are asked for, counted by month and capped (D15).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "modules/notice/directory.h"

namespace jingwei::notice {

struct CommunityLoad {
  RegionId region;
  std::int64_t orders = 0, forms = 0;
};

struct FullCommunity {
  RegionId region;
  std::int64_t count = 0, most = 0;
};

struct Caps {
  std::int64_t orders = 0, forms = 0;
};

// Months since year 0 of the hub's calendar.
std::int64_t month_of(Instant at, const Zone& zone);

// Thread-safe; both must outlive it.
class Loads {
 public:
  Loads(storage::Store& store, const region::Regions& regions, const Clock& clock, const Zone& zone)
      : store_(store), regions_(regions), clock_(clock), zone_(zone) {}

  // By community. Errors: the store's.
  Result<std::vector<CommunityLoad>> of_month(std::int64_t month) const;
  Result<Caps> caps() const;
  // Errors: invalid (below 0 or over 10,000), the store's.
  Result<void> put_cap(NoticeKind kind, std::int64_t most, const std::string& actor);

  // The communities (level 5) in which any of these people are addressed.
  std::set<RegionId> communities_of(const std::vector<Recipient>& people) const;
  // Those of them that may not be asked for one more of `kind` this month.
  Result<std::vector<FullCommunity>> full(storage::Reader& reader, NoticeKind kind,
                                          const std::set<RegionId>& communities) const;
  // Counts one more for each; a write that finds a community full meanwhile fails, and the decision is taken
  // anew.
  Result<void> take(storage::Reader& reader, NoticeKind kind, const std::set<RegionId>& communities,
                    storage::Change& change) const;
  // Counts one more for the community in which something else that is asked of people goes to `region`, or
  // for none where that lies above communities. Errors: conflict "notice.orders_full", "notice.forms_full".
  Result<void> take_for(storage::Reader& reader, NoticeKind kind, RegionId region,
                        storage::Change& change) const;

 private:
  Result<Caps> read_caps(storage::Reader& reader) const;
  Result<std::vector<CommunityLoad>> read_loads(storage::Reader& reader, std::int64_t month) const;

  storage::Store& store_;
  const region::Regions& regions_;
  const Clock& clock_;
  const Zone& zone_;
};

}  // namespace jingwei::notice

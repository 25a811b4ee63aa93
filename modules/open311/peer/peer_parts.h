// What work with other servers needs from around it.
#pragma once

#include <functional>

#include "base/outgoing.h"
#include "modules/cases/cases_service.h"
#include "modules/region/region_service.h"
#include "storage/sealer.h"
#include "storage/store.h"

namespace jingwei::open311 {

// All must outlive whoever holds them.
struct PeerParts {
  storage::Store& store;
  cases::CasesService& cases;
  const region::Regions& regions;
  const storage::Sealer& sealer;
  const Clock& clock;
  Outgoing outgoing;
  std::string hub;    // code of the hub's own region: tells its requests from those of others
  std::string owner;  // this process, for leases
};

}  // namespace jingwei::open311

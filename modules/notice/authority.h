// How far a caller's grants reach for one permission.
#pragma once

#include <optional>
#include <string>

#include "access/caller.h"
#include "modules/region/region_service.h"

namespace jingwei::notice {

struct Authority {
  region::Scope scope;      // regions whose people and receipts are open
  bool whole_area = false;  // everything, also what has no place
  RegionId home;            // the widest region of the grants; none for the whole area
  std::string department;   // of the grant that reaches widest; may be empty
};

// Errors: denied, as Caller::may.
Result<Authority> authority_of(const access::Caller* caller, std::string_view permission,
                               const region::Tree& tree, Instant now);

}  // namespace jingwei::notice

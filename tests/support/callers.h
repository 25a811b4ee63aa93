// People with grants, for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "access/caller.h"

namespace jingwei::testing {

// Who reads refused rows below a region, with names, numbers and phones in them for any purpose.
inline std::shared_ptr<const access::Caller> reader_of_refused(RegionId region) {
  auto role = std::make_shared<access::Role>();
  role->permissions.set(*access::find_permission("ingest.refused.read"));
  role->classes = {"name", "identifier", "contact"};
  role->every_purpose = true;
  access::Grant grant;
  grant.role = std::move(role);
  grant.region = region;
  return std::make_shared<access::Caller>("account:1", std::vector<access::Grant>{grant});
}

}  // namespace jingwei::testing

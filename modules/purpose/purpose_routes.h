// HTTP routes of purposes, emergencies, destruction and residents' requests (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/purpose/carrying.h"
#include "modules/purpose/purpose_service.h"

namespace jingwei::purpose {

// Who somebody is by a verified document; none while nobody vouches for them.
struct VerifiedPerson {
  std::string name, identifier;
};

// What requests of residents need of other modules.
struct RightsDesk {
  FindOwn find;
  Raise raise;
  std::function<Result<std::optional<VerifiedPerson>>(std::int64_t account)> person;
  // Numbers of all documents that an account has shown.
  std::function<Result<std::vector<std::string>>(std::int64_t account)> papers;
  std::function<std::string(const std::string& identifier)> pseudonym;  // for the audit log
  // The case in which a request is worked on.
  std::function<Result<std::optional<std::string>>(RightsId id)> case_of;
  std::string region;  // code of the hub's own
};

class PurposeRoutes {
 public:
  PurposeRoutes(PurposeService& purposes, RightsDesk desk);  // must outlive the routes
  ~PurposeRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::purpose

// HTTP routes of identity (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/identity/gate_routes.h"
#include "modules/identity/identity_service.h"

namespace jingwei::identity {

class IdentityRoutes {
 public:
  IdentityRoutes(IdentityService& identity, Cookies cookies);  // the service must outlive the routes
  ~IdentityRoutes();
  std::vector<http::Route> routes();
  // For http::Options::authorise.
  Result<void> let_in(http::Request& request, const http::Route& route);

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::identity

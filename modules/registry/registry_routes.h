// HTTP routes of registry and objections (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/registry/registry_service.h"

namespace jingwei::registry {

class RegistryRoutes {
 public:
  explicit RegistryRoutes(RegistryService& registry);  // must outlive the routes
  ~RegistryRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::registry

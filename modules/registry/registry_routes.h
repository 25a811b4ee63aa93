// HTTP routes of the registry (api.yaml).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/route.h"
#include "modules/registry/registry_service.h"

namespace jingwei::registry {

// Numbers of the documents that an account has shown to an identity service. Errors: the store's.
using OwnDocuments = std::function<Result<std::vector<std::string>>(std::int64_t account)>;

class RegistryRoutes {
 public:
  RegistryRoutes(RegistryService& registry, OwnDocuments documents);  // the registry must outlive the routes
  ~RegistryRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::registry

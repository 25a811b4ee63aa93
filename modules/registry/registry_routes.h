// HTTP routes of the registry (api.yaml).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/route.h"
#include "modules/registry/registry_service.h"

namespace jingwei::registry {

// Numbers of the documents that an account has shown to an identity service; with `ward`, those of that child
// it speaks for now. Errors: the store's; not_found for a child it does not speak for.
using OwnDocuments =
    std::function<Result<std::vector<std::string>>(std::int64_t account, std::optional<std::int64_t> ward)>;

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

// HTTP routes of the catalogue (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/catalog/demand.h"
#include "modules/catalog/holdings.h"
#include "modules/catalog/resource_life.h"
#include "modules/catalog/responsibility.h"

namespace jingwei::catalog {

// The services behind the routes, made over what the hub holds; all of that must outlive them.
class CatalogRoutes {
 public:
  // `hub_name`: who publishes the catalogue. `received`: when each resource last received something. `users`:
  // who uses a resource from outside it.
  CatalogRoutes(Catalog& catalog, storage::Store& store, const Clock& clock, const Zone& zone,
                std::string hub_name, const Receipts& received, ResourceLife::Users users = {});
  ~CatalogRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  ResourceLife life_;
  HoldingsCounter holdings_;
  Responsibilities responsibilities_;
  Demands demands_;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::catalog

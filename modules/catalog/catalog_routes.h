// HTTP routes of the catalogue (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/catalog/catalog_service.h"

namespace jingwei::catalog {

class CatalogRoutes {
 public:
  // All must outlive the routes.
  CatalogRoutes(const Catalog& catalog, storage::Store& store, const Clock& clock);
  ~CatalogRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::catalog

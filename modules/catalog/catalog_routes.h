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

// What the routes ask; all must outlive them.
struct CatalogParts {
  ResourceLife& life;
  HoldingsCounter& holdings;
  Responsibilities& responsibilities;
  Demands& demands;
  std::string hub_name;  // who publishes the catalogue
};

class CatalogRoutes {
 public:
  explicit CatalogRoutes(CatalogParts parts);
  ~CatalogRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::catalog

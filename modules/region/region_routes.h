// The region module's part of the HTTP API (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/region/region_service.h"

namespace jingwei::region {

// `regions` must outlive the routes, which the returned holder keeps the handlers of.
class RegionRoutes {
 public:
  explicit RegionRoutes(const Regions& regions);
  ~RegionRoutes();
  RegionRoutes(RegionRoutes&&) noexcept;
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::region

// HTTP routes of purposes, emergencies, destruction and residents' requests (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/purpose/purpose_service.h"

namespace jingwei::purpose {

class PurposeRoutes {
 public:
  explicit PurposeRoutes(PurposeService& purposes);  // must outlive the routes
  ~PurposeRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::purpose

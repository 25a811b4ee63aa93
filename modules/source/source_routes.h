// HTTP routes of sources (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/source/source_service.h"

namespace jingwei::source {

class SourceRoutes {
 public:
  explicit SourceRoutes(SourceService& sources);  // must outlive the routes
  ~SourceRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::source

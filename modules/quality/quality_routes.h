// HTTP routes of quality and objections (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/quality/quality_service.h"

namespace jingwei::quality {

class QualityRoutes {
 public:
  explicit QualityRoutes(QualityService& quality);  // must outlive the routes
  ~QualityRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::quality

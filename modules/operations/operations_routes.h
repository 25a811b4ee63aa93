// HTTP routes of operations (api.yaml): backups and the doctor.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/operations/doctor.h"
#include "modules/operations/operations_service.h"

namespace jingwei::operations {

class OperationsRoutes {
 public:
  // Both must outlive the routes; `examine` is asked on a pool thread.
  OperationsRoutes(OperationsService& service, std::function<std::vector<Finding>()> examine);
  ~OperationsRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::operations

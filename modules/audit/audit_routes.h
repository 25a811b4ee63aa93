// HTTP routes of the audit log (api.yaml).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/route.h"
#include "modules/audit/audit_service.h"

namespace jingwei::audit {

class AuditRoutes {
 public:
  // All must outlive the routes.
  AuditRoutes(AuditService& service, storage::Store& store, const Clock& clock);
  ~AuditRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::audit

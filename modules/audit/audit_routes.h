// HTTP routes of the audit log (api.yaml), and the recording of what other routes tell.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/route.h"
#include "modules/audit/access_json.h"
#include "modules/audit/audit_service.h"

namespace jingwei::audit {

class AuditRoutes {
 public:
  // All must outlive the routes.
  AuditRoutes(AuditService& service, storage::Store& store, const storage::Sealer& sealer, const Clock& clock,
              People people);
  ~AuditRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

// The one place through which sensitive reads go: what is read is on record before it is told.
//
// Lays the recording around every route that api.yaml calls a sensitive read: its audit event is not "none",
// and its method is GET or its permission ends in ".read". (Writes put their entry into their own Change.)
// The answer waits until its entry is durable, many at once in one transaction; when it cannot be recorded it
// is not given, and the problem is told instead. The entry names event, path, resource, region asked for,
// whom the answer tells of (http::Disclosure), and the outcome: answered, refused (a status from 400) or
// failed (from 500). `store` must outlive the routes.
void audit_reads(std::vector<http::Route>& routes, storage::Store& store);

}  // namespace jingwei::audit

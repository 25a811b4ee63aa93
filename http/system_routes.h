// Routes that every Jingwei process answers: liveness, readiness and Prometheus figures.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/route.h"
#include "http/stats.h"

namespace jingwei::http {

struct SystemRoutes {
  std::shared_ptr<Stats> stats;         // the server's (Options::stats)
  std::function<Result<void>()> ready;  // ready to take requests? on a worker thread; absent: always
  std::function<void(std::string&)>
      figures;  // appends further Prometheus lines; no personal data; on a worker thread
};

// GET /healthz {"status":"ok"}, GET /readyz (503 with a problem while `ready` fails), GET /metrics.
// Unmetered.
std::vector<Route> system_routes(SystemRoutes parts);

}  // namespace jingwei::http

// HTTP routes of the cockpit and the series (api.yaml).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/route.h"
#include "modules/metrics/metrics_service.h"

namespace jingwei::metrics {

class MetricsRoutes {
 public:
  // Both services must outlive the routes. `hub_region` is the code of the region shown when none is asked
  // for.
  MetricsRoutes(MetricsService& metrics, const region::Regions& regions, ingest::IngestService& ingest,
                std::string hub_region);
  ~MetricsRoutes();
  std::vector<http::Route> routes();
  // Sends what changed to the open streams, at most every 200 ms; starts and stops a thread.
  void start();
  void stop();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::metrics

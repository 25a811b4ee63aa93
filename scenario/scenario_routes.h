// HTTP routes of scenario packages and of the pages they declare (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "scenario/emergency.h"
#include "scenario/scenario_service.h"

namespace jingwei::scenario {

class ScenarioRoutes {
 public:
  // `spool`: the disk that bodies of requests are spooled to. Both must outlive the routes. `is_on` may be
  // empty.
  ScenarioRoutes(ScenarioService& scenarios, FileSystem& spool, IsOn is_on);
  ~ScenarioRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::scenario

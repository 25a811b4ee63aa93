// GET /api/v1/system and the OpenAPI document (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "app/hub.h"
#include "http/route.h"
#include "http/server.h"

namespace jingwei::app {

class SystemApi {
 public:
  SystemApi(Hub& hub, http::Exposure exposure);  // the hub must outlive the routes
  ~SystemApi();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

inline constexpr std::string_view version = "0.1.0";

}  // namespace jingwei::app

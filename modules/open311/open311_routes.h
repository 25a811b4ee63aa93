// HTTP routes of Open311 (api.yaml): our own GeoReport at /open311/v2, and the connections to others.
#pragma once

#include <memory>
#include <vector>

#include "base/file_system.h"
#include "http/route.h"
#include "modules/open311/open311_service.h"

namespace jingwei::open311 {

class Open311Routes {
 public:
  // `files` reads what was sent; all must outlive the routes.
  Open311Routes(GeoReport& service, Peers& peers, FileSystem& files);
  ~Open311Routes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::open311

// HTTP routes of notices, rumours and alerts (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/notice/notice_service.h"

namespace jingwei::notice {

class NoticeRoutes {
 public:
  explicit NoticeRoutes(NoticeService& service);  // must outlive the routes
  ~NoticeRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::notice

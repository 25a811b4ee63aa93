// HTTP routes of cases (api.yaml).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/route.h"
#include "modules/cases/cases_service.h"

namespace jingwei::cases {

class CasesRoutes {
 public:
  // `files` and `folder`: where workbooks are put together. All must outlive the routes.
  CasesRoutes(CasesService& service, FileSystem& files, std::string folder);
  ~CasesRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::cases

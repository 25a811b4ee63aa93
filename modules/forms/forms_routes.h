// HTTP routes of forms (api.yaml).
#pragma once

#include <memory>
#include <vector>

#include "http/route.h"
#include "modules/forms/forms_service.h"

namespace jingwei::forms {

class FormsRoutes {
 public:
  // The service must outlive the routes.
  explicit FormsRoutes(FormsService& service);
  ~FormsRoutes();
  std::vector<http::Route> routes();

 private:
  class Handlers;
  std::unique_ptr<Handlers> handlers_;
};

}  // namespace jingwei::forms

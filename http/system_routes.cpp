#include "http/system_routes.h"

namespace jingwei::http {

namespace {

Route reading(std::string path, std::string operation, Runs runs) {
  Route route;
  route.path = std::move(path);
  route.operation = std::move(operation);
  route.permission = "public";
  route.audit = "none";
  route.runs = runs;
  route.cost = 0;
  return route;
}

}  // namespace

std::vector<Route> system_routes(SystemRoutes parts) {
  std::vector<Route> routes;

  Route health = reading("/healthz", "healthz", Runs::inline_);
  health.handle = [](const Request&, const PathValues&, Responder respond) {
    respond(Response::json(R"({"status":"ok"})"));
  };
  routes.push_back(std::move(health));

  Route readiness = reading("/readyz", "readyz", Runs::pool);
  readiness.handle = [ready = parts.ready](const Request& request, const PathValues&, Responder respond) {
    if (ready) {
      if (const auto state = ready(); !state.ok()) return respond(problem(state.error(), request.language));
    }
    respond(Response::json(R"({"status":"ready"})"));
  };
  routes.push_back(std::move(readiness));

  Route metrics = reading("/metrics", "prometheus", Runs::pool);
  metrics.handle = [stats = parts.stats, figures = parts.figures](const Request&, const PathValues&,
                                                                  Responder respond) {
    std::string text = stats ? stats->prometheus() : std::string();
    if (figures) figures(text);
    respond(Response::text(std::move(text), "text/plain; version=0.0.4; charset=utf-8"));
  };
  routes.push_back(std::move(metrics));
  return routes;
}

}  // namespace jingwei::http

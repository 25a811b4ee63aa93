#include "modules/operations/operations_routes.h"

#include "modules/operations/api.gen.h"
#include "modules/operations/operations_json.h"

namespace jingwei::operations {

using http::problem;

namespace {

http::Response begun(const Result<BackupView>& view, Language language) {
  if (!view) return problem(view.error(), language);
  http::Response response = http::Response::json(backup_json(*view, Tables::left_out, language), 202);
  response.headers.emplace_back("Location", "/api/v1/backups/" + view->name);
  return response;
}

}  // namespace

class OperationsRoutes::Handlers final : public api::Operations {
 public:
  Handlers(OperationsService& service, std::function<std::vector<Finding>()> examine)
      : service_(service), examine_(std::move(examine)) {}

  http::Response start_backup(const http::Request& http, const api::StartBackup& in) override {
    std::string to;
    if (in.body["to"].present()) to = in.body["to"].text();
    // A place on the server's disk may be named by the user the hub runs as, who alone reaches its socket; an
    // address is what tells the others.
    if (!to.empty() && !http.remote.empty())
      return problem(Error(ErrorCode::denied, "operations.bad_place").at("/to"), http.language);
    return begun(service_.start_backup(to, http.actor()), http.language);
  }

  http::Response list_backups(const http::Request& http, const api::ListBackups&) override {
    const auto views = service_.list();
    if (!views) return problem(views.error(), http.language);
    const auto free = service_.place().files.free_bytes(service_.place().data_folder);
    JsonWriter json(4096);
    json.begin_object();
    json.member("folder", service_.backups_folder());
    json.member("free_bytes", static_cast<std::int64_t>(free ? *free : 0));
    json.key("items");
    json.begin_array();
    for (const auto& view : *views) write_backup(json, view, Tables::left_out, http.language);
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response get_backup(const http::Request& http, const api::GetBackup& in) override {
    const auto view = service_.find(in.name);
    if (!view) return problem(view.error(), http.language);
    return http::Response::json(backup_json(*view, Tables::listed, http.language));
  }

  http::Response stop_backup(const http::Request& http, const api::StopBackup& in) override {
    const auto stopped = service_.stop(in.name, http.actor());
    if (!stopped) return problem(stopped.error(), http.language);
    service_.wait();
    return begun(service_.find(in.name), http.language);
  }

  http::Response check_backup(const http::Request& http, const api::CheckBackup& in) override {
    return begun(service_.start_check(in.name, http.actor()), http.language);
  }

  http::Response examine_system(const http::Request& http, const api::ExamineSystem&) override {
    return http::Response::json(findings_json(examine_(), service_.place().clock.now(), http.language));
  }

 private:
  OperationsService& service_;
  std::function<std::vector<Finding>()> examine_;
};

OperationsRoutes::OperationsRoutes(OperationsService& service, std::function<std::vector<Finding>()> examine)
    : handlers_(std::make_unique<Handlers>(service, std::move(examine))) {}

OperationsRoutes::~OperationsRoutes() = default;

std::vector<http::Route> OperationsRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::operations

#include "scenario/scenario_routes.h"

#include "base/file_system.h"
#include "scenario/api.gen.h"
#include "scenario/scenario_json.h"
#include "scenario/tiles.h"

namespace jingwei::scenario {

using http::problem;

namespace {

constexpr std::uint64_t zip_bytes_most = 8 << 20;

std::string text_or_empty(const schema::Datum& given) {
  return given.present() ? std::string(given.text()) : std::string();
}

}  // namespace

class ScenarioRoutes::Handlers final : public api::Operations {
 public:
  Handlers(ScenarioService& scenarios, FileSystem& spool, IsOn is_on)
      : scenarios_(scenarios), spool_(spool), is_on_(std::move(is_on)) {}

  http::Response list_packages(const http::Request& http, const api::ListPackages&) override {
    const auto all = scenarios_.list();
    if (!all) return problem(all.error(), http.language);
    return http::Response::json(packages_json(*all, http.language));
  }

  http::Response get_package(const http::Request& http, const api::GetPackage& in) override {
    const auto kept = scenarios_.get(in.package);
    if (!kept) return problem(kept.error(), http.language);
    return http::Response::json(detail_json(*kept, http.language));
  }

  http::Response check_package(const http::Request& http, const api::CheckPackage&) override {
    const auto package = read_upload(http);
    if (!package) return problem(package.error(), http.language);
    const auto kept = scenarios_.get(package->id);
    const bool installed = kept && kept->state == PackageState::installed;
    return http::Response::json(check_json(*package, installed ? version_of(kept->package) : std::string(),
                                           scenarios_.check(*package),
                                           scenarios_.warnings(*package, http.language), http.language));
  }

  http::Response install_package(const http::Request& http, const api::InstallPackage& in) override {
    auto package = read_upload(http);
    if (!package) return problem(package.error(), http.language);
    const auto kept = scenarios_.install(
        std::move(*package), {http.actor(in.actor.value_or("")), in.reason.value_or(""), in.idempotency_key,
                              in.downgrade.value_or(false) ? Older::taken : Older::refused});
    if (!kept) return problem(kept.error(), http.language);
    return http::Response::json(
        installed_json(*kept, scenarios_.warnings(kept->package, http.language), http.language), 201);
  }

  http::Response remove_package(const http::Request& http, const api::RemovePackage& in) override {
    const auto kept =
        scenarios_.remove(in.package, {http.actor(text_or_empty(in.body["actor"])),
                                       std::string(in.body["reason"].text()), in.idempotency_key});
    if (!kept) return problem(kept.error(), http.language);
    return http::Response::json(summary_json(*kept, http.language));
  }

  http::Response get_feature_coverage(const http::Request& http, const api::GetFeatureCoverage&) override {
    return http::Response::json(coverage_json(*scenarios_.shelf(), http.language));
  }

  http::Response list_pages(const http::Request& http, const api::ListPages& in) override {
    return http::Response::json(pages_json(*scenarios_.shelf(), is_on_, roles_of(http),
                                           http.caller->is_local(), in.on.value_or(""), http.language));
  }

  http::Response list_tiles(const http::Request& http, const api::ListTiles&) override {
    return http::Response::json(
        tiles_json(*scenarios_.shelf(), roles_of(http), http.caller->is_local(), http.language));
  }

 private:
  static std::set<std::string> roles_of(const http::Request& http) {
    std::set<std::string> roles;
    for (const auto& grant : http.caller->grants()) roles.insert(grant.role->id);
    return roles;
  }

  // The spooled body as a package.
  Result<Package> read_upload(const http::Request& http) {
    if (http.spool_path.empty()) return Error(ErrorCode::invalid, "scenario.bad_zip");
    JW_ASSIGN(const std::string bytes, read_text(spool_, http.spool_path, zip_bytes_most));
    return read_zip(bytes);
  }

  ScenarioService& scenarios_;
  FileSystem& spool_;
  IsOn is_on_;
};

ScenarioRoutes::ScenarioRoutes(ScenarioService& scenarios, FileSystem& spool, IsOn is_on)
    : handlers_(std::make_unique<Handlers>(scenarios, spool, std::move(is_on))) {}
ScenarioRoutes::~ScenarioRoutes() = default;

std::vector<http::Route> ScenarioRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::scenario

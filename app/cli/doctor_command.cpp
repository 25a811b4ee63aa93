#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/hub.h"
#include "app/serve.h"
#include "app/system_api.h"
#include "base/json.h"

namespace jingwei::app::cli {

namespace {

constexpr std::uint64_t low_disk_bytes = 2ULL << 30;

// One thing looked at: what was found, and whether somebody must act.
struct Finding {
  enum class State : std::uint8_t { fine, notice, wrong } state = State::fine;
  std::string id;
  Arguments arguments;
};

void look_at_disk(const std::string& data, std::vector<Finding>& findings) {
  const auto free = real_file_system().free_bytes(data);
  if (!free) {
    findings.push_back({Finding::State::wrong, "doctor.folder_unreadable", {{"data", data}}});
    return;
  }
  const auto state = *free < low_disk_bytes ? Finding::State::wrong : Finding::State::fine;
  findings.push_back({state,
                      state == Finding::State::fine ? "doctor.disk" : "doctor.disk_low",
                      {{"free", grouped(static_cast<std::int64_t>(*free >> 20))}}});
}

// Looks at the store itself; nobody else holds it.
void look_at_hub(Hub& hub, std::vector<Finding>& findings) {
  findings.push_back({Finding::State::fine,
                      "doctor.store",
                      {{"store", hub.settings().store == "embedded" ? "SQLite" : "PostgreSQL"}}});
  const auto tree = hub.regions().tree();
  const bool known = tree->find(hub.settings().region) != region::no_node;
  findings.push_back({known ? Finding::State::fine : Finding::State::wrong,
                      known ? "doctor.regions" : "app.region_unknown",
                      {{"regions", grouped(tree->size())}, {"region", hub.settings().region}}});
  if (const auto waiting = hub.ingest().list_batches("", BatchId(), limits::page_size_most)) {
    std::int64_t unfinished = 0, failed = 0;
    for (const auto& view : *waiting) {
      unfinished +=
          view.batch.state == ingest::BatchState::queued || view.batch.state == ingest::BatchState::running
              ? 1
              : 0;
      failed += view.batch.state == ingest::BatchState::failed ? 1 : 0;
    }
    if (unfinished > 0)
      findings.push_back(
          {Finding::State::notice, "doctor.batches_waiting", {{"count", grouped(unfinished)}}});
    if (failed > 0)
      findings.push_back({Finding::State::notice, "doctor.batches_failed", {{"count", grouped(failed)}}});
  }
  const auto began = hub.clock().monotonic();
  std::int64_t pages = 0;
  for (;;) {
    const auto folded = hub.metrics().step(metrics::MetricsService::Saving::no);
    if (!folded || !*folded) break;
    ++pages;
  }
  const double seconds = std::chrono::duration<double>(hub.clock().monotonic() - began).count();
  findings.push_back({Finding::State::fine,
                      pages == 0 ? "doctor.feed" : "doctor.feed_behind",
                      {{"time", duration_text(seconds)}}});
}

// A server runs: it answers for itself.
void look_at_server(const std::string& data, std::vector<Finding>& findings) {
  const ServerClient server(socket_path(data));
  const auto ready = server.get("/readyz");
  if (!ready) {
    findings.push_back({Finding::State::wrong, "app.server_unreachable", {{"path", socket_path(data)}}});
  } else if (ready->status != 200) {
    findings.push_back({Finding::State::wrong, "doctor.server_not_ready", {}});
  } else {
    findings.push_back({Finding::State::fine, "doctor.server", {}});
  }
}

int run(const Common& common) {
  static const SystemClock clock;
  std::vector<Finding> findings;
  findings.push_back({Finding::State::fine, "doctor.version", {{"version", std::string(version)}}});
  look_at_disk(common.data, findings);
  const Instant sensible = Instant{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}};
  const bool clock_is_right = clock.now() > sensible;
  findings.push_back({clock_is_right ? Finding::State::fine : Finding::State::wrong,
                      clock_is_right ? "doctor.clock" : "doctor.clock_wrong",
                      {{"now", to_rfc3339(clock.now())}}});
  auto hub = Hub::open(common.data, find_share(), clock);
  if (hub) {
    look_at_hub(**hub, findings);
  } else if (hub.error().message == "storage.locked") {
    look_at_server(common.data, findings);
  } else {
    return report(hub.error(), common.json);
  }

  bool healthy = true;
  JsonWriter json;
  json.begin_object();
  json.key("findings");
  json.begin_array();
  constexpr std::string_view names[] = {"fine", "notice", "wrong"};
  constexpr std::string_view marks[] = {"✓", "·", "✗"};
  for (const auto& finding : findings) {
    healthy = healthy && finding.state != Finding::State::wrong;
    const auto state = static_cast<std::size_t>(finding.state);
    const std::string text = sentence(finding.id, finding.arguments);
    json.begin_object();
    json.member("id", finding.id);
    json.member("state", names[state]);
    json.member("sentence", text);
    json.end_object();
    if (!common.json) std::printf("%s %s\n", std::string(marks[state]).c_str(), text.c_str());
  }
  json.end_array();
  json.member("healthy", healthy);
  json.end_object();
  if (common.json) std::printf("%s\n", json.text().c_str());
  return healthy ? 0 : static_cast<int>(Exit::failed);
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto common = std::make_shared<Common>();
  CLI::App* sub = app.add_subcommand("doctor", sentence("cli.help.doctor"));
  add_data_option(*sub, *common);
  add_json_option(*sub, *common);
  sub->callback([common, &exit_code] { exit_code = run(*common); });
}

}  // namespace jingwei::app::cli

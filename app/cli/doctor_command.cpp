#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/operations_places.h"
#include "app/serve.h"

namespace jingwei::app::cli {

namespace {

using operations::Finding;
using operations::FindingState;

// Whether a server runs on this folder, told as a finding when one does.
Serving look_at_server(const std::string& data, std::vector<Finding>& findings) {
  const ServerClient server(socket_path(data));
  const auto ready = server.get("/readyz");
  if (!ready) return Serving::no;
  const bool good = ready->status == 200;
  findings.push_back({good ? FindingState::fine : FindingState::wrong,
                      "versions",
                      good ? "doctor.server" : "doctor.server_not_ready",
                      {},
                      good ? "" : "doctor.advice.server_not_ready"});
  return Serving::yes;
}

int run(const Common& common) {
  static const SystemClock clock;
  const auto settings = read_settings(real_file_system(), common.data);
  if (!settings) return report(settings.error(), common.json);
  std::vector<Finding> findings;
  const Serving serving = look_at_server(common.data, findings);
  auto more = operations::examine(doctor_place(common.data, *settings, clock, serving));
  findings.insert(findings.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  if (common.json) {
    std::printf("%s\n", operations::findings_json(findings, clock.now(), terminal_language()).c_str());
  } else {
    constexpr std::string_view marks[] = {"✓", "·", "✗"};
    for (const auto& finding : findings) {
      std::printf("%s %s\n", std::string(marks[static_cast<std::size_t>(finding.state)]).c_str(),
                  sentence(finding.id, finding.arguments).c_str());
      if (!finding.advice.empty())
        std::printf("    → %s\n", sentence(finding.advice, finding.arguments).c_str());
    }
  }
  return operations::is_healthy(findings) ? 0 : static_cast<int>(Exit::failed);
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

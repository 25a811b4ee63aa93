#include <unistd.h>

#include <filesystem>
#include <variant>

#include "app/cli/scenario_command.h"
#include "app/cli/server_json.h"
#include "app/hub.h"
#include "app/serve.h"
#include "base/percent.h"
#include "base/random.h"
#include "scenario/scenario_json.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

struct PackageAsked {
  Common common;
  std::string folder, id, reason, actor;
  bool downgrade = false;
};

std::string actor_of(const PackageAsked& asked) {
  if (!asked.actor.empty()) return asked.actor;
  const char* login = std::getenv("USER");  // NOLINT(concurrency-mt-unsafe)
  return login == nullptr ? "cli" : login;
}

// The hub of the folder, or null when a server holds it.
Result<std::unique_ptr<Hub>> own_hub(const Common& common) {
  static const SystemClock clock;
  auto hub = Hub::open(common.data, find_share(), clock);
  if (!hub.ok() && hub.error().message == "storage.locked") return std::unique_ptr<Hub>();
  return hub;
}

Result<json::value> parsed(const std::string& text) {
  json::error_code fault;
  json::value value = json::parse(text, fault);
  if (fault) return Error(ErrorCode::internal, "app.server_silent").because(fault.message());
  return value;
}

void show(const json::value& package) {
  const auto& covers = package.at("covers").as_array();
  std::string rows;
  for (const auto& row : covers) rows += (rows.empty() ? "" : ", ") + std::string(row.as_string());
  say(false, "cli.scenario.line",
      {{"id", text_of(package, "id")},
       {"version", text_of(package, "version")},
       {"state", sentence("cli.scenario." + text_of(package, "state"))},
       {"origin", sentence("cli.scenario.from_" + text_of(package, "origin"))},
       {"title", text_of(package, "title")},
       {"covers", rows}});
}

Result<void> list(const PackageAsked& asked) {
  JW_ASSIGN(const auto hub, own_hub(asked.common));
  std::string answer;
  if (hub) {
    JW_ASSIGN(const auto all, hub->scenarios().list());
    answer = scenario::packages_json(all, terminal_language());
  } else {
    JW_ASSIGN(answer, ask_server(asked.common.data, "GET", "/api/v1/packages"));
  }
  JW_ASSIGN(const json::value packages, parsed(answer));
  if (printed_as_json(asked.common, packages)) return {};
  for (const auto& package : packages.at("items").as_array()) show(package);
  return {};
}

// Sends the package as a zip, which stands on disk meanwhile.
Result<std::string> send_package(const PackageAsked& asked, const scenario::Package& package) {
  JW_ASSIGN(const std::string zip, scenario::zipped(package));
  SecureRandom random;
  const std::string path = fs::temp_directory_path() / ("jingwei-" + random_credential(random) + ".zip");
  JW_TRY(write_text_durably(real_file_system(), path, zip));
  const ServerClient server(socket_path(asked.common.data));
  const std::string target = "/api/v1/packages?actor=" + percent_encoded(actor_of(asked)) +
                             "&reason=" + percent_encoded(asked.reason) +
                             (asked.downgrade ? "&downgrade=true" : "");
  auto answer = server.post_file(target, path, "application/zip", [](std::int64_t) {});
  static_cast<void>(real_file_system().remove(path));
  if (!answer) return std::move(answer).error();
  if (answer->status >= 300) return error_of(*answer);
  return answer->body;
}

Result<void> install(const PackageAsked& asked) {
  FileSystem& files = real_file_system();
  scenario::Package package;
  if (asked.folder.ends_with(".zip")) {
    JW_ASSIGN(const std::string bytes, read_text(files, asked.folder, scenario::package_bytes_most * 2));
    JW_ASSIGN(package, scenario::read_zip(bytes));
  } else {
    JW_TRY(check_is_folder(asked.folder));
    JW_ASSIGN(package, scenario::read_package(files, asked.folder));
  }
  JW_ASSIGN(const auto hub, own_hub(asked.common));
  std::string answer;
  if (hub) {
    const auto older = asked.downgrade ? scenario::Older::taken : scenario::Older::refused;
    JW_ASSIGN(const auto kept,
              hub->scenarios().install(std::move(package), {actor_of(asked), asked.reason, {}, older}));
    const auto warnings = hub->scenarios().warnings(kept.package, terminal_language());
    answer = scenario::installed_json(kept, warnings, terminal_language());
  } else {
    JW_ASSIGN(answer, send_package(asked, package));
  }
  JW_ASSIGN(const json::value made, parsed(answer));
  if (printed_as_json(asked.common, made)) return {};
  say(false, "cli.scenario.installed_now",
      {{"id", text_of(made, "id")}, {"version", text_of(made, "version")}});
  for (const auto& warning : made.at("warnings").as_array())
    say(false, "cli.scenario.warning",
        {{"place", text_of(warning, "place")}, {"sentence", text_of(warning, "sentence")}});
  return {};
}

Result<void> remove(const PackageAsked& asked) {
  JW_ASSIGN(const auto hub, own_hub(asked.common));
  std::string answer;
  if (hub) {
    JW_ASSIGN(const auto kept, hub->scenarios().remove(asked.id, {actor_of(asked), asked.reason}));
    answer = scenario::summary_json(kept, terminal_language());
  } else {
    const json::object body{{"reason", asked.reason}, {"actor", actor_of(asked)}};
    JW_ASSIGN(answer, ask_server(asked.common.data, "POST",
                                 "/api/v1/packages/" + percent_encoded(asked.id) + "/removal",
                                 json::serialize(body)));
  }
  JW_ASSIGN(const json::value made, parsed(answer));
  if (printed_as_json(asked.common, made)) return {};
  say(false, "cli.scenario.removed_now", {{"id", text_of(made, "id")}});
  return {};
}

}  // namespace

void add_scenario_server(CLI::App& group, int& exit_code) {
  add_server_command<PackageAsked>(group, exit_code, "list", "cli.help.scenario_list", list);

  auto [installing, install_asked] =
      add_server_command<PackageAsked>(group, exit_code, "install", "cli.help.scenario_install", install);
  installing->add_option("folder", install_asked->folder, sentence("cli.help.scenario_zip"))->required();
  installing->add_option("--reason", install_asked->reason, sentence("cli.help.scenario_reason"));
  installing->add_option("--actor", install_asked->actor, sentence("cli.help.catalog_actor"));
  installing->add_flag("--downgrade", install_asked->downgrade, sentence("scenario.help_downgrade"));

  auto [removing, remove_asked] =
      add_server_command<PackageAsked>(group, exit_code, "remove", "cli.help.scenario_remove", remove);
  removing->add_option("id", remove_asked->id, sentence("cli.help.scenario_id"))->required();
  removing->add_option("--reason", remove_asked->reason, sentence("cli.help.scenario_reason"))->required();
  removing->add_option("--actor", remove_asked->actor, sentence("cli.help.catalog_actor"));
}

}  // namespace jingwei::app::cli

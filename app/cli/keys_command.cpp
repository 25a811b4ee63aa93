#include <boost/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/hub.h"
#include "app/keys_json.h"
#include "app/serve.h"

namespace jingwei::app::cli {

namespace {

enum class Wanted : std::uint8_t { list, rotate };

Result<std::string> through_server(const Common& common, Wanted wanted) {
  const ServerClient server(socket_path(common.data));
  JW_ASSIGN(const Answer answer,
            wanted == Wanted::list ? server.get("/api/v1/keys") : server.post("/api/v1/keys/rotation", ""));
  if (answer.status != 200) {
    return Error(ErrorCode::unavailable, "app.server_refused").with("sentence", answer.body);
  }
  return answer.body;
}

Result<std::string> by_ourselves(Hub& hub, Wanted wanted) {
  if (wanted == Wanted::rotate) {
    storage::Change change;
    change.audit.push_back({"cli", "keys.rotate", "keystore", "{}"});
    auto recorded = hub.store().commit(std::move(change));
    if (!recorded) return std::move(recorded).error();
    JW_TRY(hub.keystore().rotate());
  }
  return keys_json(hub.keystore().list());
}

Result<void> run(const Common& common, Wanted wanted) {
  static const SystemClock clock;
  auto hub = Hub::open(common.data, find_share(), clock);
  if (!hub && hub.error().message != "storage.locked") return std::move(hub).error();
  JW_ASSIGN(const std::string body, hub ? by_ourselves(**hub, wanted) : through_server(common, wanted));
  if (common.json) {
    std::printf("%s\n", body.c_str());
    return {};
  }
  if (wanted == Wanted::rotate) {
    say(false, "cli.keys.rotated");
    return {};
  }
  const auto listed = boost::json::parse(body);
  for (const auto& key : listed.at("items").as_array()) {
    const auto text = [&](const char* name) { return std::string(key.at(name).as_string()); };
    const std::string state =
        key.at("destroyed_at").is_null()
            ? sentence("cli.keys.live")
            : sentence("cli.keys.destroyed", {{"at", text("destroyed_at")}, {"by", text("destroyed_by")}});
    say(false, "cli.keys.line",
        {{"id", std::to_string(key.at("id").as_int64())},
         {"kind", text("kind")},
         {"suite", text("suite")},
         {"month", text("month")},
         {"scope", text("scope")},
         {"state", state}});
  }
  return {};
}

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
  CLI::App* keys = app.add_subcommand("keys", sentence("cli.help.keys"));
  keys->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Wanted wanted) {
    auto common = std::make_shared<Common>();
    CLI::App* sub = keys->add_subcommand(name, sentence(help));
    add_data_option(*sub, *common);
    add_json_option(*sub, *common);
    sub->callback([common, wanted, &exit_code] {
      if (const auto done = run(*common, wanted); !done) exit_code = report(done.error(), common->json);
    });
  };
  add("list", "cli.help.keys_list", Wanted::list);
  add("rotate", "cli.help.keys_rotate", Wanted::rotate);
}

}  // namespace jingwei::app::cli

#include <boost/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/hub.h"
#include "app/key_orders.h"
#include "app/keys_json.h"
#include "app/serve.h"
#include "base/json.h"

namespace jingwei::app::cli {

namespace {

enum class Wanted : std::uint8_t { list, rotate, destroy };

struct KeysCommand {
  Common common;
  Wanted wanted = Wanted::list;
  std::vector<crypto::KeyId> keys;  // to destroy
  std::string order;
  std::string to;  // new place of the master key
};

std::string destruction_body(const KeysCommand& command) {
  JsonWriter json;
  json.begin_object();
  json.key("keys");
  json.begin_array();
  for (const crypto::KeyId id : command.keys) json.value(static_cast<std::int64_t>(id));
  json.end_array();
  json.member("order", command.order);
  json.end_object();
  return json.take();
}

Result<std::string> through_server(const KeysCommand& command) {
  const std::string& data = command.common.data;
  switch (command.wanted) {
    case Wanted::rotate:
      return ask_server(data, "POST", "/api/v1/keys/rotation");
    case Wanted::destroy:
      return ask_server(data, "POST", "/api/v1/keys/destruction", destruction_body(command));
    default:
      return ask_server(data, "GET", "/api/v1/keys");
  }
}

Result<std::string> by_ourselves(Hub& hub, const KeysCommand& command) {
  if (command.wanted == Wanted::rotate) JW_TRY(rotate_keys(hub, "cli"));
  if (command.wanted == Wanted::destroy) JW_TRY(destroy_keys(hub, command.keys, command.order, "cli"));
  return keys_json(hub.keystore().list());
}

void tell_list(const std::string& body) {
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
}

Result<void> run(const KeysCommand& command) {
  static const SystemClock clock;
  auto hub = Hub::open(command.common.data, find_share(), clock);
  if (!hub && hub.error().message != "storage.locked") return std::move(hub).error();
  JW_ASSIGN(const std::string body, hub ? by_ourselves(**hub, command) : through_server(command));
  if (command.common.json) {
    std::printf("%s\n", body.c_str());
  } else if (command.wanted == Wanted::rotate) {
    say(false, "cli.keys.rotated");
  } else if (command.wanted == Wanted::destroy) {
    say(false, "cli.keys.destroyed_now",
        {{"keys", std::to_string(command.keys.size())}, {"order", command.order}});
  } else {
    tell_list(body);
  }
  return {};
}

// The hub is opened first, which on SQLite fails while a server has it, and is on record.
Result<void> rewrap(const KeysCommand& command) {
  static const SystemClock clock;
  // Several processes may share a PostgreSQL: one on this folder answers on its socket.
  if (ServerClient(socket_path(command.common.data)).get("/healthz"))
    return Error(ErrorCode::conflict, "app.server_has_keys").with("data", command.common.data);
  crypto::KeystorePlace place;
  {
    JW_ASSIGN(const auto hub, Hub::open(command.common.data, find_share(), clock));
    place = keystore_place(hub->data_folder(), hub->settings());
    storage::Change change;
    change.audit.push_back({"cli", "keys.rewrap", "keystore", "{}"});
    auto recorded = hub->store().commit(std::move(change));
    if (!recorded) return std::move(recorded).error();
  }
  JW_TRY(crypto::change_master(real_file_system(), place, command.to, clock));
  say(command.common.json, "cli.keys.rewrapped", {{"path", place.folder + "/master.key"}});
  if (command.common.json) std::printf("{\"rewrapped\":true}\n");
  return {};
}

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
  CLI::App* keys = app.add_subcommand("keys", sentence("cli.help.keys"));
  keys->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Wanted wanted,
                       Result<void> (*act)(const KeysCommand&)) {
    auto command = std::make_shared<KeysCommand>();
    command->wanted = wanted;
    CLI::App* sub = keys->add_subcommand(name, sentence(help));
    add_data_option(*sub, command->common);
    add_json_option(*sub, command->common);
    sub->callback([command, act, &exit_code] {
      if (const auto done = act(*command); !done) exit_code = report(done.error(), command->common.json);
    });
    return std::pair{sub, command};
  };
  add("list", "cli.help.keys_list", Wanted::list, run);
  add("rotate", "cli.help.keys_rotate", Wanted::rotate, run);
  const auto [destroy, order] = add("destroy", "cli.help.keys_destroy", Wanted::destroy, run);
  destroy->add_option("key", order->keys, sentence("cli.option.keys"))
      ->required()
      ->type_name("KEY")
      ->expected(1, -1);
  destroy->add_option("--order", order->order, sentence("cli.option.key_order"))
      ->required()
      ->type_name("TEXT");
  const auto [wrap, place] = add("rewrap", "cli.help.keys_rewrap", Wanted::list, rewrap);
  wrap->add_option("--to", place->to, sentence("cli.option.master_place"))
      ->required()
      ->type_name("file|pkcs11:…");
}

}  // namespace jingwei::app::cli

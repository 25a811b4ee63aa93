#include <boost/json.hpp>
#include <filesystem>
#include <thread>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/hub.h"
#include "app/modules.h"
#include "app/operations_places.h"
#include "app/serve.h"
#include "base/json.h"
#include "crypto/destruction_ledger.h"
#include "modules/operations/operations_json.h"

namespace jingwei::app::cli {

namespace {

using operations::Progress;

constexpr std::chrono::milliseconds poll_rhythm{200};

struct BackupCommand {
  Common common;
  std::string to, check;
};

struct RestoreCommand {
  Common common;
  std::string from, store, ledger;
};

std::string absolute(const std::string& path) {
  std::string whole = std::filesystem::absolute(path).lexically_normal().string();
  if (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

operations::OnProgress shown(bool json) {
  return [json](const Progress& progress) {
    show_progress(json, sentence("cli.backup.progress", {{"step", progress.step},
                                                         {"tables", std::to_string(progress.tables_done)},
                                                         {"all", std::to_string(progress.tables_total)},
                                                         {"rows", grouped(progress.rows_done)}}));
    return true;
  };
}

// The server makes it, so that it is on record there; here it is waited for.
Result<void> through_server(const BackupCommand& command) {
  const ServerClient server(socket_path(command.common.data));
  std::string body = "{\"to\":";
  append_json_string(body, command.to);
  JW_ASSIGN(Answer answer, server.post("/api/v1/backups", body + "}"));
  const auto refused = [&] {
    return Error(ErrorCode::unavailable, "app.server_refused").with("sentence", answer.body);
  };
  if (answer.status != 202) return refused();
  for (;;) {
    const auto view = boost::json::parse(answer.body);
    if (view.at("state").as_string() != "running") {
      return view.at("state").as_string() == "done" ? Result<void>() : Result<void>(refused());
    }
    std::this_thread::sleep_for(poll_rhythm);
    JW_ASSIGN(answer, server.get("/api/v1/backups/" + std::string(view.at("name").as_string())));
    if (answer.status != 200) return refused();
  }
}

Result<void> by_ourselves(Hub& hub, const BackupCommand& command) {
  storage::Change change;
  change.audit.push_back({"cli", "backup.start", "backup", "{}"});
  auto recorded = hub.store().commit(std::move(change));
  if (!recorded) return std::move(recorded).error();
  const auto place = backup_place(hub.data_folder(), hub.settings(), hub.clock());
  JW_ASSIGN(const auto manifest, operations::take_backup(place, command.to, shown(command.common.json)));
  return operations::note_backup(place, command.to, manifest);
}

void tell(const BackupCommand& command, const std::string& id, const operations::Manifest& manifest) {
  if (command.common.json) {
    operations::BackupView view;
    view.place = command.to.empty() ? command.check : command.to;
    view.name = view.place.substr(view.place.rfind('/') + 1);
    view.state = "done";
    view.started_at = manifest.started_at;
    view.manifest = manifest;
    std::printf("%s\n",
                operations::backup_json(view, operations::Tables::listed, terminal_language()).c_str());
    return;
  }
  say(false, id,
      {{"tables", std::to_string(manifest.tables.size())},
       {"rows", grouped(manifest.rows())},
       {"bytes", grouped(manifest.bytes())},
       {"position", manifest.position.to_string()},
       {"place", command.to}});
  for (const auto& file : manifest.missing) say(false, "cli.backup.missing", {{"file", file}});
}

Result<void> run(BackupCommand& command) {
  static const SystemClock clock;
  if (!command.check.empty()) {
    command.check = absolute(command.check);
    JW_ASSIGN(const auto manifest,
              operations::verify_backup(real_file_system(), command.check, shown(command.common.json)));
    tell(command, "cli.backup.sound", manifest);
    return {};
  }
  command.to = absolute(command.to);
  auto hub = Hub::open(command.common.data, find_share(), clock);
  if (!hub && hub.error().message != "storage.locked") return std::move(hub).error();
  JW_TRY(hub ? by_ourselves(**hub, command) : through_server(command));
  JW_ASSIGN(const auto manifest, operations::read_manifest(real_file_system(), command.to));
  tell(command, "cli.backup.done", manifest);
  return {};
}

Result<void> run(const RestoreCommand& command) {
  static const std::vector<storage::Migration> steps = all_migrations();
  const std::string data = absolute(command.common.data), from = absolute(command.from);
  std::string store = command.store;
  if (store.empty()) {
    JW_ASSIGN(const auto manifest, operations::read_manifest(real_file_system(), from));
    if (manifest.storage == storage::Dialect::postgres)
      return Error(ErrorCode::invalid, "operations.store_wanted");
    store = "embedded";
  }
  std::string ledger;
  if (!command.ledger.empty()) {
    ledger = absolute(command.ledger);
    JW_ASSIGN(const bool present, real_file_system().exists(ledger));
    if (!present) return Error(ErrorCode::not_found, "crypto.ledger_missing").with("path", ledger);
    JW_ASSIGN([[maybe_unused]] const auto keys, crypto::read_ledger(real_file_system(), ledger));
  }
  Settings restored;
  const operations::RestorePlan plan{
      real_file_system(), from, data, store, steps, [&](const std::string& text) -> Result<std::string> {
        JW_ASSIGN(restored, parse_settings(text, from + "/settings.yaml"));
        restored.store = store;
        // In the settings, so that no start goes without it.
        if (!ledger.empty()) restored.destruction_ledger = ledger;
        return settings_text(restored);
      }};
  JW_ASSIGN(const auto done, operations::restore_backup(plan, shown(command.common.json)));
  if (command.common.json) {
    JsonWriter json;
    json.begin_object();
    json.member("proved", done.proved());
    json.member("position", done.manifest.position.to_string());
    json.key("tables");
    json.begin_array();
    for (const auto& table : done.tables) {
      json.begin_object();
      json.member("name", table.table);
      json.member("rows", table.restored_rows);
      json.member("digest", table.restored_digest);
      json.member("equal", table.equal());
      json.end_object();
    }
    json.end_array();
    json.end_object();
    std::printf("%s\n", json.text().c_str());
    return {};
  }
  say(false, "cli.restore.done",
      {{"tables", std::to_string(done.tables.size())},
       {"rows", grouped(done.manifest.rows())},
       {"keys", keys_folder(data, restored)},
       {"data", data}});
  if (restored.destruction_ledger.empty()) say(false, "cli.restore.no_ledger");
  return {};
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<BackupCommand>();
  CLI::App* sub = app.add_subcommand("backup", sentence("cli.help.backup"));
  add_data_option(*sub, command->common);
  add_json_option(*sub, command->common);
  auto* where = sub->add_option_group("where");
  where->add_option("--to", command->to, sentence("cli.option.backup_to"))->type_name("DIR");
  where->add_option("--check", command->check, sentence("cli.option.backup_check"))->type_name("DIR");
  where->require_option(1);
  sub->callback([command, &exit_code] {
    if (const auto done = run(*command); !done) exit_code = report(done.error(), command->common.json);
  });
}

void add_restore(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<RestoreCommand>();
  CLI::App* sub = app.add_subcommand("restore", sentence("cli.help.restore"));
  add_data_option(*sub, command->common);
  add_json_option(*sub, command->common);
  sub->add_option("--from", command->from, sentence("cli.option.restore_from"))->type_name("DIR")->required();
  sub->add_option("--store", command->store, sentence("cli.option.restore_store"))
      ->type_name("embedded|postgresql://…");
  sub->add_option("--ledger", command->ledger, sentence("cli.option.restore_ledger"))->type_name("FILE");
  sub->callback([command, &exit_code] {
    if (const auto done = run(*command); !done) exit_code = report(done.error(), command->common.json);
  });
}

}  // namespace jingwei::app::cli

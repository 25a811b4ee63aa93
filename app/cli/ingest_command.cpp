#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>

#include "app/cli/cli.h"
#include "app/cli/piece_sender.h"
#include "app/cli/server_client.h"
#include "app/hub.h"
#include "app/serve.h"
#include "base/json.h"
#include "modules/ingest/ingest_json.h"

namespace jingwei::app::cli {

namespace {

constexpr std::chrono::milliseconds poll_interval{200};

struct IngestCommand {
  Common common;
  std::string resource;
  std::vector<std::string> paths;
};

// What the terminal shows of a batch, from either side of the socket.
struct BatchLine {
  std::string id, state, filename, error;
  std::int64_t rows = 0, accepted = 0, cleaned = 0, unchanged = 0, refused = 0;
  double pace = 0;
  std::optional<double> seconds_left;
  bool repeated = false;
  std::vector<std::pair<std::string, std::int64_t>> reasons;
  std::string json;
  bool ended() const { return state == "done" || state == "failed"; }
};

Result<BatchLine> line_of(const std::string& body) {
  try {
    const boost::json::object batch = boost::json::parse(body).as_object();
    const auto text = [&](const char* key) {
      return batch.at(key).is_string() ? std::string(batch.at(key).as_string()) : std::string();
    };
    const auto number = [&](const char* key) { return batch.at(key).to_number<std::int64_t>(); };
    BatchLine line{text("id"), text("state"), text("filename"), text("error")};
    line.rows = number("rows_read");
    line.accepted = number("accepted");
    line.cleaned = number("cleaned");
    line.unchanged = number("unchanged");
    line.refused = number("refused");
    line.pace = batch.at("rows_per_second").to_number<double>();
    if (!batch.at("seconds_left").is_null()) line.seconds_left = batch.at("seconds_left").to_number<double>();
    line.repeated = batch.at("repeated").as_bool();
    for (const auto& reason : batch.at("reasons").as_array()) {
      const auto& entry = reason.as_object();
      const std::string field(entry.at("field").as_string());
      line.reasons.emplace_back(
          (field.empty() ? "" : field + ": ") + std::string(entry.at("title").as_string()),
          entry.at("count").to_number<std::int64_t>());
    }
    line.json = body;
    return line;
  } catch (const std::exception& fault) {
    return Error(ErrorCode::internal, "app.server_silent").because(fault.what());
  }
}

void show(const IngestCommand& command, const BatchLine& line) {
  const std::string left = line.seconds_left ? duration_text(*line.seconds_left) : "…";
  show_progress(command.common.json,
                sentence("cli.ingest.progress", {{"file", line.filename},
                                                 {"rows", grouped(line.rows)},
                                                 {"refused", grouped(line.refused)},
                                                 {"pace", grouped(static_cast<std::int64_t>(line.pace))},
                                                 {"left", left}}));
}

void tell(const IngestCommand& command, const BatchLine& line) {
  if (command.common.json) {
    std::printf("%s\n", line.json.c_str());
    return;
  }
  if (line.state == "failed") {
    say(false, "cli.ingest.failed", {{"file", line.filename}, {"batch", line.id}, {"error", line.error}});
    return;
  }
  say(false, line.repeated ? "cli.ingest.repeated" : "cli.ingest.done",
      {{"file", line.filename},
       {"batch", line.id},
       {"rows", grouped(line.rows)},
       {"accepted", grouped(line.accepted)},
       {"cleaned", grouped(line.cleaned)},
       {"unchanged", grouped(line.unchanged)},
       {"refused", grouped(line.refused)},
       {"pace", grouped(static_cast<std::int64_t>(line.pace))}});
  for (const auto& [reason, rows] : line.reasons)
    say(false, "cli.ingest.reason", {{"rows", grouped(rows)}, {"reason", reason}});
}

// The running server reads the file: sent through its socket in pieces, then followed until the batch has
// ended.
Result<BatchLine> through_server(const IngestCommand& command, const std::string& path) {
  const ServerClient server(socket_path(command.common.data));
  const std::string name = path.substr(path.find_last_of('/') + 1);
  JW_ASSIGN(const std::string accepted,
            send_in_pieces(server, command.resource, path, [&](std::int64_t sent, std::int64_t bytes) {
              show_progress(
                  command.common.json,
                  sentence("cli.ingest.sending",
                           {{"file", name}, {"sent", grouped(sent >> 20)}, {"all", grouped(bytes >> 20)}}));
            }));
  JW_ASSIGN(BatchLine line, line_of(accepted));
  const bool repeated = line.repeated;
  while (!line.ended()) {
    show(command, line);
    std::this_thread::sleep_for(poll_interval);
    JW_ASSIGN(const Answer state, server.get("/api/v1/batches/" + line.id));
    if (state.status != 200) return error_of(state);
    JW_ASSIGN(line, line_of(state.body));
  }
  line.repeated = repeated;
  return line;
}

// No server runs: this process takes the lock and reads the file itself.
Result<BatchLine> by_ourselves(Hub& hub, const IngestCommand& command, const std::string& path) {
  const auto shown = [&](const ingest::BatchView& view) {
    return line_of(ingest::batch_json(view, hub.catalog(), terminal_language()));
  };
  // The batch may be finished by another process, started elsewhere.
  std::error_code fault;
  const std::string absolute = std::filesystem::absolute(path, fault).string();
  JW_ASSIGN(auto view, hub.ingest().submit(command.resource, absolute, path, {"cli", std::nullopt}));
  const bool repeated = view.repeated;
  const auto follow = [&](const ingest::BatchView& now) {
    if (const auto line = shown(now); line.ok()) show(command, *line);
    while (true) {
      const auto folded = hub.metrics().step(metrics::MetricsService::Saving::yes);
      if (!folded.ok() || !*folded) break;
    }
  };
  for (;;) {
    const auto loaded = hub.ingest().load(view.batch.id, follow);
    JW_ASSIGN(view, hub.ingest().find_batch(view.batch.id));
    if (loaded) break;
    // On a shared database a server may take it up first: it is watched, and gone on with if that one stops.
    if (loaded.error().message != "ingest.loaded_elsewhere") return loaded.error();
    if (const auto line = shown(view); line.ok()) show(command, *line);
    std::this_thread::sleep_for(poll_interval);
  }
  view.repeated = repeated;
  return shown(view);
}

Result<bool> run(const IngestCommand& command) {
  static const SystemClock clock;
  bool all_taken = true;
  auto hub = Hub::open(command.common.data, find_share(), clock);
  const bool locked = !hub.ok() && hub.error().message == "storage.locked";
  if (!hub.ok() && !locked) return std::move(hub).error();
  for (const auto& path : command.paths) {
    auto line = locked ? through_server(command, path) : by_ourselves(**hub, command, path);
    if (!line) return std::move(line).error();
    tell(command, *line);
    all_taken = all_taken && line->state == "done";
  }
  return all_taken;
}

}  // namespace

void add_ingest(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<IngestCommand>();
  CLI::App* sub = app.add_subcommand("ingest", sentence("cli.help.ingest"));
  sub->footer(sentence("cli.help.ingest_footer"));
  add_data_option(*sub, command->common);
  add_json_option(*sub, command->common);
  sub->add_option("resource", command->resource, sentence("cli.option.resource"))
      ->required()
      ->type_name("RESOURCE");
  sub->add_option("file", command->paths, sentence("cli.option.files"))
      ->required()
      ->type_name("FILE")
      ->expected(1, -1);
  sub->callback([command, &exit_code] {
    const auto done = run(*command);
    if (!done) {
      exit_code = report(done.error(), command->common.json);
    } else if (!*done) {
      exit_code = static_cast<int>(Exit::refused);
    }
  });
}

}  // namespace jingwei::app::cli

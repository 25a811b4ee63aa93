// jingwei form fill: an Excel form that somebody sent, with what the hub knows in its empty cells.
#include <boost/json.hpp>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"
#include "app/hub.h"
#include "app/serve.h"
#include "base/json.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

struct FormCommand {
  Common common;
  std::string path;
  std::string out;  // empty: beside the form, with -filled in its name
  std::string resource;
  std::string under;
};

std::string out_path(const FormCommand& command) {
  if (!command.out.empty()) return command.out;
  const std::size_t dot = command.path.rfind(".xlsx");
  return command.path.substr(0, dot) + "-filled.xlsx";
}

// The running server fills it.
Result<std::string> through_server(const FormCommand& command) {
  const ServerClient server(socket_path(command.common.data));
  std::string target = "/api/v1/forms";
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    target += (target.find('?') == std::string::npos ? "?" : "&") + std::string(name) + "=" +
              percent_encoded(value);
  };
  add("resource", command.resource);
  add("under", command.under);
  JW_ASSIGN(Answer answer, server.post_file(target, command.path, "application/octet-stream", {}));
  if (answer.status == 200) return std::move(answer.body);
  boost::json::error_code fault;
  const auto problem = boost::json::parse(answer.body, fault);
  std::string detail = answer.body;
  if (!fault && problem.is_object() && problem.as_object().contains("detail"))
    detail = std::string(problem.as_object().at("detail").as_string());
  const ErrorCode code = answer.status == 404   ? ErrorCode::not_found
                         : answer.status >= 500 ? ErrorCode::unavailable
                                                : ErrorCode::invalid;
  return Error(code, "app.server_refused").with("sentence", detail);
}

// No server runs: this process takes the lock, brings the figures up to date and fills it itself.
Result<std::string> by_ourselves(Hub& hub, const FormCommand& command) {
  for (;;) {
    JW_ASSIGN(const bool folded, hub.metrics().step(metrics::MetricsService::Saving::no));
    if (!folded) break;
  }
  forms::FillOptions options{command.resource, {}};
  if (!command.under.empty()) options.under = command.under;
  JW_ASSIGN(forms::FilledForm form, hub.forms().fill(command.path, options, terminal_language()));
  return std::move(form.bytes);
}

Result<void> run(const FormCommand& command) {
  static const SystemClock clock;
  auto hub = Hub::open(command.common.data, find_share(), clock);
  const bool locked = !hub.ok() && hub.error().message == "storage.locked";
  if (!hub.ok() && !locked) return std::move(hub).error();
  JW_ASSIGN(const std::string bytes, locked ? through_server(command) : by_ourselves(**hub, command));
  const std::string out = out_path(command);
  JW_TRY(write_text_durably(real_file_system(), out, bytes));
  if (command.common.json) {
    JsonWriter json;
    json.begin_object();
    json.member("file", out);
    json.end_object();
    std::printf("%s\n", json.text().c_str());
  } else {
    say(false, "cli.form.filled", {{"file", out}});
  }
  return {};
}

}  // namespace

void add_form(CLI::App& app, int& exit_code) {
  CLI::App* form = app.add_subcommand("form", sentence("cli.help.form"));
  form->require_subcommand(1);
  auto command = std::make_shared<FormCommand>();
  CLI::App* fill = form->add_subcommand("fill", sentence("cli.help.form_fill"));
  add_data_option(*fill, command->common);
  add_json_option(*fill, command->common);
  fill->add_option("form", command->path, sentence("cli.option.form"))->required()->type_name("FILE");
  fill->add_option("--out", command->out, sentence("cli.option.form_out"))->type_name("FILE");
  fill->add_option("--resource", command->resource, sentence("cli.option.form_resource"))
      ->type_name("RESOURCE");
  fill->add_option("--under", command->under, sentence("cli.option.form_under"))->type_name("CODE");
  fill->callback([command, &exit_code] {
    if (const auto done = run(*command); !done) exit_code = report(done.error(), command->common.json);
  });
}

}  // namespace jingwei::app::cli

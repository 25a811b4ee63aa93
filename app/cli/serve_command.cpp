#include "app/cli/cli.h"
#include "app/demo_accounts.h"
#include "app/hub.h"
#include "app/serve.h"
#include "base/json.h"
#include "base/log.h"

namespace jingwei::app::cli {

namespace {

struct ServeCommand {
  Common common;
  ServeOptions options;
  std::string certificate, key, log_file;
};

Result<void> run(const ServeCommand& command) {
  static const SystemClock clock;
  const std::string& data = command.common.data;
  ServeOptions options = command.options;
  if (!command.certificate.empty()) options.tls = http::TlsFiles{command.certificate, command.key};
  log::open(command.log_file.empty() ? data + "/jingwei.log" : command.log_file, log::Level::info);
  const Share share = find_share();
  block_stop_signals();
  JW_ASSIGN(const auto hub, Hub::open(data, share, clock));
  JW_ASSIGN(const auto listen, parse_listen(options.listen));
  const bool loopback = is_loopback(listen.first);
  if (hub->settings().synthetic) JW_TRY(make_demo_accounts(*hub));
  return serve(*hub, share, options, [&](const std::string& url) {
    if (command.common.json) {
      JsonWriter json;
      json.begin_object();
      json.member("url", url);
      json.member("loopback_only", loopback);
      json.end_object();
      std::printf("%s\n", json.text().c_str());
      std::fflush(stdout);
      return;
    }
    say(false, "cli.serve.ready", {{"url", url}, {"city", hub->settings().name}, {"data", data}});
    if (loopback) say(false, "cli.serve.loopback");
    if (hub->settings().synthetic) {
      say(false, "cli.serve.synthetic");
      say(false, "cli.serve.demo", {{"password", demo_password}});
      for (const auto& account : demo_accounts())
        say(false, "cli.serve.demo_login",
            {{"login", account.login},
             {"what", terminal_language() == Language::zh ? account.zh : account.en}});
    }
    std::fflush(stdout);
  });
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<ServeCommand>();
  CLI::App* sub = app.add_subcommand("serve", sentence("cli.help.serve"));
  add_data_option(*sub, command->common);
  add_json_option(*sub, command->common);
  sub->add_option("--listen", command->options.listen, sentence("cli.option.listen"))
      ->capture_default_str()
      ->type_name("HOST:PORT");
  sub->add_option("--threads", command->options.threads, sentence("cli.option.threads"))
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  auto* certificate =
      sub->add_option("--tls-cert", command->certificate, sentence("cli.option.tls_cert"))->type_name("PEM");
  auto* key = sub->add_option("--tls-key", command->key, sentence("cli.option.tls_key"))->type_name("PEM");
  certificate->needs(key);
  key->needs(certificate);
  sub->add_option("--log", command->log_file, sentence("cli.option.log"))->type_name("FILE");
  sub->callback([command, &exit_code] {
    if (const auto done = run(*command); !done) exit_code = report(done.error(), command->common.json);
  });
}

}  // namespace jingwei::app::cli

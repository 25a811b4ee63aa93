// jingwei: the one program. Commands live in app/cli.
#include <csignal>

#include "app/cli/cli.h"
#include "app/modules.h"
#include "app/system_api.h"
#include "base/log.h"
#include "crypto/process_secrecy.h"

int main(int argc, char** argv) {
  using namespace jingwei::app;
  jingwei::crypto::forbid_dumps();
  std::signal(SIGPIPE, SIG_IGN);
  register_all_messages();
  // The terminal is for people; `serve` writes its own log from level info on.
  jingwei::log::open("", jingwei::log::Level::warn);
  CLI::App app(cli::sentence("cli.help.app"), "jingwei");
  app.footer(cli::sentence("cli.help.app_footer"));
  app.set_version_flag("--version", std::string(version));
  app.require_subcommand(1);
  int exit_code = 0;
  cli::add_init(app, exit_code);
  cli::add_serve(app, exit_code);
  cli::add_ingest(app, exit_code);
  cli::add_region(app, exit_code);
  cli::add_clean(app, exit_code);
  cli::add_synonyms(app, exit_code);
  cli::add_sim(app, exit_code);
  cli::add_link(app, exit_code);
  cli::add_form(app, exit_code);
  cli::add_keys(app, exit_code);
  cli::add_account(app, exit_code);
  cli::add_audit(app, exit_code);
  cli::add_backup(app, exit_code);
  cli::add_restore(app, exit_code);
  cli::add_source(app, exit_code);
  cli::add_ask(app, exit_code);
  cli::add_quality(app, exit_code);
  cli::add_registry(app, exit_code);
  cli::add_case(app, exit_code);
  cli::add_emergency(app, exit_code);
  cli::add_batch(app, exit_code);
  cli::add_catalog(app, exit_code);
  cli::add_scenario(app, exit_code);
  cli::add_doctor(app, exit_code);
  cli::add_notice(app, exit_code);
  cli::add_open311(app, exit_code);
  cli::add_rules(app, exit_code);
  cli::add_completion(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    const int code = app.exit(fault);
    return code == 0 ? 0 : static_cast<int>(cli::Exit::usage);
  }
  return exit_code;
}

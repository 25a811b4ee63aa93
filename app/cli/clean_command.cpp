#include <boost/json.hpp>

#include "app/cli/cli.h"
#include "app/hub.h"
#include "modules/ingest/ingest_json.h"

namespace jingwei::app::cli {

namespace {

struct CleanCommand {
  Common common;
  std::string kind, value, unit;
};

void print_rules(const std::string& answer) {
  const auto rules = boost::json::parse(answer);
  for (const auto& item : rules.at("items").as_array()) {
    const auto& becomes = item.at("becomes");
    std::printf("%-30s %s\n%-30s %s → %s\n", item.at("id").as_string().c_str(),
                item.at("sentence").as_string().c_str(), "", item.at("sent").as_string().c_str(),
                becomes.is_null() ? "✗" : becomes.as_string().c_str());
  }
}

int print_outcome(const std::string& answer) {
  const auto outcome = boost::json::parse(answer);
  std::printf("%s\n", outcome.at("text").as_string().c_str());
  if (const auto& region = outcome.at("region"); !region.is_null())
    std::printf("  %s %s\n", region.at("code").as_string().c_str(), region.at("name").as_string().c_str());
  for (const auto& rule : outcome.at("rules").as_array())
    std::printf("  %s %s\n", rule.at("id").as_string().c_str(), rule.at("sentence").as_string().c_str());
  const auto& refusal = outcome.at("refusal");
  if (refusal.is_null()) return static_cast<int>(Exit::ok);
  std::fprintf(stderr, "%s %s\n", refusal.at("id").as_string().c_str(),
               refusal.at("sentence").as_string().c_str());
  return static_cast<int>(Exit::refused);
}

// Uses the national tree alone, so that it works beside a running server and without a data folder.
int run(const CleanCommand& command) {
  if (command.kind.empty()) {
    const std::string answer = ingest::cleaning_rules_json(terminal_language());
    if (command.common.json) {
      std::printf("%s\n", answer.c_str());
    } else {
      print_rules(answer);
    }
    return static_cast<int>(Exit::ok);
  }
  auto file = load_national_regions(real_file_system(), find_share());
  if (!file) return report(file.error(), command.common.json);
  const SystemClock clock;
  const Zone zone("Asia/Shanghai");
  ingest::Gazetteers gazetteers;
  const auto answer = ingest::cleaning_trial_json(
      {command.kind, command.unit, command.value},
      {region::Tree::from_file(std::move(*file)), RegionId(), gazetteers, clock.now(), zone, {}},
      terminal_language());
  if (!answer) return report(answer.error(), command.common.json);
  if (!command.common.json) return print_outcome(*answer);
  std::printf("%s\n", answer->c_str());
  return static_cast<int>(boost::json::parse(*answer).at("refusal").is_null() ? Exit::ok : Exit::refused);
}

}  // namespace

void add_clean(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<CleanCommand>();
  CLI::App* sub = app.add_subcommand("clean", sentence("cli.help.clean"));
  sub->footer(sentence("cli.help.clean_footer"));
  auto* const kind = sub->add_option("kind", command->kind, sentence("cli.option.kind"))->type_name("KIND");
  auto* const value =
      sub->add_option("value", command->value, sentence("cli.option.value"))->type_name("VALUE");
  kind->needs(value);
  sub->add_option("--unit", command->unit, sentence("cli.option.unit"))->type_name("UNIT");
  add_json_option(*sub, command->common);
  sub->callback([command, &exit_code] { exit_code = run(*command); });
}

}  // namespace jingwei::app::cli

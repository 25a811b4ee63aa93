#include <filesystem>

#include "app/cli/scenario_command.h"
#include "app/scenario_stage.h"
#include "base/json.h"
#include "base/random.h"

namespace jingwei::app::cli {

namespace {

namespace fs = std::filesystem;

// The test's name in the language of the terminal.
std::string called(const schema::YamlNode& test) {
  const schema::YamlNode* name = test.find("name")->find(terminal_language() == Language::zh ? "zh" : "en");
  return name == nullptr ? std::string() : name->scalar;
}

struct Played {
  int passed = 0, failed = 0;
};

void tell(const scenario::TestOutcome& outcome, const Common& common, JsonWriter& out) {
  const Language language = terminal_language();
  const std::string& name = language == Language::zh ? outcome.name.zh : outcome.name.en;
  out.begin_object();
  out.member("place", outcome.place);
  out.member("name", name);
  out.member("passed", outcome.passed());
  out.key("failures");
  out.begin_array();
  for (const auto& failure : outcome.failures) out.value(render(failure, language));
  out.end_array();
  out.end_object();
  say(common.json, outcome.passed() ? "cli.scenario.passed" : "cli.scenario.failed",
      {{"name", name}, {"place", outcome.place}});
  if (common.json) return;
  for (const auto& failure : outcome.failures) std::printf("    %s\n", render(failure, language).c_str());
}

}  // namespace

Result<void> play_scenarios(const ScenarioAsked& asked) {
  JW_ASSIGN(const Beside beside, packages_beside(asked.folder, asked.scenarios));
  std::vector<Error> faults;
  for (const auto& id : beside.asked) {
    for (const auto& fault : beside.shelf->check(id, asked.roles)) faults.push_back(fault);
  }
  if (!faults.empty()) {
    Error error =
        Error(ErrorCode::invalid, "cli.scenario.faults").with("count", std::to_string(faults.size()));
    error.causes = std::move(faults);
    return error;
  }
  SecureRandom random;
  const std::string folder = fs::temp_directory_path() / ("jingwei-" + random_credential(random));
  Share share = find_share();
  if (!asked.scenarios.empty()) share.scenarios_folder = asked.scenarios;
  Played played;
  std::vector<std::string> names;
  JsonWriter out;
  out.begin_array();
  for (const auto& id : beside.asked) {
    const scenario::Package& package = beside.shelf->source_of(id);
    StagePlace place;
    place.folder = folder;
    for (const auto& test : beside.shelf->find(id)->list("tests.yaml", "tests"))
      names.push_back(called(test));
    for (const auto& outcome :
         scenario::run_tests(*beside.shelf, id, stage_maker(share, package, place), asked.only)) {
      tell(outcome, asked.common, out);
      ++(outcome.passed() ? played.passed : played.failed);
    }
  }
  out.end_array();
  std::error_code fault;
  fs::remove_all(folder, fault);
  const bool some = !asked.only.empty();
  if (some && played.passed + played.failed == 0) {
    return Error(ErrorCode::not_found, "scenario.only_none")
        .with("only", asked.only)
        .with("all", std::to_string(names.size()))
        .with("names", names.empty() ? "–" : scenario::quoted_list(names));
  }
  if (asked.common.json) std::printf("%s\n", out.text().c_str());
  const Arguments counts{{"passed", std::to_string(played.passed)},
                         {"failed", std::to_string(played.failed)},
                         {"only", asked.only},
                         {"all", std::to_string(names.size())}};
  if (played.failed == 0) {
    say(asked.common.json, some ? "scenario.only_played" : "cli.scenario.all_passed", counts);
    return {};
  }
  Error error(ErrorCode::invalid, some ? "scenario.only_played" : "cli.scenario.some_failed");
  error.arguments = counts;
  return error;
}

}  // namespace jingwei::app::cli

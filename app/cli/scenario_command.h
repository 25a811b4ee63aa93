// What the files of `jingwei scenario` share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/cli/cli.h"
#include "scenario/checker.h"

namespace jingwei::app::cli {

// What one call asks for.
struct ScenarioAsked {
  Common common;
  std::string folder, scenarios, process, form = "text", out, only;
  std::vector<std::string> roles;
  bool covered = false;
};

// A package, or a folder of packages, among those of the program; the asked ones go before others of their
// id.
struct Beside {
  std::unique_ptr<scenario::Shelf> shelf;
  std::vector<std::string> asked;
};
// Errors: not_found, invalid "scenario.not_folder", and those of scenario::read_package.
Result<Beside> packages_beside(const std::string& folder, const std::string& scenarios);

// That a path is no file, such as the process.yaml of a package. Errors: invalid "scenario.not_folder", which
// names the folder that the file stands in.
Result<void> check_is_folder(const std::string& path);

// Plays the tests of packages, on SQLite. Errors: invalid "cli.scenario.faults", "cli.scenario.some_failed",
// not_found "scenario.only_none" (no test has the words that were asked for).
Result<void> play_scenarios(const ScenarioAsked& asked);

// The commands that speak with a hub: list, install, remove.
void add_scenario_server(CLI::App& group, int& exit_code);

}  // namespace jingwei::app::cli

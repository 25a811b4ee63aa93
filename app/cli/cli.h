// What every command of `jingwei` shares: language, output as sentences or JSON, exit codes.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/messages.h"
#include "base/result.h"

namespace jingwei::app::cli {

// Exit codes, as `jingwei --help` tells them.
enum class Exit : int {
  ok = 0,
  failed = 1,       // anything not listed
  usage = 2,        // the command line is wrong
  not_found = 3,    // file, region, resource, data folder
  busy = 4,         // another process holds the data folder, or somebody else was first
  refused = 5,      // the input breaks a rule
  unavailable = 6,  // database or server out of reach, disk full
};
Exit exit_of(ErrorCode code);

// Sentences are in the language of LC_ALL, LC_MESSAGES or LANG: Chinese for zh…, English otherwise.
Language terminal_language();

using Arguments = std::vector<std::pair<std::string, std::string>>;
// A sentence of app/cli_messages (ids cli.*).
std::string sentence(std::string_view id, const Arguments& arguments = {});

// Options that stand on every command.
struct Common {
  std::string data = "data";
  bool json = false;
};
void add_data_option(CLI::App& command, Common& common);
void add_json_option(CLI::App& command, Common& common);

// Prints the error (as a problem object on stdout with --json, else as a sentence on stderr) and gives its
// exit code.
int report(const Error& error, bool json);
// A line on stdout, unless JSON is wanted.
void say(bool json, std::string_view id, const Arguments& arguments = {});
// One line on a terminal that is written over again; nothing when stdout is no terminal or JSON is wanted.
void show_progress(bool json, const std::string& line);
void end_progress(bool json);

// "1,234,567".
std::string grouped(std::int64_t number);
// "1:05" or "0.8 s".
std::string duration_text(double seconds);

// Each adds one command; its callback sets `exit_code`.
void add_init(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_ingest(CLI::App& app, int& exit_code);
void add_region(CLI::App& app, int& exit_code);
void add_clean(CLI::App& app, int& exit_code);
void add_synonyms(CLI::App& app, int& exit_code);
void add_sim(CLI::App& app, int& exit_code);
void add_link(CLI::App& app, int& exit_code);
void add_form(CLI::App& app, int& exit_code);
void add_keys(CLI::App& app, int& exit_code);
void add_account(CLI::App& app, int& exit_code);
void add_audit(CLI::App& app, int& exit_code);
void add_backup(CLI::App& app, int& exit_code);
void add_restore(CLI::App& app, int& exit_code);
void add_source(CLI::App& app, int& exit_code);
void add_ask(CLI::App& app, int& exit_code);
void add_batch(CLI::App& app, int& exit_code);
void add_catalog(CLI::App& app, int& exit_code);
void add_scenario(CLI::App& app, int& exit_code);
void add_quality(CLI::App& app, int& exit_code);
void add_registry(CLI::App& app, int& exit_code);
void add_case(CLI::App& app, int& exit_code);
void add_emergency(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_notice(CLI::App& app, int& exit_code);
void add_open311(CLI::App& app, int& exit_code);
void add_rules(CLI::App& app, int& exit_code);
void add_completion(CLI::App& app, int& exit_code);

}  // namespace jingwei::app::cli

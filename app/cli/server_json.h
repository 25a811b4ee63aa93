// Answers of the running server as JSON, for the commands that show them.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "app/cli/cli.h"
#include "app/cli/server_client.h"

namespace jingwei::app::cli {

// As ask_server; nothing answered is null.
Result<boost::json::value> ask_json(const std::string& data_folder, const std::string& method,
                                    const std::string& target, const std::string& body = {});

// A member as text: "-" when it is absent or null, JSON when it is no text.
std::string text_of(const boost::json::value& object, const char* name);

// Prints the answer where JSON is wanted; false where sentences are.
bool printed_as_json(const Common& common, const boost::json::value& answer);

// One command of a group: `Asked` has a member `common` and holds the options that the caller adds.
template <typename Asked>
std::pair<CLI::App*, std::shared_ptr<Asked>> add_server_command(CLI::App& group, int& exit_code,
                                                                const char* name, const char* help,
                                                                Result<void> (*doing)(const Asked&)) {
  auto asked = std::make_shared<Asked>();
  CLI::App* sub = group.add_subcommand(name, sentence(help));
  add_data_option(*sub, asked->common);
  add_json_option(*sub, asked->common);
  sub->callback([asked, doing, &exit_code] {
    if (const auto done = doing(*asked); !done) exit_code = report(done.error(), asked->common.json);
  });
  return {sub, asked};
}

}  // namespace jingwei::app::cli

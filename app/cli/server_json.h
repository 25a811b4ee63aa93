// Answers of the running server as JSON, for the commands that show them.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "app/cli/server_client.h"

namespace jingwei::app::cli {

// As ask_server; nothing answered is null.
Result<boost::json::value> ask_json(const std::string& data_folder, const std::string& method,
                                    const std::string& target, const std::string& body = {});

// A member as text: "-" when it is absent or null, JSON when it is no text.
std::string text_of(const boost::json::value& object, const char* name);

}  // namespace jingwei::app::cli

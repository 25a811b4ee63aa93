// What the commands about sources share: requests to the running server, and name=value pairs.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace jingwei::app::cli {

// The answer's body (JSON, or nothing). Sources are looked after by the running server, so it is asked.
// Errors: unavailable; what the server refused, as the sentence it gave.
Result<std::string> ask_server(const std::string& data_folder, const std::string& method,
                               const std::string& target, const std::string& body = {});

// How a pair's value is meant: as it stands, `@file` for the text of a file; the name of a variable of the
// environment; or `-` for the next line of standard input. What is secret or personal stays off the command
// line.
enum class PairValues : std::uint8_t { plain_or_file, variable, plain_or_line };

// name=value pairs as a JSON object. Errors: invalid "app.source_pair", "app.source_variable"; the file's.
Result<std::string> object_of_pairs(const std::vector<std::string>& pairs, PairValues values);

}  // namespace jingwei::app::cli

// What the commands about sources share: name=value pairs.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace jingwei::app::cli {

// How a pair's value is meant: as it stands, `@file` for the text of a file; the name of a variable of the
// environment; or `-` for the next line of standard input. What is secret or personal stays off the command
// line.
enum class PairValues : std::uint8_t { plain_or_file, variable, plain_or_line };

// name=value pairs as a JSON object. Errors: invalid "app.source_pair", "app.source_variable"; the file's.
Result<std::string> object_of_pairs(const std::vector<std::string>& pairs, PairValues values);

}  // namespace jingwei::app::cli

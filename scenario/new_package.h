// The files of a new package: a small service that works as it stands, to be changed into one's own.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace jingwei::scenario {

// File name → text, the JSON Schemas for editors under ".schema/". Errors: invalid "scenario.bad_id".
Result<std::map<std::string, std::string>> new_package(const std::string& id);

}  // namespace jingwei::scenario

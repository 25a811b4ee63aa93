// Which files packages have.
#pragma once

#include <string>

#include "base/result.h"

namespace jingwei::scenario {

bool is_package_file(const std::string& name);
// A *.yaml that packages do not have is a mistake. Errors: invalid "scenario.unknown_file" or "…_near".
Result<void> check_file_name(const std::string& place, const std::string& name);

}  // namespace jingwei::scenario

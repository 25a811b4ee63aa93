// Which files packages have.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace jingwei::scenario {

bool is_package_file(const std::string& name);
// "pictures/lamp.png": lower-case letters, digits, _ and -, ending in .png, .jpg or .jpeg.
bool is_picture_file(std::string_view name);
// A *.yaml that packages do not have is a mistake. Errors: invalid "scenario.unknown_file" or "…_near".
Result<void> check_file_name(const std::string& place, const std::string& name);

}  // namespace jingwei::scenario

// Roles every hub has. They stand in the program, so that an upgrade brings their new permissions along;
// whoever wants one that differs copies it in the editor.
#pragma once

#include <memory>
#include <vector>

#include "access/caller.h"

namespace jingwei::identity {

// In the order pages list them.
const std::vector<std::shared_ptr<const access::Role>>& builtin_roles();

}  // namespace jingwei::identity

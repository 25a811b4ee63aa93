// The only list of kernel modules.
#pragma once

#include <vector>

#include "storage/statement.h"

namespace jingwei::app {

// Tables of every module, in the order they depend on each other.
std::vector<storage::Migration> all_migrations();
// Sentences of every folder; call once at start.
void register_all_messages();

}  // namespace jingwei::app

// jingwei account provider, a group of `jingwei account`.
#pragma once

#include "app/cli/cli.h"

namespace jingwei::app::cli {

void add_provider(CLI::App& account, int& exit_code);

}  // namespace jingwei::app::cli

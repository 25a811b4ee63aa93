// A hub of its own for one test of a package, on either storage: the stage of scenario/test_stage.h.
#pragma once

#include <memory>
#include <string>

#include "app/settings.h"
#include "scenario/package.h"
#include "scenario/test_run.h"

namespace jingwei::app {

// Where stages stand: each in a folder of its own below `folder`, on a database of its own.
struct StagePlace {
  std::string folder;
  // The `store` setting of the next stage: "embedded", or the URI of an empty PostgreSQL database.
  std::function<Result<std::string>()> store = [] { return Result<std::string>(std::string("embedded")); };
};

// Stages with the program's packages and this one. `share` and the package outlive the maker.
scenario::StageMaker stage_maker(const Share& share, const scenario::Package& package, StagePlace place);

}  // namespace jingwei::app

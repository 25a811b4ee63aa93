// What consumers of the feed that tell people have in common.
#pragma once

#include <chrono>

#include "base/result.h"

namespace jingwei::app {

// What happened longer ago is told to nobody any more.
inline constexpr std::chrono::hours told_for{24};

// Whether the same would come of telling it another time: nobody is there to be told.
inline bool stays_untold(ErrorCode code) {
  return code == ErrorCode::not_found || code == ErrorCode::gone || code == ErrorCode::denied ||
         code == ErrorCode::invalid || code == ErrorCode::too_large;
}

}  // namespace jingwei::app

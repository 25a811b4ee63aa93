// What the data show that makes an answer doubtful.
#pragma once

#include "engines/linkage/linkage.h"

namespace jingwei::linkage {

// Adds warnings to `answer`'s report, the gravest first, at most warnings_most.
inline constexpr std::size_t warnings_most = 50;
void find_warnings(const Records& records, Linkage& answer);

}  // namespace jingwei::linkage

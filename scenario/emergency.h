// Packages for emergencies alone (scenario.yaml, `emergency_only`).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenario/checker.h"

namespace jingwei::scenario {

// The purposes of which an emergency must open one for the package to be on; nothing: it is always on. A
// package that is not there any more is on: what it has left goes its way.
std::optional<std::vector<std::string>> emergency_purposes(const Shelf& shelf, const std::string& package);

// Whether a package is on now; empty: all are.
using IsOn = std::function<bool(const std::string& package)>;

}  // namespace jingwei::scenario

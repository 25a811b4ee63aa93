// Programs that push data supply under terms (A16).
#pragma once

#include <vector>

#include "app/hub.h"
#include "http/route.h"

namespace jingwei::app {

// Puts the check before every handler that takes rows in (files, pieces of files, single records, mended
// rows): where a program's account asks, its terms have to stand (source::SourceService::check_supply); read
// anew with each request. What does not exist is left to the handler, which says so. Before
// guard_departments, so that who may not write there at all is told that first. `hub` must outlive the
// routes.
void guard_supply(std::vector<http::Route>& routes, Hub& hub);

}  // namespace jingwei::app

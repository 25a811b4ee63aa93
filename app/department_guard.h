// What a request names has to belong to a department of whoever asks.
#pragma once

#include <vector>

#include "app/hub.h"
#include "http/route.h"

namespace jingwei::app {

// Puts the check before every handler whose permission reaches departments (access::Reach): the resource,
// batch, source, upload or objection of the path, or the resource that a JSON body names, is looked up and
// its provider asked for. What does not exist is left to the handler, which says so. Before
// audit::audit_reads, so that refused reads are on record. `hub` must outlive the routes.
void guard_departments(std::vector<http::Route>& routes, Hub& hub);

}  // namespace jingwei::app

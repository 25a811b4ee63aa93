// Where a request is, in the words of a form.
#pragma once

#include "modules/cases/cases_service.h"

namespace jingwei::open311 {

// Fills the region fields that a form demands and the request's attributes do not name: from the point where
// it has one, from the region otherwise.
void fill_regions(const catalog::Resource& form, const region::Tree& tree, cases::NewCase& fresh);

}  // namespace jingwei::open311

// Writes that may be sent again, and who sends them, as in the catalogue.
#pragma once

#include "modules/catalog/repeatable.h"
#include "modules/catalog/resource_life.h"

namespace jingwei::cases {

using catalog::WriteRequest;

}  // namespace jingwei::cases

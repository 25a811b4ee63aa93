// Values of records as people read them.
#pragma once

#include <optional>
#include <string>

#include "base/messages.h"
#include "modules/catalog/catalog_service.h"
#include "modules/region/region_service.h"
#include "storage/value.h"

namespace jingwei::ingest {

// One value as text, before masking: choices by title, dates and times in ISO form, regions by their names
// from the top. Nothing when absent.
std::optional<std::string> readable(const storage::Value& value, const catalog::Field& field,
                                    const region::Tree& tree, Language language);

// The same with personal values masked, as pages show them; empty when absent.
std::string shown(const storage::Value& value, const catalog::Field& field, const region::Tree& tree,
                  Language language);

}  // namespace jingwei::ingest

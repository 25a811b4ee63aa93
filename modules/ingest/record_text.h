// Values of records as people read them.
#pragma once

#include <optional>
#include <string>

#include "base/messages.h"
#include "modules/catalog/catalog_service.h"
#include "modules/region/region_service.h"
#include "storage/value.h"

namespace jingwei::ingest {

struct Record;

// One value as text, before masking: choices by title, dates and times in ISO form, regions by their names
// from the top. Nothing when absent.
std::optional<std::string> readable(const storage::Value& value, const catalog::Field& field,
                                    const region::Tree& tree, Language language);

// A record's value as pages show it: what may be seen of it where it is closed; empty when absent.
std::string shown(const Record& record, std::size_t field, const catalog::Resource& resource,
                  const region::Tree& tree, Language language);

}  // namespace jingwei::ingest

// Between a resource and the pure cleaning functions: specs out of fields, typed values out of cleaned cells.
#pragma once

#include <vector>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/record_builder.h"
#include "modules/ingest/synonyms/synonyms.h"

namespace jingwei::ingest {

// One cleaner per field, in order; `synonyms` are what data officers keep for its choices. Errors: as
// FieldCleaner::make.
Result<std::vector<FieldCleaner>> cleaners_of(const catalog::Resource& resource,
                                              const Synonyms& synonyms = {});

// What a row gets that does not say it itself.
struct RowDefaults {
  Day today{};      // the day it was received
  RegionId region;  // Resource::region_otherwise, resolved
};

// The typed row of an accepted clean row. Region and day come from the resource's fields for them, else from
// the defaults.
TypedRow typed_row(const catalog::Resource& resource, const CleanRow& row, const Zone& zone,
                   const RowDefaults& defaults);

}  // namespace jingwei::ingest

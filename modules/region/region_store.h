// Rows of the region tables ↔ regions.
#pragma once

#include "modules/region/region_tree.h"
#include "storage/store.h"

namespace jingwei::region {

// Everything the store holds. Errors: corrupt when a stored boundary does not read.
Result<OwnRegions> read_own_regions(storage::Reader& reader);

// The writes of one region's new first version.
void write_new(storage::Change& change, const OwnRegion& region);
// Closes the present version on `day` and, when `next` is given, begins it; expects the row version of `now`.
// A version that begins on the same day is corrected in place.
void write_next(storage::Change& change, const OwnRegion& now, const OwnRegion* next,
                const std::vector<std::string>& successors, std::int32_t day);

}  // namespace jingwei::region

// Between a resource and the pure cleaning functions: specs out of fields, and what cleaning needs to know.
#pragma once

#include <vector>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/row_pipeline.h"
#include "modules/ingest/synonyms/synonyms.h"

namespace jingwei::ingest {

// One cleaner per field, in order; `synonyms` are what data officers keep for its choices. Errors: as
// FieldCleaner::make.
Result<std::vector<FieldCleaner>> cleaners_of(const catalog::Resource& resource,
                                              const Synonyms& synonyms = {});

// For one thread that cleans rows of the resource, as of now.
CleaningTools make_cleaning_tools(const IngestParts& parts, const catalog::Resource& resource);

// Invalid "ingest.record_refused" with a cause for each field of a refused row.
Error refusal_of(const CleanRow& clean, const catalog::Resource& resource);

}  // namespace jingwei::ingest

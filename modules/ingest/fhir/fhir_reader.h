// FHIR R4 in JSON as rows: one for each result of a laboratory. docs/formats/fhir.md, decision 019.
#pragma once

#include <memory>

#include "modules/ingest/reading/line_buffer.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

enum class FhirLayout : std::uint8_t { document, lines };

// A document stands in memory, up to limits::fhir_bytes; of lines as many as fit limits::fhir_lines_bytes are
// read together, and what results refer to is kept for the lines behind. Row::line is the number of the row,
// from 1; a row that begins a file again is read after those before it.
// Of `paths` columns are kept free (ReadOptions::paths).
// Errors: invalid ("ingest.fhir_broken", "ingest.fhir_deep", "ingest.fhir_no_results"), too_large
// ("ingest.fhir_large", "ingest.fhir_many"), unsupported ("ingest.fhir_wrong_type",
// "ingest.fhir_bundle_type"), those of the source.
Result<std::unique_ptr<RowReader>> read_fhir(std::unique_ptr<LineBuffer> buffer, FhirLayout layout,
                                             RowPosition resume, std::span<const std::string> paths = {});

}  // namespace jingwei::ingest

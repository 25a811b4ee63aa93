// JSON Lines: one flat object a line. Nested values, duplicate keys and broken lines are refused, the rest
// goes on.
#pragma once

#include <memory>

#include "modules/ingest/reading/line_buffer.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// Errors: invalid ("ingest.empty_file"), those of the source.
Result<std::unique_ptr<RowReader>> read_json_lines(std::unique_ptr<LineBuffer> buffer, RowPosition resume);

}  // namespace jingwei::ingest

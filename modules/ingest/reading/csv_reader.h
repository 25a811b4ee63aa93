// CSV as RFC 4180 has it and as people send it: any delimiter of , ; tab |, any line end, quotes where they
// stand.
#pragma once

#include <memory>
#include <string_view>

#include "modules/ingest/reading/line_buffer.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// The delimiter whose count agrees best over the first lines of `text`; ',' when none stands in it.
char detect_delimiter(std::string_view text);

// Reads the header from the beginning of `source` (decoded). A quote opens a quoted field only at its
// beginning; after a row whose quotes cannot be told, reading goes on at the line after the row's first.
// Errors: invalid ("ingest.empty_file", "ingest.header_unreadable"), those of the source.
Result<std::unique_ptr<RowReader>> read_csv(std::unique_ptr<LineBuffer> buffer, char delimiter,
                                            RowPosition resume);

}  // namespace jingwei::ingest

// A JSON document that holds a table: an array of objects, alone or somewhere inside an object
// ({"code":0,"data":{"rows":[…]}}), written over any number of lines.
#pragma once

#include <memory>

#include "modules/ingest/reading/line_buffer.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// Whether text that begins with "{" is one document rather than JSON Lines: its first line is no whole
// object, or is all there is and holds an array of objects. `whole`: `begin` is all there is.
bool is_json_document(std::string_view begin, bool whole);

// The first array of objects is the table; further ones are passed over with a note. Row::line is the number
// of the object, from 1. Objects that are damaged inside are refused one by one; a document that is damaged
// between objects or ends early gives an error behind its last whole object.
// Errors: invalid ("ingest.empty_file", "ingest.json_no_table", "ingest.json_broken", "ingest.json_cut",
// "ingest.json_deep" beyond limits::json_depth), those of the source.
Result<std::unique_ptr<RowReader>> read_json_document(std::unique_ptr<LineBuffer> buffer, RowPosition resume);

}  // namespace jingwei::ingest

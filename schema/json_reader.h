// JSON text → Datum: parsed and checked in one pass (simdjson on-demand, no DOM).
#pragma once

#include <string_view>

#include "schema/datum.h"

namespace jingwei::schema {

// At most this many faults of one text are told.
inline constexpr std::size_t most_field_faults = 20;

// Reads one JSON text whose root is an object or an array, as `type` (object, list or json) says.
//
// Errors: invalid. For a text that is no JSON (also: not UTF-8, cut off, trailing garbage) schema.bad_json;
// otherwise `causes` holds every fault found, each with `field` as a JSON pointer (RFC 6901), and the error
// itself repeats the first one's sentence. Unknown and duplicate fields are faults; nesting beyond
// limits::json_depth is schema.json_too_deep; too_large beyond `most_bytes`. Thread-safe; each thread keeps
// one parser and one padded copy of the text.
Result<Datum> read_json(const Type& type, std::string_view json,
                        std::size_t most_bytes = limits::json_body_bytes);

// As read_json, but without the copy: the caller owns `readable` ≥ json.size() + json_padding bytes from
// json.data().
inline constexpr std::size_t json_padding = 64;
Result<Datum> read_json_padded(const Type& type, std::string_view json, std::size_t readable,
                               std::size_t most_bytes = limits::json_body_bytes);

}  // namespace jingwei::schema

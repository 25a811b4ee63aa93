// Single values from text, checked by a Type: shared by JSON bodies, query and path parameters, and cleaned
// file cells.
#pragma once

#include <optional>
#include <string_view>

#include "schema/datum.h"

namespace jingwei::schema {

// What is wrong with one value; nothing when it is right. `at(field)` is the caller's part.
// Message ids are schema.* of schema/messages.yaml; the code is invalid.
using Fault = std::optional<Error>;

// Length, pattern, UTF-8 and U+0000 (which PostgreSQL's TEXT cannot hold).
Fault check_text(const Type& type, std::string_view text);
Fault check_integer(const Type& type, std::int64_t number);
Fault check_number(const Type& type, double number);

// Read the text as the type's kind says and check it. `into` is untouched after a fault.
Fault read_integer(const Type& type, std::string_view text, std::int64_t& into);  // integer and id
Fault read_number(const Type& type, std::string_view text, double& into);
Fault read_boolean(const Type& type, std::string_view text, bool& into);
Fault read_day(const Type& type, std::string_view text, Day& into);
Fault read_instant(const Type& type, std::string_view text, Instant& into);
Fault read_choice(const Type& type, std::string_view text, std::size_t& into);

// Any scalar kind (not object, list or json). Errors: invalid with `field`.
Result<Datum> parse_text(const Type& type, std::string_view text, std::string field);

}  // namespace jingwei::schema

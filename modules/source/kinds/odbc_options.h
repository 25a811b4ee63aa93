// The part of an ODBC connection string that an operator gives: "Database=/srv/x.db;Timeout=1000".
#pragma once

#include "modules/source/allowed.h"

namespace jingwei::source {

// Names and values, in order. Errors: invalid "source.bad_odbc_options".
Result<std::vector<std::pair<std::string, std::string>>> parse_odbc_options(std::string_view options);

// Paths must lie under allowed folders, servers among allowed hosts; the driver, a DSN, users and passwords
// are given elsewhere. Errors: invalid, denied.
Result<void> check_odbc_options(std::string_view options, const Allowed& allowed);

}  // namespace jingwei::source

// Compound files ([MS-CFB], what Office wrote before its zips, and what it wraps locked documents in): the
// names that stand in their directory.
#pragma once

#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace jingwei::ingest {

// Names of storages and streams in the order of the directory, characters beyond ASCII as '?'; at most
// limits::compound_names. A file that is cut off or damaged gives those that can be reached, so that it is
// never mistaken for more than it shows. Errors: the file's.
Result<std::vector<std::string>> compound_names(File& file);

}  // namespace jingwei::ingest

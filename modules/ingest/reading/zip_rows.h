// A zip of data files read one after another as one table.
#pragma once

#include <memory>

#include "modules/ingest/reading/row_reader.h"
#include "modules/ingest/reading/zip_archive.h"

namespace jingwei::ingest {

// Files are read in the archive's order. Their headers must have the same names (in any order); workbooks
// among them are unpacked in memory (limits::archived_workbook_bytes). Documents, pictures, empty files and
// files whose header fits nothing, while another's does, are passed over with a note; archives inside are
// refused. Row::line counts through all files. Errors: invalid ("ingest.zip_nothing",
// "ingest.zip_headers_differ", "ingest.zip_encrypted"), unsupported ("ingest.nested_container"), too_large,
// those of the files.
Result<std::unique_ptr<RowReader>> read_zip(std::shared_ptr<ZipArchive> archive, const ReadOptions& options);

}  // namespace jingwei::ingest

// A whole file whatever it is packed in: text, gzip, zip, Excel workbook. docs/formats/files.md says what is
// taken and how it is read.
#pragma once

#include <memory>

#include "base/file_system.h"
#include "modules/ingest/reading/row_reader.h"

namespace jingwei::ingest {

// Tells from the first bytes what `file` is and reads it; takes it over. What stands inside gzip or zip is
// text as open_rows reads it (a zip may also hold workbooks); a container inside a container is refused.
// Errors: unsupported (what the file is instead: "ingest.is_pdf" and its kin), invalid and too_large of the
// containers, those of open_rows, of the workbook and of the file.
Result<std::unique_ptr<RowReader>> open_file(std::unique_ptr<File> file, const ReadOptions& options = {});

}  // namespace jingwei::ingest

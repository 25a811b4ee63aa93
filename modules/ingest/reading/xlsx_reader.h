// One sheet of a workbook as rows: the sheet and the row whose names fit best are the table and its header.
#pragma once

#include <memory>

#include "modules/ingest/reading/row_reader.h"
#include "modules/ingest/reading/zip_archive.h"

namespace jingwei::ingest {

// Row::line and Row::offset are row numbers as the sheet shows them; Row::original is the row as CSV with
// commas. Hidden sheets are passed over. Merged cells: the value stands in each of them. Notes tell of
// sheets, macros, formulas without a value and cells outside the table. Errors: invalid
// ("ingest.workbook_damaged", "ingest.workbook_empty", "ingest.header_unreadable"), too_large, those of the
// archive.
Result<std::unique_ptr<RowReader>> read_workbook(std::shared_ptr<ZipArchive> archive,
                                                 const ReadOptions& options);

}  // namespace jingwei::ingest

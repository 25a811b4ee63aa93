// The sheets of a workbook as rows: on each the row whose names fit best is its header.
#pragma once

#include <memory>

#include "modules/ingest/reading/row_reader.h"
#include "modules/ingest/reading/zip_archive.h"

namespace jingwei::ingest {

// With ReadOptions::whole every visible sheet is read, in the workbook's order, whose header is whole and has
// at least half as many of the columns known as the one that fits best; otherwise, or where there is none,
// the sheet alone that fits best. Sheets may order and name their columns differently: rows come in the
// columns of the first sheet and what the others bring, one of a sheet at a time in memory. Row::line is the
// row number that the sheet shows, counted on behind the last row of the sheet before; Row::original is the
// row as CSV with commas in the order of columns(). Merged cells: the value stands in each of them. Notes
// tell of sheets, macros, formulas without a value and cells outside the table. A position from before
// several sheets were read (of fewer bits) goes on with its one sheet. Errors: invalid
// ("ingest.workbook_damaged", of several sheets "ingest.sheet_damaged" and "ingest.sheet_broken_off" when
// its turn comes, "ingest.workbook_empty"), too_large, those of the archive.
Result<std::unique_ptr<RowReader>> read_workbook(std::shared_ptr<ZipArchive> archive,
                                                 const ReadOptions& options);

}  // namespace jingwei::ingest

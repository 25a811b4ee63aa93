// An Excel workbook (ECMA-376, transitional and strict) as far as its values go: sheets, number formats,
// shared strings. Formulas are never worked out, macros never run, links never followed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "modules/ingest/reading/row_reader.h"
#include "modules/ingest/reading/xlsx_format.h"
#include "modules/ingest/reading/zip_archive.h"

namespace jingwei::ingest {

struct WorkbookSheet {
  std::string name;
  std::size_t entry = 0;  // of the archive
  bool hidden = false;
};

// Texts that cells point at, in one block. Immutable after reading.
class SharedStrings {
 public:
  // Errors: too_large ("ingest.workbook_strings" over limits::workbook_text_bytes), invalid
  // ("ingest.workbook_damaged").
  Result<void> read(std::unique_ptr<ByteSource> source, std::uint64_t bytes_at_most);
  // False when there is no such string.
  bool find(std::size_t index, std::string_view& text) const;
  std::size_t size() const { return ends_.size(); }

 private:
  std::vector<char> text_;
  std::vector<std::uint32_t> ends_;
};

// Immutable after open(); shared by the readers of its sheets.
struct Workbook {
  std::shared_ptr<ZipArchive> archive;
  std::vector<WorkbookSheet> sheets;  // worksheets in the order of their tabs; charts are none
  std::vector<CellFormat> formats;    // by cell style
  SharedStrings strings;
  DaySystem days = DaySystem::from_1900;
  bool has_macros = false;
};

// Whether the archive is a workbook; none when it is something else that is packed data. Errors: unsupported
// for Word, PowerPoint, OpenDocument and binary workbooks ("ingest.is_word" and its kin).
Result<bool> is_workbook(const ZipArchive& archive);

// Errors: invalid ("ingest.workbook_damaged", "ingest.workbook_empty"), too_large, those of the archive.
Result<std::shared_ptr<const Workbook>> open_workbook(std::shared_ptr<ZipArchive> archive);

}  // namespace jingwei::ingest

// The one place where refused rows are cut to what somebody may see: rows by region, cells by class, as
// records are (storing/record_view.h).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "modules/ingest/cleaning/cleaning.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/repair/refused_persons.h"
#include "modules/ingest/row_typing.h"
#include "modules/ingest/storing/record_view.h"

namespace jingwei::ingest {

// A refused row as somebody sees it.
struct ShownRow {
  RefusedRow row;                                           // its original masked where it has to be
  std::vector<std::pair<std::string, std::string>> fields;  // RefusedCutter::fields_of, masked alike
  bool masked = false;                                      // something that was sent is not shown as sent
};

// An access::Sight on the refused rows of one batch. Not thread-safe.
class RefusedView {
 public:
  // Errors: not_found (resource), the store's, those of RecordView::make.
  static Result<RefusedView> make(const IngestService& service, const Batch& batch,
                                  const access::Sight& sight);

  // Whether the row would stand in a region of theirs. Where nothing tells its region (the cell is at fault,
  // the row cannot be cut): whether they see the whole area.
  bool covers(const RefusedRow& row) { return view_.covers(region_of(row)); }
  // Personal cells that are not open where the row would stand are masked; beside them also what stands in
  // columns of no field, since nobody knows what that is. A row that does not fit its columns is masked whole
  // unless all of it is open: its cells may be anything. What is shown of persons is remembered.
  ShownRow show(const RefusedRow& row);
  // Titles of the personal fields, for who is told that some are not open.
  std::string personal_titles(std::string_view between, Language language) const;
  // RefusedPersons::take, of those rows that showed something personal as it was sent.
  std::vector<std::string> take_persons() { return persons_.take(); }

 private:
  // What stands in a column of the file.
  struct Column {
    std::vector<std::size_t> fields;  // that are taken from it
    bool mark = false;                // of a workbook of refused rows (refused_cells.h)
  };
  RefusedView(const IngestService& service, const catalog::Entry& entry, RecordView view,
              RefusedCutter cutter, RefusedPersons persons, std::vector<FieldCleaner> cleaners);
  // None: it cannot be told.
  RegionId region_of(const RefusedRow& row);
  void mask(ShownRow& shown, RegionId region) const;

  const catalog::Entry* entry_;
  RecordView view_;
  RefusedCutter cutter_;
  RefusedPersons persons_;
  std::vector<Column> columns_;
  bool personal_ = false;       // the resource has personal fields
  bool personal_file_ = false;  // some of the file's columns are theirs, or nobody's
  std::unique_ptr<const std::vector<FieldCleaner>> cleaners_;
  CleaningTools tools_;
  RowCleaner cleaner_;
};

}  // namespace jingwei::ingest

// What a batch left in the store, step by step: versions to end, and those that stand again in their place.
#pragma once

#include <set>
#include <vector>

#include "modules/ingest/recount/recounts.h"
#include "modules/ingest/storing/records.h"

namespace jingwei::ingest {

// One step as it would be written.
struct UndoStep {
  std::vector<storage::Write> writes;
  std::vector<CountedChange> counts;
  std::int64_t ended = 0;
  std::int64_t restored = 0;
  std::int64_t overtaken = 0;
};

// Of one batch of one resource. Const; the entry and the records must outlive it.
class Undoing {
 public:
  Undoing(const catalog::Entry& entry, Records& records, const storage::Sealer& sealer, BatchId batch)
      : entry_(entry),
        content_(records.content_of(entry)),
        builder_(records.builder_of(entry)),
        sealer_(sealer),
        batch_(batch) {}

  // The whole packed slice ends. `number` is the resource's slice number that the step takes. With
  // `with_figures` false its rows are not opened. Errors: the store's, corrupt, gone.
  Result<UndoStep> end_slice(storage::Reader& reader, const catalog::SliceHead& head, std::int64_t number,
                             Instant now, bool with_figures = true) const;

  // Where in the record table a walk stands.
  struct Cursor {
    std::string key;
    std::int64_t version = 0;
    bool at_end = false;
  };
  // At most `most` versions of the table behind the cursor, which moves on. Versions of the `withdrawn`
  // batches do not stand again. Errors: the store's, corrupt, gone.
  Result<UndoStep> end_rows(storage::Reader& reader, const std::set<BatchId>& withdrawn, Cursor& cursor,
                            std::size_t most, std::int64_t number, Instant now,
                            bool with_figures = true) const;

 private:
  struct Version;
  Result<Version> version_of(const storage::Row& row, bool with_values) const;
  void count(Figures& figures, const Version& version, double sign, const std::vector<bool>& left_out) const;
  Result<Recounts> recounts(storage::Reader& reader) const;

  const catalog::Entry& entry_;
  const RowContent& content_;
  const RecordBuilder& builder_;
  const storage::Sealer& sealer_;
  const BatchId batch_;
};

}  // namespace jingwei::ingest

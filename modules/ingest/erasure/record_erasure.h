// Erasure of one record (删除): every version of it goes from the store, wherever it stands, while the
// records beside it and under its keys stay. Whoever orders it writes it down first
// (crypto/destruction_ledger.h), so that no older copy of the data brings it back.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "modules/catalog/catalog_service.h"

namespace jingwei::ingest {

struct IngestParts;
class Erasing;
class Records;

// Who has a record erased.
struct ErasureOrder {
  std::string actor;
  std::string order;  // "rights:12"
};

// Thread-safe.
class RecordErasing {
 public:
  // All must outlive it.
  RecordErasing(const IngestParts& parts, Records& records, const Erasing& erasing)
      : parts_(parts), records_(records), erasing_(erasing) {}

  // What tells the record from another that may get its number once older data were put back: 32 hexadecimal
  // digits, a keyed hash of its key. Nothing when no version of it stands anywhere. Errors: not_found
  // (resource), the store's, the sealer's.
  Result<std::optional<std::string>> mark_of(const std::string& resource, RecordId record) const;

  // Erases all versions of the record with this mark, in one Change: rows of its table and of the tables of
  // earlier definitions; in slices its key, place, content and cleaning. Its figures are taken back, and the
  // feed tells of it as of any record that changed. Gives how many versions went: 0 when it stands no more or
  // has another mark. Errors: not_found (resource), conflict (others write all the time), the store's,
  // corrupt.
  Result<std::int64_t> erase(const std::string& resource, RecordId record, const std::string& mark,
                             const ErasureOrder& order);

 private:
  struct Work;
  Result<std::string> key_of(storage::Reader& reader, const catalog::Entry& entry, RecordId record) const;
  std::string mark_from(const std::string& resource, const std::string& key) const;
  Result<void> take_slices(storage::Reader& reader, Work& work) const;
  Result<void> take_row(storage::Reader& reader, Work& work, catalog::SliceHead head, std::int64_t row,
                        std::string row_keys) const;
  Result<void> take_table_rows(storage::Reader& reader, Work& work) const;
  Result<std::int64_t> erase_once(const catalog::Entry& entry, RecordId record, const std::string& mark,
                                  const ErasureOrder& order);

  const IngestParts& parts_;
  Records& records_;
  const Erasing& erasing_;
};

}  // namespace jingwei::ingest

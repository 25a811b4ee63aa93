// A slice opened for reading, block by block as its rows are asked for.
#pragma once

#include <map>
#include <string>

#include "modules/catalog/catalog_service.h"
#include "modules/ingest/storing/slice_format.h"

namespace jingwei::ingest {

// A packed record as it stands.
struct SliceRow {
  std::string_view content;
  std::string_view cleaning;  // empty when nothing was done
  RowPlace place;
};

// Keeps what it opened. Used by one thread.
class SliceReader {
 public:
  SliceReader(std::string resource, const catalog::SliceHead& head, const storage::Sealer& sealer)
      : resource_(std::move(resource)),
        first_id_(head.first_id),
        rows_(head.rows),
        block_rows_(head.block_rows),
        sealer_(sealer) {}

  // Good as long as this object. Errors: the store's; corrupt; gone when the key has been destroyed.
  Result<SliceRow> row(storage::Reader& reader, std::int64_t row);

 private:
  Result<OpenRows> open(storage::Reader& reader, std::int64_t block) const;
  std::int64_t rows_of_block() const { return block_rows_ == 0 ? rows_ : block_rows_; }

  std::string resource_;
  std::int64_t first_id_, rows_, block_rows_;
  const storage::Sealer& sealer_;
  std::map<std::int64_t, OpenRows> blocks_;
};

}  // namespace jingwei::ingest

#include "modules/ingest/storing/slice_reader.h"

namespace jingwei::ingest {

Result<OpenRows> SliceReader::open(storage::Reader& reader, std::int64_t block) const {
  const SlicePlace place{resource_, first_id_};
  if (block_rows_ == 0) {
    JW_ASSIGN(const auto bytes, catalog::slice_body(reader, resource_, first_id_));
    return unpack_body(bytes.places, bytes.body, static_cast<std::size_t>(rows_), place, sealer_);
  }
  const std::int64_t rows = std::min(block_rows_, rows_ - block * block_rows_);
  JW_ASSIGN(const std::string bytes, catalog::slice_block(reader, resource_, first_id_, block));
  return unpack_block(bytes, block, static_cast<std::size_t>(rows), place, sealer_);
}

Result<SliceRow> SliceReader::row(storage::Reader& reader, std::int64_t row) {
  const std::int64_t block = row / rows_of_block();
  auto found = blocks_.find(block);
  if (found == blocks_.end()) {
    JW_ASSIGN(OpenRows opened, open(reader, block));
    found = blocks_.emplace(block, std::move(opened)).first;
  }
  const OpenRows& rows = found->second;
  const auto at = static_cast<std::size_t>(row % rows_of_block());
  return SliceRow{rows.contents[at], rows.cleanings[at], rows.places[at]};
}

}  // namespace jingwei::ingest

// A slice of records as it stands on disk (docs/formats/store.md): keys for finding, places for filtering,
// and the rows themselves, compressed and sealed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "modules/ingest/storing/row_content.h"
#include "storage/sealer.h"

namespace jingwei::ingest {

// Which row of which slice: its id, and what binds the sealed bytes to their place.
struct SlicePlace {
  std::string_view resource;
  std::int64_t first_id = 0;
};

struct PackedSlice {
  std::string row_keys, places;
  std::vector<std::string> blocks;
};

// Rows of a slice that are sealed as one: few enough that one record is read quickly, enough that they
// compress well.
inline constexpr std::int64_t block_rows = 64;

// Packs the rows at these positions, in their order, `block_rows` in a block.
PackedSlice pack_slice(const PackedRows& rows, const std::vector<std::uint32_t>& positions, SlicePlace place,
                       const storage::Sealer& sealer);

// Keys and content hashes, 32 bytes a row.
inline constexpr std::size_t row_keys_bytes = 32;
inline std::string_view key_in(std::string_view row_keys, std::size_t row) {
  return row_keys.substr(row * row_keys_bytes, 16);
}
inline std::string_view content_hash_in(std::string_view row_keys, std::size_t row) {
  return row_keys.substr(row * row_keys_bytes + 16, 16);
}

struct RowPlace {
  RegionId region;
  Day day{};
  std::int64_t line = 0;
};
// Errors: corrupt.
Result<std::vector<RowPlace>> unpack_places(std::string_view places, std::size_t rows);

// Rows of a slice opened for reading.
struct OpenRows {
  std::vector<RowPlace> places;
  std::unique_ptr<const std::string> bytes;  // what the views below stand in
  std::vector<std::string_view> contents;    // by row
  std::vector<std::string_view> cleanings;   // by row; empty when nothing was done
};
// Block `block` of a slice, which holds `rows` of its rows. Errors: corrupt; gone when the key has been
// destroyed.
Result<OpenRows> unpack_block(std::string_view sealed, std::int64_t block, std::size_t rows, SlicePlace place,
                              const storage::Sealer& sealer);
// All rows of a slice from before there were blocks, whose `body` is sealed as one. Errors: unpack_block's.
Result<OpenRows> unpack_body(std::string_view places, std::string_view body, std::size_t rows,
                             SlicePlace place, const storage::Sealer& sealer);

// The same parts with one row emptied, for good: it has no key, place, content nor cleaning any more. The
// other rows stay as they are. Errors: those of reading the part.
std::string empty_in_keys(std::string row_keys, std::size_t row);
Result<std::string> empty_in_places(std::string_view places, std::size_t rows, std::size_t row);
Result<std::string> empty_in_block(std::string_view sealed, std::int64_t block, std::size_t rows,
                                   std::size_t row, SlicePlace place, const storage::Sealer& sealer);
Result<std::string> empty_in_body(std::string_view places, std::string_view body, std::size_t rows,
                                  std::size_t row, SlicePlace place, const storage::Sealer& sealer);

}  // namespace jingwei::ingest

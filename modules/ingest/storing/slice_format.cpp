#include "modules/ingest/storing/slice_format.h"

#include <zstd.h>

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "base/limits.h"

namespace jingwei::ingest {

namespace {

constexpr char places_version = 1;
constexpr char body_version = 1;
constexpr char block_version = 2;
constexpr int compression_level = 1;
constexpr std::string_view sealed_column = "slice";

Error damaged(std::string_view what) {
  return Error(ErrorCode::corrupt, "storage.damaged").because("slice: " + std::string(what));
}

struct Compressing {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ~Compressing() { ZSTD_freeCCtx(context); }
};
struct Decompressing {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ~Decompressing() { ZSTD_freeDCtx(context); }
};

std::string compressed(std::string_view plain, char version) {
  thread_local Compressing zstd;
  std::string out(1 + ZSTD_compressBound(plain.size()), '\0');
  out[0] = version;
  const std::size_t size = ZSTD_compressCCtx(zstd.context, out.data() + 1, out.size() - 1, plain.data(),
                                             plain.size(), compression_level);
  JW_ASSERT(ZSTD_isError(size) == 0U);
  out.resize(1 + size);
  return out;
}

Result<std::string> decompressed(std::string_view packed, char version) {
  if (packed.empty() || packed.front() != version) return damaged("version");
  packed.remove_prefix(1);
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > limits::slice_bytes)
    return damaged("size");
  std::string plain(size, '\0');
  thread_local Decompressing zstd;
  const std::size_t got =
      ZSTD_decompressDCtx(zstd.context, plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0U || got != plain.size()) return damaged("compression");
  return plain;
}

// Region, day and line of rows one behind another: each the difference to the row before.
struct PlaceSteps {
  std::int64_t region = 0, day = 0, line = 0;

  void append(std::string& plain, const RowPlace& row) {
    append_signed_varint(plain, row.region.value - std::exchange(region, row.region.value));
    const std::int64_t days = to_days(row.day);
    append_signed_varint(plain, days - std::exchange(day, days));
    append_signed_varint(plain, row.line - std::exchange(line, row.line));
  }
  void append(std::string& plain, const PackedRow& row) { append(plain, {row.region, row.day, row.line}); }
  RowPlace read(ByteReader& bytes) {
    region += bytes.signed_varint();
    day += bytes.signed_varint();
    line += bytes.signed_varint();
    return {RegionId(region), from_days(static_cast<std::int32_t>(day)), line};
  }
};

std::string pack_places(const PackedRows& rows, const std::vector<std::uint32_t>& positions) {
  std::string plain;
  plain.reserve(positions.size() * 4);
  PlaceSteps steps;
  for (const std::uint32_t at : positions) steps.append(plain, rows.rows[at]);
  return compressed(plain, places_version);
}

// Binds a block to its place in its slice.
std::string column_of(std::int64_t block) {
  return std::string(sealed_column) + '.' + std::to_string(block);
}

// The cleanings that rows of a block tell of, numbered as they are met; 0 is none.
class BlockCleanings {
 public:
  explicit BlockCleanings(std::size_t known) : number_of_(known + 1) {}
  std::uint32_t number(std::uint32_t cleaning) {
    if (cleaning == 0) return 0;
    auto& number = number_of_[cleaning];
    if (number == 0) {
      met_.push_back(cleaning);
      number = static_cast<std::uint32_t>(met_.size());
    }
    return number;
  }
  // Writes those met and forgets them.
  void flush(std::string& plain, const PackedRows& rows) {
    append_varint(plain, met_.size());
    for (const std::uint32_t cleaning : met_) {
      append_text(plain, rows.cleanings[cleaning - 1]);
      number_of_[cleaning] = 0;
    }
    met_.clear();
  }

 private:
  std::vector<std::uint32_t> number_of_;  // by cleaning of the rows
  std::vector<std::uint32_t> met_;
};

Result<std::vector<std::string_view>> read_cleanings(ByteReader& bytes) {
  const std::uint64_t kinds = bytes.varint();
  std::vector<std::string_view> cleanings = {std::string_view()};
  for (std::uint64_t at = 0; at < kinds && bytes.ok(); ++at) cleanings.push_back(bytes.text());
  if (!bytes.ok()) return damaged("cleanings");
  return cleanings;
}

// Rows as they were read, written again: their cleanings first.
enum class PlacesStand : std::uint8_t { within, apart };
std::string repacked(const OpenRows& rows, PlacesStand where) {
  std::vector<std::string_view> met;
  std::map<std::string_view, std::uint64_t> number;  // of each that was met
  PlaceSteps steps;
  std::string body;
  for (std::size_t row = 0; row < rows.contents.size(); ++row) {
    if (where == PlacesStand::within) steps.append(body, rows.places[row]);
    const std::string_view cleaning = rows.cleanings[row];
    const auto known = cleaning.empty() ? number.end() : number.try_emplace(cleaning, met.size() + 1).first;
    if (known != number.end() && known->second > met.size()) met.push_back(cleaning);
    append_varint(body, known == number.end() ? 0 : known->second);
    append_text(body, rows.contents[row]);
  }
  std::string plain;
  append_varint(plain, met.size());
  for (const std::string_view cleaning : met) append_text(plain, cleaning);
  return plain + body;
}

void make_empty(OpenRows& rows, std::size_t row) {
  rows.places[row] = {};
  rows.contents[row] = rows.cleanings[row] = {};
}

// What was done to a row, and what it says.
Result<void> read_row(ByteReader& bytes, const std::vector<std::string_view>& cleanings, OpenRows& rows) {
  const std::uint64_t cleaning = bytes.varint();
  if (cleaning >= cleanings.size()) return damaged("cleaning");
  rows.cleanings.push_back(cleanings[cleaning]);
  rows.contents.push_back(bytes.text());
  if (!bytes.ok()) return damaged("rows");
  return {};
}

}  // namespace

PackedSlice pack_slice(const PackedRows& rows, const std::vector<std::uint32_t>& positions, SlicePlace place,
                       const storage::Sealer& sealer) {
  PackedSlice slice;
  slice.row_keys.reserve(positions.size() * row_keys_bytes);
  slice.blocks.reserve(positions.size() / block_rows + 1);
  BlockCleanings cleanings(rows.cleanings.size());
  PlaceSteps steps;
  std::string plain, body;
  const auto finish_block = [&] {
    plain.clear();
    cleanings.flush(plain, rows);
    plain += body;
    const std::string column = column_of(static_cast<std::int64_t>(slice.blocks.size()));
    slice.blocks.push_back(
        sealer.seal({place.resource, place.first_id, column}, compressed(plain, block_version)));
    body.clear();
    steps = {};
  };
  std::int64_t in_block = 0;
  for (const std::uint32_t at : positions) {
    const PackedRow& row = rows.rows[at];
    slice.row_keys.append(row.key.data(), row.key.size()).append(row.content.data(), row.content.size());
    steps.append(body, row);
    append_varint(body, cleanings.number(row.cleaning));
    append_text(body, rows.content(row));
    if (++in_block < block_rows) continue;
    finish_block();
    in_block = 0;
  }
  if (in_block > 0) finish_block();
  slice.places = pack_places(rows, positions);
  return slice;
}

Result<std::vector<RowPlace>> unpack_places(std::string_view packed, std::size_t rows) {
  JW_ASSIGN(const std::string plain, decompressed(packed, places_version));
  ByteReader bytes(plain);
  std::vector<RowPlace> places;
  places.reserve(rows);
  PlaceSteps steps;
  for (std::size_t row = 0; row < rows && bytes.ok(); ++row) places.push_back(steps.read(bytes));
  if (!bytes.ok() || !bytes.at_end()) return damaged("places");
  return places;
}

Result<OpenRows> unpack_block(std::string_view sealed, std::int64_t block, std::size_t rows, SlicePlace place,
                              const storage::Sealer& sealer) {
  JW_ASSIGN(const std::string packed,
            sealer.open({place.resource, place.first_id, column_of(block)}, sealed));
  JW_ASSIGN(std::string plain, decompressed(packed, block_version));
  OpenRows open;
  open.bytes = std::make_unique<const std::string>(std::move(plain));
  ByteReader bytes(*open.bytes);
  JW_ASSIGN(const auto cleanings, read_cleanings(bytes));
  PlaceSteps steps;
  for (std::size_t row = 0; row < rows; ++row) {
    open.places.push_back(steps.read(bytes));
    JW_TRY(read_row(bytes, cleanings, open));
  }
  if (!bytes.at_end()) return damaged("rows");
  return open;
}

Result<OpenRows> unpack_body(std::string_view places, std::string_view body, std::size_t rows,
                             SlicePlace place, const storage::Sealer& sealer) {
  OpenRows open;
  JW_ASSIGN(open.places, unpack_places(places, rows));
  JW_ASSIGN(const std::string packed, sealer.open({place.resource, place.first_id, sealed_column}, body));
  JW_ASSIGN(std::string plain, decompressed(packed, body_version));
  open.bytes = std::make_unique<const std::string>(std::move(plain));
  ByteReader bytes(*open.bytes);
  JW_ASSIGN(const auto cleanings, read_cleanings(bytes));
  for (std::size_t row = 0; row < rows; ++row) JW_TRY(read_row(bytes, cleanings, open));
  if (!bytes.at_end()) return damaged("rows");
  return open;
}

std::string empty_in_keys(std::string row_keys, std::size_t row) {
  std::fill_n(row_keys.begin() + static_cast<std::ptrdiff_t>(row * row_keys_bytes), row_keys_bytes, '\0');
  return row_keys;
}

Result<std::string> empty_in_places(std::string_view packed, std::size_t rows, std::size_t row) {
  JW_ASSIGN(auto places, unpack_places(packed, rows));
  places[row] = {};
  PlaceSteps steps;
  std::string plain;
  for (const auto& place : places) steps.append(plain, place);
  return compressed(plain, places_version);
}

Result<std::string> empty_in_block(std::string_view sealed, std::int64_t block, std::size_t rows,
                                   std::size_t row, SlicePlace place, const storage::Sealer& sealer) {
  JW_ASSIGN(OpenRows open, unpack_block(sealed, block, rows, place, sealer));
  make_empty(open, row);
  return sealer.seal({place.resource, place.first_id, column_of(block)},
                     compressed(repacked(open, PlacesStand::within), block_version));
}

Result<std::string> empty_in_body(std::string_view places, std::string_view body, std::size_t rows,
                                  std::size_t row, SlicePlace place, const storage::Sealer& sealer) {
  JW_ASSIGN(OpenRows open, unpack_body(places, body, rows, place, sealer));
  make_empty(open, row);
  return sealer.seal({place.resource, place.first_id, sealed_column},
                     compressed(repacked(open, PlacesStand::apart), body_version));
}

}  // namespace jingwei::ingest

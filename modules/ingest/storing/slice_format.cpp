#include "modules/ingest/storing/slice_format.h"

#include <zstd.h>

#include "base/bytes.h"
#include "base/limits.h"

namespace jingwei::ingest {

namespace {

constexpr char places_version = 1;
constexpr char body_version = 1;
constexpr int compression_level = 1;
constexpr std::string_view sealed_column = "slice";

Error damaged(std::string_view what) {
  return Error(ErrorCode::corrupt, "storage.damaged").because("slice: " + std::string(what));
}

struct Compressing {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ~Compressing() { ZSTD_freeCCtx(context); }
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
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0U || got != plain.size()) return damaged("compression");
  return plain;
}

std::string pack_places(const PackedRows& rows, const std::vector<std::uint32_t>& positions) {
  std::string plain;
  plain.reserve(positions.size() * 4);
  std::int64_t region = 0, day = 0, line = 0;
  for (const std::uint32_t at : positions) {
    const PackedRow& row = rows.rows[at];
    append_signed_varint(plain, row.region.value - std::exchange(region, row.region.value));
    const std::int64_t days = to_days(row.day);
    append_signed_varint(plain, days - std::exchange(day, days));
    append_signed_varint(plain, row.line - std::exchange(line, row.line));
  }
  return compressed(plain, places_version);
}

}  // namespace

PackedSlice pack_slice(const PackedRows& rows, const std::vector<std::uint32_t>& positions, SlicePlace place,
                       const storage::Sealer& sealer) {
  PackedSlice slice;
  slice.row_keys.reserve(positions.size() * row_keys_bytes);
  std::string plain;
  plain.reserve(rows.bytes.size() + positions.size() * 4 + 64);
  append_varint(plain, rows.cleanings.size());
  for (const auto& cleaning : rows.cleanings) append_text(plain, cleaning);
  for (const std::uint32_t at : positions) {
    const PackedRow& row = rows.rows[at];
    slice.row_keys.append(row.key.data(), row.key.size()).append(row.content.data(), row.content.size());
    append_varint(plain, row.cleaning);
    append_text(plain, rows.content(row));
  }
  slice.places = pack_places(rows, positions);
  slice.body = sealer.seal({place.resource, place.first_id, sealed_column}, compressed(plain, body_version));
  return slice;
}

Result<std::vector<RowPlace>> unpack_places(std::string_view packed, std::size_t rows) {
  JW_ASSIGN(const std::string plain, decompressed(packed, places_version));
  ByteReader bytes(plain);
  std::vector<RowPlace> places;
  places.reserve(rows);
  std::int64_t region = 0, day = 0, line = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    region += bytes.signed_varint();
    day += bytes.signed_varint();
    line += bytes.signed_varint();
    places.push_back({RegionId(region), from_days(static_cast<std::int32_t>(day)), line});
  }
  if (!bytes.ok() || !bytes.at_end()) return damaged("places");
  return places;
}

Result<OpenSlice> unpack_slice(std::string_view places, std::string_view body, std::size_t rows,
                               SlicePlace place, const storage::Sealer& sealer) {
  OpenSlice slice;
  JW_ASSIGN(slice.places, unpack_places(places, rows));
  JW_ASSIGN(const std::string packed, sealer.open({place.resource, place.first_id, sealed_column}, body));
  JW_ASSIGN(std::string plain, decompressed(packed, body_version));
  slice.bytes = std::make_unique<const std::string>(std::move(plain));
  ByteReader bytes(*slice.bytes);
  const std::uint64_t kinds = bytes.varint();
  std::vector<std::string_view> cleanings = {std::string_view()};
  for (std::uint64_t at = 0; at < kinds && bytes.ok(); ++at) cleanings.push_back(bytes.text());
  for (std::size_t row = 0; row < rows && bytes.ok(); ++row) {
    const std::uint64_t cleaning = bytes.varint();
    if (cleaning >= cleanings.size()) return damaged("cleaning");
    slice.cleanings.push_back(cleanings[cleaning]);
    slice.contents.push_back(bytes.text());
  }
  if (!bytes.ok() || !bytes.at_end()) return damaged("rows");
  return slice;
}

}  // namespace jingwei::ingest

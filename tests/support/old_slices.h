// Slices as they were stored before there were blocks in them (catalog 6), for tests of what comes after.
#pragma once

#include <zstd.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "modules/ingest/storing/slice_reader.h"
#include "tests/support/backends.h"

namespace jingwei::testing {

// The rows of a slice, sealed as one: the cleanings that occur, then of each row the number of its cleaning
// and its content.
inline std::string old_slice_body(const std::vector<ingest::SliceRow>& rows, const std::string& resource,
                                  std::int64_t first_id, const storage::Sealer& sealer) {
  std::vector<std::string_view> cleanings;
  std::string texts;
  for (const auto& row : rows) {
    std::size_t number = 0;
    if (!row.cleaning.empty()) {
      const auto found = std::find(cleanings.begin(), cleanings.end(), row.cleaning);
      number = static_cast<std::size_t>(found - cleanings.begin()) + 1;
      if (found == cleanings.end()) cleanings.push_back(row.cleaning);
    }
    append_varint(texts, number);
    append_text(texts, row.content);
  }
  std::string plain;
  append_varint(plain, cleanings.size());
  for (const auto cleaning : cleanings) append_text(plain, cleaning);
  plain += texts;
  std::string packed(1 + ZSTD_compressBound(plain.size()), '\1');
  packed.resize(1 + ZSTD_compress(packed.data() + 1, packed.size() - 1, plain.data(), plain.size(), 1));
  return sealer.seal({resource, first_id, "slice"}, packed);
}

// Puts all slices of a resource in the form of old, row by row as they stand.
inline storage::Change old_slices(storage::Reader& reader, const std::string& resource,
                                  const storage::Sealer& sealer) {
  static std::deque<storage::Statement> kept;
  const auto statement = [](const std::string& sql) -> const storage::Statement& {
    return kept.emplace_back(storage::Statement{"old", sql, sql});
  };
  storage::Change change;
  for (const auto& head : must(catalog::slices_before(reader, resource, INT64_MAX, 100))) {
    ingest::SliceReader slice(resource, head, sealer);
    std::vector<ingest::SliceRow> rows;
    for (std::int64_t row = 0; row < head.rows; ++row) rows.push_back(must(slice.row(reader, row)));
    const std::string body = old_slice_body(rows, resource, head.first_id, sealer);
    change.writes.push_back(
        {&statement("UPDATE record_slice SET block_rows = NULL WHERE first_id = $1"), {head.first_id}, 1});
    change.writes.push_back(
        {&statement("DELETE FROM record_slice_block WHERE first_id = $1"), {head.first_id}, {}});
    change.writes.push_back({&statement("UPDATE record_slice_body SET body = $2 WHERE first_id = $1"),
                             {head.first_id, storage::Blob{body}},
                             1});
  }
  return change;
}

}  // namespace jingwei::testing

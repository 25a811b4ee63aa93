// Records that came in bulk: a slice of them stands packed in one row, not in the resource's table. A record
// that changes moves from its slice into the table, with its first version, and stays there.
//
// The resource's *slice number* grows with each slice that comes or ends. Whoever adds records reads it with
// what it decides on, and expects it in its Change (`hold`; bulk loads `take` the next one), so that nobody
// makes a second record of a key that came meanwhile (docs/decisions/015).
#pragma once

#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "storage/store.h"

namespace jingwei::catalog {

// What stands about a slice beside its rows.
struct SliceHead {
  std::int64_t first_id = 0;
  std::int64_t rows = 0;
  std::int64_t live = 0;      // rows that stand here: neither gone nor ended
  std::int64_t revision = 0;  // grows with each change of this head
  std::int64_t changed = 0;   // slice number at which it came or ended
  std::int64_t resource_version = 0;
  BatchId batch;
  Instant known_from{};
  std::optional<Instant> known_to;  // its batch was withdrawn
  std::string gone;                 // bit per row, least first: it stands in the resource's table
  std::int64_t block_rows = 0;  // rows sealed as one; 0: a slice from before blocks, all of it in its body

  bool has_left(std::int64_t row) const {
    return (static_cast<unsigned char>(gone[static_cast<std::size_t>(row / 8)]) >> (row % 8) & 1) != 0;
  }
  void mark_left(std::int64_t row);  // once
};

// A new slice as it is written. The bytes are what ingest packs (docs/formats/store.md).
struct NewSlice {
  std::string resource;
  std::int64_t first_id = 0;
  std::int64_t rows = 0;
  std::int64_t number = 0;  // its own slice number
  std::int64_t resource_version = 0;
  BatchId batch;
  Instant known_from{};
  std::string row_keys, places;
  std::int64_t block_rows = 0;
  std::vector<std::string> blocks;
};

// Pieces of Changes. Each expects what it says; a failed expectation is a conflict. Taking or holding the
// number also expects that the rows still stand in the table of `table_version`: when a newer version has
// moved them, whoever loads begins again where it stopped, with the entry that Catalog::find gives then.
void add_slice(NewSlice slice, storage::Change& change);
storage::Write take_slice_number(const std::string& resource, std::int64_t from, std::int64_t table_version);
storage::Write hold_slice_number(const std::string& resource, std::int64_t number,
                                 std::int64_t table_version);
// Writes `head.gone` and `head.live`; expects `head.revision`.
storage::Write take_from_slice(const std::string& resource, const SliceHead& head);
// Writes nothing; expects `head.revision`: no row has left the slice since, nor has it ended.
storage::Write hold_slice(const std::string& resource, const SliceHead& head);

// The whole slice ends: its batch was withdrawn. `number` is the slice number that the Change takes; expects
// `head.revision`.
storage::Write end_slice(const std::string& resource, const SliceHead& head, std::int64_t number,
                         Instant known_to);

// The slice's bytes are erased; its head stays, ended, and tells others that they are gone. Otherwise as
// end_slice, but that a slice which ended before is no more than emptied.
void erase_slice(const std::string& resource, const SliceHead& head, std::int64_t number, Instant known_to,
                 storage::Change& change);

// A slice's bytes with one of its rows emptied. `body` of a slice from before blocks; else `block` is its
// number and `sealed` its bytes; no bytes (their key was destroyed): they stay as they are.
struct EmptiedRow {
  std::string row_keys, places, body;
  std::int64_t block = 0;
  std::optional<std::string> sealed;
};
// `head` with the row marked as left, where it stood; `number` is the slice number that the Change takes.
// Expects `head.revision`.
void empty_row(const std::string& resource, const SliceHead& head, std::int64_t number, EmptiedRow row,
               storage::Change& change);

// Reading. Errors: the store's; not_found is an empty answer.
Result<std::int64_t> slice_number(storage::Reader& reader, const std::string& resource);
Result<std::optional<SliceHead>> slice_at(storage::Reader& reader, const std::string& resource,
                                          std::int64_t id);
// Slices with living rows whose first id lies before `before`, newest first.
Result<std::vector<SliceHead>> slices_before(storage::Reader& reader, const std::string& resource,
                                             std::int64_t before, std::size_t most);
// Slices with living rows that came with a batch, newest first.
Result<std::vector<SliceHead>> slices_of_batch(storage::Reader& reader, const std::string& resource,
                                               BatchId batch, std::size_t most);
Result<std::vector<SliceHead>> changed_slices(storage::Reader& reader, const std::string& resource,
                                              std::int64_t after_number);
Result<std::string> slice_keys(storage::Reader& reader, const std::string& resource, std::int64_t first_id);
Result<std::string> slice_places(storage::Reader& reader, const std::string& resource, std::int64_t first_id);

// Slices whose bytes stand and came before an instant, oldest first.
Result<std::vector<SliceHead>> standing_slices(storage::Reader& reader, const std::string& resource,
                                               Instant before, std::size_t most);
// Slices that ended and whose bytes stand, oldest first.
Result<std::vector<SliceHead>> ended_slices(storage::Reader& reader, const std::string& resource);
// Whether the bytes of a slice stand.
Result<bool> has_body(storage::Reader& reader, const std::string& resource, std::int64_t first_id);
// Rows of such slices in all, and those that stand.
struct StandingRows {
  std::int64_t rows = 0, live = 0;
};
Result<StandingRows> count_standing(storage::Reader& reader, const std::string& resource, Instant before);

struct SliceBody {
  std::string places, body;
};
// Of a slice from before blocks.
Result<SliceBody> slice_body(storage::Reader& reader, const std::string& resource, std::int64_t first_id);
Result<std::string> slice_block(storage::Reader& reader, const std::string& resource, std::int64_t first_id,
                                std::int64_t block);
// The first `bytes` bytes of the first and the last value that is sealed of a slice: all of it was sealed
// under the keys they name, in this order. Empty when the slice has been erased.
Result<std::vector<std::string>> slice_marks(storage::Reader& reader, const std::string& resource,
                                             const SliceHead& head, std::size_t bytes);

// How many records stand in slices.
Result<std::int64_t> packed_records(storage::Reader& reader, const std::string& resource);

}  // namespace jingwei::catalog

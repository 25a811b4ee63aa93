#include "modules/catalog/record_slices.h"

#include "modules/catalog/sql.gen.h"

namespace jingwei::catalog {

namespace {

using storage::Blob;
using storage::Value;

SliceHead head_of(const storage::Row& row) {
  SliceHead head;
  head.first_id = row.integer(0);
  head.rows = row.integer(1);
  head.live = row.integer(2);
  head.revision = row.integer(3);
  head.changed = row.integer(4);
  head.resource_version = row.integer(5);
  head.batch = BatchId(row.integer(6));
  head.known_from = from_micros(row.integer(7));
  if (!row.is_null(8)) head.known_to = from_micros(row.integer(8));
  head.gone = row.blob(9);
  if (!row.is_null(10)) head.block_rows = row.integer(10);
  return head;
}

Result<std::vector<SliceHead>> read_heads(storage::Reader& reader, const storage::Statement& statement,
                                          std::span<const Value> parameters) {
  std::vector<SliceHead> heads;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    heads.push_back(head_of(row));
    return true;
  }));
  return heads;
}

Error lost(const std::string& resource) {
  return Error(ErrorCode::corrupt, "storage.damaged").because("a slice of " + resource + " has no body");
}

Result<std::string> read_bytes(storage::Reader& reader, const storage::Statement& statement,
                               const std::string& resource, std::int64_t first_id) {
  const std::array<Value, 2> key = {resource, first_id};
  std::optional<std::string> bytes;
  JW_TRY(reader.query(statement, key, [&](const storage::Row& row) {
    bytes = row.blob(0);
    return false;
  }));
  if (!bytes) return lost(resource);
  return std::move(*bytes);
}

}  // namespace

void SliceHead::mark_left(std::int64_t row) {
  JW_ASSERT(!has_left(row));
  gone[static_cast<std::size_t>(row / 8)] |= static_cast<char>(1 << (row % 8));
  --live;
}

void add_slice(NewSlice slice, storage::Change& change) {
  change.writes.push_back(
      {&sql::add_slice,
       {slice.resource, slice.first_id, slice.rows, slice.number, slice.resource_version, slice.batch.value,
        to_micros(slice.known_from), Blob{std::string(static_cast<std::size_t>((slice.rows + 7) / 8), '\0')},
        slice.block_rows},
       1});
  std::vector<std::vector<Value>> blocks;
  for (auto& body : slice.blocks) {
    const auto number = static_cast<std::int64_t>(blocks.size());
    blocks.push_back({slice.resource, slice.first_id, number, Blob{std::move(body)}});
  }
  storage::put_rows(change, sql::add_slice_block, sql::add_eight_slice_blocks, std::move(blocks));
  change.writes.push_back({&sql::add_slice_body,
                           {std::move(slice.resource), slice.first_id, Blob{std::move(slice.row_keys)},
                            Blob{std::move(slice.places)}, Blob{std::string()}},
                           1});
}

storage::Write take_slice_number(const std::string& resource, std::int64_t from, std::int64_t table_version) {
  return {&sql::take_slice_number, {resource, from, table_version}, 1};
}

storage::Write hold_slice_number(const std::string& resource, std::int64_t number,
                                 std::int64_t table_version) {
  return {&sql::hold_slice_number, {resource, number, table_version}, 1};
}

storage::Write take_from_slice(const std::string& resource, const SliceHead& head) {
  return {&sql::take_from_slice, {resource, head.first_id, head.revision, Blob{head.gone}, head.live}, 1};
}

storage::Write hold_slice(const std::string& resource, const SliceHead& head) {
  return {&sql::hold_slice, {resource, head.first_id, head.revision}, 1};
}

storage::Write end_slice(const std::string& resource, const SliceHead& head, std::int64_t number,
                         Instant known_to) {
  return {&sql::end_slice, {resource, head.first_id, head.revision, number + 1, to_micros(known_to)}, 1};
}

void erase_slice(const std::string& resource, const SliceHead& head, std::int64_t number, Instant known_to,
                 storage::Change& change) {
  if (!head.known_to) change.writes.push_back(end_slice(resource, head, number, known_to));
  change.writes.push_back({&sql::erase_slice_body, {resource, head.first_id}, 1});
  change.writes.push_back({&sql::erase_slice_blocks, {resource, head.first_id}, std::nullopt});
}

void empty_row(const std::string& resource, const SliceHead& head, std::int64_t number, EmptiedRow row,
               storage::Change& change) {
  change.writes.push_back({&sql::empty_slice_row,
                           {resource, head.first_id, head.revision, Blob{head.gone}, head.live, number + 1},
                           1});
  change.writes.push_back({&sql::change_slice_body,
                           {resource, head.first_id, Blob{std::move(row.row_keys)},
                            Blob{std::move(row.places)}, Blob{std::move(row.body)}},
                           1});
  if (!row.sealed) return;
  change.writes.push_back(
      {&sql::change_slice_block, {resource, head.first_id, row.block, Blob{std::move(*row.sealed)}}, 1});
}

Result<std::int64_t> slice_number(storage::Reader& reader, const std::string& resource) {
  const Value key = resource;
  JW_ASSIGN(const auto number, storage::query_integer(reader, sql::slice_number, std::span(&key, 1)));
  if (!number) return Error(ErrorCode::not_found, "catalog.not_found").with("resource", resource);
  return *number;
}

Result<std::optional<SliceHead>> slice_at(storage::Reader& reader, const std::string& resource,
                                          std::int64_t id) {
  JW_ASSIGN(auto heads, read_heads(reader, sql::slice_at, std::array<Value, 2>{resource, id}));
  if (heads.empty() || id >= heads.front().first_id + heads.front().rows) return std::optional<SliceHead>();
  return std::optional<SliceHead>(std::move(heads.front()));
}

Result<std::vector<SliceHead>> slices_before(storage::Reader& reader, const std::string& resource,
                                             std::int64_t before, std::size_t most) {
  return read_heads(reader, sql::page_of_slices,
                    std::array<Value, 3>{resource, before, static_cast<std::int64_t>(most)});
}

Result<std::vector<SliceHead>> slices_of_batch(storage::Reader& reader, const std::string& resource,
                                               BatchId batch, std::size_t most) {
  return read_heads(reader, sql::slices_of_batch,
                    std::array<Value, 3>{resource, batch.value, static_cast<std::int64_t>(most)});
}

Result<std::vector<SliceHead>> changed_slices(storage::Reader& reader, const std::string& resource,
                                              std::int64_t after_number) {
  return read_heads(reader, sql::changed_slices, std::array<Value, 2>{resource, after_number});
}

Result<std::string> slice_keys(storage::Reader& reader, const std::string& resource, std::int64_t first_id) {
  return read_bytes(reader, sql::slice_keys, resource, first_id);
}

Result<std::string> slice_places(storage::Reader& reader, const std::string& resource,
                                 std::int64_t first_id) {
  return read_bytes(reader, sql::slice_places, resource, first_id);
}

Result<std::vector<SliceHead>> standing_slices(storage::Reader& reader, const std::string& resource,
                                               Instant before, std::size_t most) {
  return read_heads(reader, sql::standing_slices,
                    std::array<Value, 3>{resource, to_micros(before), static_cast<std::int64_t>(most)});
}

Result<std::vector<SliceHead>> ended_slices(storage::Reader& reader, const std::string& resource) {
  const Value key = resource;
  return read_heads(reader, sql::ended_slices, std::span(&key, 1));
}

Result<bool> has_body(storage::Reader& reader, const std::string& resource, std::int64_t first_id) {
  const std::array<Value, 2> key = {resource, first_id};
  JW_ASSIGN(const auto found, storage::query_integer(reader, sql::has_slice_body, key));
  return found.has_value();
}

Result<StandingRows> count_standing(storage::Reader& reader, const std::string& resource, Instant before) {
  const std::array<Value, 2> key = {resource, to_micros(before)};
  StandingRows counted;
  JW_TRY(reader.query(sql::count_standing_slices, key, [&](const storage::Row& row) {
    counted = {row.integer(0), row.integer(1)};
    return false;
  }));
  return counted;
}

Result<SliceBody> slice_body(storage::Reader& reader, const std::string& resource, std::int64_t first_id) {
  const std::array<Value, 2> key = {resource, first_id};
  std::optional<SliceBody> found;
  JW_TRY(reader.query(sql::slice_body, key, [&](const storage::Row& row) {
    found = SliceBody{std::string(row.blob(0)), std::string(row.blob(1))};
    return false;
  }));
  if (!found) return lost(resource);
  return std::move(*found);
}

Result<std::string> slice_block(storage::Reader& reader, const std::string& resource, std::int64_t first_id,
                                std::int64_t block) {
  const std::array<Value, 3> key = {resource, first_id, block};
  std::optional<std::string> bytes;
  JW_TRY(reader.query(sql::slice_block, key, [&](const storage::Row& row) {
    bytes = row.blob(0);
    return false;
  }));
  if (!bytes) return lost(resource);
  return std::move(*bytes);
}

Result<std::vector<std::string>> slice_marks(storage::Reader& reader, const std::string& resource,
                                             const SliceHead& head, std::size_t bytes) {
  std::vector<std::string> marks;
  const auto keep = [&](const storage::Row& row) {
    marks.emplace_back(row.blob(0));
    return true;
  };
  const auto length = static_cast<std::int64_t>(bytes);
  if (head.block_rows == 0) {
    JW_TRY(reader.query(sql::body_mark, std::array<Value, 3>{resource, head.first_id, length}, keep));
  } else {
    const std::int64_t last = (head.rows - 1) / head.block_rows;
    JW_TRY(reader.query(sql::block_marks, std::array<Value, 4>{resource, head.first_id, last, length}, keep));
  }
  return marks;
}

Result<std::int64_t> packed_records(storage::Reader& reader, const std::string& resource) {
  const Value key = resource;
  JW_ASSIGN(const auto records, storage::query_integer(reader, sql::packed_records, std::span(&key, 1)));
  return records.value_or(0);
}

}  // namespace jingwei::catalog

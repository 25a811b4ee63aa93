#include "modules/audit/leaf_rows.h"

#include <cstring>

#include "modules/audit/sql.gen.h"

namespace jingwei::audit {

using storage::Row;
using storage::Value;

namespace {

// Bytes of a wrong length, as only a damaged table has them, read as zeros and so never fit.
template <std::size_t size>
std::array<std::uint8_t, size> fixed(std::string_view bytes) {
  std::array<std::uint8_t, size> out{};
  if (bytes.size() == size) std::memcpy(out.data(), bytes.data(), size);
  return out;
}

SignedHead head_of(const Row& row) {
  return {static_cast<std::uint64_t>(row.integer(0)), fixed<32>(row.blob(1)), from_micros(row.integer(2)),
          fixed<32>(row.blob(3)), fixed<64>(row.blob(4))};
}

}  // namespace

LogEntry entry_of(const Row& row, int first) {
  return {from_micros(row.integer(first)), std::string(row.text(first + 1)), std::string(row.text(first + 2)),
          std::string(row.text(first + 3)), std::string(row.text(first + 4))};
}

Result<std::vector<Leaf>> leaves_from(storage::Reader& reader, std::uint64_t position, std::size_t most) {
  std::vector<Leaf> leaves;
  const Value parameters[] = {static_cast<std::int64_t>(position), static_cast<std::int64_t>(most)};
  JW_TRY(reader.query(sql::leaves_from, parameters, [&](const Row& row) {
    Leaf leaf{static_cast<std::uint64_t>(row.integer(0)),
              {row.integer(3), row.integer(4)},
              std::string(row.blob(1)),
              fixed<32>(row.blob(2)),
              std::nullopt};
    if (!row.is_null(5)) leaf.entry = entry_of(row, 5);
    leaves.push_back(std::move(leaf));
    return true;
  }));
  return leaves;
}

Result<std::int64_t> shard_of_leaf(storage::Reader& reader, std::uint64_t position) {
  const Value parameters[] = {static_cast<std::int64_t>(position)};
  JW_ASSIGN(const auto shard, storage::query_integer(reader, sql::leaf_shard, parameters));
  return shard.value_or(0);
}

namespace {

Result<std::vector<SignedHead>> heads_of(storage::Reader& reader, const storage::Statement& statement,
                                         std::span<const Value> parameters) {
  std::vector<SignedHead> heads;
  JW_TRY(reader.query(statement, parameters, [&](const Row& row) {
    heads.push_back(head_of(row));
    return true;
  }));
  return heads;
}

Result<std::optional<SignedHead>> first_head(storage::Reader& reader, const storage::Statement& statement,
                                             std::span<const Value> parameters) {
  JW_ASSIGN(auto heads, heads_of(reader, statement, parameters));
  if (heads.empty()) return std::optional<SignedHead>();
  return std::optional(std::move(heads.front()));
}

}  // namespace

Result<std::vector<SignedHead>> heads_from(storage::Reader& reader, std::uint64_t size, std::size_t most) {
  const Value parameters[] = {static_cast<std::int64_t>(size), static_cast<std::int64_t>(most)};
  return heads_of(reader, sql::heads_from, parameters);
}

Result<std::vector<SignedHead>> heads_before(storage::Reader& reader, std::uint64_t size, std::size_t most) {
  const Value parameters[] = {static_cast<std::int64_t>(size), static_cast<std::int64_t>(most)};
  return heads_of(reader, sql::heads_before, parameters);
}

Result<std::optional<SignedHead>> read_last_head(storage::Reader& reader) {
  return first_head(reader, sql::last_head, {});
}

Result<std::optional<SignedHead>> find_head(storage::Reader& reader, std::uint64_t size) {
  const Value parameters[] = {static_cast<std::int64_t>(size)};
  return first_head(reader, sql::find_head, parameters);
}

Result<storage::FeedPosition> last_leaf_key(storage::Reader& reader) {
  storage::FeedPosition key;
  JW_TRY(reader.query(sql::last_leaf, {}, [&](const Row& row) {
    key = {row.integer(0), row.integer(1)};
    return false;
  }));
  return key;
}

}  // namespace jingwei::audit

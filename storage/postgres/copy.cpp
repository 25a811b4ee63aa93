#include "storage/postgres/copy.h"

#include <libpq-fe.h>

#include <bit>

namespace jingwei::storage::postgres {

namespace {

// Type numbers of pg_type, fixed by PostgreSQL.
constexpr unsigned type_bool = 16, type_bytea = 17, type_int8 = 20, type_int2 = 21, type_int4 = 23,
                   type_text = 25, type_float8 = 701, type_varchar = 1043;
constexpr std::size_t flush_bytes = 1 << 16;
constexpr std::string_view copy_signature("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);

template <typename Integer>
void put(std::string& out, Integer number) {
  for (int shift = (static_cast<int>(sizeof number) - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xff);
  }
}

void put_bytes(std::string& out, std::string_view bytes) {
  put(out, static_cast<std::int32_t>(bytes.size()));
  out += bytes;
}

// False when the value does not fit the column's type.
bool put_whole(std::string& out, unsigned type, std::int64_t number) {
  switch (type) {
    case type_int8:
      put(out, std::int32_t{8}), put(out, number);
      return true;
    case type_int4:
      if (number < INT32_MIN || number > INT32_MAX) return false;
      put(out, std::int32_t{4}), put(out, static_cast<std::int32_t>(number));
      return true;
    case type_int2:
      if (number < INT16_MIN || number > INT16_MAX) return false;
      put(out, std::int32_t{2}), put(out, static_cast<std::int16_t>(number));
      return true;
    case type_bool:
      put(out, std::int32_t{1}), put(out, static_cast<std::int8_t>(number != 0));
      return true;
    case type_float8:
      put(out, std::int32_t{8}), put(out, std::bit_cast<std::int64_t>(static_cast<double>(number)));
      return true;
    case type_text:
    case type_varchar:
      put_bytes(out, std::to_string(number));
      return true;
    default:
      return false;
  }
}

bool put_value(std::string& out, unsigned type, const Value& value) {
  if (std::holds_alternative<Null>(value)) return put(out, std::int32_t{-1}), true;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return put_whole(out, type, *whole);
  if (const auto* fraction = std::get_if<double>(&value)) {
    if (type != type_float8) return false;
    put(out, std::int32_t{8});
    put(out, std::bit_cast<std::int64_t>(*fraction));
    return true;
  }
  const bool textual = type == type_text || type == type_varchar;
  if (const auto* words = std::get_if<std::string>(&value)) {
    if (textual) put_bytes(out, *words);
    return textual;
  }
  if (type == type_bytea) put_bytes(out, std::get<Blob>(value).bytes);
  return type == type_bytea;
}

std::string columns_of(const BulkSlice& slice) {
  std::string columns;
  for (const std::string& column : slice.columns) columns += (columns.empty() ? "" : ", ") + column;
  return columns;
}

Result<std::vector<unsigned>> column_types(Connection& connection, const BulkSlice& slice) {
  const std::string select = "SELECT " + columns_of(slice) + " FROM " + slice.table + " LIMIT 0";
  const ResultHandle result(PQexec(connection.handle(), select.c_str()));
  JW_TRY(connection.check(result.get(), select));
  std::vector<unsigned> types;
  for (int column = 0; column < PQnfields(result.get()); ++column)
    types.push_back(PQftype(result.get(), column));
  return types;
}

Result<void> send_rows(Connection& connection, const BulkSlice& slice, const std::vector<unsigned>& types) {
  std::string out(copy_signature);
  const std::size_t columns = slice.columns.size();
  for (std::size_t at = 0; at < slice.cells.size(); ++at) {
    if (at % columns == 0) put(out, static_cast<std::int16_t>(columns));
    if (!put_value(out, types[at % columns], slice.cells[at])) {
      return Error(ErrorCode::internal, "storage.fault")
          .because(slice.table + '.' + slice.columns[at % columns] + " has another type");
    }
    if (out.size() < flush_bytes) continue;
    if (PQputCopyData(connection.handle(), out.data(), static_cast<int>(out.size())) != 1)
      return connection.broken("copy");
    out.clear();
  }
  put(out, std::int16_t{-1});
  if (PQputCopyData(connection.handle(), out.data(), static_cast<int>(out.size())) != 1)
    return connection.broken("copy");
  return {};
}

}  // namespace

Result<void> copy_rows(Connection& connection, const BulkSlice& slice) {
  if (slice.cells.empty()) return {};
  JW_TRY(check_texts(slice.cells));
  JW_ASSIGN(const auto types, column_types(connection, slice));
  const std::string copy =
      "COPY " + slice.table + " (" + columns_of(slice) + ") FROM STDIN WITH (FORMAT binary)";
  JW_TRY(connection.execute(copy));
  auto sent = send_rows(connection, slice, types);
  PQputCopyEnd(connection.handle(), sent ? nullptr : "given up");
  Result<void> taken;
  while (true) {
    const ResultHandle result(PQgetResult(connection.handle()));
    if (!result) break;
    if (auto checked = connection.check(result.get(), copy); !checked && taken) taken = std::move(checked);
  }
  return sent ? taken : sent;
}

}  // namespace jingwei::storage::postgres

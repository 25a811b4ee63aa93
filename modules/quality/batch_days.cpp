#include "modules/quality/batch_days.h"

#include <array>

#include "modules/quality/sql.gen.h"

namespace jingwei::quality {

namespace {

using storage::Value;

constexpr std::int64_t receipts_most = 1'000;

Day day_at(const storage::Row& row, int column) {
  return from_days(static_cast<std::int32_t>(row.integer(column)));
}

Result<std::vector<BatchReceipt>> batch_receipts(storage::Reader& reader, const storage::Statement& statement,
                                                 const std::string& resource,
                                                 std::span<const Value> parameters) {
  std::vector<BatchReceipt> found;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    found.push_back({{{resource, std::string(row.text(2)), day_at(row, 1)}, BatchId(row.integer(0))},
                     from_micros(row.integer(3))});
    return true;
  }));
  return found;
}

}  // namespace

Result<std::map<DayKey, BatchLeft>> read_batch(storage::Reader& reader, const std::string& resource,
                                               BatchId batch) {
  const std::array<Value, 2> key = {resource, batch.value};
  std::map<DayKey, BatchLeft> left;
  const auto of = [&](const storage::Row& row) -> BatchLeft& {
    return left[{resource, std::string(row.text(1)), day_at(row, 0)}];
  };
  JW_TRY(reader.query(sql::days_of_batch, key, [&](const storage::Row& row) {
    Tally& tally = of(row).tally;
    int column = 2;
    for (std::int64_t* count : {&tally.accepted, &tally.updated, &tally.unchanged, &tally.cleaned,
                                &tally.refused, &tally.mended, &tally.loads, &tally.on_time, &tally.late})
      *count = row.integer(column++);
    return true;
  }));
  JW_TRY(reader.query(sql::refused_of_batch, key, [&](const storage::Row& row) {
    of(row).refused[std::string(row.text(2))] = row.integer(3);
    return true;
  }));
  return left;
}

Result<std::vector<BatchReceipt>> read_newest_receipts(storage::Reader& reader, const std::string& resource) {
  return batch_receipts(reader, sql::newest_receipts, resource,
                        std::array<Value, 2>{resource, receipts_most});
}

Result<std::vector<BatchReceipt>> read_receipts_of_day(storage::Reader& reader, const std::string& resource,
                                                       Day day) {
  return batch_receipts(reader, sql::receipts_of_day, resource,
                        std::array<Value, 3>{resource, receipts_most, std::int64_t{to_days(day)}});
}

void add_batch(const BatchDay& of, const BatchLeft& left, std::vector<storage::Write>& writes) {
  const Tally& tally = left.tally;
  const std::int64_t day = to_days(of.key.day);
  writes.push_back({&sql::add_batch_day,
                    {of.key.resource, of.batch.value, day, of.key.provider, tally.accepted, tally.updated,
                     tally.unchanged, tally.cleaned, tally.refused, tally.mended, tally.loads, tally.on_time,
                     tally.late, storage::instant_or_null(left.received)},
                    1});
  for (const auto& [group, rows] : left.refused)
    writes.push_back(
        {&sql::add_batch_refused, {of.key.resource, of.batch.value, day, of.key.provider, group, rows}, 1});
}

void drop_batch(const std::string& resource, BatchId batch, std::vector<storage::Write>& writes) {
  writes.push_back({&sql::drop_batch, {resource, batch.value}, std::nullopt});
  writes.push_back({&sql::drop_batch_refused, {resource, batch.value}, std::nullopt});
}

}  // namespace jingwei::quality

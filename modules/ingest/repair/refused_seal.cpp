#include "modules/ingest/repair/refused_seal.h"

#include "base/log.h"
#include "modules/ingest/sealed_tables.h"
#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

namespace {

constexpr std::string_view shared_table = "refused_row";
constexpr std::int64_t seals_a_step = 500;

std::string column_of(std::string_view column, BatchId batch) {
  return std::string(column) + '.' + batch.to_string();
}

struct SharedRow {
  BatchId batch;
  std::int64_t line = 0;
  std::string arguments, original, resource;
};

Result<std::vector<SharedRow>> shared_rows(storage::Store& store) {
  std::vector<SharedRow> rows;
  JW_ASSIGN(auto reader, store.read());
  const storage::Value most = seals_a_step;
  JW_TRY(reader->query(sql::shared_refused_rows, std::span(&most, 1), [&](const storage::Row& row) {
    rows.push_back({BatchId(row.integer(0)), row.integer(1), std::string(row.blob(2)),
                    std::string(row.blob(3)), std::string(row.text(4))});
    return true;
  }));
  return rows;
}

}  // namespace

std::string RefusedSeal::seal(const storage::Sealer& sealer, std::string_view column,
                              std::string_view plain) const {
  return sealer.seal({refused_table(resource), line, column_of(column, batch)}, plain);
}

Result<std::string> RefusedSeal::open(const storage::Sealer& sealer, std::string_view column,
                                      std::string_view sealed) const {
  if (sealed_as == 0) return sealer.open({shared_table, line, column}, sealed);
  return sealer.open({refused_table(resource), line, column_of(column, batch)}, sealed);
}

Result<bool> seal_refused_anew(storage::Store& store, const storage::Sealer& sealer) {
  JW_ASSIGN(const auto rows, shared_rows(store));
  if (rows.empty()) return false;
  storage::Change change;
  change.origin = storage::Origin::hub;
  for (const auto& row : rows) {
    JW_TRY(sealer.prepare(refused_table(row.resource)));
    const RefusedSeal before{row.resource, row.batch, row.line, 0}, after{row.resource, row.batch, row.line};
    const auto arguments = before.open(sealer, "arguments", row.arguments);
    const auto original = before.open(sealer, "original", row.original);
    if (arguments && original) {
      change.writes.push_back(
          {&sql::seal_refused_row_anew,
           {row.batch.value, row.line, storage::Blob{after.seal(sealer, "arguments", *arguments)},
            storage::Blob{after.seal(sealer, "original", *original)}},
           std::nullopt});
    } else {
      const Error& fault = arguments ? original.error() : arguments.error();
      if (fault.code != ErrorCode::gone && fault.code != ErrorCode::corrupt) return fault;
      log::warn("ingest.refused_row_lost",
                {{"batch", row.batch.value}, {"line", row.line}, {"fault", fault.to_log()}});
      change.writes.push_back({&sql::leave_refused_row, {row.batch.value, row.line}, std::nullopt});
    }
  }
  auto committed = store.commit(std::move(change));
  if (!committed) return std::move(committed).error();
  return true;
}

}  // namespace jingwei::ingest

// Refused rows as they are given back: in the columns of their file.
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/row_typing.h"
#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

Result<std::vector<std::string>> IngestService::columns_of(BatchId batch) const {
  const storage::Value key = batch.value;
  std::vector<std::string> columns;
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_TRY(reader->query(sql::find_batch_columns, std::span(&key, 1), [&](const storage::Row& row) {
    columns = columns_from_text(row.text(0));
    return false;
  }));
  return columns;
}

Result<std::vector<int>> IngestService::columns_of_fields(const std::string& resource,
                                                          std::span<const std::string> columns) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  JW_ASSIGN(const auto cleaners, cleaners_of(entry->resource));
  RowCleaner cleaner(cleaners);
  return cleaner.bind(columns).shown_of_field;
}

Result<RefusedCutter> IngestService::refused_cutter(const Batch& batch) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(batch.resource));
  JW_ASSIGN(const auto cleaners, cleaners_of(entry->resource));
  RefusedCutter cutter{{}, FieldColumns(wishes_of(cleaners)), {}};
  JW_ASSIGN(cutter.columns, columns_of(batch.id));
  cutter.columns_of_fields.bind(cutter.columns);
  for (const auto& field : entry->resource.fields) cutter.fields.push_back(field.name);
  return cutter;
}

}  // namespace jingwei::ingest

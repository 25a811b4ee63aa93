// Refused rows as IngestService shows them, and those that are mended by hand.
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/repair/refused_seal.h"
#include "modules/ingest/repair/refused_view.h"
#include "modules/ingest/sql.gen.h"

namespace jingwei::ingest {

namespace {

Result<RefusedRow> refused_row_of(const storage::Sealer& sealer, const storage::Row& row) {
  RefusedRow refused;
  refused.line = row.integer(0);
  refused.field = row.text(1);
  refused.reason = row.text(2);
  const std::string resource(row.text(12));
  const RefusedSeal seal{resource, BatchId(row.integer(11)), refused.line,
                         row.is_null(13) ? 0 : row.integer(13)};
  JW_ASSIGN(const std::string arguments, seal.open(sealer, "arguments", row.blob(3)));
  refused_arguments_from_text(arguments, refused);
  JW_ASSIGN(refused.original, seal.open(sealer, "original", row.blob(4)));
  if (row.text(5) == name_of(RefusedState::mended)) refused.state = RefusedState::mended;
  if (!row.is_null(6)) refused.first_try = RefusedKey{BatchId(row.integer(6)), row.integer(7)};
  if (!row.is_null(8)) refused.mended_by = RefusedKey{BatchId(row.integer(8)), row.integer(9)};
  if (!row.is_null(10)) refused.closed_at = from_micros(row.integer(10));
  return refused;
}

Result<std::vector<RefusedRow>> query_refused(const IngestParts& parts, const storage::Statement& statement,
                                              std::span<const storage::Value> parameters) {
  std::vector<RefusedRow> rows;
  std::optional<Error> fault;
  JW_ASSIGN(auto reader, parts.store.read());
  JW_TRY(reader->query(statement, parameters, [&](const storage::Row& row) {
    auto refused = refused_row_of(parts.sealer, row);
    if (!refused) {
      fault = std::move(refused).error();
      return false;
    }
    rows.push_back(std::move(*refused));
    return true;
  }));
  if (fault) return *fault;
  return rows;
}

}  // namespace

Result<std::vector<RefusedRow>> IngestService::list_refused(BatchId batch, std::int64_t after_line,
                                                            std::size_t most,
                                                            std::optional<RefusedState> state) const {
  const std::array<storage::Value, 4> parameters = {batch.value, after_line, static_cast<std::int64_t>(most),
                                                    state ? std::string(name_of(*state)) : std::string()};
  if (const auto view = find_batch(batch)) JW_TRY(parts_.catalog.find_readable(view->batch.resource));
  return query_refused(parts_, sql::page_of_refused_rows, parameters);
}

Result<RefusedRow> IngestService::find_refused(const RefusedKey& key) const {
  const std::array<storage::Value, 2> parameters = {key.batch.value, key.line};
  JW_ASSIGN(auto rows, query_refused(parts_, sql::find_refused_row, parameters));
  if (rows.empty()) return refused_row_not_found(key);
  return std::move(rows.front());
}

// Nobody mends rows of a batch that is withdrawn or about to be.
Result<void> IngestService::check_standing(const RefusedKey& key) const {
  JW_ASSIGN(const BatchView view, find_batch(key.batch));
  if (view.batch.withdrawal == BatchWithdrawal::none) return {};
  return Error(ErrorCode::conflict, "ingest.batch_withdrawn").with("batch", key.batch.to_string());
}

Result<RecordReceipt> IngestService::mend_refused(const RefusedKey& key,
                                                  const std::map<std::string, std::string>& fields,
                                                  const WriteRequest& request) {
  JW_TRY(check_standing(key));
  JW_ASSIGN(const BatchView view, find_batch(key.batch));
  JW_ASSIGN(const RefusedRow row, find_refused(key));
  // Nobody mends what they could not be shown.
  if (request.within) {
    JW_ASSIGN(auto shown, RefusedView::make(*this, view.batch, *request.within));
    if (!shown.covers(row)) return refused_row_not_found(key);
  }
  // Under a key the earlier answer may be asked for again: the store knows it.
  if (row.state == RefusedState::mended && !request.idempotency_key) return closed_already(key);
  JW_ASSIGN(const auto texts, as_sent(view.batch, row, fields));
  return write_record(view.batch.resource, texts, request, &key);
}

Result<std::map<std::string, std::string>> IngestService::as_sent(
    const Batch& batch, const RefusedRow& row, const std::map<std::string, std::string>& fields) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(batch.resource));
  JW_ASSIGN(const auto cutter, refused_cutter(batch));
  std::map<std::string, std::string> texts = fields;
  for (const auto& [name, sent] : cutter.fields_of(row.original)) {
    const auto given = texts.find(name);
    if (given == texts.end()) continue;
    const catalog::Field& field = *entry->resource.field(name);
    if (field.personal != catalog::Personal::none && given->second == catalog::masked(sent, field.personal))
      given->second = sent;
  }
  return texts;
}

}  // namespace jingwei::ingest

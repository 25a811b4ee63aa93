// Single records: one entered by hand, and reading those that stand.
#include <sstream>

#include "modules/ingest/ingest_service.h"
#include "modules/ingest/row_typing.h"
#include "storage/digest.h"

namespace jingwei::ingest {

Result<RecordReceipt> IngestService::add_record(const std::string& resource,
                                                const std::map<std::string, std::string>& fields,
                                                const WriteRequest& request) {
  return write_record(resource, fields, request, nullptr);
}

Result<RecordReceipt> IngestService::write_record(const std::string& resource,
                                                  const std::map<std::string, std::string>& fields,
                                                  const WriteRequest& request, const RefusedKey* mends) {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find_receiving(resource));
  JW_TRY(parts_.sealer.prepare(resource));
  JW_ASSIGN(const auto synonyms, read_synonyms(parts_.store, resource));
  JW_ASSIGN(const auto cleaners, cleaners_of(entry->resource, synonyms));

  std::vector<std::string> names;
  std::vector<Cell> cells;
  std::string body = resource;
  if (mends != nullptr) body += '\0' + mends->batch.to_string() + '\0' + std::to_string(mends->line);
  for (const auto& [name, value] : fields) {
    if (entry->resource.field(name) == nullptr) {
      return Error(ErrorCode::invalid, "ingest.unknown_field")
          .with("field", name)
          .with("resource", resource)
          .at("/" + name);
    }
    names.push_back(name);
    cells.push_back({value, CellKind::text});
    body += '\0' + name + '\0' + value;
  }
  CleaningTools tools = make_cleaning_tools(parts_, entry->resource);
  RowCleaner cleaner(cleaners);
  cleaner.bind(names);
  Row row;
  row.cells = cells;
  const CleanRow& clean = cleaner.clean(row, *tools.context);
  if (clean.refused) return refusal_of(clean, entry->resource);
  PackedRows typed;
  const RowContent& content = records_->content_of(*entry);
  content.append(clean, 0, tools.defaults, typed);
  content.hash_rows(typed);
  for (int attempt = 1;; ++attempt) {
    auto built = records_->build(*entry, typed, BatchId(), parts_.clock.now());
    if (!built && built.error().code == ErrorCode::conflict && attempt < overtaken_attempts) {
      JW_ASSIGN(const catalog::Entry* now, parts_.catalog.find_receiving(resource));
      if (now != entry) return write_record(resource, fields, request, mends);  // another version stands
      continue;
    }
    if (!built) return std::move(built).error();
    Slice slice = std::move(*built);
    if (request.within) JW_TRY(check_place(*entry, *request.within, typed.rows.front().region, slice));
    const RecordReceipt receipt{slice.record, slice.version, slice.outcome};
    SliceEvent event;
    tell_records(slice, event);
    storage::Change change = std::move(slice.bulk.change);
    const auto width = static_cast<std::ptrdiff_t>(slice.bulk.columns.size());
    for (auto cell = slice.bulk.cells.begin(); cell != slice.bulk.cells.end(); cell += width) {
      change.writes.push_back({&entry->table->insert(),
                               {std::make_move_iterator(cell), std::make_move_iterator(cell + width)},
                               1});
    }
    event.resource = resource;
    event.accepted = 1;
    event.cleaned = clean.changes.empty() ? 0 : 1;
    event.unchanged = slice.unchanged;
    event.updated = slice.updated;
    event.mended = mends == nullptr ? 0 : 1;
    event.counts = slice.counts;
    change.events.push_back(to_feed_event(event));
    change.audit.push_back({request.actor, "record.write", resource + ":" + receipt.id.to_string(),
                            "{\"resource\":\"" + entry->resource.id + "\"}"});
    if (mends != nullptr)
      JW_TRY(add_mending(parts_.store, resource, *mends, request.actor, parts_.clock.now(), change));
    if (request.idempotency_key) {
      change.idempotency =
          storage::Idempotency{request.actor, mends == nullptr ? "add_record" : "repair_refused_row",
                               *request.idempotency_key, storage::sha256_hex(body),
                               receipt.id.to_string() + " " + std::to_string(receipt.version) + " " +
                                   std::to_string(static_cast<int>(receipt.outcome))};
    }
    auto committed = parts_.store.commit(std::move(change));
    if (!committed && (committed.error().code != ErrorCode::conflict || attempt == overtaken_attempts)) {
      return std::move(committed).error();
    }
    if (!committed && mends != nullptr) {
      JW_ASSIGN(const RefusedRow row, find_refused(*mends));
      if (row.state != RefusedState::open) return closed_already(*mends);
      JW_TRY(check_standing(*mends));
    }
    if (!committed) continue;
    if (!committed->earlier_answer) return receipt;
    RecordReceipt earlier;
    int outcome = 0;
    std::istringstream answer(*committed->earlier_answer);
    answer >> earlier.id.value >> earlier.version >> outcome;
    earlier.outcome = static_cast<RowOutcome>(outcome);
    return earlier;
  }
}

// A record is written only by who may write where it stands, and where it stood until now.
Result<void> IngestService::check_place(const catalog::Entry& entry, const access::Sight& within,
                                        RegionId region, const Slice& slice) {
  JW_ASSIGN(const auto view, RecordView::make(within, entry.resource, parts_.regions.tree()));
  bool covered = view.covers(region);
  if (covered && slice.outcome != RowOutcome::created) {
    JW_ASSIGN(const Record standing, records_->find(entry, RecordView(), slice.record));
    covered = view.covers(standing.region);
  }
  if (!covered) return Error(ErrorCode::denied, "ingest.region_not_yours");
  return {};
}

Result<std::vector<Record>> IngestService::list_records(const std::string& resource, const RecordQuery& query,
                                                        const access::Sight& sight) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find_readable(resource));
  JW_ASSIGN(const auto view, RecordView::make(sight, entry->resource, parts_.regions.tree(), query.under));
  if (!query.batch) return records_->list(*entry, view, query.before, query.most);
  return records_->list_of_batch(*entry, view, query.batch, query.before, query.most);
}

Result<Record> IngestService::find_record(const std::string& resource, RecordId id,
                                          const access::Sight& sight) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find_readable(resource));
  JW_ASSIGN(const auto view, RecordView::make(sight, entry->resource, parts_.regions.tree()));
  return records_->find(*entry, view, id);
}

Result<std::vector<std::optional<Record>>> IngestService::find_by_key(
    const std::string& resource, std::span<const std::vector<storage::Value>> keys,
    const access::Sight& sight) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find_readable(resource));
  if (entry->resource.key.empty())
    return Error(ErrorCode::invalid, "ingest.no_key").with("resource", resource);
  JW_ASSIGN(const auto view, RecordView::make(sight, entry->resource, parts_.regions.tree()));
  return records_->find_by_key(*entry, view, keys);
}

}  // namespace jingwei::ingest

// Single records: one entered by hand, and reading those that stand.
#include <sstream>

#include "modules/ingest/ingest_service.h"
#include "modules/ingest/place_readers.h"
#include "modules/ingest/row_typing.h"
#include "storage/digest.h"

namespace jingwei::ingest {

namespace {

Result<Record> record_of(const storage::Row& row, const RecordBuilder& builder) {
  Record record;
  record.version = row.integer(1);
  record.id = RecordId(row.integer(2));
  record.batch = BatchId(row.integer(5));
  record.region = RegionId(row.integer(7));
  record.day = from_days(static_cast<std::int32_t>(row.integer(8)));
  record.valid_from = from_micros(row.integer(9));
  record.known_from = from_micros(row.integer(11));
  JW_ASSIGN(record.values, builder.values_of(row));
  return record;
}

Result<std::vector<Record>> query_records(storage::Store& store, const RecordBuilder& builder,
                                          const storage::Statement& statement,
                                          std::span<const storage::Value> parameters) {
  std::vector<Record> records;
  std::optional<Error> fault;
  JW_ASSIGN(auto reader, store.read());
  JW_TRY(reader->query(statement, parameters, [&](const storage::Row& row) {
    auto record = record_of(row, builder);
    if (!record) {
      fault = std::move(record).error();
      return false;
    }
    records.push_back(std::move(*record));
    return true;
  }));
  if (fault) return *fault;
  return records;
}

}  // namespace

Result<RecordReceipt> IngestService::add_record(const std::string& resource,
                                                const std::map<std::string, std::string>& fields,
                                                const WriteRequest& request) {
  return write_record(resource, fields, request, nullptr);
}

Result<RecordReceipt> IngestService::write_record(const std::string& resource,
                                                  const std::map<std::string, std::string>& fields,
                                                  const WriteRequest& request, const RefusedKey* mends) {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find_receiving(resource));
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
  CleanContext context(parts_.clock.now(), parts_.zone);
  PlaceReaders places(parts_, entry->resource, context);
  context.synthetic_id_prefixes = parts_.synthetic_id_prefixes;
  const RowDefaults defaults{parts_.synthetic_today.value_or(context.today),
                             RegionId(places.regions().resolve(entry->resource.region_otherwise).region_id)};
  RowCleaner cleaner(cleaners);
  cleaner.bind(names);
  Row row;
  row.cells = cells;
  const CleanRow& clean = cleaner.clean(row, context);
  if (clean.refused) {
    Error error(ErrorCode::invalid, "ingest.record_refused");
    for (std::size_t at = 0; at < clean.fields.size(); ++at) {
      if (clean.fields[at].status != CleanStatus::refused) continue;
      error.causes.push_back(Error(ErrorCode::invalid, std::string(message_of(clean.fields[at].refusal)))
                                 .at("/" + entry->resource.fields[at].name));
    }
    return error;
  }
  const TypedRow typed = typed_row(entry->resource, clean, parts_.zone, defaults);
  const RecordBuilder builder(*entry, parts_.sealer);
  for (int attempt = 1;; ++attempt) {
    JW_ASSIGN(Slice slice, builder.build(parts_.store, {typed}, BatchId(), parts_.clock.now()));
    const RecordReceipt receipt{slice.records.front(), slice.versions.front(), slice.outcomes.front()};
    storage::Change change = std::move(slice.bulk.change);
    change.writes.push_back(entry->fence());
    if (!slice.bulk.cells.empty())
      change.writes.push_back({&entry->table->insert(), std::move(slice.bulk.cells), 1});
    SliceEvent event;
    event.resource = resource;
    event.accepted = 1;
    event.cleaned = typed.cleaned ? 1 : 0;
    event.unchanged = slice.unchanged;
    event.counts = slice.counts;
    change.events.push_back(to_feed_event(event));
    change.audit.push_back({request.actor, "record.write", resource + ":" + receipt.id.to_string(), "{}"});
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
    if (!committed && (committed.error().code != ErrorCode::conflict || attempt == limits::decide_attempts)) {
      return std::move(committed).error();
    }
    if (!committed && mends != nullptr) {
      JW_ASSIGN(const RefusedRow row, find_refused(*mends));
      if (row.state != RefusedState::open) return closed_already(*mends);
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

Result<std::vector<Record>> IngestService::list_records(const std::string& resource,
                                                        std::optional<std::string> under, RecordId before,
                                                        std::size_t most) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  const RecordBuilder builder(*entry, parts_.sealer);
  std::vector<storage::Value> parameters = {before ? before.value : INT64_MAX,
                                            static_cast<std::int64_t>(most)};
  if (!under) return query_records(parts_.store, builder, entry->table->page(), parameters);
  const auto tree = parts_.regions.tree();
  const auto scope = tree->scope(*under);
  if (!scope) return Error(ErrorCode::not_found, "region.not_found").with("code", *under).at("under");
  const bool sqlite = parts_.store.dialect() == storage::Dialect::sqlite;
  std::string ids(1, sqlite ? '[' : '{');
  std::size_t count = 0;
  for (const auto& part : scope->parts) {
    for (region::Node node = part.begin; node < part.end; ++node) {
      if (++count > limits::regions_in_filter) {
        return Error(ErrorCode::too_large, "ingest.region_too_wide")
            .with("limit", std::to_string(limits::regions_in_filter))
            .at("under");
      }
      if (ids.size() > 1) ids += ',';
      ids += tree->id(node).to_string();
    }
  }
  ids += sqlite ? ']' : '}';
  parameters.emplace_back(std::move(ids));
  return query_records(parts_.store, builder, entry->table->page_under(), parameters);
}

Result<Record> IngestService::find_record(const std::string& resource, RecordId id) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  const RecordBuilder builder(*entry, parts_.sealer);
  const storage::Value key = id.value;
  JW_ASSIGN(auto records, query_records(parts_.store, builder, entry->table->by_id(), std::span(&key, 1)));
  if (records.empty()) {
    return Error(ErrorCode::not_found, "ingest.record_not_found")
        .with("record", id.to_string())
        .with("resource", resource);
  }
  return std::move(records.front());
}

}  // namespace jingwei::ingest

#include "modules/ingest/erasure/record_erasure.h"

#include "base/json.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/recount/recounts.h"

namespace jingwei::ingest {

namespace {

using storage::Blob;
using storage::Value;

constexpr std::string_view mark_column = "erased";

std::string hex_digits(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

bool is_emptied(std::string_view key) {
  return key.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

struct RecordErasing::Work {
  const catalog::Entry& entry;
  RecordId record;
  std::string key;
  std::int64_t number;
  Figures figures;
  Recounts recounts;
  storage::Change change;
  std::int64_t versions = 0;

  const std::string& resource() const { return entry.resource.id; }
};

std::string RecordErasing::mark_from(const std::string& resource, const std::string& key) const {
  return hex_digits(storage::bytes_of(parts_.sealer.equality_hash(resource, mark_column, key)));
}

// The key its table has for it, else its slice's; empty when it stands nowhere. One that has left its slice
// and has no row in the table is emptied: its slice is not read for that.
Result<std::string> RecordErasing::key_of(storage::Reader& reader, const catalog::Entry& entry,
                                          RecordId record) const {
  const std::string& resource = entry.resource.id;
  std::string key;
  const Value id = record.value;
  for (const auto* table : erasing_.tables_of(entry)) {
    JW_TRY(reader.query(table->key_of_id(), std::span(&id, 1), [&](const storage::Row& row) {
      key = row.blob(0);
      return false;
    }));
    if (!key.empty()) return key;
  }
  JW_ASSIGN(const auto head, catalog::slice_at(reader, resource, record.value));
  if (!head) return key;
  const std::int64_t row = record.value - head->first_id;
  JW_ASSIGN(const bool stands, catalog::has_body(reader, resource, head->first_id));
  if (!stands || (!head->known_to && head->has_left(row))) return key;
  JW_ASSIGN(const std::string row_keys, catalog::slice_keys(reader, resource, head->first_id));
  const std::string_view found = key_in(row_keys, static_cast<std::size_t>(row));
  if (!is_emptied(found)) key = found;
  return key;
}

Result<std::optional<std::string>> RecordErasing::mark_of(const std::string& resource,
                                                          RecordId record) const {
  JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
  JW_TRY(parts_.sealer.prepare(resource));
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const std::string key, key_of(*reader, *entry, record));
  if (key.empty()) return std::optional<std::string>();
  return std::optional(mark_from(resource, key));
}

// The slice it came in, and slices that were withdrawn and told of the same record under another number.
Result<void> RecordErasing::take_slices(storage::Reader& reader, Work& work) const {
  JW_ASSIGN(auto heads, catalog::ended_slices(reader, work.resource()));
  JW_ASSIGN(auto own, catalog::slice_at(reader, work.resource(), work.record.value));
  if (own && !own->known_to) {
    JW_ASSIGN(const bool has_bytes, catalog::has_body(reader, work.resource(), own->first_id));
    if (has_bytes) heads.push_back(std::move(*own));
  }
  for (auto& head : heads) {
    JW_ASSIGN(std::string row_keys, catalog::slice_keys(reader, work.resource(), head.first_id));
    for (std::int64_t row = 0; row < head.rows; ++row) {
      if (key_in(row_keys, static_cast<std::size_t>(row)) != work.key) continue;
      JW_TRY(take_row(reader, work, std::move(head), row, std::move(row_keys)));
      break;
    }
  }
  return {};
}

Result<void> RecordErasing::take_row(storage::Reader& reader, Work& work, catalog::SliceHead head,
                                     std::int64_t row, std::string row_keys) const {
  const std::string& resource = work.resource();
  const auto at = static_cast<std::size_t>(row), rows = static_cast<std::size_t>(head.rows);
  const bool stands = !head.known_to && !head.has_left(row);
  if (stands && work.figures.any_metrics()) {
    SliceReader slice(resource, head, parts_.sealer);
    const auto found = slice.row(reader, row);
    // Nothing is known of it any more: its figures stay.
    if (!found && found.error().code != ErrorCode::gone) return found.error();
    if (found) {
      JW_ASSIGN(const auto fields, records_.content_of(work.entry).fields_of(found->content));
      work.figures.count(fields, found->place.region, found->place.day, -1, work.recounts.of_slice(head));
    }
  }
  if (stands) head.mark_left(row);
  catalog::EmptiedRow emptied;
  emptied.row_keys = empty_in_keys(std::move(row_keys), at);
  JW_ASSIGN(auto body, catalog::slice_body(reader, resource, head.first_id));
  JW_ASSIGN(emptied.places, empty_in_places(body.places, rows, at));
  const SlicePlace place{resource, head.first_id};
  Result<std::string> sealed = std::string();
  if (head.block_rows == 0) {
    sealed = empty_in_body(body.places, body.body, rows, at, place, parts_.sealer);
    emptied.body = sealed ? *sealed : std::move(body.body);
  } else {
    emptied.block = row / head.block_rows;
    const std::int64_t first = emptied.block * head.block_rows;
    const auto in_block = static_cast<std::size_t>(std::min(head.block_rows, head.rows - first));
    JW_ASSIGN(const std::string block, catalog::slice_block(reader, resource, head.first_id, emptied.block));
    sealed = empty_in_block(block, emptied.block, in_block, static_cast<std::size_t>(row - first), place,
                            parts_.sealer);
    if (sealed) emptied.sealed = *sealed;
  }
  // What nobody can open any more stays as it is.
  if (!sealed && sealed.error().code != ErrorCode::gone) return sealed.error();
  catalog::empty_row(resource, head, work.number, std::move(emptied), work.change);
  // One that left it has its first version in the table too.
  if (stands || head.known_to) ++work.versions;
  return {};
}

Result<void> RecordErasing::take_table_rows(storage::Reader& reader, Work& work) const {
  const Value key = Blob{work.key};
  const RecordBuilder& builder = records_.builder_of(work.entry);
  std::optional<Error> fault;
  if (work.figures.any_metrics()) {
    JW_TRY(reader.query(work.entry.table->latest(), std::span(&key, 1), [&](const storage::Row& row) {
      if (!row.is_null(RecordColumn::known_to) || !builder.can_be_opened(row)) return false;
      const auto values = builder.values_of(row);
      if (!values) {
        fault = values.error();
        return false;
      }
      const std::int64_t epoch = row.is_null(RecordColumn::epoch) ? -1 : row.integer(RecordColumn::epoch);
      work.figures.count(fields_of(*values), RegionId(row.integer(RecordColumn::region)),
                         from_days(static_cast<std::int32_t>(row.integer(RecordColumn::day))), -1,
                         work.recounts.of_row(row.integer(RecordColumn::id), epoch));
      return false;
    }));
  }
  if (fault) return *fault;
  for (const auto* table : erasing_.tables_of(work.entry)) {
    JW_ASSIGN(const auto versions, storage::query_integer(reader, table->count_key(), std::span(&key, 1)));
    // Expected where there are none too: nobody has entered it anew since.
    work.change.writes.push_back({&table->erase_key(), {Blob{work.key}}, versions.value_or(0)});
    work.versions += versions.value_or(0);
  }
  return {};
}

Result<std::int64_t> RecordErasing::erase_once(const catalog::Entry& entry, RecordId record,
                                               const std::string& mark, const ErasureOrder& order) {
  const std::string& resource = entry.resource.id;
  const auto turn = records_.turn(entry);
  JW_ASSIGN(auto reader, parts_.store.read());
  JW_ASSIGN(const std::int64_t number, catalog::slice_number(*reader, resource));
  JW_ASSIGN(std::string key, key_of(*reader, entry, record));
  if (key.empty() || mark_from(resource, key) != mark) return std::int64_t{0};
  Work work{entry, record, std::move(key), number, Figures(entry.resource), {}, {}};
  JW_ASSIGN(work.recounts, Recounts::read(*reader, entry.resource));
  if (work.recounts.least_version() > entry.version)
    return Error(ErrorCode::conflict, "storage.changed_meanwhile").because("figures of " + resource);
  work.change.origin = storage::Origin::hub;
  // Before all else, as everybody does: whoever adds, loads or withdraws meanwhile holds or takes this
  // number.
  work.change.writes.push_back(
      catalog::take_slice_number(resource, number, entry.table->shape().table_version));
  JW_TRY(take_slices(*reader, work));
  JW_TRY(take_table_rows(*reader, work));
  reader.reset();
  SliceEvent event;
  event.resource = resource;
  event.counts = work.figures.changes();
  event.records.push_back(record.value);
  work.change.events.push_back(to_feed_event(event));
  JsonWriter detail;
  detail.begin_object();
  detail.member("record", record.to_string());
  detail.member("versions", work.versions);
  detail.member("order", order.order);
  detail.end_object();
  work.change.audit.push_back({order.actor, "record.erase", "resource:" + resource, detail.take()});
  auto committed = parts_.store.commit(std::move(work.change));
  if (!committed) return std::move(committed).error();
  return work.versions;
}

Result<std::int64_t> RecordErasing::erase(const std::string& resource, RecordId record,
                                          const std::string& mark, const ErasureOrder& order) {
  for (int attempt = 1;; ++attempt) {
    JW_ASSIGN(const catalog::Entry* entry, parts_.catalog.find(resource));
    JW_TRY(parts_.sealer.prepare(resource));
    auto erased = erase_once(*entry, record, mark, order);
    if (erased || erased.error().code != ErrorCode::conflict || attempt == overtaken_attempts) return erased;
  }
}

}  // namespace jingwei::ingest

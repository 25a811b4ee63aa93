#include "modules/ingest/storing/records.h"

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "storage/pseudonym.h"

namespace jingwei::ingest {

namespace {

using storage::Value;

constexpr std::size_t slices_at_once = 8;

// What a record says whose key was destroyed: that it was there, and nothing else. Lists show it so, and go
// on; who asks for the record itself is told why.
std::vector<Value> nothing_left(const catalog::Entry& entry) {
  return std::vector<Value>(entry.resource.fields.size(), Value(storage::Null{}));
}

enum class WhenDestroyed : std::uint8_t { tell, leave_empty };

Result<Record> record_of(const storage::Row& row, const RecordBuilder& builder, const catalog::Entry& entry,
                         WhenDestroyed destroyed) {
  Record record;
  record.version = row.integer(1);
  record.id = RecordId(row.integer(2));
  record.batch = BatchId(row.integer(5));
  record.line = row.integer(6);
  record.region = RegionId(row.integer(7));
  record.day = from_days(static_cast<std::int32_t>(row.integer(8)));
  record.valid_from = from_micros(row.integer(9));
  record.known_from = from_micros(row.integer(11));
  record.cleaning = row.text(15);
  auto values = builder.values_of(row);
  if (!values && values.error().code == ErrorCode::gone && destroyed == WhenDestroyed::leave_empty)
    values = nothing_left(entry);
  if (!values) return std::move(values).error();
  record.values = std::move(*values);
  return record;
}

Result<std::vector<Record>> query_records(storage::Reader& reader, const RecordBuilder& builder,
                                          const catalog::Entry& entry, const storage::Statement& statement,
                                          std::span<const Value> parameters,
                                          WhenDestroyed destroyed = WhenDestroyed::leave_empty) {
  std::vector<Record> records;
  std::optional<Error> fault;
  JW_TRY(reader.query(statement, parameters, [&](const storage::Row& row) {
    auto record = record_of(row, builder, entry, destroyed);
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

// A packed record without what it says.
Record placed_record(const catalog::SliceHead& head, const RowPlace& place, std::int64_t row) {
  Record record;
  record.id = RecordId(head.first_id + row);
  record.version = 1;
  record.batch = head.batch;
  record.region = place.region;
  record.day = place.day;
  record.line = place.line;
  record.valid_from = record.known_from = head.known_from;
  return record;
}

std::vector<Record> newest_of(std::vector<Record> records, std::vector<Record> packed, std::size_t most) {
  records.insert(records.end(), std::make_move_iterator(packed.begin()),
                 std::make_move_iterator(packed.end()));
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.id > b.id; });
  if (records.size() > most) records.resize(most);
  return records;
}

// As a statement takes them: [1,2] (SQLite), {1,2} (PostgreSQL).
std::string list_text(const Records::Regions& regions, storage::Dialect dialect) {
  const bool sqlite = dialect == storage::Dialect::sqlite;
  std::string text(1, sqlite ? '[' : '{');
  for (const std::int64_t region : regions) {
    if (text.size() > 1) text += ',';
    text += std::to_string(region);
  }
  return text + (sqlite ? ']' : '}');
}

}  // namespace

Records::Kept& Records::kept(const catalog::Entry& entry) {
  RecordIndex& index = index_of(entry.resource.id);
  const std::lock_guard lock(mutex_);
  auto& kept = kept_[&entry];
  if (!kept) kept = std::make_unique<Kept>(entry, sealer_, zone_, index, packed_rows_least_);
  return *kept;
}

RecordIndex& Records::index_of(const std::string& resource) {
  const std::lock_guard lock(mutex_);
  auto& index = indexes_[resource];
  if (!index) index = std::make_unique<RecordIndex>(resource);
  return *index;
}

const RowContent& Records::content_of(const catalog::Entry& entry) {
  return kept(entry).content;
}

Result<Slice> Records::build(const catalog::Entry& entry, const PackedRows& rows, BatchId batch,
                             Instant now) {
  return kept(entry).builder.build(store_, rows, batch, now);
}

void Records::committed(const catalog::Entry& entry, Slice& slice) {
  if (slice.packed_rows == 0) return;
  index_of(entry.resource.id)
      .add(slice.packed_first_id, slice.packed_rows, std::move(slice.packed_keys), slice.packed_number);
}

Result<void> Records::begin_load(const catalog::Entry& entry) {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const std::int64_t number, catalog::slice_number(*reader, entry.resource.id));
  reader.reset();
  storage::Change change;
  change.origin = storage::Origin::hub;
  change.writes.push_back(
      catalog::take_slice_number(entry.resource.id, number, entry.table->shape().table_version));
  auto committed = store_.commit(std::move(change));
  // Whoever came between has moved it on as well.
  if (!committed && committed.error().code != ErrorCode::conflict) return std::move(committed).error();
  return {};
}

Result<std::vector<Record>> Records::list_table(storage::Reader& reader, const catalog::Entry& entry,
                                                const Regions* under, RecordId before, std::size_t most) {
  const RecordBuilder& builder = kept(entry).builder;
  std::vector<Value> parameters = {before.value, static_cast<std::int64_t>(most)};
  if (under == nullptr) return query_records(reader, builder, entry, entry.table->page(), parameters);
  parameters.emplace_back(list_text(*under, store_.dialect()));
  return query_records(reader, builder, entry, entry.table->page_under(), parameters);
}

Result<std::vector<Record>> Records::list(const catalog::Entry& entry, const RecordView& view,
                                          RecordId before, std::size_t most) {
  const Regions* under = view.regions();
  if (!before) before = RecordId(INT64_MAX);
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(auto records, list_table(*reader, entry, under, before, most));
  // Below the last of a full page of the table nothing is shown.
  const std::int64_t lowest = records.size() == most && most > 0 ? records.back().id.value : 0;
  std::vector<Record> packed;
  for (std::int64_t below = before.value; packed.size() < most && below > lowest;) {
    JW_ASSIGN(const auto heads, catalog::slices_before(*reader, entry.resource.id, below, slices_at_once));
    for (const auto& head : heads) {
      if (packed.size() >= most || head.first_id + head.rows <= lowest) break;
      JW_TRY(list_slice(*reader, entry, head, under, before.value, most - packed.size(), packed));
    }
    if (heads.size() < slices_at_once) break;
    below = heads.back().first_id;
  }
  records = newest_of(std::move(records), std::move(packed), most);
  for (auto& record : records) close(entry, view, record);
  return records;
}

Result<std::vector<Record>> Records::list_of_batch(const catalog::Entry& entry, const RecordView& view,
                                                   BatchId batch, RecordId before, std::size_t most) {
  if (!before) before = RecordId(INT64_MAX);
  JW_ASSIGN(auto reader, store_.read());
  // Rows of the table are cut to the view after they are read: page by page, until enough are left.
  std::vector<Record> records;
  for (std::int64_t below = before.value; records.size() < most;) {
    const std::array<Value, 3> page = {batch.value, below, static_cast<std::int64_t>(most)};
    JW_ASSIGN(auto read,
              query_records(*reader, kept(entry).builder, entry, entry.table->page_of_batch(), page));
    const bool last = read.size() < most;
    if (!last) below = read.back().id.value;
    for (auto& record : read) {
      if (view.covers(record.region) && records.size() < most) records.push_back(std::move(record));
    }
    if (last) break;
  }
  JW_ASSIGN(const auto heads, catalog::slices_of_batch(*reader, entry.resource.id, batch, INT32_MAX));
  std::vector<Record> packed;
  for (const auto& head : heads) {
    if (packed.size() >= most) break;
    if (head.first_id >= before.value) continue;
    JW_TRY(list_slice(*reader, entry, head, view.regions(), before.value, most - packed.size(), packed));
  }
  records = newest_of(std::move(records), std::move(packed), most);
  for (auto& record : records) close(entry, view, record);
  return records;
}

Result<std::vector<WithdrawnRecord>> Records::list_withdrawn(const catalog::Entry& entry,
                                                             const RecordView& view, BatchId batch,
                                                             const std::set<BatchId>& withdrawn,
                                                             RecordId before, std::size_t most) {
  JW_ASSIGN(auto records, list_of_batch(entry, view, batch, before, most));
  std::vector<WithdrawnRecord> all;
  std::vector<std::vector<Value>> asked;
  std::vector<std::size_t> asked_for;
  for (auto& record : records) {
    // What stands in its slice is the first of its versions.
    if (record.version > 1) {
      asked.push_back({record.id.value});
      asked_for.push_back(all.size());
    }
    const RecordId id = record.id;
    all.push_back({id, std::move(record), false, std::nullopt});
  }
  JW_ASSIGN(auto reader, store_.read());
  std::vector<std::vector<Value>> versions;
  std::vector<std::size_t> versions_of;
  JW_TRY(reader->query_each(entry.table->by_id(), asked, [&](std::size_t at, const storage::Row& row) {
    versions.push_back(
        {storage::Blob{std::string(row.blob(RecordColumn::record_key))}, row.integer(RecordColumn::version)});
    versions_of.push_back(asked_for[at]);
  }));
  const RecordBuilder& builder = kept(entry).builder;
  std::vector<bool> met(all.size());
  std::optional<Error> fault;
  JW_TRY(reader->query_each(entry.table->earlier(), versions, [&](std::size_t at, const storage::Row& row) {
    const std::size_t of = versions_of[at];
    if (fault || met[of] || withdrawn.contains(BatchId(row.integer(RecordColumn::batch)))) return;
    met[of] = true;
    if (!builder.can_be_opened(row)) return;  // nothing stands again that nobody can read
    all[of].restores = true;
    auto earlier = record_of(row, builder, entry, WhenDestroyed::leave_empty);
    if (!earlier) {
      fault = std::move(earlier).error();
      return;
    }
    if (!view.covers(earlier->region)) return;
    close(entry, view, *earlier);
    all[of].stands_again = std::move(*earlier);
  }));
  if (fault) return *fault;
  return all;
}

// Appends at most `most` records of the slice, newest first.
Result<void> Records::list_slice(storage::Reader& reader, const catalog::Entry& entry,
                                 const catalog::SliceHead& head, const Regions* under, std::int64_t before,
                                 std::size_t most, std::vector<Record>& records) {
  const auto rows = static_cast<std::size_t>(head.rows);
  std::vector<std::int64_t> wanted;
  std::vector<RowPlace> places;
  if (under != nullptr) {
    JW_ASSIGN(const std::string bytes, catalog::slice_places(reader, entry.resource.id, head.first_id));
    JW_ASSIGN(places, unpack_places(bytes, rows));
  }
  for (std::int64_t row = head.rows; row-- > 0 && wanted.size() < most;) {
    if (head.first_id + row >= before || head.has_left(row)) continue;
    if (under == nullptr || under->contains(places[static_cast<std::size_t>(row)].region.value))
      wanted.push_back(row);
  }
  SliceReader slice(entry.resource.id, head, sealer_);
  for (const std::int64_t row : wanted) {
    const auto found = slice.row(reader, row);
    if (found) {
      JW_ASSIGN(Record record, packed_record(entry, head, *found, row));
      records.push_back(std::move(record));
      continue;
    }
    if (found.error().code != ErrorCode::gone) return found.error();
    if (places.empty()) {
      JW_ASSIGN(const std::string bytes, catalog::slice_places(reader, entry.resource.id, head.first_id));
      JW_ASSIGN(places, unpack_places(bytes, rows));
    }
    Record record = placed_record(head, places[static_cast<std::size_t>(row)], row);
    record.values = nothing_left(entry);
    records.push_back(std::move(record));
  }
  return {};
}

Result<Record> Records::packed_record(const catalog::Entry& entry, const catalog::SliceHead& head,
                                      const SliceRow& found, std::int64_t row) {
  Record record = placed_record(head, found.place, row);
  record.cleaning = found.cleaning;
  JW_ASSIGN(record.values, kept(entry).content.values_of(found.content));
  return record;
}

namespace {

Error no_record(const catalog::Entry& entry, RecordId id) {
  return Error(ErrorCode::not_found, "ingest.record_not_found")
      .with("record", id.to_string())
      .with("resource", entry.resource.id);
}

}  // namespace

Result<Record> Records::find(const catalog::Entry& entry, const RecordView& view, RecordId id) {
  JW_ASSIGN(Record record, find_anywhere(entry, id));
  if (!view.covers(record.region)) return no_record(entry, id);
  close(entry, view, record);
  return record;
}

Result<std::vector<std::optional<Record>>> Records::find_by_key(const catalog::Entry& entry,
                                                                const RecordView& view,
                                                                std::span<const std::vector<Value>> keys) {
  const auto hashed = content_of(entry).hash_keys(keys);
  std::vector<std::optional<Record>> records;
  records.reserve(keys.size());
  for (std::size_t begin = 0; begin < hashed.size(); begin += limits::keys_at_once) {
    const auto part = std::span(hashed).subspan(begin, std::min(limits::keys_at_once, hashed.size() - begin));
    auto found = find_hashed(entry, part);
    for (int attempt = 1; attempt < overtaken_attempts; ++attempt) {
      if (found || found.error().code != ErrorCode::conflict) break;
      found = find_hashed(entry, part);  // the index was ahead of what was read
    }
    if (!found) return std::move(found).error();
    for (auto& record : *found) {
      if (record && !view.covers(record->region)) record.reset();
      if (record) close(entry, view, *record);
      records.push_back(std::move(record));
    }
  }
  return records;
}

// Packed ones by the index, the others by the table's own.
Result<std::vector<std::optional<Record>>> Records::find_hashed(const catalog::Entry& entry,
                                                                std::span<const RowHash> keys) {
  const std::string& resource = entry.resource.id;
  JW_ASSIGN(auto reader, store_.read());
  std::vector<std::pair<std::size_t, PackedAt>> hits;
  std::vector<std::size_t> tabled;
  {
    JW_ASSIGN(auto index,
              index_of(resource).follow(*reader, *entry.table, RecordIndex::Table::asked_by_query));
    for (std::size_t at = 0; at < keys.size(); ++at) {
      JW_ASSIGN(const auto place, index.find(std::string_view(keys[at].data(), keys[at].size())));
      if (place) {
        hits.emplace_back(at, *place);
      } else {
        tabled.push_back(at);
      }
    }
  }
  std::vector<std::optional<Record>> records(keys.size());
  std::map<std::int64_t, std::pair<catalog::SliceHead, SliceReader>> slices;
  for (const auto& [at, place] : hits) {
    auto slice = slices.find(place.first_id);
    if (slice == slices.end()) {
      JW_ASSIGN(auto head, catalog::slice_at(*reader, resource, place.first_id));
      if (!head) return Error(ErrorCode::corrupt, "storage.damaged").because("a slice has no head");
      SliceReader opened(resource, *head, sealer_);
      slice = slices.emplace(place.first_id, std::pair(std::move(*head), std::move(opened))).first;
    }
    auto& [head, opened] = slice->second;
    if (head.known_to || head.has_left(place.row)) {
      tabled.push_back(at);
      continue;
    }
    const auto found = opened.row(*reader, place.row);
    if (!found && found.error().code == ErrorCode::gone) continue;
    if (!found) return found.error();
    JW_ASSIGN(records[at], packed_record(entry, head, *found, place.row));
  }
  std::vector<std::vector<Value>> asked;
  for (const std::size_t at : tabled)
    asked.push_back({storage::Blob{std::string(keys[at].data(), keys[at].size())}});
  const RecordBuilder& builder = kept(entry).builder;
  std::optional<Error> fault;
  JW_TRY(reader->query_each(entry.table->latest(), asked, [&](std::size_t place, const storage::Row& row) {
    if (fault || !row.is_null(RecordColumn::known_to) || row.integer(RecordColumn::withdrawn) != 0) return;
    auto record = record_of(row, builder, entry, WhenDestroyed::tell);
    if (record) {
      records[tabled[place]] = std::move(*record);
    } else if (record.error().code != ErrorCode::gone) {
      fault = std::move(record).error();
    }
  }));
  if (fault) return *fault;
  return records;
}

void Records::close(const catalog::Entry& entry, const RecordView& view, Record& record) const {
  if (view.is_whole()) return;
  const auto& fields = entry.resource.fields;
  for (std::size_t at = 0; at < record.values.size() && record.subject.empty(); ++at) {
    const auto* identifier = std::get_if<std::string>(&record.values[at]);
    if (fields[at].personal == catalog::Personal::identifier && identifier != nullptr)
      record.subject = storage::pseudonym_of(sealer_, *identifier);
  }
  view.close(record);
  for (std::size_t at = 0; at < record.values.size(); ++at) {
    record.discloses |= fields[at].personal != catalog::Personal::none && !record.closed[at] &&
                        !std::holds_alternative<storage::Null>(record.values[at]);
  }
}

// Most records stand in their slice, which tells whether this one has left it for the table.
Result<Record> Records::find_anywhere(const catalog::Entry& entry, RecordId id) {
  JW_ASSIGN(auto reader, store_.read());
  JW_ASSIGN(const auto head, catalog::slice_at(*reader, entry.resource.id, id.value));
  if (head && !head->known_to && !head->has_left(id.value - head->first_id)) {
    SliceReader slice(entry.resource.id, *head, sealer_);
    const std::int64_t row = id.value - head->first_id;
    JW_ASSIGN(const SliceRow found, slice.row(*reader, row));
    return packed_record(entry, *head, found, row);
  }
  const Value key = id.value;
  JW_ASSIGN(auto records, query_records(*reader, kept(entry).builder, entry, entry.table->by_id(),
                                        std::span(&key, 1), WhenDestroyed::tell));
  if (records.empty()) return no_record(entry, id);
  return std::move(records.front());
}

}  // namespace jingwei::ingest

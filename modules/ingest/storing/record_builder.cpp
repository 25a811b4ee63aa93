#include "modules/ingest/storing/record_builder.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <set>
#include <unordered_map>

#include "modules/ingest/recount/recounts.h"
#include "modules/ingest/sql.gen.h"
#include "modules/ingest/storing/slice_reader.h"

namespace jingwei::ingest {

namespace {

using storage::Blob;
using storage::Null;
using storage::Value;

// Sealed cells are bound to their resource, not to its table: the next table version takes them over as they
// are. A sealed value keeps its kind, so that a number comes back as a number.
std::string sealed_text(const Value& value) {
  std::string bytes;
  bytes += static_cast<char>('0' + value.index());
  if (const auto* number = std::get_if<std::int64_t>(&value)) bytes += std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value))
    bytes.append(reinterpret_cast<const char*>(real), sizeof *real);
  if (const auto* text = std::get_if<std::string>(&value)) bytes += *text;
  return bytes;
}

Value opened_value(std::string_view bytes) {
  if (bytes.empty()) return Null{};
  const std::string_view rest = bytes.substr(1);
  switch (bytes.front() - '0') {
    case 1: {
      std::int64_t number = 0;
      std::from_chars(rest.data(), rest.data() + rest.size(), number);
      return number;
    }
    case 2: {
      double real = 0;
      if (rest.size() == sizeof real) std::memcpy(&real, rest.data(), sizeof real);
      return real;
    }
    case 3:
      return std::string(rest);
    default:
      return Null{};
  }
}

std::string_view bytes_of(const RowHash& hash) {
  return {hash.data(), hash.size()};
}

RowHash hash_from(std::string_view bytes) {
  RowHash hash{};
  std::copy_n(bytes.data(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

struct KeyHash {
  std::size_t operator()(const RowHash& key) const { return fingerprint(bytes_of(key)); }
};

constexpr std::size_t fetched_ahead = 16;

}  // namespace

// The newest version of a key while a slice is decided.
struct RecordBuilder::Current {
  std::int64_t version = 0;
  std::int64_t id = 0;
  BatchId batch;
  bool ended = false;  // it was withdrawn: the next version makes the record stand again
  bool lost = false;   // it stands, but its key was destroyed: nobody knows what it says
  RowHash content{};
  std::vector<Value> values;         // opened; only of rows of the table, and when the resource has metrics
  std::optional<std::uint32_t> row;  // of this slice
  std::optional<PackedAt> packed;    // it stands in a slice
  std::optional<std::size_t> cells_at;  // it stands in bulk.cells, not in the store yet
  RegionId region;
  Day day{};
  std::int64_t epoch = 0;
};

struct RecordBuilder::Decision {
  storage::Reader& reader;
  RecordIndex::View& view;
  const PackedRows& rows;
  BatchId batch;
  Instant now;
  Slice slice;
  Figures figures;
  std::int64_t next_id = 0;
  std::unordered_map<RowHash, Current, KeyHash> current;
  std::vector<RowHash> asked;                            // keys that the table may hold
  std::vector<std::pair<std::uint32_t, PackedAt>> hits;  // rows whose key stands packed
  std::vector<std::uint32_t> fresh;                      // rows whose key is nowhere, in order
  std::map<std::int64_t, catalog::SliceHead> heads;      // slices that were met, by first id
  std::map<std::int64_t, SliceReader> opened;
  std::map<std::int64_t, std::vector<RowPlace>> places;  // of slices that can be opened no more
  std::set<std::int64_t> lost;                           // the same slices
  std::set<std::int64_t> left;                           // slices that records left
  std::set<BatchId> withdrawing;                         // what came with these is about to end
  Recounts recounts;
};

void tell_records(const Slice& slice, SliceEvent& event) {
  event.packed_first_id = slice.packed_first_id;
  event.packed_rows = slice.packed_rows;
  const std::size_t width = slice.bulk.columns.size();
  for (std::size_t at = RecordColumn::id; at < slice.bulk.cells.size(); at += width)
    event.records.push_back(std::get<std::int64_t>(slice.bulk.cells[at]));
  // A record's first version comes with its next one when it leaves its slice.
  std::sort(event.records.begin(), event.records.end());
  event.records.erase(std::unique(event.records.begin(), event.records.end()), event.records.end());
}

RecordBuilder::RecordBuilder(const catalog::Entry& entry, const storage::Sealer& sealer,
                             const RowContent& content, RecordIndex& index, std::size_t packed_rows_least)
    : entry_(entry),
      sealer_(sealer),
      content_(content),
      index_(index),
      packed_rows_least_(packed_rows_least) {}

Result<std::vector<Value>> RecordBuilder::values_of(const storage::Row& row) const {
  const auto& table = *entry_.table;
  const auto& fields = entry_.resource.fields;
  const std::int64_t record = row.integer(RecordColumn::id);
  std::vector<Value> values;
  values.reserve(fields.size());
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const int column = static_cast<int>(table.field_column(at));
    const auto kind = catalog::column_of(entry_.resource, fields[at]).kind;
    if (row.is_null(column)) {
      values.emplace_back(Null{});
    } else if (kind == catalog::ColumnKind::sealed) {
      JW_ASSIGN(const std::string plain,
                sealer_.open({entry_.resource.id, record, fields[at].name}, row.blob(column)));
      values.push_back(opened_value(plain));
    } else if (kind == catalog::ColumnKind::integer) {
      values.emplace_back(row.integer(column));
    } else if (kind == catalog::ColumnKind::real) {
      values.emplace_back(row.real(column));
    } else {
      values.emplace_back(std::string(row.text(column)));
    }
  }
  return values;
}

bool RecordBuilder::can_be_opened(const storage::Row& row) const {
  const auto& fields = entry_.resource.fields;
  for (std::size_t at = 0; at < fields.size(); ++at) {
    if (catalog::column_of(entry_.resource, fields[at]).kind != catalog::ColumnKind::sealed) continue;
    const int column = static_cast<int>(entry_.table->field_column(at));
    if (!row.is_null(column) && !sealer_.key_stands(row.blob(column))) return false;
  }
  return true;
}

Result<void> RecordBuilder::append_cells(storage::BulkSlice& bulk, const TableRow& row) const {
  const auto& fields = entry_.resource.fields;
  JW_ASSIGN(const auto values, content_.values_of(row.content));
  auto& cells = bulk.cells;
  const auto or_null = [](bool present, std::int64_t number) {
    return present ? Value(number) : Value(Null{});
  };
  cells.emplace_back(Blob{std::string(row.key)});
  cells.emplace_back(row.version);
  cells.emplace_back(row.id);
  cells.emplace_back(row.resource_version);
  cells.emplace_back(Blob{std::string(row.content_hash)});
  cells.push_back(or_null(static_cast<bool>(row.batch), row.batch.value));
  cells.push_back(or_null(row.line > 0, row.line));
  cells.push_back(or_null(static_cast<bool>(row.region), row.region.value));
  cells.emplace_back(static_cast<std::int64_t>(to_days(row.day)));
  cells.emplace_back(to_micros(row.known_from));  // valid_from
  cells.emplace_back(Null{});                     // valid_to
  cells.emplace_back(to_micros(row.known_from));
  cells.push_back(or_null(row.known_to.has_value(), row.known_to ? to_micros(*row.known_to) : 0));
  cells.emplace_back(std::int64_t{0});
  cells.emplace_back(row.epoch);
  cells.push_back(row.cleaning.empty() ? Value(Null{}) : Value(std::string(row.cleaning)));
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const auto column = catalog::column_of(entry_.resource, fields[at]);
    const Value& value = values[at];
    const bool absent = std::holds_alternative<Null>(value);
    if (column.kind != catalog::ColumnKind::sealed) {
      cells.push_back(value);
    } else if (absent) {
      cells.emplace_back(Null{});
    } else {
      cells.emplace_back(
          Blob{sealer_.seal({entry_.resource.id, row.id, fields[at].name}, sealed_text(value))});
    }
  }
  return {};
}

Result<Slice> RecordBuilder::build(storage::Store& store, const PackedRows& rows, BatchId from_batch,
                                   Instant now) const {
  const std::string& resource = entry_.resource.id;
  const auto table_version = static_cast<std::int64_t>(entry_.table->shape().table_version);
  const bool bulk = rows.rows.size() >= packed_rows_least_;
  JW_ASSIGN(const std::int64_t first_free,
            store.allocate_ids(static_cast<std::int64_t>(std::max<std::size_t>(rows.rows.size(), 1))));
  JW_ASSIGN(auto reader, store.read());
  JW_ASSIGN(auto view, index_.follow(*reader, *entry_.table,
                                     bulk ? RecordIndex::Table::known : RecordIndex::Table::asked_by_query));
  Decision decision{*reader,    view, rows, from_batch, now, {}, Figures(entry_.resource),
                    first_free, {},   {},   {},         {},  {}, {},
                    {},         {},   {},   {},         {}};
  if (decision.figures.any_metrics()) {
    JW_ASSIGN(decision.recounts, Recounts::read(*reader, entry_.resource));
    if (decision.recounts.least_version() > entry_.version)
      return Error(ErrorCode::conflict, "storage.changed_meanwhile").because("figures of " + resource);
  }
  const Value of_resource = resource;
  JW_TRY(reader->query(sql::withdrawing_batches, std::span(&of_resource, 1), [&](const storage::Row& row) {
    decision.withdrawing.insert(BatchId(row.integer(0)));
    return true;
  }));
  auto& bulk_slice = decision.slice.bulk;
  bulk_slice.table = entry_.table->name();
  bulk_slice.columns = entry_.table->columns();

  // Which rows are met for the first time; the others are decided one by one.
  KeyMap own;
  std::vector<bool> met(rows.rows.size());
  for (std::uint32_t at = 0; at < rows.rows.size(); ++at) {
    if (at + fetched_ahead < rows.rows.size())
      view.prefetch(fingerprint(bytes_of(rows.rows[at + fetched_ahead].key)));
    const RowHash& key = rows.rows[at].key;
    const std::uint64_t print = fingerprint(bytes_of(key));
    std::optional<PackedAt> place;
    if (view.may_be_packed(print)) {
      JW_ASSIGN(place, view.find(bytes_of(key)));
    }
    if (place) decision.hits.emplace_back(at, *place);
    if (!place && (!bulk || view.may_be_packed(print) || view.may_be_tabled(print)))
      decision.asked.push_back(key);
    met[at] = place || (!decision.asked.empty() && decision.asked.back() == key);
    if (!own.insert(print, at)) {
      met[at] = true;
      met[*own.find(print)] = true;
    }
  }
  JW_TRY(find_packed(decision));
  view.release();  // single entries need not wait until all is packed
  JW_TRY(find_tabled(decision));
  for (std::uint32_t at = 0; at < rows.rows.size(); ++at) {
    if (met[at]) {
      JW_TRY(decide_row(decision, at));
    } else {
      decision.fresh.push_back(at);
    }
  }
  const bool packs = decision.fresh.size() >= packed_rows_least_;
  for (const std::uint32_t at : decision.fresh) {
    const PackedRow& row = rows.rows[at];
    if (!packs) {
      JW_TRY(decide_row(decision, at));
    } else if (decision.figures.any_metrics()) {
      JW_ASSIGN(const auto fields, content_.fields_of(rows.content(row)));
      decision.figures.count(fields, row.region, row.day, +1);
    }
  }

  // What the decision rests on, before anything that follows from it.
  auto& writes = bulk_slice.change.writes;
  std::vector<storage::Write> guards;
  if (packs) {
    guards.push_back(catalog::take_slice_number(resource, view.number(), table_version));
    std::string keys;
    for (const std::uint32_t at : decision.fresh) keys += bytes_of(rows.rows[at].key);
    guards.push_back({&entry_.table->none_of(), {resource, view.number(), Blob{std::move(keys)}}, 1});
    pack(decision);
  } else {
    guards.push_back(catalog::hold_slice_number(resource, view.number(), table_version));
  }
  for (const std::int64_t first_id : decision.left)
    guards.push_back(catalog::take_from_slice(resource, decision.heads.at(first_id)));
  writes.insert(writes.begin(), std::make_move_iterator(guards.begin()),
                std::make_move_iterator(guards.end()));
  decision.slice.counts = decision.figures.changes();
  return std::move(decision.slice);
}

// Rows whose key stands in a slice: what the slice says of them, or that they have moved on.
Result<void> RecordBuilder::find_packed(Decision& decision) const {
  for (const auto& [at, place] : decision.hits) {
    const RowHash& key = decision.rows.rows[at].key;
    if (decision.current.contains(key)) continue;
    auto head = decision.heads.find(place.first_id);
    if (head == decision.heads.end()) {
      JW_ASSIGN(auto found, catalog::slice_at(decision.reader, entry_.resource.id, place.first_id));
      if (!found) return Error(ErrorCode::corrupt, "storage.damaged").because("a slice has no head");
      head = decision.heads.emplace(place.first_id, std::move(*found)).first;
      JW_ASSIGN(const bool opens, decision.view.can_be_opened(head->second, sealer_));
      if (!opens) decision.lost.insert(place.first_id);
    }
    if (head->second.has_left(place.row)) {
      decision.asked.push_back(key);
      continue;
    }
    JW_ASSIGN(const std::string_view row_keys, decision.view.row_keys(place.first_id));
    Current& current = decision.current[key];
    current.version = 1;
    current.id = place.first_id + place.row;
    current.batch = head->second.batch;
    current.content = hash_from(content_hash_in(row_keys, static_cast<std::size_t>(place.row)));
    current.packed = place;
    current.lost = !decision.lost.empty() && decision.lost.contains(place.first_id);
  }
  return {};
}

Result<void> RecordBuilder::find_tabled(Decision& decision) const {
  if (decision.asked.empty()) return {};
  std::vector<std::vector<Value>> parameters;
  parameters.reserve(decision.asked.size());
  for (const auto& key : decision.asked) parameters.push_back({Blob{std::string(bytes_of(key))}});
  std::optional<Error> fault;
  JW_TRY(decision.reader.query_each(
      entry_.table->latest(), parameters, [&](std::size_t at, const storage::Row& row) {
        Current found;
        found.version = row.integer(RecordColumn::version);
        found.id = row.integer(RecordColumn::id);
        found.batch = BatchId(row.integer(RecordColumn::batch));
        found.ended = !row.is_null(RecordColumn::known_to);
        found.content = hash_from(row.blob(RecordColumn::content));
        found.region = RegionId(row.integer(RecordColumn::region));
        found.day = from_days(static_cast<std::int32_t>(row.integer(RecordColumn::day)));
        found.epoch = row.is_null(RecordColumn::epoch) ? -1 : row.integer(RecordColumn::epoch);
        found.lost = !can_be_opened(row);
        if (decision.figures.any_metrics() && !found.lost) {
          auto values = values_of(row);
          if (!values) {
            fault = std::move(values).error();
            return;
          }
          found.values = std::move(*values);
        }
        decision.current[decision.asked[at]] = std::move(found);
      }));
  if (fault) return *fault;
  return {};
}

Result<void> RecordBuilder::decide_row(Decision& decision, std::uint32_t at) const {
  const PackedRow& row = decision.rows.rows[at];
  Slice& slice = decision.slice;
  auto [found, fresh] = decision.current.try_emplace(row.key);
  Current& current = found->second;
  const bool stands = !fresh && !current.ended;
  const bool known = stands && !current.lost;
  if (known && current.content == row.content && !decision.withdrawing.contains(current.batch)) {
    ++slice.unchanged;
    slice.outcome = RowOutcome::unchanged;
  } else {
    slice.outcome = known ? RowOutcome::updated : RowOutcome::created;
    ++(known ? slice.updated : slice.created);
    if (fresh) current.id = decision.next_id++;
    if (stands) JW_TRY(end_standing(decision, row.key, current));
    JW_TRY(write_version(decision, row, current));
    current.row = at;
  }
  slice.record = RecordId(current.id);
  slice.version = current.version;
  return {};
}

// Its figures go with it, where it is known what it said.
Result<void> RecordBuilder::end_standing(Decision& decision, const RowHash& key, Current& current) const {
  if (current.packed) return move_to_table(decision, key, current);
  close(decision, key, current);
  if (!decision.figures.any_metrics() || current.lost) return {};
  if (current.row) {
    const PackedRow& before = decision.rows.rows[*current.row];
    JW_ASSIGN(const auto fields, content_.fields_of(decision.rows.content(before)));
    decision.figures.count(fields, before.region, before.day, -1);
  } else {
    decision.figures.count(fields_of(current.values), current.region, current.day, -1,
                           decision.recounts.of_row(current.id, current.epoch));
  }
  return {};
}

// Ends the version that stands: in the store, or on its way there in this very slice.
void RecordBuilder::close(Decision& decision, const RowHash& key, const Current& current) const {
  auto& bulk = decision.slice.bulk;
  if (current.cells_at) {
    bulk.cells[*current.cells_at + RecordColumn::known_to] = to_micros(decision.now);
  } else {
    bulk.change.writes.push_back(
        {&entry_.table->close(),
         {Blob{std::string(bytes_of(key))}, current.version, to_micros(decision.now)},
         1});
  }
}

// The record leaves its slice: its first version, ended now, goes to the table; without what it said when
// nobody can open it.
Result<void> RecordBuilder::move_to_table(Decision& decision, const RowHash& key, Current& current) const {
  const PackedAt place = *current.packed;
  catalog::SliceHead& head = decision.heads.at(place.first_id);
  SliceRow found;
  if (!current.lost) {
    auto slice = decision.opened.find(place.first_id);
    if (slice == decision.opened.end())
      slice = decision.opened.emplace(place.first_id, SliceReader(entry_.resource.id, head, sealer_)).first;
    const auto row = slice->second.row(decision.reader, place.row);
    if (!row && row.error().code != ErrorCode::gone) return row.error();
    current.lost = !row;
    if (row) found = *row;
  }
  if (current.lost) {
    JW_ASSIGN(found.place, place_of(decision, place));
  }
  head.mark_left(place.row);
  decision.left.insert(place.first_id);
  TableRow first;
  first.id = current.id;
  first.version = 1;
  first.key = bytes_of(key);
  first.content_hash = bytes_of(current.content);
  first.content = found.content;
  first.cleaning = found.cleaning;
  first.batch = head.batch;
  first.line = found.place.line;
  first.region = found.place.region;
  first.day = found.place.day;
  first.known_from = head.known_from;
  first.known_to = decision.now;
  first.epoch = decision.view.number();
  first.resource_version = head.resource_version;
  JW_TRY(append_cells(decision.slice.bulk, first));
  if (decision.figures.any_metrics() && !current.lost) {
    JW_ASSIGN(const auto fields, content_.fields_of(first.content));
    decision.figures.count(fields, first.region, first.day, -1, decision.recounts.of_slice(head));
  }
  current.packed.reset();
  return {};
}

// Where a packed record stands whose slice can be opened no more.
Result<RowPlace> RecordBuilder::place_of(Decision& decision, const PackedAt& at) const {
  auto places = decision.places.find(at.first_id);
  if (places == decision.places.end()) {
    const auto rows = static_cast<std::size_t>(decision.heads.at(at.first_id).rows);
    JW_ASSIGN(const std::string bytes,
              catalog::slice_places(decision.reader, entry_.resource.id, at.first_id));
    JW_ASSIGN(auto unpacked, unpack_places(bytes, rows));
    places = decision.places.emplace(at.first_id, std::move(unpacked)).first;
  }
  return places->second[static_cast<std::size_t>(at.row)];
}

Result<void> RecordBuilder::write_version(Decision& decision, const PackedRow& row, Current& current) const {
  current.version += 1;
  current.ended = current.lost = false;
  current.batch = decision.batch;
  current.content = row.content;
  current.cells_at = decision.slice.bulk.cells.size();
  TableRow next;
  next.id = current.id;
  next.version = current.version;
  next.key = bytes_of(row.key);
  next.content_hash = bytes_of(row.content);
  next.content = decision.rows.content(row);
  next.cleaning = decision.rows.cleaning(row);
  next.batch = decision.batch;
  next.line = row.line;
  next.region = row.region;
  next.day = row.day;
  next.known_from = decision.now;
  next.epoch = decision.view.number();
  next.resource_version = entry_.version;
  JW_TRY(append_cells(decision.slice.bulk, next));
  if (decision.figures.any_metrics()) {
    JW_ASSIGN(const auto fields, content_.fields_of(next.content));
    decision.figures.count(fields, row.region, row.day, +1);
  }
  return {};
}

void RecordBuilder::pack(Decision& decision) const {
  const std::string& resource = entry_.resource.id;
  Slice& slice = decision.slice;
  catalog::NewSlice packed;
  packed.resource = resource;
  packed.first_id = decision.next_id;
  packed.rows = static_cast<std::int64_t>(decision.fresh.size());
  packed.number = decision.view.number() + 1;
  packed.resource_version = entry_.version;
  packed.batch = decision.batch;
  packed.known_from = decision.now;
  PackedSlice bytes = pack_slice(decision.rows, decision.fresh, {resource, packed.first_id}, sealer_);
  slice.created += packed.rows;
  slice.record = RecordId(packed.first_id + packed.rows - 1);
  slice.version = 1;
  slice.outcome = RowOutcome::created;
  slice.packed_first_id = packed.first_id;
  slice.packed_rows = packed.rows;
  slice.packed_number = packed.number;
  slice.packed_keys = bytes.row_keys;
  packed.row_keys = std::move(bytes.row_keys);
  packed.places = std::move(bytes.places);
  packed.block_rows = block_rows;
  packed.blocks = std::move(bytes.blocks);
  catalog::add_slice(std::move(packed), slice.bulk.change);
}

}  // namespace jingwei::ingest

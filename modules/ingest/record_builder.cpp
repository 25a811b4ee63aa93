#include "modules/ingest/record_builder.h"

#include <bit>
#include <limits>

#include "storage/digest.h"

namespace jingwei::ingest {

namespace {

using storage::Blob;
using storage::Null;
using storage::Value;

// Positions in catalog::record_columns.
enum RecordColumn : int {
  record_key,
  version,
  id,
  resource_version,
  content,
  batch,
  line,
  region,
  day,
  valid_from,
  valid_to,
  known_from,
  known_to,
  withdrawn
};

// A value as unambiguous bytes: its kind, its length, itself. Numbers go by value, so 1 and "1" differ.
void append_canonical(std::string& bytes, const Value& value) {
  const auto append_number = [&](std::uint64_t word) {
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  };
  bytes += static_cast<char>('0' + value.index());
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    append_number(static_cast<std::uint64_t>(*number));
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_number(std::bit_cast<std::uint64_t>(*real));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    append_number(text->size());
    bytes += *text;
  }
}

std::string hash16(const std::string& bytes) {
  return storage::sha256(bytes).substr(0, 16);
}

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

double number_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return 0;
}

// A reported figure of zero is a figure: the day has one.
bool is_reported(const catalog::Resource& resource, const std::string& metric) {
  return std::any_of(resource.metrics.begin(), resource.metrics.end(), [&](const catalog::Metric& declared) {
    return declared.id == metric && declared.kind == catalog::MetricKind::last;
  });
}

}  // namespace

RecordBuilder::RecordBuilder(const catalog::Entry& entry, const storage::Sealer& sealer)
    : entry_(entry), sealer_(sealer) {
  const auto& fields = entry.resource.fields;
  for (std::size_t at = 0; at < fields.size(); ++at) by_name_.push_back(at);
  std::sort(by_name_.begin(), by_name_.end(),
            [&](std::size_t a, std::size_t b) { return fields[a].name < fields[b].name; });
}

std::string RecordBuilder::key_of(const TypedRow& row) const {
  const auto& resource = entry_.resource;
  if (resource.key.empty()) return content_of(row);
  std::string bytes = resource.id;
  for (const auto& name : resource.key) {
    bytes += '\0';
    append_canonical(bytes, row.values[static_cast<std::size_t>(resource.index_of(name))]);
  }
  return hash16(bytes);
}

std::string RecordBuilder::content_of(const TypedRow& row) const {
  std::string bytes = entry_.resource.id;
  for (const std::size_t at : by_name_) {
    if (std::holds_alternative<Null>(row.values[at])) continue;
    bytes += entry_.resource.fields[at].name;
    bytes += '\0';
    append_canonical(bytes, row.values[at]);
  }
  return hash16(bytes);
}

void RecordBuilder::count(std::map<std::tuple<std::string, RegionId, Day>, double>& figures,
                          const std::vector<Value>& values, RegionId region, Day day, double sign) const {
  if (!region) return;
  const auto& resource = entry_.resource;
  for (const auto& metric : resource.metrics) {
    double amount = sign;
    if (metric.kind == catalog::MetricKind::last) {
      const Value& reported = values[static_cast<std::size_t>(resource.index_of(metric.field))];
      if (std::holds_alternative<Null>(reported)) continue;
      amount *= number_of(reported);
    } else if (!metric.where_field.empty()) {
      const auto* choice =
          std::get_if<std::string>(&values[static_cast<std::size_t>(resource.index_of(metric.where_field))]);
      if (choice == nullptr || *choice != metric.where_value) continue;
    }
    figures[{metric.id, region, day}] += amount;
  }
}

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

Result<std::map<std::string, RecordBuilder::Current>> RecordBuilder::find_current(
    storage::Store& store, const std::vector<std::string>& keys) const {
  std::vector<std::vector<Value>> parameters;
  parameters.reserve(keys.size());
  for (const auto& key : keys) parameters.push_back({Blob{key}});
  std::map<std::string, Current> current;
  std::optional<Error> fault;
  JW_ASSIGN(auto reader, store.read());
  JW_TRY(
      reader->query_each(entry_.table->current(), parameters, [&](std::size_t at, const storage::Row& row) {
        Current found;
        found.version = row.integer(RecordColumn::version);
        found.id = row.integer(RecordColumn::id);
        found.content = row.blob(RecordColumn::content);
        found.region = RegionId(row.integer(RecordColumn::region));
        found.day = from_days(static_cast<std::int32_t>(row.integer(RecordColumn::day)));
        if (!entry_.resource.metrics.empty()) {
          auto values = values_of(row);
          if (!values) {
            fault = std::move(values).error();
            return;
          }
          found.values = std::move(*values);
        }
        current[keys[at]] = std::move(found);
      }));
  if (fault) return *fault;
  return current;
}

void RecordBuilder::append_cells(storage::BulkSlice& bulk, const TypedRow& row, const std::string& key,
                                 const std::string& content_hash, std::int64_t record,
                                 std::int64_t record_version, BatchId from_batch, Instant now) const {
  const auto& table = *entry_.table;
  const auto& fields = entry_.resource.fields;
  auto& cells = bulk.cells;
  const auto now_us = to_micros(now);
  cells.emplace_back(Blob{key});
  cells.emplace_back(record_version);
  cells.emplace_back(record);
  cells.emplace_back(static_cast<std::int64_t>(table.shape().table_version));
  cells.emplace_back(Blob{content_hash});
  cells.push_back(from_batch ? Value(from_batch.value) : Value(Null{}));
  cells.push_back(row.line > 0 ? Value(row.line) : Value(Null{}));
  cells.push_back(row.region ? Value(row.region.value) : Value(Null{}));
  cells.emplace_back(static_cast<std::int64_t>(to_days(row.day)));
  cells.emplace_back(now_us);  // valid_from
  cells.emplace_back(Null{});  // valid_to
  cells.emplace_back(now_us);  // known_from
  cells.emplace_back(Null{});  // known_to
  cells.emplace_back(std::int64_t{0});
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const auto column = catalog::column_of(entry_.resource, fields[at]);
    const Value& value = row.values[at];
    const bool absent = std::holds_alternative<Null>(value);
    if (column.kind != catalog::ColumnKind::sealed) {
      cells.push_back(value);
    } else if (absent) {
      cells.emplace_back(Null{});
    } else {
      cells.emplace_back(
          Blob{sealer_.seal({entry_.resource.id, record, fields[at].name}, sealed_text(value))});
    }
    if (!column.equality) continue;
    if (absent) {
      cells.emplace_back(Null{});
    } else {
      cells.emplace_back(
          Blob{sealer_.equality_hash(entry_.resource.id, fields[at].name, sealed_text(value))});
    }
  }
}

Result<Slice> RecordBuilder::build(storage::Store& store, const std::vector<TypedRow>& rows,
                                   BatchId from_batch, Instant now) const {
  const auto& table = *entry_.table;
  Slice slice;
  slice.bulk.table = table.name();
  slice.bulk.columns = table.columns();
  slice.bulk.cells.reserve(rows.size() * table.columns().size());

  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const auto& row : rows) keys.push_back(key_of(row));
  JW_ASSIGN(auto current, find_current(store, keys));
  JW_ASSIGN(std::int64_t next_id,
            store.allocate_ids(static_cast<std::int64_t>(std::max<std::size_t>(rows.size(), 1))));

  std::map<std::tuple<std::string, RegionId, Day>, double> figures;
  const std::size_t width = table.columns().size();
  std::int64_t written = 0;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const TypedRow& row = rows[at];
    const std::string content_hash = content_of(row);
    auto [found, fresh] = current.try_emplace(keys[at]);
    Current& before = found->second;
    if (!fresh && before.content == content_hash) {
      slice.outcomes.push_back(RowOutcome::unchanged);
      slice.records.emplace_back(before.id);
      slice.versions.push_back(before.version);
      ++slice.unchanged;
      continue;
    }
    const std::int64_t record = fresh ? next_id++ : before.id;
    const std::int64_t record_version = before.version + 1;
    if (!fresh) {
      ++slice.updated;
      count(figures, before.values, before.region, before.day, -1);
      if (before.slice_row >= 0) {
        slice.bulk.cells[static_cast<std::size_t>(before.slice_row) * width + RecordColumn::known_to] =
            to_micros(now);
      } else {
        slice.bulk.change.writes.push_back(
            {&table.close(), {Blob{keys[at]}, before.version, to_micros(now)}, 1});
      }
    }
    append_cells(slice.bulk, row, keys[at], content_hash, record, record_version, from_batch, now);
    count(figures, row.values, row.region, row.day, +1);
    slice.outcomes.push_back(fresh ? RowOutcome::created : RowOutcome::updated);
    slice.records.emplace_back(record);
    slice.versions.push_back(record_version);
    before = Current{record_version, record, content_hash, row.values, row.region, row.day, written++};
  }
  for (const auto& [key, delta] : figures) {
    if (delta != 0 || is_reported(entry_.resource, std::get<0>(key)))
      slice.counts.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), delta});
  }
  return slice;
}

}  // namespace jingwei::ingest

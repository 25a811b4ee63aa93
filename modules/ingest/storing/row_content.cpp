#include "modules/ingest/storing/row_content.h"

#include <bit>

#include "base/bytes.h"
#include "storage/digest.h"

namespace jingwei::ingest {

namespace {

using storage::Null;
using storage::Value;
using Kind = ContentValue::Kind;

// FNV-1a; the names of a resource's fields must differ in it.
std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

Kind kind_of(catalog::FieldType type) {
  switch (type) {
    case catalog::FieldType::date:
    case catalog::FieldType::datetime:
    case catalog::FieldType::integer:
    case catalog::FieldType::boolean:
    case catalog::FieldType::region:
      return Kind::integer;
    case catalog::FieldType::number:
      return Kind::real;
    default:
      return Kind::text;
  }
}

Error damaged() {
  return Error(ErrorCode::corrupt, "storage.damaged").because("content of a record");
}

// Reads one value; false when the bytes end before it does.
bool read_value(ByteReader& bytes, ContentValue& value) {
  const auto kind = static_cast<Kind>(bytes.byte());
  value.kind = kind;
  if (kind == Kind::integer) {
    value.integer = bytes.signed_varint();
  } else if (kind == Kind::real) {
    value.real = std::bit_cast<double>(bytes.fixed64());
  } else if (kind == Kind::text) {
    value.text = bytes.text();
  } else {
    return false;
  }
  return bytes.ok();
}

RowHash first16(std::string_view bytes) {
  RowHash hash{};
  std::copy_n(bytes.data(), hash.size(), hash.begin());
  return hash;
}

// As record keys were hashed before: kind, length, value.
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

}  // namespace

std::vector<ContentValue> fields_of(const std::vector<storage::Value>& values) {
  std::vector<ContentValue> fields(values.size());
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (const auto* number = std::get_if<std::int64_t>(&values[at])) {
      fields[at].kind = ContentValue::Kind::integer;
      fields[at].integer = *number;
    } else if (const auto* real = std::get_if<double>(&values[at])) {
      fields[at].kind = ContentValue::Kind::real;
      fields[at].real = *real;
    } else if (const auto* text = std::get_if<std::string>(&values[at])) {
      fields[at].kind = ContentValue::Kind::text;
      fields[at].text = *text;
    }
  }
  return fields;
}

RowContent::RowContent(const catalog::Resource& resource, catalog::RecordHash hash,
                       const storage::Sealer& sealer, const Zone& zone)
    : resource_(resource), hash_(hash), sealer_(sealer), zone_(zone), is_key_(resource.fields.size()) {
  const auto& fields = resource.fields;
  for (std::size_t at = 0; at < fields.size(); ++at) {
    by_name_.push_back(at);
    name_hash_.push_back(hash_of(fields[at].name));
    const bool fresh = field_of_.emplace(name_hash_.back(), at).second;
    JW_ASSERT(fresh);
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [&](std::size_t a, std::size_t b) { return fields[a].name < fields[b].name; });
  const auto position = [&](const std::string& name) { return static_cast<std::size_t>(resource.index_of(name)); };
  for (const auto& name : resource.key) {
    key_.push_back(position(name));
    is_key_[key_.back()] = true;
  }
  for (const auto& name : resource.region_fields) {
    region_fields_.push_back(position(name));
    const auto unless = resource.region_unless.find(name);
    region_unless_.push_back(unless == resource.region_unless.end() ? -1 : resource.index_of(unless->second));
  }
  if (!resource.day_field.empty()) day_field_ = resource.index_of(resource.day_field);
}

void RowContent::append_value(std::size_t field, const Cleaned& cell, std::string& bytes) const {
  append_fixed32(bytes, name_hash_[field]);
  const Kind kind = kind_of(resource_.fields[field].type);
  bytes += static_cast<char>(kind);
  if (kind == Kind::integer) {
    append_signed_varint(bytes, cell.integer);
  } else if (kind == Kind::real) {
    append_fixed64(bytes, std::bit_cast<std::uint64_t>(cell.number));
  } else {
    append_text(bytes, cell.text);
  }
}

void RowContent::append(const CleanRow& clean, std::int64_t line, const RowDefaults& defaults,
                        PackedRows& rows) const {
  PackedRow row;
  row.line = line;
  row.day = defaults.today;
  row.begin = static_cast<std::uint32_t>(rows.bytes.size());
  const auto filled = [&](std::size_t field) { return clean.fields[field].status != CleanStatus::empty; };
  for (const std::size_t field : by_name_) {
    if (filled(field)) append_value(field, clean.fields[field], rows.bytes);
  }
  row.size = static_cast<std::uint32_t>(rows.bytes.size()) - row.begin;

  if (day_field_ >= 0 && filled(static_cast<std::size_t>(day_field_))) {
    const auto field = static_cast<std::size_t>(day_field_);
    const std::int64_t value = clean.fields[field].integer;
    row.day = resource_.fields[field].type == catalog::FieldType::date
                  ? from_days(static_cast<std::int32_t>(value))
                  : zone_.day_of(from_micros(value));
  }
  // The first region field that is filled and allowed to speak, an address only when it tells a region; the
  // default only when none is filled.
  bool any = false;
  for (std::size_t at = 0; at < region_fields_.size(); ++at) {
    if (!filled(region_fields_[at])) continue;
    any = true;
    if (region_unless_[at] >= 0 && filled(static_cast<std::size_t>(region_unless_[at]))) continue;
    row.region = RegionId(clean.fields[region_fields_[at]].integer);
    if (row.region) break;
  }
  if (!any) row.region = defaults.region;

  if (hash_ == catalog::RecordHash::keyed) {
    thread_local std::string key;
    row.content = hash("content", rows.content(row));
    if (key_.empty()) {
      row.key = row.content;
    } else {
      key.clear();
      for (const std::size_t field : key_) {
        if (filled(field)) append_value(field, clean.fields[field], key);
      }
      row.key = hash("record_key", key);
    }
  } else {
    const auto values = values_of(rows.content(row)).value();
    row.content = plain_content(values);
    row.key = key_.empty() ? row.content : plain_key(values);
  }
  if (!clean.changes.empty()) row.cleaning = cleaning_of(clean, rows);
  rows.rows.push_back(row);
}

std::uint32_t RowContent::cleaning_of(const CleanRow& clean, PackedRows& rows) const {
  std::string text;
  for (std::size_t field = 0; field < clean.fields.size(); ++field) {
    const RuleSet& rules = clean.fields[field].rules;
    if (rules.empty()) continue;
    if (!text.empty()) text += ';';
    text += resource_.fields[field].name;
    char between = ':';
    rules.visit([&](Rule rule) {
      text += between;
      text += message_of(rule);
      between = ',';
    });
  }
  const auto found = std::find(rows.cleanings.begin(), rows.cleanings.end(), text);
  const auto place = static_cast<std::uint32_t>(found - rows.cleanings.begin()) + 1;
  if (found == rows.cleanings.end()) rows.cleanings.push_back(std::move(text));
  return place;
}

RowHash RowContent::hash(std::string_view column, std::string_view bytes) const {
  return first16(sealer_.equality_hash(resource_.id, column, bytes));
}

RowHash RowContent::plain_key(const std::vector<Value>& values) const {
  std::string bytes = resource_.id;
  for (const std::size_t field : key_) {
    bytes += '\0';
    append_canonical(bytes, values[field]);
  }
  return first16(storage::sha256(bytes));
}

RowHash RowContent::plain_content(const std::vector<Value>& values) const {
  std::string bytes = resource_.id;
  for (const std::size_t field : by_name_) {
    if (std::holds_alternative<Null>(values[field])) continue;
    bytes += resource_.fields[field].name;
    bytes += '\0';
    append_canonical(bytes, values[field]);
  }
  return first16(storage::sha256(bytes));
}

Result<std::vector<ContentValue>> RowContent::fields_of(std::string_view content) const {
  std::vector<ContentValue> values(resource_.fields.size());
  ByteReader bytes(content);
  while (!bytes.at_end()) {
    const std::uint32_t name = bytes.fixed32();
    ContentValue value;
    if (!read_value(bytes, value)) return damaged();
    // A field that the definition has no more, or that holds something else now, is passed over.
    const auto found = field_of_.find(name);
    if (found == field_of_.end() || kind_of(resource_.fields[found->second].type) != value.kind) continue;
    values[found->second] = value;
  }
  return values;
}

Result<std::vector<Value>> RowContent::values_of(std::string_view content) const {
  JW_ASSIGN(const auto fields, fields_of(content));
  std::vector<Value> values;
  values.reserve(fields.size());
  for (const auto& field : fields) {
    switch (field.kind) {
      case Kind::integer:
        values.emplace_back(field.integer);
        break;
      case Kind::real:
        values.emplace_back(field.real);
        break;
      case Kind::text:
        values.emplace_back(std::string(field.text));
        break;
      case Kind::absent:
        values.emplace_back(Null{});
    }
  }
  return values;
}

}  // namespace jingwei::ingest

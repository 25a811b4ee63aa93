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

// Of one value besides its text: the field's name, the kind, and a number or the text's length.
constexpr std::size_t value_bytes = sizeof(std::uint32_t) + 1 + varint_bytes_most;

// Bytes that one thread writes into over and over. What stood there is lost when it grows.
char* scratch(std::size_t size) {
  thread_local std::vector<char> bytes;
  if (bytes.size() < size) bytes.resize(2 * size);
  return bytes.data();
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
    kind_.push_back(kind_of(fields[at].type));
    const bool fresh = field_of_.emplace(name_hash_.back(), at).second;
    JW_ASSERT(fresh);
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [&](std::size_t a, std::size_t b) { return fields[a].name < fields[b].name; });
  const auto position = [&](const std::string& name) {
    return static_cast<std::size_t>(resource.index_of(name));
  };
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

char* RowContent::put_value(std::size_t field, const Cleaned& cell, char* to) const {
  to = put_fixed32(to, name_hash_[field]);
  const Kind kind = kind_[field];
  *to++ = static_cast<char>(kind);
  if (kind == Kind::integer) return put_signed_varint(to, cell.integer);
  if (kind == Kind::real) return put_fixed64(to, std::bit_cast<std::uint64_t>(cell.number));
  return put_text(to, cell.text);
}

void RowContent::append(const CleanRow& clean, std::int64_t line, const RowDefaults& defaults,
                        PackedRows& rows) const {
  PackedRow row;
  row.line = line;
  row.day = defaults.today;
  row.begin = static_cast<std::uint32_t>(rows.bytes.size());
  const auto filled = [&](std::size_t field) { return clean.fields[field].status != CleanStatus::empty; };
  std::size_t most = 0;
  for (const Cleaned& cell : clean.fields) most += value_bytes + cell.text.size();
  char* const room = scratch(most);
  char* end = room;
  for (const std::size_t field : by_name_) {
    if (filled(field)) end = put_value(field, clean.fields[field], end);
  }
  row.size = static_cast<std::uint32_t>(end - room);
  rows.bytes.append(room, row.size);

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

  end = put_key(clean, room);
  rows.key_bytes.append(room, end);
  rows.key_ends.push_back(rows.key_bytes.size());
  if (!clean.changes.empty()) row.cleaning = cleaning_of(clean, rows);
  rows.rows.push_back(row);
}

char* RowContent::put_key(const CleanRow& clean, char* to) const {
  for (const std::size_t field : key_) {
    if (clean.fields[field].status != CleanStatus::empty) to = put_value(field, clean.fields[field], to);
  }
  return to;
}

void RowContent::hash_rows(PackedRows& rows) const {
  JW_ASSERT(rows.key_ends.size() == rows.rows.size());
  if (hash_ != catalog::RecordHash::keyed) {
    for (PackedRow& row : rows.rows) {
      const auto values = values_of(rows.content(row)).value();
      row.content = plain_content(values);
      row.key = key_.empty() ? row.content : plain_key(values);
    }
    return;
  }
  std::vector<std::string_view> texts;
  std::vector<storage::EqualityHash> hashes(rows.rows.size());
  texts.reserve(rows.rows.size());
  for (const PackedRow& row : rows.rows) texts.push_back(rows.content(row));
  sealer_.equality_hashes(resource_.id, "content", texts, hashes);
  for (std::size_t at = 0; at < hashes.size(); ++at) rows.rows[at].key = rows.rows[at].content = hashes[at];
  if (key_.empty()) return;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < texts.size(); begin = rows.key_ends[at++])
    texts[at] = std::string_view(rows.key_bytes).substr(begin, rows.key_ends[at] - begin);
  sealer_.equality_hashes(resource_.id, "record_key", texts, hashes);
  for (std::size_t at = 0; at < hashes.size(); ++at) rows.rows[at].key = hashes[at];
}

std::vector<RowHash> RowContent::hash_keys(std::span<const std::vector<Value>> keys) const {
  JW_ASSERT(!key_.empty());
  std::vector<RowHash> hashed(keys.size());
  if (hash_ != catalog::RecordHash::keyed) {
    for (std::size_t at = 0; at < keys.size(); ++at) {
      std::vector<Value> values(resource_.fields.size(), Value(Null{}));
      for (std::size_t place = 0; place < key_.size(); ++place) values[key_[place]] = keys[at][place];
      hashed[at] = plain_key(values);
    }
    return hashed;
  }
  std::vector<std::string> bytes(keys.size());
  for (std::size_t at = 0; at < keys.size(); ++at) {
    for (std::size_t place = 0; place < key_.size(); ++place) {
      const Value& value = keys[at][place];
      if (std::holds_alternative<Null>(value)) continue;
      Cleaned cell;
      if (const auto* number = std::get_if<std::int64_t>(&value)) cell.integer = *number;
      if (const auto* real = std::get_if<double>(&value)) cell.number = *real;
      if (const auto* text = std::get_if<std::string>(&value)) cell.text = *text;
      char* const room = scratch(value_bytes + cell.text.size());
      bytes[at].append(room, put_value(key_[place], cell, room));
    }
  }
  const std::vector<std::string_view> texts(bytes.begin(), bytes.end());
  std::vector<storage::EqualityHash> hashes(keys.size());
  sealer_.equality_hashes(resource_.id, "record_key", texts, hashes);
  std::copy(hashes.begin(), hashes.end(), hashed.begin());
  return hashed;
}

std::uint32_t RowContent::cleaning_of(const CleanRow& clean, PackedRows& rows) const {
  // Many rows tell of the same: the text is made once.
  const std::size_t width = 1 + clean.fields.size();
  const auto tells_of_it = [&](const RuleSet* rules) {
    if (rules[0] != clean.changes) return false;
    for (std::size_t field = 0; field < clean.fields.size(); ++field) {
      if (rules[1 + field] != clean.fields[field].rules) return false;
    }
    return true;
  };
  for (std::size_t at = 0; at < rows.cleanings.size(); ++at) {
    if (tells_of_it(rows.cleaning_rules.data() + at * width)) return static_cast<std::uint32_t>(at + 1);
  }
  rows.cleaning_rules.push_back(clean.changes);
  for (const Cleaned& cell : clean.fields) rows.cleaning_rules.push_back(cell.rules);
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
  rows.cleanings.push_back(std::move(text));
  return static_cast<std::uint32_t>(rows.cleanings.size());
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

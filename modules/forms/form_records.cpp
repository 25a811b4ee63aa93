#include "modules/forms/form_records.h"

#include <algorithm>

#include "base/limits.h"

namespace jingwei::forms {

namespace {

constexpr char separator = '\x1f';

// A value as FieldCleaner writes it, to be compared with a cleaned cell.
std::string canonical(const storage::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
  return "\x1e";  // absent: no cell reads so
}

std::string canonical(const ingest::Cleaned& cleaned, const catalog::Field& field) {
  switch (field.type) {
    case catalog::FieldType::number:
      return std::to_string(cleaned.number);
    case catalog::FieldType::date:
    case catalog::FieldType::datetime:
    case catalog::FieldType::integer:
    case catalog::FieldType::boolean:
    case catalog::FieldType::region:
      return std::to_string(cleaned.integer);
    default:
      return std::string(cleaned.text);
  }
}

}  // namespace

KeyReader::KeyReader(const BookContext& context, const catalog::Resource& resource, const Clock& clock)
    : resource_(resource),
      regions_(context.regions.tree(), context.hub_region),
      cleaners_(ingest::cleaners_of(resource)),
      cleaning_(clock.now(), context.ingest.parts().zone) {
  cleaning_.regions = &regions_;
  cleaning_.synthetic_id_prefixes = context.ingest.parts().synthetic_id_prefixes;
}

Result<KeyReader::Key> KeyReader::key_of(int row, const spreadsheet::Grid& grid, const FormTable& table,
                                         Language language) {
  if (!cleaners_) return cleaners_.error();
  Key key;
  bool all = true;
  for (const auto& name : resource_.key) {
    const int field = resource_.index_of(name);
    const auto column = std::find_if(table.columns.begin(), table.columns.end(), [&](const FormColumn& one) {
      return one.kind == ColumnKind::field && one.field == field;
    });
    const std::string_view raw = column == table.columns.end() ? "" : grid.text(row, column->column);
    if (raw.empty()) {
      all = false;
      continue;
    }
    const auto cleaned = (*cleaners_)[static_cast<std::size_t>(field)].clean(raw, cleaning_);
    if (cleaned.status == ingest::CleanStatus::refused || cleaned.status == ingest::CleanStatus::empty) {
      key.refusal = resource_.fields[static_cast<std::size_t>(field)].title.in(language);
      all = false;
      continue;
    }
    key.text += canonical(cleaned, resource_.fields[static_cast<std::size_t>(field)]) + separator;
  }
  cleaning_.arena.reset();
  if (!all) key.text.clear();
  return key;
}

Result<FoundRecords> records_of(const BookContext& context, const catalog::Resource& resource,
                                const std::set<std::string>& keys) {
  // Keys are compared as they are, also where they may not be shown: what is filled in are fields that are
  // not personal.
  JW_ASSIGN(auto sight, context.sight(resource));
  for (auto& part : sight.parts) part.every_class = true;
  FoundRecords found;
  std::size_t seen = 0;
  RecordId before;
  while (found.by_key.size() < keys.size()) {
    JW_ASSIGN(auto page, context.ingest.list_records(resource.id,
                                                     {std::nullopt, before, limits::page_size_most}, sight));
    if (page.empty()) break;
    before = page.back().id;
    for (auto& record : page) {
      std::string key;
      for (const auto& name : resource.key) {
        const auto field = static_cast<std::size_t>(resource.index_of(name));
        key += canonical(record.values[field]) + separator;
      }
      if (keys.contains(key)) found.by_key.emplace(std::move(key), std::move(record));
    }
    seen += page.size();
    if (seen >= limits::form_matches) {
      found.complete = found.by_key.size() == keys.size();
      break;
    }
  }
  return found;
}

}  // namespace jingwei::forms

#include "modules/ingest/row_typing.h"

namespace jingwei::ingest {

namespace {

storage::Value value_of(catalog::FieldType type, const Cleaned& cell) {
  if (cell.status == CleanStatus::empty) return storage::Null{};
  switch (type) {
    case catalog::FieldType::date:
    case catalog::FieldType::datetime:
    case catalog::FieldType::integer:
    case catalog::FieldType::boolean:
    case catalog::FieldType::region:
      return cell.integer;
    case catalog::FieldType::number:
      return cell.number;
    default:
      return std::string(cell.text);
  }
}

// The first region field that is filled and allowed to speak, an address only when it tells a region;
// `otherwise` only when no field is filled.
RegionId region_of(const catalog::Resource& resource, const CleanRow& row, RegionId otherwise) {
  const auto filled = [&](const std::string& name) {
    return row.fields[static_cast<std::size_t>(resource.index_of(name))].status != CleanStatus::empty;
  };
  bool any = false;
  for (const auto& name : resource.region_fields) {
    if (!filled(name)) continue;
    any = true;
    const auto unless = resource.region_unless.find(name);
    if (unless != resource.region_unless.end() && filled(unless->second)) continue;
    const std::int64_t region = row.fields[static_cast<std::size_t>(resource.index_of(name))].integer;
    if (region != 0) return RegionId(region);
  }
  return any ? RegionId() : otherwise;
}

}  // namespace

Result<std::vector<FieldCleaner>> cleaners_of(const catalog::Resource& resource, const Synonyms& synonyms) {
  std::vector<FieldCleaner> cleaners;
  const auto gives_region = [&](const std::string& name) {
    return std::find(resource.region_fields.begin(), resource.region_fields.end(), name) !=
           resource.region_fields.end();
  };
  for (const auto& field : resource.fields) {
    FieldSpec spec;
    spec.name = field.name;
    spec.type = static_cast<CleanType>(field.type);
    spec.required = field.required;
    spec.columns = field.columns;
    spec.columns.push_back(field.title.zh);
    spec.columns.push_back(field.title.en);
    for (const auto& choice : field.choices) {
      ChoiceSpec words{choice.id, choice.also, {}};
      words.words.push_back(choice.title.zh);
      words.words.push_back(choice.title.en);
      for (const auto& one : synonyms) {
        if (one.field == field.name && one.choice == choice.id) words.synonyms.push_back(one.word);
      }
      spec.choices.push_back(std::move(words));
    }
    spec.min = field.min;
    spec.max = field.max;
    spec.min_length = field.min_length;
    spec.max_length = field.max_length;
    spec.pattern = field.pattern;
    spec.unit = field.unit;
    spec.gives_region = field.type == catalog::FieldType::address && gives_region(field.name);
    spec.part_of = field.part_of;
    spec.part = static_cast<AddressPart>(field.part);
    JW_ASSIGN(auto cleaner, FieldCleaner::make(std::move(spec)));
    cleaners.push_back(std::move(cleaner));
  }
  return cleaners;
}

TypedRow typed_row(const catalog::Resource& resource, const CleanRow& row, const Zone& zone,
                   const RowDefaults& defaults) {
  TypedRow typed;
  typed.day = defaults.today;
  typed.cleaned = !row.changes.empty();
  typed.values.reserve(row.fields.size());
  for (std::size_t at = 0; at < row.fields.size(); ++at) {
    const auto& field = resource.fields[at];
    const Cleaned& cell = row.fields[at];
    typed.values.push_back(value_of(field.type, cell));
    if (cell.status == CleanStatus::empty) continue;
    if (field.name == resource.day_field) {
      typed.day = field.type == catalog::FieldType::date ? from_days(static_cast<std::int32_t>(cell.integer))
                                                         : zone.day_of(from_micros(cell.integer));
    }
  }
  typed.region = region_of(resource, row, defaults.region);
  return typed;
}

}  // namespace jingwei::ingest

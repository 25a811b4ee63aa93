#include "modules/ingest/row_typing.h"

#include "modules/ingest/place_readers.h"

namespace jingwei::ingest {

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
    for (const auto& source : field.from)
      spec.from.push_back({source.paths, {source.where.begin(), source.where.end()}});
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

CleaningTools make_cleaning_tools(const IngestParts& parts, const catalog::Resource& resource) {
  CleaningTools tools;
  tools.context = std::make_unique<CleanContext>(parts.clock.now(), parts.zone);
  tools.places = std::make_shared<PlaceReaders>(parts, resource, *tools.context);
  tools.context->synthetic_id_prefixes = parts.synthetic_id_prefixes;
  tools.defaults = {parts.synthetic_today.value_or(tools.context->today),
                    RegionId(tools.places->regions().resolve(resource.region_otherwise).region_id)};
  return tools;
}

Error refusal_of(const CleanRow& clean, const catalog::Resource& resource) {
  Error error(ErrorCode::invalid, "ingest.record_refused");
  for (std::size_t at = 0; at < clean.fields.size(); ++at) {
    if (clean.fields[at].status != CleanStatus::refused) continue;
    error.causes.push_back(Error(ErrorCode::invalid, std::string(message_of(clean.fields[at].refusal)))
                               .at("/" + resource.fields[at].name));
  }
  return error;
}

}  // namespace jingwei::ingest

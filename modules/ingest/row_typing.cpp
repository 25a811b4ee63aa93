#include "modules/ingest/row_typing.h"

#include "modules/ingest/tree_region_resolver.h"

namespace jingwei::ingest {

Result<std::vector<FieldCleaner>> cleaners_of(const catalog::Resource& resource) {
  std::vector<FieldCleaner> cleaners;
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
      ChoiceSpec words{choice.id, choice.also};
      words.words.push_back(choice.title.zh);
      words.words.push_back(choice.title.en);
      spec.choices.push_back(std::move(words));
    }
    spec.min = field.min;
    spec.max = field.max;
    spec.min_length = field.min_length;
    spec.max_length = field.max_length;
    spec.pattern = field.pattern;
    JW_ASSIGN(auto cleaner, FieldCleaner::make(std::move(spec)));
    cleaners.push_back(std::move(cleaner));
  }
  return cleaners;
}

CleaningTools make_cleaning_tools(const IngestParts& parts, const catalog::Resource& resource) {
  CleaningTools tools;
  tools.context = std::make_unique<CleanContext>(parts.clock.now(), parts.zone);
  auto regions = std::make_unique<TreeRegionResolver>(parts.regions.tree(), parts.hub_region);
  tools.defaults = {parts.synthetic_today.value_or(tools.context->today),
                    RegionId(regions->resolve(resource.region_otherwise).region_id)};
  tools.regions = std::move(regions);
  tools.context->regions = tools.regions.get();
  tools.context->synthetic_id_prefixes = parts.synthetic_id_prefixes;
  return tools;
}

}  // namespace jingwei::ingest

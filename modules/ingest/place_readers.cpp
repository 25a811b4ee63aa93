#include "modules/ingest/place_readers.h"

namespace jingwei::ingest {

PlaceNeeds needs_of(const catalog::Resource& resource) {
  using catalog::FieldType;
  PlaceNeeds needs;
  for (const auto& field : resource.fields) {
    needs.addresses = needs.addresses || !field.part_of.empty();
    needs.citizen_places = needs.citizen_places || field.type == FieldType::citizen_id ||
                           field.type == FieldType::identity_document;
  }
  for (const auto& name : resource.region_fields) {
    const catalog::Field* field = resource.field(name);
    needs.addresses = needs.addresses || (field != nullptr && field->type == FieldType::address);
  }
  return needs;
}

PlaceReaders::PlaceReaders(const IngestParts& parts, const catalog::Resource& resource, CleanContext& context)
    : PlaceReaders(parts.regions.tree(), parts.hub_region, *parts.gazetteers, needs_of(resource), context) {}

PlaceReaders::PlaceReaders(const std::shared_ptr<const region::Tree>& tree, RegionId hub_region,
                           Gazetteers& gazetteers, PlaceNeeds needs, CleanContext& context)
    : regions_(tree, hub_region) {
  context.regions = &regions_;
  if (needs.addresses) context.addresses = &addresses_.emplace(gazetteers.addresses(tree), hub_region);
  if (needs.citizen_places) places_ = gazetteers.citizen_places(tree);
  context.places = places_.get();
}

}  // namespace jingwei::ingest

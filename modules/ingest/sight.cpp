// What callers may see: their grants, and of those classes what the purpose they name opens, where it does.
#include <map>

#include "modules/ingest/ingest_service.h"

namespace jingwei::ingest {

namespace {

using SightPart = access::Sight::Part;
using AreasByClass = std::map<std::string, PurposeAreas, std::less<>>;

// Adds the part with the classes that its purpose opens in all of it, and a part for each region inside it
// where the purpose opens more. Whoever sees the hub's own region whole sees records of no region too.
void add_opened(const SightPart& part, const AreasByClass& areas, const region::Tree& tree, RegionId own,
                std::vector<SightPart>& parts) {
  const region::Node held = tree.find(part.whole_area ? own : part.region);
  SightPart rows = part;
  rows.classes.clear();
  std::map<RegionId, SightPart> inside;
  for (const auto& one : part.classes) {
    const auto found = areas.find(one);
    if (found == areas.end()) continue;
    if (found->second.everywhere) rows.classes.insert(one);
    for (const RegionId region : found->second.regions) {
      const region::Node open = tree.find(region);
      // A region that has ended since opens nothing more.
      if (open == region::no_node) continue;
      if (held != region::no_node && tree.contains(open, held)) {
        rows.classes.insert(one);
      } else if (part.whole_area || (held != region::no_node && tree.contains(held, open))) {
        SightPart& narrow = inside[region];
        narrow.region = region;
        narrow.classes.insert(one);
      }
    }
  }
  parts.push_back(std::move(rows));
  for (auto& [region, narrow] : inside) parts.push_back(std::move(narrow));
}

}  // namespace

Result<access::Sight> IngestService::sight_of(const access::Caller* caller, const catalog::Resource& resource,
                                              std::string_view purpose, std::string_view permission) const {
  if (caller == nullptr) return access::Sight::masked();
  JW_ASSIGN(access::Sight sight,
            caller->sight(permission, {resource.id, resource.provider_id, resource.purposes}, purpose,
                          parts_.clock.now()));
  if (purpose.empty() || !check_purpose_) return sight;
  const std::string pursued(purpose);
  JW_TRY(check_purpose_(pursued, resource.id, std::nullopt, RegionId()));
  AreasByClass areas;
  for (const auto& part : sight.parts) {
    for (const auto& one : part.classes) {
      const auto personal = catalog::personal_named(one);
      if (personal && !areas.contains(one))
        areas.emplace(one, areas_of_purpose_(pursued, resource.id, *personal));
    }
  }
  const auto tree = parts_.regions.tree();
  const RegionId own = own_region_ ? own_region_() : parts_.hub_region;
  std::vector<SightPart> parts;
  for (const auto& part : sight.parts) add_opened(part, areas, *tree, own, parts);
  sight.parts = std::move(parts);
  return sight;
}

}  // namespace jingwei::ingest

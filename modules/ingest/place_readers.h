// What reads places while a load's rows are cleaned: regions, addresses, the places of citizen IDs.
#pragma once

#include <memory>
#include <optional>

#include "modules/ingest/address/address_resolver.h"
#include "modules/ingest/ingest_service.h"
#include "modules/ingest/tree_region_resolver.h"

namespace jingwei::ingest {

// What the values to be cleaned ask for; what is not needed is not made.
struct PlaceNeeds {
  bool addresses = false;
  bool citizen_places = false;
};
PlaceNeeds needs_of(const catalog::Resource& resource);

// Fills a context's readers and holds them; must outlive the context's use. One per load and thread. All of a
// load is read by the tree that stood at its beginning.
class PlaceReaders {
 public:
  PlaceReaders(const IngestParts& parts, const catalog::Resource& resource, CleanContext& context);
  PlaceReaders(const std::shared_ptr<const region::Tree>& tree, RegionId hub_region, Gazetteers& gazetteers,
               PlaceNeeds needs, CleanContext& context);
  PlaceReaders(const PlaceReaders&) = delete;
  PlaceReaders& operator=(const PlaceReaders&) = delete;

  TreeRegionResolver& regions() { return regions_; }

 private:
  TreeRegionResolver regions_;
  std::optional<TreeAddressResolver> addresses_;
  std::shared_ptr<const CitizenPlaces> places_;
};

}  // namespace jingwei::ingest

// Finds the region that a cell means: a code in any form, a name, or names from the top down written
// together.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "modules/ingest/cleaning/clean_value.h"
#include "modules/region/region_service.h"

namespace jingwei::ingest {

// One per load; remembers what it resolved. Names are looked for under the hub's own region first, then in
// the whole country: a name that stands there more than once is ambiguous, never guessed.
class TreeRegionResolver final : public RegionResolver {
 public:
  TreeRegionResolver(std::shared_ptr<const region::Tree> tree, RegionId hub_region);
  RegionMatch resolve(std::string_view text) override;

 private:
  RegionMatch remembered(std::string_view text);
  RegionMatch look_up(std::string_view text) const;
  RegionMatch by_name(std::string_view name) const;
  // "滨海区/望潮街道/第3网格" or the same without separators.
  RegionMatch by_names_from_the_top(std::string_view text) const;
  region::Node descend(region::Node from, std::string_view text) const;

  std::shared_ptr<const region::Tree> tree_;
  region::Node hub_;
  std::unordered_map<std::string, RegionMatch> known_;
  std::string last_;  // asked for last
  RegionMatch last_match_;
};

}  // namespace jingwei::ingest

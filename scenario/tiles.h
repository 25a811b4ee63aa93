// The tiles that packages put on the cockpit (cockpit.yaml), as a reader of some roles sees them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/messages.h"
#include "scenario/checker.h"

namespace jingwei::scenario {

// How one figure is shown. The figure itself comes with the cockpit's picture, under the id of its metric.
struct CockpitTile {
  std::string id, title, definition;
  std::string show;        // number, trend, share, mean, map, ranking
  std::string metric, of;  // `of`: what a share or a mean is taken of
  std::int64_t days = 30;  // of a trend
  bool in_hours = false;   // the metric counts hours, everything else pieces
};

struct TileGroup {
  std::string package, title, owner;
  std::vector<CockpitTile> tiles;
};

// The packages in their order with the tiles that one of `roles` may see (`everyone`: all of them); packages
// without any are left out.
std::vector<TileGroup> tiles_for(const Shelf& shelf, const std::set<std::string>& roles, bool everyone,
                                 Language language);

// TileGroups of api.yaml.
std::string tiles_json(const Shelf& shelf, const std::set<std::string>& roles, bool everyone,
                       Language language);

}  // namespace jingwei::scenario

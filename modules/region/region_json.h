// Regions as JSON, the same for the API and for `jingwei region … --json` (shapes in api.yaml).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"
#include "modules/region/region_tree.h"

namespace jingwei::region {

// Where a list goes on; empty when it is at its end.
struct Page {
  std::size_t first = 0;
  std::size_t most = limits::page_size_default;
};

// One region; `found` as Tree::resolve gave it for `code` (its node or its retired entry must be set).
std::string region_json(const Tree& tree, const Resolution& found, Language language);
// {"items":[labels root first]}
std::string path_json(const Tree& tree, Node node, Language language);
// {"items":[summaries with centre],"next_cursor"}
std::string children_json(const Tree& tree, Node node, Page page, Language language);
// {"items":[summaries],"next_cursor"} of nodes[page]
std::string summaries_json(const Tree& tree, const std::vector<Node>& nodes, Page page, Language language);
// GeoJSON FeatureCollection: the children with a boundary, or the node itself when none has one.
std::string boundaries_json(const Tree& tree, Node node);

}  // namespace jingwei::region

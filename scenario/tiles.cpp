#include "scenario/tiles.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "scenario/cross_checks.h"

namespace jingwei::scenario {

using schema::YamlNode;

namespace {

std::string title_at(const YamlNode& node, std::string_view key, Language language) {
  const YamlNode* title = node.find(key);
  return title == nullptr ? std::string() : text_of(*title, language == Language::zh ? "zh" : "en");
}

// Where a metric is declared: among the figures of cases, or with a resource.
const YamlNode* metric_named(const Shelf& shelf, const std::string& id) {
  if (const YamlNode* found = shelf.entry("metrics.yaml", "metrics", id)) return found;
  for (const auto& package : shelf.packages()) {
    for (const auto& resource : package.list("resources.yaml", "resources")) {
      if (const YamlNode* found = entry_of(resource, "metrics", id)) return found;
    }
  }
  return nullptr;
}

// A tile's own roles come before those of its file; without any everybody sees it.
bool is_for(const YamlNode& file, const YamlNode& tile, const std::set<std::string>& roles) {
  const YamlNode* named = tile.find("roles") != nullptr ? tile.find("roles") : file.find("roles");
  if (named == nullptr) return true;
  const auto all = scalars_of(named);
  return std::any_of(all.begin(), all.end(), [&](const YamlNode* role) {
    return role->scalar == "anyone" || roles.contains(role->scalar);
  });
}

CockpitTile tile_of(const Shelf& shelf, const YamlNode& node, Language language) {
  CockpitTile tile;
  tile.id = text_of(node, "id");
  tile.show = text_of(node, "show");
  tile.metric = text_of(node, "metric");
  tile.of = text_of(node, "of");
  tile.title = title_at(node, "title", language);
  const std::string days = text_of(node, "days");
  std::from_chars(days.data(), days.data() + days.size(), tile.days);
  if (const YamlNode* metric = metric_named(shelf, tile.metric)) {
    if (tile.title.empty()) tile.title = title_at(*metric, "title", language);
    tile.definition = title_at(*metric, "definition", language);
    tile.in_hours = text_of(*metric, "count") == "hours_to_close";
  }
  return tile;
}

}  // namespace

std::vector<TileGroup> tiles_for(const Shelf& shelf, const std::set<std::string>& roles, bool everyone,
                                 Language language) {
  std::vector<TileGroup> groups;
  for (const auto& package : shelf.packages()) {
    const YamlNode* file = package.root("cockpit.yaml");
    const YamlNode* about = package.root("scenario.yaml");
    if (file == nullptr) continue;
    TileGroup group{package.id, title_at(*file, "title", language), {}, {}};
    if (group.title.empty() && about != nullptr) group.title = title_at(*about, "title", language);
    if (about != nullptr) group.owner = title_at(*about, "owner", language);
    for (const auto& tile : package.list("cockpit.yaml", "tiles")) {
      if (everyone || is_for(*file, tile, roles)) group.tiles.push_back(tile_of(shelf, tile, language));
    }
    if (!group.tiles.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

std::string tiles_json(const Shelf& shelf, const std::set<std::string>& roles, bool everyone,
                       Language language) {
  JsonWriter out;
  out.begin_object();
  out.key("items");
  out.begin_array();
  for (const auto& group : tiles_for(shelf, roles, everyone, language)) {
    out.begin_object();
    out.member("package", group.package);
    out.member("title", group.title);
    out.member("owner", group.owner);
    out.key("tiles");
    out.begin_array();
    for (const auto& tile : group.tiles) {
      out.begin_object();
      out.member("id", tile.id);
      out.member("title", tile.title);
      out.member("definition", tile.definition);
      out.member("show", tile.show);
      out.member("metric", tile.metric);
      out.member("of", tile.of);
      out.member("days", tile.days);
      out.member("unit", tile.in_hours ? "hours" : "count");
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace jingwei::scenario

#include "modules/region/region_json.h"

#include "base/json.h"

namespace jingwei::region {
namespace {

void write_position(JsonWriter& out, std::optional<Position> p) {
  if (!p) {
    out.null();
    return;
  }
  out.begin_array();
  out.value(p->longitude);
  out.value(p->latitude);
  out.end_array();
}

void write_label(JsonWriter& out, const Tree& tree, Node node) {
  out.begin_object();
  out.member("code", tree.code(node));
  out.member("name", tree.name(node));
  out.member("level", static_cast<int>(tree.level(node)));
}

void write_level_name(JsonWriter& out, Level level, Language language) {
  out.member("level_name", title_of(level, language));
}

void write_day(JsonWriter& out, std::string_view name, std::int32_t day) {
  out.key(name);
  if (day == unknown_day) {
    out.null();
  } else {
    out.value(to_iso(from_days(day)));
  }
}

void write_path(JsonWriter& out, const Tree& tree, Node node) {
  std::array<Node, 64> above;  // levels rise strictly along a path, so it is far shorter
  std::size_t count = 0;
  for (Node n = node; n != no_node && count < above.size(); n = tree.parent(n)) above[count++] = n;
  out.begin_array();
  while (count > 0) {
    write_label(out, tree, above[--count]);
    out.end_object();
  }
  out.end_array();
}

void write_summary(JsonWriter& out, const Tree& tree, Node node, Language language) {
  write_label(out, tree, node);
  write_level_name(out, tree.level(node), language);
  out.member("path_text", tree.path_text(node, Tree::Self::left_out));
  out.member("child_count", tree.child_count(node));
  out.member("synthetic", tree.synthetic(node));
  out.key("center");
  write_position(out, tree.center(node));
  out.end_object();
}

void write_next_cursor(JsonWriter& out, std::size_t next, std::size_t total) {
  out.key("next_cursor");
  if (next < total) {
    out.value(std::to_string(next));
  } else {
    out.null();
  }
}

// An ended region has no place in the tree any more; it is shown as it last stood.
std::string ended_json(const Tree& tree, const Retired& ended, Language language) {
  const Node parent = tree.find(ended.parent_code);
  JsonWriter out;
  out.begin_object();
  out.member("id", std::to_string(ended.id));
  out.member("code", ended.code);
  out.member("name", ended.name);
  out.member("level", static_cast<int>(ended.level));
  write_level_name(out, static_cast<Level>(ended.level), language);
  out.key("parent");
  if (parent == no_node) {
    out.null();
  } else {
    write_label(out, tree, parent);
    out.end_object();
  }
  out.key("path");
  write_path(out, tree, parent);
  out.member("child_count", 0);
  out.member("descendant_count", 0);
  out.key("center");
  out.null();
  out.member("pinyin", "");
  write_day(out, "valid_from", ended.valid_from);
  write_day(out, "valid_to", ended.valid_to);
  out.key("successors");
  out.begin_array();
  for (const std::string& code : ended.successors) out.value(code);
  out.end_array();
  out.member("synthetic", false);
  out.end_object();
  return out.take();
}

}  // namespace

std::string region_json(const Tree& tree, const Resolution& found, Language language) {
  const Node node = found.node;
  if (node == no_node) return ended_json(tree, *found.retired, language);
  const Retired* then = found.retired;  // the dated version asked for, when it is not the present one
  JsonWriter out(768);
  out.begin_object();
  out.member("id", tree.id(node).to_string());
  if (then != nullptr) {
    out.member("code", then->code);
    out.member("name", then->name);
  } else {
    out.member("code", tree.code(node));
    out.member("name", tree.name(node));
  }
  out.member("level", static_cast<int>(tree.level(node)));
  write_level_name(out, tree.level(node), language);
  out.key("parent");
  if (const Node parent = tree.parent(node); parent == no_node) {
    out.null();
  } else {
    write_label(out, tree, parent);
    out.end_object();
  }
  out.key("path");
  write_path(out, tree, node);
  out.member("child_count", tree.child_count(node));
  out.member("descendant_count", tree.descendant_count(node));
  out.key("center");
  write_position(out, tree.center(node));
  out.member("pinyin", tree.pinyin(node));
  const auto from = tree.valid_from(node);
  write_day(out, "valid_from", then != nullptr ? then->valid_from : from ? to_days(*from) : unknown_day);
  write_day(out, "valid_to", then != nullptr ? then->valid_to : unknown_day);
  out.key("successors");
  out.begin_array();
  if (then != nullptr && then->code != tree.code(node)) out.value(tree.code(node));
  out.end_array();
  out.member("synthetic", tree.synthetic(node));
  out.end_object();
  return out.take();
}

std::string path_json(const Tree& tree, Node node, Language language) {
  JsonWriter out(768);
  out.begin_object();
  out.key("items");
  out.begin_array();
  for (const Node step : tree.path(node)) {
    write_label(out, tree, step);
    write_level_name(out, tree.level(step), language);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

std::string children_json(const Tree& tree, Node node, Page page, Language language) {
  return summaries_json(tree, tree.children(node), page, language);
}

std::string summaries_json(const Tree& tree, const std::vector<Node>& nodes, Page page, Language language) {
  const std::size_t end = std::min(nodes.size(), page.first + page.most);
  JsonWriter out(256 * (page.most + 1));
  out.begin_object();
  out.key("items");
  out.begin_array();
  for (std::size_t i = page.first; i < end; ++i) write_summary(out, tree, nodes[i], language);
  out.end_array();
  write_next_cursor(out, end, nodes.size());
  out.end_object();
  return out.take();
}

std::string boundaries_json(const Tree& tree, Node node) {
  std::vector<Node> shown = tree.children(node);
  std::erase_if(shown, [&](Node child) { return tree.boundary(child) == nullptr; });
  if (shown.empty()) shown.push_back(node);
  JsonWriter out(4096);
  out.begin_object();
  out.member("type", "FeatureCollection");
  out.key("features");
  out.begin_array();
  for (const Node each : shown) {
    const Boundary* boundary = tree.boundary(each);
    if (boundary == nullptr) continue;
    out.begin_object();
    out.member("type", "Feature");
    out.member("id", tree.code(each));
    out.key("properties");
    write_label(out, tree, each);
    out.key("center");
    write_position(out, tree.center(each));
    out.end_object();
    out.key("geometry");
    out.raw(boundary->geojson());
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace jingwei::region

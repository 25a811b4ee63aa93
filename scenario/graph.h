// A process drawn: as text, DOT (Graphviz), Mermaid, and SVG laid out here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/messages.h"
#include "schema/yaml.h"

namespace jingwei::scenario {

struct GraphState {
  std::string id, title, stage, outer;                 // outer: the state it stands in, or empty
  bool initial = false, final = false, holds = false;  // holds: other states stand in it
};

struct GraphArrow {
  std::string id, title, from, to;
  std::string by;  // roles, parted by ", "; empty when the hub takes it
};

struct Graph {
  std::string id, title;
  std::vector<GraphState> states;
  std::vector<GraphArrow> arrows;
};

// Of an entry of process.yaml that its checks found sound; `back` becomes a state of its own name.
Graph graph_of(const schema::YamlNode& process, Language language);

enum class GraphForm : std::uint8_t { text, dot, mermaid, svg };
std::optional<GraphForm> graph_form_named(std::string_view name);
std::string draw(const Graph& graph, GraphForm form);
// The SVG of draw(): states in rows by their distance from the initial one, what stands in a state inside its
// box.
std::string draw_svg(const Graph& graph);

}  // namespace jingwei::scenario

#include "scenario/graph.h"

#include <algorithm>
#include <set>

#include "scenario/cross_checks.h"

namespace jingwei::scenario {

using schema::YamlNode;

namespace {

std::string title_of(const YamlNode& node, Language language) {
  const YamlNode* title = node.find("title");
  if (title == nullptr) return text_of(node, "id");
  return text_of(*title, language == Language::zh ? "zh" : "en");
}

void add_states(Graph& graph, const YamlNode& holder, const std::string& outer, Language language) {
  const YamlNode* states = holder.find("states");
  if (states == nullptr) return;
  const std::string initial = text_of(holder, "initial");
  for (const auto& node : states->items) {
    GraphState state;
    state.id = text_of(node, "id");
    state.title = title_of(node, language);
    state.stage = text_of(node, "stage");
    state.outer = outer;
    state.initial = state.id == initial;
    state.final = text_of(node, "final") == "true";
    state.holds = node.find("states") != nullptr;
    graph.states.push_back(state);
    add_states(graph, node, state.id, language);
  }
}

std::string joined(const std::vector<const YamlNode*>& nodes) {
  std::string text;
  for (const YamlNode* node : nodes) text += (text.empty() ? "" : ", ") + node->scalar;
  return text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + '"';
}

// Mermaid takes letters, digits and underscores as names.
std::string mermaid_name(std::string id) {
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

std::string draw_text(const Graph& graph) {
  std::string out = graph.id + "  " + graph.title + "\n";
  for (const auto& state : graph.states) {
    out += std::string(state.initial && state.outer.empty() ? "▶ " : state.final ? "■ " : "● ");
    out += state.id + "  " + state.title + (state.stage.empty() ? "" : "  [" + state.stage + "]") +
           (state.outer.empty() ? "" : "  < " + state.outer) + "\n";
    for (const auto& arrow : graph.arrows) {
      if (arrow.from != state.id) continue;
      out += "    ── " + arrow.id + " (" + arrow.title + ")" + (arrow.by.empty() ? "" : " · " + arrow.by) +
             " → " + arrow.to + "\n";
    }
  }
  return out;
}

std::string draw_dot(const Graph& graph) {
  std::string out = "digraph " + quoted(graph.id) + " {\n  label=" + quoted(graph.title) +
                    ";\n  node [shape=box, style=rounded];\n";
  for (const auto& state : graph.states) {
    out += "  " + quoted(state.id) + " [label=" + quoted(state.title) +
           (state.final ? ", peripheries=2" : "") +
           (state.initial && state.outer.empty() ? ", style=\"rounded,bold\"" : "") + "];\n";
    if (!state.outer.empty())
      out += "  " + quoted(state.outer) + " -> " + quoted(state.id) + " [style=dotted, arrowhead=none];\n";
  }
  for (const auto& arrow : graph.arrows)
    out += "  " + quoted(arrow.from) + " -> " + quoted(arrow.to) + " [label=" + quoted(arrow.title) +
           (arrow.by.empty() ? ", style=dashed" : "") + "];\n";
  return out + "}\n";
}

// The state that another stands in; empty: in none, or there is no such state.
std::string outer_of(const Graph& graph, const std::string& id) {
  const auto found = std::find_if(graph.states.begin(), graph.states.end(),
                                  [&](const GraphState& state) { return state.id == id; });
  return found == graph.states.end() ? std::string() : found->outer;
}

// Mermaid takes a state to stand where it is named first: so what leads into a state or out of it stands with
// the outermost, behind all states.
class Mermaid {
 public:
  explicit Mermaid(const Graph& graph) : graph_(graph) { add("", "  "); }
  std::string take() { return std::move(out_); }

 private:
  // The states that stand in `outer`, those inside them in braces, and the transitions among them.
  void add(const std::string& outer, const std::string& indent) {
    for (const auto& state : graph_.states) {
      // A process that was not checked may have two states of one name, one inside the other.
      if (state.outer != outer || !drawn_.insert(&state).second) continue;
      const std::string name = mermaid_name(state.id);
      out_ += indent + "state " + quoted(state.title) + " as " + name + (state.holds ? " {\n" : "\n");
      if (state.holds) {
        add(state.id, indent + "  ");
        out_ += indent + "}\n";
      }
      if (state.initial) out_ += indent + "[*] --> " + name + "\n";
      if (state.final) out_ += indent + name + " --> [*]\n";
    }
    for (const auto& arrow : graph_.arrows) {
      const std::string from = outer_of(graph_, arrow.from), to = outer_of(graph_, arrow.to);
      if ((from == to ? from : std::string()) == outer)
        out_ +=
            indent + mermaid_name(arrow.from) + " --> " + mermaid_name(arrow.to) + ": " + arrow.title + "\n";
    }
  }

  const Graph& graph_;
  std::set<const GraphState*> drawn_;
  std::string out_ = "stateDiagram-v2\n";
};

}  // namespace

Graph graph_of(const YamlNode& process, Language language) {
  Graph graph;
  graph.id = text_of(process, "id");
  graph.title = title_of(process, language);
  add_states(graph, process, "", language);
  const YamlNode* transitions = process.find("transitions");
  if (transitions == nullptr) return graph;
  for (const auto& node : transitions->items) {
    for (const YamlNode* from : scalars_of(node.find("from"))) {
      graph.arrows.push_back({text_of(node, "id"), title_of(node, language), from->scalar,
                              text_of(node, "to"), joined(scalars_of(node.find("by")))});
    }
  }
  return graph;
}

std::optional<GraphForm> graph_form_named(std::string_view name) {
  if (name == "text") return GraphForm::text;
  if (name == "dot") return GraphForm::dot;
  if (name == "mermaid") return GraphForm::mermaid;
  if (name == "svg") return GraphForm::svg;
  return std::nullopt;
}

std::string draw(const Graph& graph, GraphForm form) {
  switch (form) {
    case GraphForm::text:
      return draw_text(graph);
    case GraphForm::dot:
      return draw_dot(graph);
    case GraphForm::mermaid:
      return Mermaid(graph).take();
    case GraphForm::svg:
      return draw_svg(graph);
  }
  return {};
}

}  // namespace jingwei::scenario

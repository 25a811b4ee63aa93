#include "scenario/graph_layout.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "scenario/graph_level.h"

namespace jingwei::scenario::drawing {

namespace {

constexpr double box_height = 40, least_width = 96, margin = 28, bend_width = 5;  // to either side
constexpr double head = 30, padding = 20, label_height = 18, history_size = 26;
constexpr std::size_t edges_most = 500;

// The part of an edge on one level. Boxes at its ends are the edge's own, or those inside which it goes on.
struct Strand {
  int holder = none;
  std::size_t edge = 0;
  std::vector<int> nodes = {};
};

class Layout {
 public:
  explicit Layout(const Graph& graph) : graph_(graph) {
    levels_[none];
    note_boxes();
    note_edges();
    row_.resize(boxes_.size(), none);
    node_.resize(boxes_.size(), none);
    beside_.resize(boxes_.size(), 0);
    for (auto& [holder, level] : levels_) make_rows(holder, level);
    for (std::size_t edge = 0; edge < edges_.size(); ++edge) thread(edge);
    // What stands in a box has the higher number: it is laid out before the level of that box.
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) lay_out_level(level->second);
    place(levels_.at(none), {margin, margin});
    set_stops();
  }

  Picture picture() {
    const Level& all = levels_.at(none);
    return {std::move(boxes_), std::move(edges_), all.width + 2 * margin, all.height + 2 * margin};
  }

 private:
  int add(Box box) {
    levels_[box.outer].boxes.push_back(static_cast<int>(boxes_.size()));
    boxes_.push_back(std::move(box));
    return static_cast<int>(boxes_.size()) - 1;
  }
  Box& box(int at) { return boxes_[static_cast<std::size_t>(at)]; }
  const Box& box(int at) const { return boxes_[static_cast<std::size_t>(at)]; }
  int& row_of(int at) { return row_[static_cast<std::size_t>(at)]; }
  int node_of(int at) const { return node_[static_cast<std::size_t>(at)]; }

  void note_boxes() {
    for (const auto& state : graph_.states) {
      if (index_.contains(state.id)) continue;
      const auto outer = state.outer.empty() ? index_.end() : index_.find(state.outer);
      Box made{state.title, outer == index_.end() ? none : outer->second, state.initial, state.final,
               state.holds};
      index_[state.id] = add(std::move(made));
      if (state.holds) levels_[index_[state.id]];
    }
  }

  void note_edges() {
    std::map<std::pair<int, int>, std::size_t> known;
    std::map<int, int> histories;
    for (const auto& arrow : graph_.arrows) {
      const auto from = index_.find(arrow.from), to = index_.find(arrow.to);
      if (from == index_.end() || edges_.size() == edges_most) continue;
      int target = to == index_.end() ? none : to->second;
      if (target == none) {
        const auto [history, fresh] = histories.try_emplace(from->second, none);
        if (fresh) history->second = add({"H", box(from->second).outer, false, false, false, true});
        target = history->second;
      }
      const auto [at, fresh] = known.try_emplace({from->second, target}, edges_.size());
      if (fresh) edges_.push_back({from->second, target});
      Edge& edge = edges_[at->second];
      edge.label += (edge.label.empty() ? "" : " · ") + arrow.title;
      edge.by_hub = edge.by_hub && arrow.by.empty();
    }
  }

  // The box of that level in which another stands, or which it is; none: it does not stand there.
  int lifted(int at, int holder) const {
    while (at != none && box(at).outer != holder) at = box(at).outer;
    return at;
  }

  void make_rows(int holder, Level& level) {
    std::map<int, std::vector<int>> next;
    for (const auto& edge : edges_) {
      const int from = lifted(edge.from, holder), to = lifted(edge.to, holder);
      if (from != none && to != none && from != to) next[from].push_back(to);
    }
    std::vector<int> order;
    int rows = 0;
    const auto reach = [&](int at, int row) {
      if (row_of(at) != none) return;
      row_of(at) = row;
      order.push_back(at);
      rows = std::max(rows, row + 1);
    };
    for (const int at : level.boxes) {
      if (box(at).initial) reach(at, 0);
    }
    std::size_t done = 0;
    const auto go_on = [&] {
      for (; done < order.size(); ++done) {
        const int from = order[done];
        for (const int to : next[from]) reach(to, row_of(from) + 1);
      }
    };
    go_on();
    for (const int at : level.boxes) {
      reach(at, 0);  // only entered from outside
      go_on();
    }
    level.set_rows(rows);
    for (const int at : order)
      node_[static_cast<std::size_t>(at)] = level.put({.box = at, .rank = 2 * row_of(at) + 1});
  }

  static int border(Level& level, bool at_top) {
    return level.put({.border = true, .rank = at_top ? 0 : level.last_rank()});
  }

  void join(std::size_t edge, int holder, int first, int last, bool with_label) {
    Level& level = levels_.at(holder);
    auto nodes = level.join(first, last);
    const auto between =
        std::find_if(nodes.begin(), nodes.end(), [&](int node) { return level.node(node).rank % 2 == 0; });
    if (with_label && between != nodes.end()) level.node(*between).edge = static_cast<int>(edge);
    strands_.push_back({holder, edge, std::move(nodes)});
  }

  // Cuts an edge into its strands: out of what its source stands in, across, and into what its target stands
  // in.
  void thread(std::size_t edge) {
    const int from = edges_[edge].from, to = edges_[edge].to;
    if (from == to) {
      double& beside = beside_[static_cast<std::size_t>(from)];
      beside = std::max(beside, loop_reach + width_of(edges_[edge].label, label_size));
      return;
    }
    int holder = box(from).outer;
    while (lifted(to, holder) == none) holder = box(holder).outer;
    const int a = lifted(from, holder), b = lifted(to, holder);
    const auto leave = [&](int until, bool at_top, bool with_label) {
      for (int at = from; at != until; at = box(at).outer) {
        const bool last = box(at).outer == until;
        join(edge, box(at).outer, node_of(at), border(levels_.at(box(at).outer), at_top), with_label && last);
      }
    };
    const auto enter = [&](int since, bool at_top, bool with_label) {
      std::vector<int> inwards;
      for (int at = to; at != since; at = box(at).outer) inwards.insert(inwards.begin(), at);
      for (const int at : inwards) {
        const bool first = at == inwards.front();
        join(edge, box(at).outer, border(levels_.at(box(at).outer), at_top), node_of(at),
             with_label && first);
      }
    };
    if (a == b) {  // one holds the other
      if (a == from) return enter(from, true, true);
      return leave(to, false, true);
    }
    leave(a, row_of(b) < row_of(a), false);
    join(edge, holder, node_of(a), node_of(b), true);
    enter(b, row_of(b) > row_of(a), false);
  }

  void lay_out_level(Level& level) {
    for (auto& node : level.nodes) {
      if (node.box != none) {
        Box& own = box(node.box);
        own.width = own.history ? history_size : std::max(least_width, width_of(own.title, title_size) + 28);
        own.height = own.history ? history_size : box_height;
        if (own.holds) {
          const Level& inside = levels_.at(node.box);
          own.width = std::max(own.width, inside.width + 2 * padding);
          own.height = head + inside.height + padding;
        }
        node.left = own.width / 2;
        node.right = own.width / 2 + beside_[static_cast<std::size_t>(node.box)];
        node.height = own.height;
        continue;
      }
      node.left = node.right = bend_width;
      if (node.edge == none) continue;
      const std::string& label = edges_[static_cast<std::size_t>(node.edge)].label;
      node.left = node.right = std::max(bend_width, width_of(label, label_size) / 2 + 2);
      node.height = label_height;
    }
    level.lay_out();
  }

  void place(Level& level, Point at) {
    level.at = at;
    for (const auto& node : level.nodes) {
      if (node.edge != none)
        edges_[static_cast<std::size_t>(node.edge)].label_at = {at.x + node.x,
                                                                at.y + node.top + node.height / 2 + 4};
      if (node.box == none) continue;
      Box& own = box(node.box);
      own.at = {at.x + node.x - own.width / 2, at.y + node.top};
      if (!own.holds) continue;
      Level& inside = levels_.at(node.box);
      place(inside, {own.at.x + (own.width - inside.width) / 2, own.at.y + head});
    }
  }

  // Where edges meet their boxes: spread over the side, in the order of where they come from.
  std::map<std::pair<std::size_t, bool>, Point> ends() const {
    struct End {
      double towards = 0;
      std::size_t strand = 0;
      bool last = false;
    };
    std::map<std::pair<int, bool>, std::vector<End>> sides;  // by box; true: its lower side
    for (std::size_t at = 0; at < strands_.size(); ++at) {
      const auto& nodes = strands_[at].nodes;
      const Level& level = levels_.at(strands_[at].holder);
      for (const bool last : {false, true}) {
        const Node& end = level.node(last ? nodes.back() : nodes.front());
        const Node& beside = level.node(last ? nodes[nodes.size() - 2] : nodes[1]);
        sides[{end.box, beside.rank > end.rank}].push_back({level.at.x + beside.x, at, last});
      }
    }
    std::map<std::pair<std::size_t, bool>, Point> found;
    for (auto& [side, there] : sides) {
      if (side.first == none) continue;
      std::stable_sort(there.begin(), there.end(),
                       [](const End& a, const End& b) { return a.towards < b.towards; });
      const Box& own = box(side.first);
      for (std::size_t i = 0; i < there.size(); ++i) {
        const double part = static_cast<double>(i + 1) / static_cast<double>(there.size() + 1);
        found[{there[i].strand, there[i].last}] = {own.at.x + own.width * part,
                                                   own.at.y + (side.second ? own.height : 0)};
      }
    }
    return found;
  }

  // From where an edge meets a box on, upright, until nothing in the box's rank is in its way.
  Point clear_of(int at, Point end) const {
    const Level& level = levels_.at(box(at).outer);
    const Node& node = level.node(node_of(at));
    return {end.x, level.at.y + (end.y > box(at).at.y ? node.rank_bottom : node.rank_top)};
  }

  // Where a strand goes through the border of what it stands in, unless the edge begins or ends there.
  Stop stop_at_border(const Strand& strand, const Node& node, Point upper, Point lower, bool first) const {
    const Box& around = box(strand.holder);
    const bool at_top = node.rank == 0;
    Point outside{upper.x, around.at.y + (at_top ? 0 : around.height)};
    const Edge& edge = edges_[strand.edge];
    if (strand.holder != (first ? edge.from : edge.to)) outside = clear_of(strand.holder, outside);
    const Point inside = at_top ? lower : upper;
    return first ? Stop{outside, inside} : Stop{inside, outside};
  }

  void set_stops() {
    const auto found = ends();
    for (std::size_t at = 0; at < strands_.size(); ++at) {
      const Strand& strand = strands_[at];
      Edge& edge = edges_[strand.edge];
      const Level& level = levels_.at(strand.holder);
      for (std::size_t i = 0; i < strand.nodes.size(); ++i) {
        const Node& node = level.node(strand.nodes[i]);
        const bool first = i == 0, last = i + 1 == strand.nodes.size();
        const double x = level.at.x + node.x, top = level.at.y + node.top;
        const Point upper{x, top}, lower{x, top + node.height}, middle{x, top + node.height / 2};
        if (node.border) {
          edge.stops.push_back(stop_at_border(strand, node, upper, lower, first));
        } else if (node.box != none) {
          // Elsewhere it is a box inside which the edge goes on, and meets it at its border.
          if (node.box != (last ? edge.to : edge.from)) continue;
          const Point end = found.at({at, last}), clear = clear_of(node.box, end);
          edge.stops.push_back(first ? Stop{end, clear} : Stop{clear, end});
        } else {
          const bool down = level.node(strand.nodes[i - 1]).rank < node.rank;
          const bool goes_on = down == (node.rank < level.node(strand.nodes[i + 1]).rank);
          const Stop straight = down ? Stop{upper, lower} : Stop{lower, upper};
          edge.stops.push_back(goes_on ? straight : Stop{middle, middle, true});
        }
      }
    }
    for (auto& edge : edges_) {
      const Box& own = box(edge.from);
      if (edge.from == edge.to) edge.label_at = {own.at.x + own.width + loop_reach - 4, own.at.y + 24};
    }
  }

  const Graph& graph_;
  std::vector<Box> boxes_;
  std::vector<int> row_, node_;  // of each box in its level
  std::vector<double> beside_;   // of each box: room for the way from it to itself
  std::map<std::string, int> index_;
  std::vector<Edge> edges_;
  std::vector<Strand> strands_;  // those of an edge from its source on
  std::map<int, Level> levels_;  // by the box that holds them
};

}  // namespace

double width_of(std::string_view text, double size) {
  double width = 0;
  for (const char32_t point : text::code_points(text)) width += point < 0x2e80 ? size * 0.6 : size;
  return width;
}

Picture lay_out(const Graph& graph) {
  return Layout(graph).picture();
}

}  // namespace jingwei::scenario::drawing

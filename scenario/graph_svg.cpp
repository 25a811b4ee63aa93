// A layered drawing after Sugiyama, Tagawa, Toda (1981) in its simplest form: rows by distance, places in a
// row by the mean place of those above.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "scenario/graph.h"

namespace jingwei::scenario {

namespace {

constexpr int row_height = 112, box_height = 40, gap = 46, letter = 15, least_width = 96, margin = 28;

struct Box {
  int row = 0, x = 0, width = 0;
  double wish = 0;  // where those above would have it
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

int width_of(std::string_view text) {
  int width = 0;
  for (const char32_t point : text::code_points(text)) width += point < 0x2e80 ? letter * 6 / 10 : letter;
  return width;
}

class Layout {
 public:
  explicit Layout(const Graph& graph) : graph_(graph) {
    rows();
    places();
  }

  std::string draw() const {
    const int width = width_ + margin * 2 + 140, height = (last_row_ + 1) * row_height + margin;
    std::string out =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + std::to_string(width) + " " +
        std::to_string(height) + "\" width=\"" + std::to_string(width) + "\" height=\"" +
        std::to_string(height) + "\" font-family=\"sans-serif\" role=\"img\"><title>" +
        escaped(graph_.title) +
        "</title><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
        "markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" "
        "fill=\"#5b6b7f\"/></marker></defs>";
    std::map<std::pair<std::string, std::string>, std::vector<const GraphArrow*>> by_ends;
    for (const auto& arrow : graph_.arrows) by_ends[{arrow.from, arrow.to}].push_back(&arrow);
    int side = 0;
    for (const auto& [ends, arrows] : by_ends) out += arrow_path(ends.first, ends.second, arrows, side);
    for (const auto& state : graph_.states) out += box(state);
    return out + "</svg>";
  }

 private:
  // A state's row is its distance from the initial one over arrows; inner states stand below the one that
  // holds them.
  void rows() {
    std::vector<std::string> open;
    for (const auto& state : graph_.states) {
      if (state.initial && state.outer.empty()) {
        boxes_[state.id].row = 0;
        open.push_back(state.id);
      }
    }
    for (std::size_t at = 0; at < open.size(); ++at) {
      const auto reach = [&](const std::string& to) {
        if (boxes_.contains(to) || !is_state(to)) return;
        boxes_[to].row = boxes_[open[at]].row + 1;
        open.push_back(to);
      };
      for (const auto& arrow : graph_.arrows) {
        if (arrow.from == open[at]) reach(arrow.to);
      }
      for (const auto& state : graph_.states) {
        if (state.outer == open[at]) reach(state.id);
      }
    }
    for (const auto& state : graph_.states)
      boxes_[state.id].width = std::max(least_width, width_of(state.title) + 28);
    for (const auto& [id, box] : boxes_) last_row_ = std::max(last_row_, box.row);
  }

  bool is_state(const std::string& id) const {
    return std::any_of(graph_.states.begin(), graph_.states.end(),
                       [&](const GraphState& one) { return one.id == id; });
  }

  void places() {
    for (int row = 0; row <= last_row_; ++row) {
      std::vector<Box*> here;
      for (auto& [id, box] : boxes_) {
        if (box.row != row) continue;
        double sum = 0;
        int count = 0;
        for (const auto& arrow : graph_.arrows) {
          const auto above = boxes_.find(arrow.from);
          if (arrow.to != id || above == boxes_.end() || above->second.row >= row) continue;
          sum += above->second.x + above->second.width / 2.0;
          ++count;
        }
        box.wish = count == 0 ? 0 : sum / count;
        here.push_back(&box);
      }
      std::stable_sort(here.begin(), here.end(),
                       [](const Box* a, const Box* b) { return a->wish < b->wish; });
      int x = margin;
      for (Box* box : here) {
        box->x = x;
        x += box->width + gap;
      }
      width_ = std::max(width_, x - gap);
    }
    // Rows that are narrower than the widest one stand in its middle.
    for (int row = 0; row <= last_row_; ++row) {
      int end = 0;
      for (const auto& [id, box] : boxes_) {
        if (box.row == row) end = std::max(end, box.x + box.width);
      }
      for (auto& [id, box] : boxes_) {
        if (box.row == row) box.x += (width_ - end) / 2;
      }
    }
  }

  int top_of(const Box& box) const { return margin + box.row * row_height; }

  std::string box(const GraphState& state) const {
    const Box& at = boxes_.at(state.id);
    const std::string fill = state.final                            ? "#e3f4e8"
                             : state.initial && state.outer.empty() ? "#e3effc"
                             : state.holds                          ? "#fff7e0"
                                                                    : "#ffffff";
    const std::string x = std::to_string(at.x), y = std::to_string(top_of(at));
    return "<rect x=\"" + x + "\" y=\"" + y + "\" width=\"" + std::to_string(at.width) + "\" height=\"" +
           std::to_string(box_height) + "\" rx=\"8\" fill=\"" + fill +
           "\" stroke=\"#34495e\" stroke-width=\"" + (state.final ? "2.5" : "1.2") + "\"/><text x=\"" +
           std::to_string(at.x + at.width / 2) + "\" y=\"" + std::to_string(top_of(at) + 25) +
           "\" text-anchor=\"middle\" font-size=\"15\" fill=\"#1f2d3d\">" + escaped(state.title) + "</text>";
  }

  std::string arrow_path(const std::string& from, const std::string& to,
                         const std::vector<const GraphArrow*>& arrows, int& side) const {
    const auto a = boxes_.find(from);
    if (a == boxes_.end()) return {};
    const auto b = boxes_.find(to);
    std::string label;
    for (const GraphArrow* arrow : arrows) label += (label.empty() ? "" : " · ") + arrow->title;
    const int ax = a->second.x + a->second.width / 2, ay = top_of(a->second) + box_height;
    std::string path;
    int tx = 0, ty = 0;
    if (b != boxes_.end() && b->second.row > a->second.row) {
      const int bx = b->second.x + b->second.width / 2, by = top_of(b->second);
      const int bend = (by - ay) / 2;
      path =
          "M" + point(ax, ay) + "C" + point(ax, ay + bend) + " " + point(bx, by - bend) + " " + point(bx, by);
      tx = (ax + bx) / 2;
      ty = ay + bend + 4;
    } else {
      // A way back, or to where the case came from: out at the right and in again.
      const int out = width_ + margin + 16 + (side++ % 6) * 18;
      const int rx = a->second.x + a->second.width, ry = top_of(a->second) + box_height / 2;
      const bool known = b != boxes_.end();
      const int bx = known ? b->second.x + b->second.width : rx + 60,
                by = known ? top_of(b->second) + box_height / 2 + 8 : ry;
      path =
          "M" + point(rx, ry) +
          (known ? "C" + point(out, ry) + " " + point(out, by) + " " + point(bx, by) : "L" + point(bx, by));
      tx = known ? (rx + bx) / 4 + out / 2 : rx + 34;
      ty = known ? (ry + by) / 2 : ry - 6;
    }
    const bool by_hub =
        std::all_of(arrows.begin(), arrows.end(), [](const GraphArrow* one) { return one->by.empty(); });
    return "<path d=\"" + path + "\" fill=\"none\" stroke=\"#5b6b7f\" stroke-width=\"1.3\"" +
           (by_hub ? " stroke-dasharray=\"5 4\"" : "") + " marker-end=\"url(#tip)\"/><text x=\"" +
           std::to_string(tx) + "\" y=\"" + std::to_string(ty) +
           "\" text-anchor=\"middle\" font-size=\"12\" fill=\"#40566d\" stroke=\"#ffffff\" "
           "stroke-width=\"3\" paint-order=\"stroke\">" +
           escaped(label) + "</text>";
  }

  static std::string point(int x, int y) { return std::to_string(x) + " " + std::to_string(y); }

  const Graph& graph_;
  std::map<std::string, Box> boxes_;
  int last_row_ = 0, width_ = 0;
};

}  // namespace

std::string draw_svg(const Graph& graph) {
  return Layout(graph).draw();
}

}  // namespace jingwei::scenario

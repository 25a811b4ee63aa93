#include <cmath>

#include "scenario/graph_layout.h"

namespace jingwei::scenario {

namespace {

using drawing::Box;
using drawing::Edge;
using drawing::Point;

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

std::string whole(double value) {
  return std::to_string(std::lround(value));
}

std::string point_text(double x, double y) {
  return whole(x) + " " + whole(y);
}

std::string text_at(const std::string& words, double x, double y, const char* anchor, const char* manner) {
  return "<text x=\"" + whole(x) + "\" y=\"" + whole(y) + "\" text-anchor=\"" + anchor + "\" " + manner +
         ">" + escaped(words) + "</text>";
}

std::string rectangle(const Box& box, const char* fill) {
  return "<rect x=\"" + whole(box.at.x) + "\" y=\"" + whole(box.at.y) + "\" width=\"" + whole(box.width) +
         "\" height=\"" + whole(box.height) + "\" rx=\"8\" fill=\"" + fill +
         "\" stroke=\"#34495e\" stroke-width=\"" + (box.final ? "2.5" : "1.2") + "\"/>";
}

std::string drawn(const Box& box) {
  constexpr const char* manner = "font-size=\"15\" fill=\"#1f2d3d\"";
  const double middle = box.at.x + box.width / 2;
  if (box.history) {
    return "<circle cx=\"" + whole(middle) + "\" cy=\"" + whole(box.at.y + box.height / 2) + "\" r=\"" +
           whole(box.height / 2) + "\" fill=\"#ffffff\" stroke=\"#34495e\" stroke-width=\"1.2\"/>" +
           text_at(box.title, middle, box.at.y + box.height / 2 + 5, "middle", manner);
  }
  if (box.holds)
    return rectangle(box, "#fffaec") + text_at(box.title, box.at.x + 12, box.at.y + 20, "start", manner);
  const bool begins = box.initial && box.outer == drawing::none;
  return rectangle(box, box.final ? "#e3f4e8"
                        : begins  ? "#e3effc"
                                  : "#ffffff") +
         text_at(box.title, middle, box.at.y + 25, "middle", manner);
}

// Through the stops, upright at each and at either end.
std::string path_of(const Edge& edge) {
  std::string path = "M" + point_text(edge.stops.front().in.x, edge.stops.front().in.y);
  for (std::size_t i = 0; i < edge.stops.size(); ++i) {
    const auto& stop = edge.stops[i];
    if (i > 0) {
      const Point from = edge.stops[i - 1].out, to = stop.in;
      const double first = stop.turns ? to.y : edge.stops[i - 1].turns ? from.y : (from.y + to.y) / 2;
      const double from_x = edge.stops[i - 1].turns ? to.x : from.x, to_x = stop.turns ? from.x : to.x;
      path += "C" + point_text(from_x, first) + " " + point_text(to_x, first) + " " + point_text(to.x, to.y);
    }
    if (stop.in.y != stop.out.y) path += "L" + point_text(stop.out.x, stop.out.y);
  }
  return path;
}

std::string loop_of(const Box& box) {
  const double right = box.at.x + box.width, y = box.at.y, out = right + drawing::loop_reach;
  return "M" + point_text(right, y + 12) + "C" + point_text(out, y) + " " + point_text(out, y + 40) + " " +
         point_text(right, y + 28);
}

}  // namespace

std::string draw_svg(const Graph& graph) {
  const drawing::Picture picture = drawing::lay_out(graph);
  const std::string width = whole(picture.width), height = whole(picture.height);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height +
                    "\" width=\"" + width + "\" height=\"" + height +
                    "\" font-family=\"sans-serif\" role=\"img\"><title>" + escaped(graph.title) +
                    "</title><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
                    "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 "
                    "8z\" fill=\"#5b6b7f\"/></marker></defs>";
  for (const auto& box : picture.boxes) out += drawn(box);
  std::string labels;  // over everything
  for (const auto& edge : picture.edges) {
    const bool loop = edge.from == edge.to;
    const std::string path =
        loop ? loop_of(picture.boxes[static_cast<std::size_t>(edge.from)]) : path_of(edge);
    out += "<path d=\"" + path + "\" fill=\"none\" stroke=\"#5b6b7f\" stroke-width=\"1.3\"" +
           (edge.by_hub ? " stroke-dasharray=\"5 4\"" : "") + " marker-end=\"url(#tip)\"/>";
    labels += text_at(edge.label, edge.label_at.x, edge.label_at.y, loop ? "start" : "middle",
                      "font-size=\"12\" fill=\"#40566d\" stroke=\"#ffffff\" stroke-width=\"4\" "
                      "paint-order=\"stroke\"");
  }
  return out + labels + "</svg>";
}

}  // namespace jingwei::scenario

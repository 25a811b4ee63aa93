// Where the states and transitions of a process stand when it is drawn. A layered drawing after Sugiyama,
// Tagawa, Toda (1981): states in rows by their distance from the initial one; bends where an arrow passes a
// row, so that it goes between the states; places in a row by the mean place of what they are joined to. A
// state that holds others is laid out by itself and stands as one box among the rest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/graph.h"

namespace jingwei::scenario::drawing {

inline constexpr int none = -1;
inline constexpr double title_size = 15, label_size = 12;  // of letters
inline constexpr double loop_reach = 30;                   // how far a way from a state to itself stands out

struct Point {
  double x = 0, y = 0;
};

// A state, or the history that `back` leads to.
struct Box {
  std::string title;
  int outer = none;  // the box it stands in
  bool initial = false, final = false, holds = false, history = false;
  Point at = {};  // its upper left corner
  double width = 0, height = 0;
};

// Where an edge comes by: it enters and leaves upright, or turns back on the level of the point.
struct Stop {
  Point in, out;
  bool turns = false;
};

// All transitions from one state to another; from a state to itself it stands at the right, without stops.
struct Edge {
  int from = none, to = none;  // boxes
  std::string label = {};
  bool by_hub = true;  // nobody takes them
  Point label_at = {};
  std::vector<Stop> stops = {};
};

struct Picture {
  std::vector<Box> boxes;  // those that hold others before what they hold
  std::vector<Edge> edges;
  double width = 0, height = 0;
};

// At most 500 edges; a picture of more says nothing.
Picture lay_out(const Graph& graph);

// About how wide a line of letters of that size is.
double width_of(std::string_view text, double size);

}  // namespace jingwei::scenario::drawing

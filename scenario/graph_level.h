// One layer of a drawing: rows of boxes that stand in one box, and what runs between them. Inner header of
// graph_layout.cpp.
#pragma once

#include <vector>

#include "scenario/graph_layout.h"

namespace jingwei::scenario::drawing {

// What stands in a rank of a level: a box, a bend of an edge, or where an edge goes through the level's
// border.
struct Node {
  int box = none, edge = none;  // edge: whose label stands here
  bool border = false;
  int rank = 0;
  double left = 0, right = 0, height = 0;  // to either side of x
  double x = 0, top = 0;
  double rank_top = 0, rank_bottom = 0;     // of all that stands in its rank
  std::vector<int> above = {}, below = {};  // what it is joined to
};

// What stands in one box; the whole drawing stands in none. Rows of boxes are the odd ranks; labels and bends
// stand between, borders in the first and the last.
class Level {
 public:
  std::vector<int> boxes;
  std::vector<Node> nodes;
  Point at;  // its upper left corner
  double width = 0, height = 0;

  void set_rows(int rows) { ranks_.resize(static_cast<std::size_t>(2 * rows + 1)); }
  int last_rank() const { return static_cast<int>(ranks_.size()) - 1; }
  // Puts a node behind those of its rank; gives its number.
  int put(Node node);
  // A way from one node to another by bends in the ranks between, or, of two of one rank, by one in the rank
  // below.
  std::vector<int> join(int first, int last);
  // Orders each rank and gives every node its place, once all have their sizes; sets `width` and `height`.
  void lay_out();

  Node& node(int number) { return nodes[static_cast<std::size_t>(number)]; }
  const Node& node(int number) const { return nodes[static_cast<std::size_t>(number)]; }

 private:
  template <typename Value>
  double mean_of(int number, bool above, Value value) const;
  void put_in_order();
  void set_places();

  std::vector<std::vector<int>> ranks_;
};

}  // namespace jingwei::scenario::drawing

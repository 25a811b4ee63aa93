// The mesh below the map: hexagons ("atoms") on an integer lattice, some of them land.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/geometry.h"

namespace jingwei::sim {

// Pointy-top hexagons in rows, odd rows shifted. Centres lie at lattice points (2c + odd row, 3r), corners
// between them, so that each corner has one integer name and is shared by exactly three hexagons.
class Mesh {
 public:
  // About `atoms_wanted` of the hexagons are land; the land is one piece without lakes.
  Mesh(int atoms_wanted, std::uint64_t seed);

  int columns() const { return columns_; }
  int size() const { return columns_ * rows_; }
  bool is_land(int atom) const { return land_[static_cast<std::size_t>(atom)]; }
  // The neighbour over edge 0–5 (anticlockwise from the upper left), −1 outside the mesh.
  int neighbour(int atom, int edge) const;
  // Name of the corner at which edge `edge` begins, going anticlockwise.
  std::int64_t corner(int atom, int edge) const;
  // Where a corner lies, shaken out of the lattice.
  Point corner_point(std::int64_t corner) const;
  // Centre in the unit square, y upwards.
  double x_of(int atom) const;
  double y_of(int atom) const;
  // How densely people live at an atom, about 1 to 12.
  double density(int atom) const;
  // How hard the ground is to cross, about 0.5 to 1.7, in patches: borders follow it as real ones follow
  // hills and streams.
  double roughness(int atom) const;

 private:
  bool rises(double x, double y) const;
  void keep_one_piece();

  std::uint64_t seed_;
  int columns_ = 0;
  int rows_ = 0;
  std::int32_t step_lon_ = 0;  // half the width of a hexagon
  std::int32_t step_lat_ = 0;  // a quarter of its height
  std::vector<bool> land_;
};

}  // namespace jingwei::sim

#include "sim/mesh.h"

#include <cmath>

#include "sim/streams.h"

namespace jingwei::sim {

namespace {

constexpr double west_e6 = 116'200'000;
constexpr double south_e6 = 19'250'000;
constexpr double span_lon_e6 = 620'000;
constexpr double span_lat_e6 = 500'000;
constexpr double lon_per_lat = 0.9426;  // cosine of 19.5 degrees
constexpr double land_share = 0.52;     // of the frame; only the mesh width depends on it
constexpr std::int64_t row_names = 1 << 20;

double hashed_unit(std::uint64_t seed, std::int64_t x, std::int64_t y, std::uint64_t octave) {
  const std::uint64_t place =
      (static_cast<std::uint64_t>(x + 4096) << 32) | static_cast<std::uint64_t>(y + 4096);
  return static_cast<double>(key_of(seed, Draw::land, place, octave) >> 11) * 0x1.0p-53;
}

// Value noise in [0, 1): random heights on a lattice of `cells` per unit, blended smoothly.
double noise(std::uint64_t seed, double x, double y, double cells, std::uint64_t octave) {
  const double gx = x * cells;
  const double gy = y * cells;
  const double fx = std::floor(gx);
  const double fy = std::floor(gy);
  const double tx = gx - fx;
  const double ty = gy - fy;
  const double sx = tx * tx * (3 - 2 * tx);
  const double sy = ty * ty * (3 - 2 * ty);
  const auto ix = static_cast<std::int64_t>(fx);
  const auto iy = static_cast<std::int64_t>(fy);
  const double low =
      hashed_unit(seed, ix, iy, octave) * (1 - sx) + hashed_unit(seed, ix + 1, iy, octave) * sx;
  const double high =
      hashed_unit(seed, ix, iy + 1, octave) * (1 - sx) + hashed_unit(seed, ix + 1, iy + 1, octave) * sx;
  return low * (1 - sy) + high * sy;
}

double square(double v) {
  return v * v;
}

}  // namespace

Mesh::Mesh(int atoms_wanted, std::uint64_t seed) : seed_(seed) {
  const double area = span_lon_e6 * lon_per_lat * span_lat_e6 * land_share / atoms_wanted;
  const double side = std::sqrt(area / 2.598);  // a hexagon of side s covers 2.598 s²
  step_lon_ = static_cast<std::int32_t>(side * 0.866 / lon_per_lat);
  step_lat_ = static_cast<std::int32_t>(side * 0.5);
  columns_ = static_cast<int>(span_lon_e6 / (2.0 * step_lon_)) + 1;
  rows_ = static_cast<int>(span_lat_e6 / (3.0 * step_lat_)) + 1;
  land_.assign(static_cast<std::size_t>(size()), false);
  for (int atom = 0; atom < size(); ++atom) {
    const int column = atom % columns_;
    const int row = atom / columns_;
    const bool edge = column == 0 || row == 0 || column == columns_ - 1 || row == rows_ - 1;
    land_[static_cast<std::size_t>(atom)] = !edge && rises(x_of(atom), y_of(atom));
  }
  keep_one_piece();
}

int Mesh::neighbour(int atom, int edge) const {
  const int row = atom / columns_;
  const int odd = row & 1;
  const std::array<int, 6> by_column = {odd - 1, -1, odd - 1, odd, 1, odd};
  constexpr std::array<int, 6> by_row = {1, 0, -1, -1, 0, 1};
  const int column = atom % columns_ + by_column[static_cast<std::size_t>(edge)];
  const int next_row = row + by_row[static_cast<std::size_t>(edge)];
  if (column < 0 || column >= columns_ || next_row < 0 || next_row >= rows_) return -1;
  return next_row * columns_ + column;
}

std::int64_t Mesh::corner(int atom, int edge) const {
  constexpr std::array<int, 6> dx = {0, -1, -1, 0, 1, 1};
  constexpr std::array<int, 6> dy = {2, 1, -1, -2, -1, 1};
  const int row = atom / columns_;
  const std::int64_t x = 2 * (atom % columns_) + (row & 1) + dx[static_cast<std::size_t>(edge)] + 1;
  const std::int64_t y = 3 * row + dy[static_cast<std::size_t>(edge)] + 2;
  return y * row_names + x;
}

Point Mesh::corner_point(std::int64_t corner) const {
  const std::int64_t x = corner % row_names - 1;
  const std::int64_t y = corner / row_names - 2;
  const std::uint64_t shake = key_of(seed_, Draw::corner, static_cast<std::uint64_t>(corner));
  // Up to 0.42 of a step each way: enough to hide the lattice, too little to turn a hexagon over.
  const auto shaken = [](std::uint64_t bits, std::int32_t step) {
    return (static_cast<std::int64_t>(bits & 0xffff) - 0x8000) * step * 42 / (0x8000 * 100);
  };
  return {static_cast<std::int32_t>(west_e6 + static_cast<double>(x * step_lon_ + shaken(shake, step_lon_))),
          static_cast<std::int32_t>(south_e6 +
                                    static_cast<double>(y * step_lat_ + shaken(shake >> 16, step_lat_)))};
}

double Mesh::x_of(int atom) const {
  const int row = atom / columns_;
  return (2.0 * (atom % columns_) + (row & 1)) * step_lon_ / span_lon_e6;
}

double Mesh::y_of(int atom) const {
  return 3.0 * (atom / columns_) * step_lat_ / span_lat_e6;
}

double Mesh::density(int atom) const {
  const double x = x_of(atom);
  const double y = y_of(atom);
  const double centre = 9 / (1 + (square(x - 0.47) + square(y - 0.47)) / square(0.13));
  const double second = 4 / (1 + (square(x - 0.74) + square(y - 0.66)) / square(0.07));
  return 1 + centre + second;
}

double Mesh::roughness(int atom) const {
  const double x = x_of(atom);
  const double y = y_of(atom);
  return 0.45 + 0.8 * noise(seed_, x, y, 14, 8) + 0.5 * noise(seed_, x, y, 45, 9);
}

// An island with a wide bay in the south-east and a river mouth that reaches in from the south.
bool Mesh::rises(double x, double y) const {
  const double far = std::sqrt(square((x - 0.5) / 0.47) + square((y - 0.52) / 0.46));
  const double rough = 0.52 * (noise(seed_, x, y, 3, 1) - 0.5) + 0.24 * (noise(seed_, x, y, 7, 2) - 0.5) +
                       0.17 * (noise(seed_, x, y, 17, 3) - 0.5) + 0.09 * (noise(seed_, x, y, 40, 4) - 0.5);
  const double frame = std::min(std::min(x, 1 - x), std::min(y, 1 - y));
  if (far + rough + (frame < 0.12 ? 5 * (0.12 - frame) : 0) > 0.88) return false;
  const double bay = std::sqrt(square((x - 0.86) / 0.20) + square((y - 0.20) / 0.24)) +
                     0.5 * (noise(seed_, x, y, 6, 5) - 0.5);
  if (bay < 0.95) return false;
  if (y < 0.60) {
    const double middle = 0.36 + 0.16 * (noise(seed_, 0.3, y, 4, 6) - 0.5) +
                          0.05 * (noise(seed_, 0.7, y, 11, 7) - 0.5) + 0.10 * y;
    const double half_width = 0.005 + 0.050 * square((0.60 - y) / 0.60);
    if (std::fabs(x - middle) < half_width) return false;
  }
  return true;
}

// Keeps the largest piece of land and fills what the open sea does not reach.
void Mesh::keep_one_piece() {
  std::vector<int> piece(static_cast<std::size_t>(size()), -1);
  std::vector<int> stack;
  const auto flood = [&](int from, int name) {
    int count = 0;
    stack.assign(1, from);
    piece[static_cast<std::size_t>(from)] = name;
    while (!stack.empty()) {
      const int atom = stack.back();
      stack.pop_back();
      ++count;
      for (int edge = 0; edge < 6; ++edge) {
        const int next = neighbour(atom, edge);
        if (next < 0 || piece[static_cast<std::size_t>(next)] >= 0 || is_land(next) != is_land(from))
          continue;
        piece[static_cast<std::size_t>(next)] = name;
        stack.push_back(next);
      }
    }
    return count;
  };
  int largest = -1;
  int largest_count = 0;
  flood(0, 0);
  for (int atom = 0; atom < size(); ++atom) {
    if (!is_land(atom) || piece[static_cast<std::size_t>(atom)] >= 0) continue;
    const int count = flood(atom, atom);
    if (count > largest_count) {
      largest = atom;
      largest_count = count;
    }
  }
  for (int atom = 0; atom < size(); ++atom)
    land_[static_cast<std::size_t>(atom)] = piece[static_cast<std::size_t>(atom)] == largest;
  std::fill(piece.begin(), piece.end(), -1);
  flood(0, 0);
  for (int atom = 0; atom < size(); ++atom) {
    if (piece[static_cast<std::size_t>(atom)] != 0) land_[static_cast<std::size_t>(atom)] = true;
  }
}

}  // namespace jingwei::sim
